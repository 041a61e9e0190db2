//! Who sells an offer, and what it is called there.

use crate::words::squeezed;

opaque_id!(
    /// A broker: `prime`, `spheron`.
    Broker
);
opaque_id!(
    /// The broker's own word for an offer: Prime's `cloudId`, Spheron's
    /// `offerId`. Prime repeats one id across places, markets and tiers.
    OfferId
);
opaque_id!(
    /// The cloud that owns the machines, as the broker spells it.
    Provider
);

impl Provider {
    /// Whether somebody who wrote `name` means this provider: punctuation,
    /// case and the names under which brokers list one company do not matter.
    pub fn answers(&self, name: &str) -> bool {
        company(&self.0) == company(name)
    }

    /// The company, in one spelling for all the names under which brokers list
    /// it.
    pub fn company(&self) -> String {
        company(&self.0)
    }
}

/// One spelling for each company that brokers list under several names.
fn company(name: &str) -> String {
    let squeezed = squeezed(name);
    match squeezed.as_str() {
        // Verda was called DataCrunch until 2025.
        "VERDA" => "DATACRUNCH".to_owned(),
        "LAMBDA" => "LAMBDALABS".to_owned(),
        "CRUSOE" => "CRUSOECLOUD".to_owned(),
        _ => squeezed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_has_one_name() {
        let check = |provider: &str, name: &str, expected: bool| {
            assert_eq!(Provider::new(provider).answers(name), expected, "{provider} {name}");
        };
        check("data-crunch", "datacrunch", true);
        check("verda", "data-crunch", true);
        check("massed-compute", "MassedCompute", true);
        check("nebius", "dc_wildebeest", false);
    }
}
