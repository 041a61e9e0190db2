//! Offers whose id does not tell which of two machines an order brings.

use gpu_broker_core::market::Market;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::plan::Plan;

use crate::view::text::shown;

/// Why it is not sure what an order of this plan brings: its broker sells the
/// same id, with as many GPUs, in another tier for more. Prime does so with
/// what runpod has. An order names the tier, and should the broker not heed
/// that, the machine is dearer than was approved and is ended at once.
pub(crate) fn unsure(plan: &Plan, market: &Market) -> Option<String> {
    plan.groups.iter().find_map(|group| {
        let offer = &group.candidate.offer;
        let other = market.offers.iter().find(|other| is_twin(offer, other))?;
        Some(format!(
            "{} sells {} as {} too, for {} per hour in place of {}",
            offer.broker,
            shown(offer.id.as_str()),
            shown(other.security.as_str()),
            other.price?.per_hour(),
            offer.price?.per_hour(),
        ))
    })
}

fn is_twin(offer: &Offer, other: &Offer) -> bool {
    let dearer = || Some(other.price?.per_hour() > offer.price?.per_hour());
    other.broker == offer.broker
        && other.id == offer.id
        && other.gpu.count == offer.gpu.count
        && other.market == offer.market
        && other.security != offer.security
        && dearer() == Some(true)
}
