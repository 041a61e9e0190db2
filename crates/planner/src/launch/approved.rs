//! Plans as somebody approved them.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quote::Quote;
use gpu_broker_core::verify::{Claim, ClaimedPlan};

use crate::view::document::plan_id;

/// A plan that somebody saw.
#[derive(Debug, Clone)]
pub(crate) struct Approved {
    /// Its id.
    pub(crate) id: String,
    /// What it said.
    pub(crate) plan: ClaimedPlan,
}

impl Approved {
    /// The plans of a quote, best first, with what each says.
    pub(crate) fn all(quote: Quote, demand: &Demand) -> Vec<(Self, Plan)> {
        let claimed = Claim::of(&quote, demand).plans;
        let plans = claimed.into_iter().zip(quote.plans);
        plans
            .map(|(plan, found)| {
                let id = plan_id(&found);
                (Self { id, plan }, found)
            })
            .collect()
    }
}
