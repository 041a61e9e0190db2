//! `/availability/gpu-summary` and its multi-node sister: the cheapest of each size, in all and by region.
//!
//! Unlike the rows, these prices include the resources at their defaults, and each kind of price is the cheapest of
//! its own, wherever it is found: the two are not to be compared.

use std::collections::BTreeMap;

use serde::Serialize;

use super::availability::is_sold_out;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::offers::{GpuOffer, Spec};
use crate::reply::Reply;

/// By GPU type, then by count, then `cheapest` or a region.
type Summary<'a> = BTreeMap<&'a str, BTreeMap<u32, BTreeMap<&'a str, Lowest>>>;

/// The lowest price of each kind.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Lowest {
    on_demand: Price,
    community_price: Price,
    spot_price: Price,
}

#[derive(Default, Serialize)]
#[serde(into = "Option<Number>")]
struct Price(Option<Exact>);

impl Clone for Price {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl From<Price> for Option<Number> {
    fn from(price: Price) -> Self {
        price.0.and_then(|exact| Number::parse(&exact.to_string()).ok())
    }
}

/// `GET /api/v1/availability/gpu-summary`
pub(super) fn gpus(desk: &Desk<'_>) -> Reply {
    Reply::ok(&summarise(desk, false))
}

/// `GET /api/v1/availability/multi-node-summary`
pub(super) fn multi_node(desk: &Desk<'_>) -> Reply {
    Reply::ok(&summarise(desk, true))
}

fn summarise<'a>(desk: &'a Desk<'_>, multi_node: bool) -> Summary<'a> {
    let mut summary = Summary::new();
    // A summary names no currency, so it can only hold one.
    let offers = desk.catalogue.gpus.iter();
    let offers = offers
        .filter(|offer| offer.multi_node == multi_node && offer.currency == "USD" && offer.stock != "Unavailable");
    for offer in offers.filter(|offer| !is_sold_out(desk, offer)) {
        let by_now = desk.state.market.price(&offer.cloud_id);
        let Some(price) = all_in(offer, by_now.as_ref()) else {
            continue;
        };
        let sizes = summary.entry(&offer.gpu_type).or_default();
        let places = sizes.entry(offer.gpu_count).or_default();
        let region = offer.place.region.as_deref();
        for key in std::iter::once("cheapest").chain(region) {
            places.entry(key).or_default().note(offer, price);
        }
    }
    summary
}

impl Lowest {
    fn note(&mut self, offer: &GpuOffer, price: Exact) {
        let Price(lowest) = if offer.spot {
            &mut self.spot_price
        } else if offer.is_community() {
            &mut self.community_price
        } else {
            &mut self.on_demand
        };
        *lowest = Some(lowest.map_or(price, |known| known.min(price)));
    }
}

/// The price with every resource at its default.
fn all_in(offer: &GpuOffer, by_now: Option<&Number>) -> Option<Exact> {
    let mut sum = Exact::parse(by_now.or(offer.price.as_ref())?.text())?;
    for spec in [&offer.disk, &offer.shared_disk, &offer.vcpu, &offer.memory] {
        sum = sum.plus(at_default(spec)?)?;
    }
    Some(sum)
}

fn at_default(spec: &Spec) -> Option<Exact> {
    match (&spec.unit_price, spec.default) {
        (Some(unit), Some(count)) if spec.included != Some(true) => Exact::parse(unit.text())?.times(count),
        _ => Some(Exact::ZERO),
    }
}
