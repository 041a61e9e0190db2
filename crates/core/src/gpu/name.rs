//! Reading a GPU name that carries memory and socket: `A100_80G_SXM4`.

use super::{GpuModel, Socket};
use crate::quantity::Gb;
use crate::words::squeezed;

/// A GPU name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuName {
    /// The model alone.
    pub model: GpuModel,
    /// Memory of one GPU, when the name says.
    pub memory: Option<Gb>,
    /// The socket, when the name says.
    pub socket: Option<Socket>,
}

/// Parts of Spheron's names that tell of the box and not of the GPU.
const QUALIFIERS: &[&str] = &["BAREMETAL", "LOW", "HIGH", "RAM", "PERF"];

impl GpuName {
    /// Reads the spellings of both brokers and of people: `A100_80GB`,
    /// `H100_PCIE_BAREMETAL`, `A100_80G_SXM4`, `H100-SXM`, `rtx 4090`.
    pub fn read(text: &str) -> Self {
        let (mut memory, mut socket, mut rest) = (None, None, String::new());
        for part in text
            .split(|c: char| matches!(c, '_' | '-' | '/') || c.is_whitespace())
            .filter(|part| !part.is_empty())
        {
            let upper = part.to_ascii_uppercase();
            if let Some(found) = socket_word(&upper) {
                socket = Some(found);
            } else if let (false, Some(size)) = (rest.is_empty(), memory_word(&upper)) {
                memory = Some(size);
            } else if rest.is_empty() || !QUALIFIERS.contains(&upper.as_str()) {
                rest.push_str(&upper);
            }
        }
        let mut model = GpuModel::new(&rest);
        if !model.is_known() && socket.is_none() {
            // Written in one word: `H100SXM5`.
            let run_on = Socket::KNOWN.iter().rev().find_map(|socket| {
                let stem = squeezed(&rest).strip_suffix(&squeezed(socket.as_str()))?.to_owned();
                let model = GpuModel::new(&stem);
                model.is_known().then(|| (model, socket.clone()))
            });
            if let Some((found, word)) = run_on {
                (model, socket) = (found, Some(word));
            }
        }
        Self { model, memory, socket }
    }
}

fn socket_word(upper: &str) -> Option<Socket> {
    let socket = Socket::new(upper);
    let numbered = upper
        .strip_prefix("SXM")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    (socket.is_known() || numbered).then_some(socket)
}

/// No GPU has more memory, in GB: a larger number is part of a name.
const GB_MAX: u64 = 1_000_000;

fn memory_word(upper: &str) -> Option<Gb> {
    let digits = upper.strip_suffix("GB").or(upper.strip_suffix('G'))?;
    digits.parse().ok().filter(|size| (1..=GB_MAX).contains(size)).map(Gb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_apart() {
        let check = |text: &str, model: &str, memory: Option<u64>, socket: Option<Socket>| {
            let expected = GpuName {
                model: GpuModel::new(model),
                memory: memory.map(Gb),
                socket,
            };
            assert_eq!(GpuName::read(text), expected, "{text}");
        };
        // Prime Intellect.
        check("A100_80GB", "A100", Some(80), None);
        check("RTX_PRO_6000B_96GB", "RTXPRO6000", Some(96), None);
        check("RTX6000Ada_48GB", "RTX6000ADA", Some(48), None);
        check("GB200", "GB200", None, None);
        check("CPU_NODE", "CPU", None, None);
        // Spheron.
        check("H100_SXM5", "H100", None, Some(Socket::Sxm5));
        check("H100_PCIE_BAREMETAL", "H100", None, Some(Socket::Pcie));
        check("A100_80G_SXM4", "A100", Some(80), Some(Socket::Sxm4));
        check("A6000_PCIE_LOW_RAM", "A6000", None, Some(Socket::Pcie));
        check("A6000_PCIE_HIGH_PERF", "A6000", None, Some(Socket::Pcie));
        check("H100_NVL", "H100", None, Some(Socket::Nvl));
        check("rtx-4090", "RTX4090", None, None);
        check("X9_SXM7", "X9", None, Some(Socket::new("SXM7")));
        // People.
        check("H100-SXM", "H100", None, Some(Socket::Sxm));
        check("h100sxm5", "H100", None, Some(Socket::Sxm5));
        check("A100 PCIe 40GB", "A100", Some(40), Some(Socket::Pcie));
        check("", "", None, None);
        // A size that no request could repeat.
        check("X9_9919999799999939910G", "X99919999799999939910G", None, None);
    }
}
