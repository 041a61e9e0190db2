//! What the rules of the house say of an offer that fits in all else.

use super::Reason;
use crate::demand::Demand;
use crate::money::Money;
use crate::offer::Offer;
use crate::policy::{Machine, Rule};

/// Takes away the places where a rule denies the offer; the reason when none is
/// left.
pub(super) fn keep_allowed(
    offer: &Offer,
    demand: &Demand,
    total: Money,
    places: &mut Vec<usize>,
) -> Result<(), Reason> {
    if !demand.policy.is_empty() {
        places.retain(|at| denied_by(offer, demand, total, *at).is_none());
    }
    if places.is_empty() { Err(Reason::Policy) } else { Ok(()) }
}

/// The first rule against the offer in one of its places, where one instance
/// comes to `total`.
pub(crate) fn denied_by<'a>(offer: &Offer, demand: &'a Demand, total: Money, place: usize) -> Option<&'a Rule> {
    let machine = Machine {
        broker: &offer.broker,
        provider: &offer.provider,
        place: offer.place(place),
        security: &offer.security,
        market: &offer.market,
        gpus: offer.gpu.count.into(),
        total,
    };
    demand.policy.against_machine(&machine, demand.hours)
}
