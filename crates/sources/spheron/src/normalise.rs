//! What the API says, as records of the domain. Pure; the only place that decides.
//!
//! Every decision about a field stands beside it, and in the crate's documentation with its source.

mod account;
mod disk;
mod instance;
mod kubernetes;
mod offer;

pub(crate) use account::{balance, current_team, key};
pub(crate) use disk::{disk, disk_offer, region, unit_price};
pub(crate) use instance::{GONE, ending, instance, is_id, minutes};
pub use kubernetes::{ClusterHealth, PartHealth};
pub(crate) use kubernetes::{health, versions};
pub(crate) use offer::group;

use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::price;
use gpu_broker_http::RawNumber;
use gpu_broker_source_kit::Fault;

/// The currency of every price: the API has a field for it only beside the balance, where it is always USD.
pub(crate) const CURRENCY: Currency = Currency::USD;

/// A price per hour (P1); `None` when the field is missing or null.
fn rate(field: &'static str, number: Option<RawNumber<'_>>) -> Result<Option<Rate>, Fault> {
    number
        .map(|number| price(number.as_str(), CURRENCY).map_err(|error| Fault::new(field, error)))
        .transpose()
}

/// A count that the machine has: a fraction of a unit is no use to anybody who asks for whole ones, so it is dropped.
fn floored(field: &'static str, number: Option<RawNumber<'_>>) -> Result<Option<u64>, Fault> {
    whole(field, number, |number| {
        let near = number.rounded(0);
        if near > number {
            near.minus(Exact::ONE)
        } else {
            Some(near)
        }
    })
}

/// A count that will be charged: a begun unit is a whole one.
fn raised(field: &'static str, number: Option<RawNumber<'_>>) -> Result<Option<u64>, Fault> {
    whole(field, number, |number| {
        let near = number.rounded(0);
        if near < number {
            near.plus(Exact::ONE)
        } else {
            Some(near)
        }
    })
}

fn whole(
    field: &'static str,
    number: Option<RawNumber<'_>>,
    round: impl FnOnce(Exact) -> Option<Exact>,
) -> Result<Option<u64>, Fault> {
    let Some(text) = number.map(RawNumber::as_str) else {
        return Ok(None);
    };
    if let Ok(count) = text.parse() {
        return Ok(Some(count));
    }
    let number = Exact::from_broker(text).map_err(|error| Fault::new(field, error))?;
    let count = round(number).and_then(Exact::to_whole);
    match count.filter(|_| !number.is_negative()) {
        Some(count) => Ok(Some(count)),
        None => Err(Fault::new(field, format_args!("{number} is not a count"))),
    }
}

#[cfg(test)]
mod tests;
