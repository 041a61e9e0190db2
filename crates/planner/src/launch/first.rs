//! Which plan of a quote is launched, where nobody names one.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::Market;
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;

use super::unsure;

/// Where it stands among the plans: the first that is priced in the quote's currency and asks for no other payment when
/// ordering than was `allowed`; of which it is not sure what an order brings, only where nothing else is left.
pub(crate) fn first_of(plans: &[Plan], market: &Market, demand: &Demand, allowed: Option<Exact>) -> Option<usize> {
    let quoted = demand.exchange.quote();
    let is_quoted = |plan: &Plan| plan.groups.iter().all(|group| group.candidate.offer.currency == quoted);
    let is_allowed = |plan: &Plan| plan.upfront.amount().is_zero() || allowed == Some(plan.upfront.amount());
    let can = |(_, plan): &(usize, &Plan)| is_quoted(plan) && is_allowed(plan);
    let mut doubtful = None;
    for (at, plan) in plans.iter().enumerate().filter(can) {
        if unsure(plan, market).is_none() {
            return Some(at);
        }
        doubtful = doubtful.or(Some(at));
    }
    doubtful
}
