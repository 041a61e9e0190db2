//! Everything that keeps an offer out, not only the first: what a change to
//! the request would have to do away with (R16).
//!
//! The rules are those of [`fit`](super::fit()); only here nobody stops at the
//! first reason.

use std::convert::Infallible;

use super::denied::denied_by;
use super::{
    Against, Reason, against_gpu, against_place, against_seller, against_terms, first, is_short_alone, reason,
};
use crate::bill::Bill;
use crate::demand::Demand;
use crate::money::Money;
use crate::offer::Offer;

/// All that keeps an offer out, by part of the request.
///
/// An offer is in as soon as one of `gpu` and one of `places` and all of the
/// rest have nothing against it.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// For each alternative of the request.
    pub(crate) gpu: Vec<Against>,
    /// Stock and seller, in order.
    pub(crate) seller: Vec<Reason>,
    /// For each place of the offer.
    pub(crate) places: Vec<Against>,
    /// Shape, network, terms and resources, in order.
    pub(crate) terms: Vec<Reason>,
    /// For each place of the offer, whether a rule of the house denies it there.
    pub(crate) denied: Vec<bool>,
}

impl Mismatch {
    /// What keeps `offer` out.
    pub(crate) fn of(offer: &Offer, demand: &Demand) -> Self {
        let (mut seller, mut terms) = (Vec::new(), Vec::new());
        let noted = |list: &mut Vec<Reason>, reason| {
            if !list.contains(&reason) {
                list.push(reason);
            }
        };
        let Ok(()) = against_seller::<Infallible>(offer, demand, |reason| {
            noted(&mut seller, reason);
            Ok(())
        });
        let Ok(()) = against_terms::<Infallible>(offer, demand, |reason| {
            noted(&mut terms, reason);
            Ok(())
        });
        let configuration = offer.configure_despite(&demand.instance, &demand.exchange, |error| {
            noted(&mut terms, reason(&error));
            Ok(())
        });
        // Without all of its lines the bill would be another one.
        let whole = !terms.iter().any(|reason| OF_RESOURCES.contains(reason));
        let bill = configuration.ok().map(|configuration| {
            Bill::interrupted(
                &configuration,
                &offer.terms,
                demand.hours,
                demand.interruptions_of(offer),
            )
        });
        let billed = bill.as_ref().is_some_and(|bill| !whole || bill.is_ok());
        if !billed {
            noted(&mut terms, Reason::Price);
        }
        // Nor can what it comes to be held against it; where it stands, and whose it is, can.
        let bill = bill.and_then(Result::ok).filter(|_| whole);
        let total = bill.map_or_else(|| Money::zero(demand.exchange.quote()), |bill| bill.total);
        let is_denied = |place| denied_by(offer, demand, total, place).is_some();
        let wanted = demand.gpus.alternatives.iter();
        Self {
            gpu: wanted.map(|wanted| against_gpu(offer, demand, wanted)).collect(),
            seller,
            places: offer.places.iter().map(|place| against_place(place, demand)).collect(),
            terms,
            denied: (0..offer.places.len()).map(is_denied).collect(),
        }
    }
}

/// What leaves a configuration without some of its lines.
const OF_RESOURCES: [Reason; 7] = [
    Reason::Unpriced,
    Reason::Currency,
    Reason::Vcpus,
    Reason::Memory,
    Reason::Disk,
    Reason::Kubernetes,
    Reason::Price,
];

/// Every reason against an offer, in the order in which things are looked at;
/// the first is [`fit`](super::fit())'s. Of several alternatives, and of several places, those
/// of the nearest. Empty when the offer fits.
pub fn mismatches(offer: &Offer, demand: &Demand) -> Vec<Reason> {
    let Mismatch {
        gpu,
        seller,
        places,
        terms,
        denied,
    } = Mismatch::of(offer, demand);
    let policy = is_denied(&places, &denied).then_some(Reason::Policy);
    let too_few = is_too_few(offer, demand, &gpu).then_some(Reason::GpuCount);
    let gpu = nearest(&gpu, Reason::Gpu);
    let places = nearest(&places, Reason::Region);
    gpu.into_iter()
        .chain(too_few)
        .chain(seller)
        .chain(places)
        .chain(terms)
        .chain(policy)
        .collect()
}

/// Whether its GPUs answer, but one instance has not as many as are asked for.
fn is_too_few(offer: &Offer, demand: &Demand, gpu: &[Against]) -> bool {
    let alternatives = demand.gpus.alternatives.iter().zip(gpu);
    let mut right = alternatives
        .filter(|(_, against)| first(**against).is_none())
        .peekable();
    right.peek().is_some() && right.all(|(wanted, _)| is_short_alone(offer, demand, wanted))
}

/// Whether rules deny every place that would do, or where none would, every
/// place.
fn is_denied(places: &[Against], denied: &[bool]) -> bool {
    let both = || places.iter().zip(denied);
    let mut open = both().filter(|(against, _)| against.iter().all(Option::is_none));
    match open.next() {
        Some((_, first)) => *first && open.all(|(_, denied)| *denied),
        None => !denied.is_empty() && denied.iter().all(|denied| *denied),
    }
}

/// The reasons against the alternative that comes furthest, and of several the
/// one with the fewest; `none` when there are no alternatives.
fn nearest(alternatives: &[Against], none: Reason) -> Vec<Reason> {
    let reasons = |against: &Against| against.iter().flatten().copied().collect::<Vec<_>>();
    // No reason at all comes furthest.
    let furthest = |reasons: &Vec<Reason>| {
        let first = reasons.first().copied();
        (first.is_none(), first, std::cmp::Reverse(reasons.len()))
    };
    let found = alternatives.iter().map(reasons).max_by_key(furthest);
    found.unwrap_or_else(|| vec![none])
}
