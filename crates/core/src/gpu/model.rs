//! The known GPU models and their other names.

use std::sync::Arc;

use crate::words::squeezed;

/// A GPU model, such as `H100`; one that this version does not know keeps its
/// name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GpuModel(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// A row of [`MODELS`].
    Known(u8),
    Other(Arc<str>),
}

/// Name, other squeezed names, and the memory sizes in GB in which it is sold.
struct Known(&'static str, &'static [&'static str], &'static [u64]);

/// Every model that either broker or its upstream clouds are known to sell.
/// Memory sizes are the vendors' nominal ones; 262 is what both brokers write
/// for the B300.
const MODELS: &[Known] = &[
    Known("A10", &[], &[24]),
    Known("A10G", &[], &[24]),
    Known("A16", &[], &[16, 64]),
    Known("A2", &[], &[16]),
    Known("A30", &[], &[24]),
    Known("A40", &[], &[48]),
    Known("A100", &[], &[40, 80]),
    Known("A800", &[], &[40, 80]),
    Known("A2000", &["RTXA2000"], &[6, 12]),
    Known("A4000", &["RTXA4000"], &[16]),
    Known("A4500", &["RTXA4500"], &[20]),
    Known("A5000", &["RTXA5000"], &[24]),
    Known("A6000", &["RTXA6000"], &[48]),
    Known("B200", &[], &[180, 192]),
    Known("B300", &[], &[262, 288]),
    Known("CPU", &["CPUNODE"], &[]),
    Known("GB200", &[], &[186, 192]),
    Known("GB300", &[], &[288]),
    Known("GH200", &[], &[96, 144]),
    Known("GTX1080", &["1080"], &[8]),
    Known("GTX1080TI", &["1080TI"], &[11]),
    Known("H100", &[], &[80, 94, 96]),
    Known("H20", &[], &[96]),
    Known("H200", &[], &[96, 141]),
    Known("H800", &[], &[80]),
    Known("L4", &[], &[24]),
    Known("L40", &[], &[48]),
    Known("L40S", &[], &[48]),
    Known("MI100", &[], &[32]),
    Known("MI210", &[], &[64]),
    Known("MI250", &[], &[128]),
    Known("MI250X", &[], &[128]),
    Known("MI300X", &[], &[192]),
    Known("MI325X", &[], &[256]),
    Known("MI350X", &[], &[288]),
    Known("MI355X", &[], &[288]),
    Known("P100", &[], &[12, 16]),
    Known("P4", &[], &[8]),
    Known("P40", &[], &[24]),
    Known("RTX2000ADA", &["2000ADA"], &[16]),
    Known("RTX2080TI", &["2080TI"], &[11]),
    Known("RTX3060", &["3060"], &[12]),
    Known("RTX3070", &["3070"], &[8]),
    Known("RTX3070TI", &["3070TI"], &[8]),
    Known("RTX3080", &["3080"], &[10, 12]),
    Known("RTX3080TI", &["3080TI"], &[12]),
    Known("RTX3090", &["3090"], &[24]),
    Known("RTX3090TI", &["3090TI"], &[24]),
    Known("RTX4000", &["QUADRORTX4000"], &[8]),
    Known("RTX4000ADA", &["4000ADA", "RTX4000SFFADA"], &[20]),
    Known("RTX4060", &["4060"], &[8]),
    Known("RTX4060TI", &["4060TI"], &[8, 16]),
    Known("RTX4070", &["4070"], &[12]),
    Known("RTX4070TI", &["4070TI"], &[12]),
    Known("RTX4080", &["4080"], &[16]),
    Known("RTX4080SUPER", &["RTX4080S", "4080SUPER"], &[16]),
    Known("RTX4090", &["4090"], &[24]),
    Known("RTX5000", &["QUADRORTX5000"], &[16]),
    Known("RTX5000ADA", &["5000ADA"], &[32]),
    Known("RTX5070TI", &["5070TI"], &[16]),
    Known("RTX5080", &["5080"], &[16]),
    Known("RTX5090", &["5090"], &[32]),
    Known("RTX6000", &["QUADRORTX6000"], &[24]),
    Known("RTX6000ADA", &["6000ADA", "RTX6000ADAGENERATION"], &[48]),
    Known("RTX8000", &["QUADRORTX8000"], &[48]),
    Known("RTXPRO4000", &["RTXPRO4000B", "RTXPRO4000BLACKWELL"], &[24]),
    Known("RTXPRO4500", &["RTXPRO4500B", "RTXPRO4500BLACKWELL"], &[32]),
    Known("RTXPRO5000", &["RTXPRO5000B", "RTXPRO5000BLACKWELL"], &[48]),
    Known("RTXPRO6000", &["PRO6000", "RTXPRO6000B", "RTXPRO6000BLACKWELL"], &[96]),
    Known("T4", &[], &[16]),
    Known("TITANRTX", &[], &[24]),
    Known("TITANV", &[], &[12]),
    Known("V100", &[], &[16, 32]),
];

impl GpuModel {
    /// The model of that name, however it is spelled: `rtx-4090`, `RTX 4090`
    /// and `4090` are one. The name carries neither memory nor socket; see
    /// [`super::GpuName`] for one that does.
    pub fn new(name: &str) -> Self {
        let squeezed = if name.is_ascii() {
            squeezed(name)
        } else {
            // Nothing that it consists of is known to be beside the point.
            let kept = name
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || !(c.is_ascii() || c.is_whitespace()));
            kept.map(|c| c.to_ascii_uppercase()).collect()
        };
        let known = MODELS
            .iter()
            .position(|Known(name, aliases, _)| *name == squeezed || aliases.contains(&squeezed.as_str()));
        match known.and_then(|row| u8::try_from(row).ok()) {
            Some(row) => Self(Repr::Known(row)),
            None => Self(Repr::Other(squeezed.into())),
        }
    }

    /// The name, such as `RTX4090`.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Known(row) => MODELS.get(usize::from(*row)).map_or("", |known| known.0),
            Repr::Other(name) => name,
        }
    }

    /// Whether this version knows the model.
    pub fn is_known(&self) -> bool {
        matches!(self.0, Repr::Known(_))
    }

    /// The memory sizes in GB in which the model is sold, when it is known.
    pub fn memory_sizes(&self) -> &'static [u64] {
        match &self.0 {
            Repr::Known(row) => MODELS.get(usize::from(*row)).map_or(&[], |known| known.2),
            Repr::Other(_) => &[],
        }
    }

    /// The names of all known models, in byte order.
    pub fn known_names() -> impl Iterator<Item = &'static str> {
        MODELS.iter().map(|known| known.0)
    }
}

impl Ord for GpuModel {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for GpuModel {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

spelled!(GpuModel, |name| Ok(Self::new(name)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_one_name() {
        let check =
            |spelling: &str, expected: &str| assert_eq!(GpuModel::new(spelling).as_str(), expected, "{spelling}");
        for spelling in ["RTX4090", "rtx-4090", "RTX 4090", "rtx_4090", "4090"] {
            check(spelling, "RTX4090");
        }
        check("RTX A6000", "A6000");
        check("RTX_PRO_6000B", "RTXPRO6000");
        check("RTX6000Ada", "RTX6000ADA");
        check("RTX6000", "RTX6000");
        check("CPU_NODE", "CPU");
        check("Zeta-9", "ZETA9");
    }

    #[test]
    fn no_name_means_two_models() {
        let mut names: Vec<&str> = MODELS
            .iter()
            .flat_map(|known| known.1.iter().chain([&known.0]))
            .copied()
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for name in GpuModel::known_names() {
            assert_eq!(GpuModel::new(name).as_str(), name);
        }
    }
}
