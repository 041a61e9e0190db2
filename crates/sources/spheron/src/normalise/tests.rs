//! What the tests of all records share, and the numbers.

mod account;
mod disk;
mod instance;
mod kubernetes;
mod mutated;
mod offer;

use std::sync::Arc;

use gpu_broker_core::offer::{Broker, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::Reject;
use gpu_broker_http::decode;
use gpu_broker_source_kit::Batch;

use super::*;
use crate::wire;

const OFFERS: &str = include_str!("../../fixtures/gpu-offers.json");
const DEPLOYMENTS: &str = include_str!("../../fixtures/deployments.json");
const ODD: &str = include_str!("../../fixtures/gpu-offers-odd.json");

fn broker() -> Broker {
    Broker::new("spheron")
}

fn offers(json: &str) -> Batch<Arc<Offer>> {
    let page: wire::GroupPage<'_> = decode(json.as_bytes()).unwrap();
    let mut batch = Batch::new(&broker(), "");
    let rows = batch.groups("data", page.data, |batch, path, row| group(batch, &broker(), path, row));
    rows.unwrap();
    batch
}

fn said_of(rejects: &[Reject]) -> Vec<String> {
    rejects
        .iter()
        .map(|reject| format!("{} | {}", reject.path, reject.reason))
        .collect()
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values
        .into_iter()
        .map(|value| value.to_string())
        .collect::<Vec<_>>()
        .join("+")
}

fn place(place: &Place) -> String {
    format!(
        "{}/{}/{}",
        shown(place.data_center.as_ref()),
        shown(place.country),
        place.region_word()
    )
}

#[test]
fn fractions_are_dropped_or_begun() {
    let far = "`1e30` is outside the range that can be reckoned exactly";
    for (json, floor, raise) in [
        ("32", Ok(Some(32)), Ok(Some(32))),
        ("32.0", Ok(Some(32)), Ok(Some(32))),
        ("31.5", Ok(Some(31)), Ok(Some(32))),
        ("32.5", Ok(Some(32)), Ok(Some(33))),
        ("0.0001", Ok(Some(0)), Ok(Some(1))),
        ("1e3", Ok(Some(1000)), Ok(Some(1000))),
        ("\"128\"", Ok(Some(128)), Ok(Some(128))),
        ("-0", Ok(Some(0)), Ok(Some(0))),
        ("null", Ok(None), Ok(None)),
        ("-1", Err("-1 is not a count"), Err("-1 is not a count")),
        ("-0.5", Err("-0.5 is not a count"), Err("-0.5 is not a count")),
        ("1e30", Err(far), Err(far)),
    ] {
        let number: Option<RawNumber<'_>> = serde_json::from_str(json).unwrap();
        let expect = |expected: Result<_, &str>| expected.map_err(|reason| Fault::new("n", reason));
        assert_eq!(floored("n", number), expect(floor), "{json}");
        assert_eq!(raised("n", number), expect(raise), "{json}");
    }
}
