//! What a price takes for granted because somebody said so.

use gpu_broker_core::bill::Interruptions;
use gpu_broker_core::demand::Demand;
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use serde::Serialize;

/// Something that a total rests on besides prices.
#[derive(Debug, Serialize)]
pub(crate) struct Assumption {
    kind: &'static str,
    interruptions_per_day: Exact,
    checkpoint_minutes: Exact,
    /// Hours that an hour of work takes; totals are reckoned without rounding
    /// it.
    hours_factor: Exact,
    text: String,
}

/// What the plan's total assumes.
pub(crate) fn of_plan(plan: &Plan, demand: &Demand) -> Vec<Assumption> {
    let mut offers = plan.groups.iter().map(|group| &group.candidate.offer);
    let found = offers.find_map(|offer| demand.interruptions_of(offer));
    found.map(interruptions).into_iter().collect()
}

/// What the totals of some plans assume, in words, for below a table.
pub(crate) fn note(plans: &[Plan], demand: &Demand) -> String {
    let assumed = plans.iter().flat_map(|plan| of_plan(plan, demand)).next();
    assumed.map_or_else(String::new, |assumption| assumption.text + "\n")
}

/// The expected loss of work on spot.
pub(crate) fn interruptions(interruptions: &Interruptions) -> Assumption {
    let (per_day, minutes) = (interruptions.per_day(), interruptions.checkpoint_minutes());
    let factor = interruptions.factor();
    Assumption {
        kind: "interruptions",
        interruptions_per_day: per_day,
        checkpoint_minutes: minutes,
        hours_factor: factor,
        text: format!(
            "assumed: {per_day} interruptions a day, each of which loses half of the {minutes} minutes between \
             checkpoints, so an hour of work takes {} hours on spot",
            factor.rounded(4)
        ),
    }
}

impl Assumption {
    /// In words.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
