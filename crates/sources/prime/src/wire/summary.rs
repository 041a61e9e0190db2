//! `/api/v1/availability/gpu-summary` and `/multi-node-summary`.

use std::collections::BTreeMap;

use gpu_broker_http::RawNumber;
use serde::Deserialize;

/// Cheapest prices by GPU type, then by count, then by `cheapest` or a region. What is null is empty.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Summary<'a>(#[serde(borrow)] Keyed<Keyed<Keyed<Cheapest<'a>>>>);

type Keyed<T> = BTreeMap<String, Option<T>>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object of prices")]
struct Cheapest<'a> {
    #[serde(borrow)]
    on_demand: Option<RawNumber<'a>>,
    #[serde(borrow)]
    community_price: Option<RawNumber<'a>>,
    #[serde(borrow)]
    spot_price: Option<RawNumber<'a>>,
}

impl Summary<'_> {
    /// How many GPU types have a price. The prices themselves are not to be compared with those of the rows: they
    /// include the default disk.
    pub(crate) fn priced_types(&self) -> usize {
        let counts = self.0.values().flatten();
        counts
            .filter(|counts| {
                let places = counts.values().flatten();
                places.flat_map(BTreeMap::values).flatten().any(Cheapest::is_priced)
            })
            .count()
    }
}

impl Cheapest<'_> {
    fn is_priced(&self) -> bool {
        self.on_demand.is_some() || self.community_price.is_some() || self.spot_price.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_without_a_price_is_not_for_sale() {
        let check = |json: &str, expected: usize| {
            let summary: Summary<'_> = gpu_broker_http::decode(json.as_bytes()).unwrap();
            assert_eq!(summary.priced_types(), expected, "{json}");
        };
        check(include_str!("../../fixtures/gpu-summary.json"), 2);
        check("{}", 0);
        check(r#"{"H100_80GB":null,"A100_80GB":{"1":null,"2":{}}}"#, 0);
        check(r#"{"H100_80GB":{"8":{"cheapest":{"spotPrice":9.7}}}}"#, 1);
    }
}
