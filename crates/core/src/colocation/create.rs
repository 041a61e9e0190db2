//! Disks that a plan creates: the cheapest that will do, in its place (R12,
//! R13, P13).

use std::cmp::Ordering;
use std::sync::Arc;

use super::Spot;
use crate::demand::Demand;
use crate::disk::DiskOffer;
use crate::money::{Money, Rate};
use crate::quantity::Gb;

/// A disk that is created with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewDisk {
    /// What is bought.
    pub offer: Arc<DiskOffer>,
    /// The smallest valid size that is large enough.
    pub size: Gb,
    /// The price of one GB per hour, in the quote's currency.
    pub unit_price: Rate,
    /// `size × unit_price` per hour.
    pub rate: Rate,
    /// The rate over the whole horizon.
    pub total: Money,
}

/// The cheapest disk of at least `size` that can be created here, for one
/// machine or for `several`.
///
/// A disk is held to the tier asked for, as the machines are (R4): data is no
/// safer on somebody's disk than on somebody's machine.
pub(super) fn cheapest(
    offers: &[DiskOffer],
    spot: Spot<'_>,
    size: Gb,
    demand: &Demand,
    several: bool,
) -> Option<NewDisk> {
    let fits = |offer: &&DiskOffer| {
        spot.holds(&offer.broker, &offer.provider, &offer.place)
            && demand.stock.bound(&offer.stock) != Some(0)
            && demand.security.admits(&offer.security)
            && (!several || offer.multi_node == Some(true))
    };
    let billed = offers
        .iter()
        .filter(fits)
        .filter_map(|offer| bill(offer, size, demand).map(|bill| (offer, bill)));
    let (offer, (size, unit_price, rate, total)) = billed.min_by(compare)?;
    Some(NewDisk {
        offer: Arc::new(offer.clone()),
        size,
        unit_price,
        rate,
        total,
    })
}

type Bill = (Gb, Rate, Rate, Money);

/// What it costs, where that can be said: a disk without a price, or priced in
/// a currency without an exchange rate, is none to buy (P2, P3).
fn bill(offer: &DiskOffer, size: Gb, demand: &Demand) -> Option<Bill> {
    let size = offer.size.smallest(size.0)?;
    let unit_price = demand.exchange.convert(offer.size.unit_price?).ok()?;
    let rate = unit_price.times(size).ok()?;
    let total = rate.over_minutes(demand.hours.in_minutes()).ok()?;
    Some((Gb(size), unit_price, rate, total))
}

/// The cheaper first. Among equals the one that more machines can attach, the
/// smaller, the better stocked, and then whatever tells them apart.
fn compare(left: &(&DiskOffer, Bill), right: &(&DiskOffer, Bill)) -> Ordering {
    let key = |(offer, (size, _, rate, _)): &(&DiskOffer, Bill)| {
        (
            rate.per_hour(),
            offer.multi_node != Some(true),
            *size,
            offer.stock.rank(),
        )
    };
    let name = |(offer, _): &(&DiskOffer, Bill)| {
        let dial = &offer.size;
        (
            offer.provider.clone(),
            offer.place.clone(),
            offer.security.clone(),
            offer.stock.clone(),
            (offer.multi_node, dial.min, dial.default, dial.max, dial.step),
        )
    };
    key(left).cmp(&key(right)).then_with(|| name(left).cmp(&name(right)))
}
