//! What a price or a plan takes for granted because somebody said so.

use std::collections::BTreeMap;

use gpu_broker_core::bill::Interruptions;
use gpu_broker_core::demand::{Demand, StockAssumed};
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use serde::Serialize;

use super::policy::{self, ApprovalDocument, RuleDocument};
use super::text::counted;

/// Something that a total or a plan rests on besides prices.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Assumption {
    /// Work is lost on spot.
    Interruptions {
        interruptions_per_day: Exact,
        checkpoint_minutes: Exact,
        /// Hours that an hour of work takes; totals are reckoned without rounding
        /// it.
        hours_factor: Exact,
        text: String,
    },
    /// Words of stock promise something else than usual.
    Stock {
        /// What each of them promises; `None` for any number.
        promises: BTreeMap<&'static str, Option<u32>>,
        text: String,
    },
    /// Rules are not held to, as they are about one number of hours or one plan.
    Policy {
        /// Rules that deny, and were left out.
        without: Vec<RuleDocument>,
        /// Rules that may want a plan approved before it is launched.
        approvals: Vec<ApprovalDocument>,
        text: String,
    },
}

/// What the plan assumes.
pub(crate) fn of_plan(plan: &Plan, demand: &Demand) -> Vec<Assumption> {
    let mut offers = plan.groups.iter().map(|group| &group.candidate.offer);
    let found = offers.find_map(|offer| demand.interruptions_of(offer));
    found
        .map(interruptions)
        .into_iter()
        .chain(stock(&demand.stock))
        .collect()
}

/// What some plans assume, in words, for below a table.
pub(crate) fn note(plans: &[Plan], demand: &Demand) -> String {
    let expected = demand.interruptions.as_ref().filter(|_| {
        let mut offers = plans.iter().flat_map(|plan| &plan.groups);
        offers.any(|group| demand.interruptions_of(&group.candidate.offer).is_some())
    });
    // That there is no plan may be for what is assumed of stock.
    let all = expected.map(interruptions).into_iter().chain(stock(&demand.stock));
    all.map(|assumption| assumption.text().to_owned() + "\n").collect()
}

/// The expected loss of work on spot.
pub(crate) fn interruptions(interruptions: &Interruptions) -> Assumption {
    let (per_day, minutes) = (interruptions.per_day(), interruptions.checkpoint_minutes());
    let factor = interruptions.factor();
    Assumption::Interruptions {
        interruptions_per_day: per_day,
        checkpoint_minutes: minutes,
        hours_factor: factor,
        text: format!(
            "assumed: {} a day, each of which loses half of the {} between checkpoints, so an hour of work takes {} on \
             spot",
            counted(per_day, "interruption"),
            counted(minutes, "minute"),
            counted(factor.rounded(4), "hour")
        ),
    }
}

/// What totals over many hours rest on, whatever the plans.
pub(crate) fn of_horizons(demand: &Demand) -> impl Iterator<Item = Assumption> {
    let expected = demand.interruptions.iter().map(interruptions);
    expected.chain(stock(&demand.stock)).chain(policy::left_out(demand))
}

/// What words of stock promise, where it is not what they usually do.
pub(crate) fn stock(assumed: &StockAssumed) -> Option<Assumption> {
    let promises: BTreeMap<_, _> = assumed.changed().map(|(word, most)| (word.as_str(), most)).collect();
    let said = assumed.changed().map(|(word, most)| {
        let promised = |most: Option<u32>| match most {
            None => "any number".to_owned(),
            Some(0) => "none".to_owned(),
            Some(1) => "one machine".to_owned(),
            Some(most) => counted(most, "machine"),
        };
        format!(
            "`{}` stock is {} and not {}",
            word.as_str(),
            promised(most),
            promised(word.usual())
        )
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| Assumption::Stock {
        promises,
        text: format!("assumed: {}", said.join(", ")),
    })
}

impl Assumption {
    /// In words.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Interruptions { text, .. } | Self::Stock { text, .. } | Self::Policy { text, .. } => text,
        }
    }
}
