//! Plans as somebody approved them, and what has become of them in the market
//! since (D4).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gpu_broker_core::demand::{Caps, Demand};
use gpu_broker_core::market::Market;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quote::{Quote, quote};
use gpu_broker_core::verify::{Claim, ClaimedGroup, ClaimedPlan};

use super::Tolerance;
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

/// What has become of a plan.
#[derive(Debug)]
pub(crate) enum Standing {
    /// It can be had, for no more than was approved.
    Stands(Box<Plan>),
    /// It costs more: what, in words.
    Dearer(String),
    /// It cannot be had any more.
    Gone,
}

/// Plans looked at among those that the same offers make up.
const LIKELY: usize = 200;

/// Looks for a plan in a market that was read since.
///
/// Only its own offers are looked at, without the caps: what it costs now is to
/// be told, not whether it is among the best.
pub(crate) fn standing(approved: &ClaimedPlan, market: &Market, demand: &Demand, tolerance: Tolerance) -> Standing {
    let own = |broker: &str, id: &str| {
        let is = |group: &ClaimedGroup| group.broker.as_str() == broker && group.offer_id.as_str() == id;
        approved.groups.iter().any(is)
    };
    let mut narrow = market.clone();
    narrow.rejects.clear();
    narrow
        .offers
        .retain(|offer| own(offer.broker.as_str(), offer.id.as_str()));
    let free = Demand {
        caps: Caps::default(),
        ..demand.clone()
    };
    // What cannot be asked any more cannot be had either.
    let Ok(found) = quote(&narrow, &free, LIKELY) else {
        return Standing::Gone;
    };
    let claimed = Claim::of(&found, &free).plans;
    let same = claimed.iter().position(|plan| wares(plan) == wares(approved));
    let Some((plan, at)) = same.and_then(|at| Some((claimed.get(at)?, at))) else {
        return Standing::Gone;
    };
    match dearer(approved, plan, tolerance) {
        Some(what) => Standing::Dearer(what),
        None => match found.plans.into_iter().nth(at) {
            Some(plan) => Standing::Stands(Box::new(plan)),
            None => Standing::Gone,
        },
    }
}

/// What is launched, whatever it costs and however much there is of it.
fn wares(plan: &ClaimedPlan) -> BTreeSet<ClaimedGroup> {
    let ware = |group: &ClaimedGroup| ClaimedGroup {
        stock: gpu_broker_core::offer::StockLevel::Available,
        stock_units: None,
        minimum_runtime_minutes: 0,
        rate: gpu_broker_core::number::Exact::ZERO,
        lines: Vec::new(),
        also_sold_by: Vec::new(),
        ..group.clone()
    };
    plan.groups.iter().map(ware).collect()
}

/// In what a plan costs more than was approved; both have the same wares.
fn dearer(approved: &ClaimedPlan, now: &ClaimedPlan, tolerance: Tolerance) -> Option<String> {
    let mut all = String::new();
    for (was, is) in sorted(approved).into_iter().zip(sorted(now)) {
        let id = crate::view::text::shown(was.offer_id.as_str()).into_owned();
        if tolerance.ceiling(was.rate).is_none_or(|ceiling| is.rate > ceiling) {
            let _ = write!(
                all,
                "{}{id} costs {} per hour, up from {}",
                comma(&all),
                is.rate,
                was.rate
            );
        }
        if is.minimum_runtime_minutes > was.minimum_runtime_minutes {
            let _ = write!(
                all,
                "{}{id} is charged for at least {} minutes, up from {}",
                comma(&all),
                is.minimum_runtime_minutes,
                was.minimum_runtime_minutes
            );
        }
    }
    (!all.is_empty()).then_some(all)
}

fn comma(text: &str) -> &'static str {
    if text.is_empty() { "" } else { ", " }
}

/// Groups in an order in which prices have no say.
fn sorted(plan: &ClaimedPlan) -> Vec<&ClaimedGroup> {
    let mut groups: Vec<&ClaimedGroup> = plan.groups.iter().collect();
    groups.sort_by_key(|group| {
        let place = group.place.clone();
        let sold = (group.market.clone(), group.security.clone(), group.prepaid_hours);
        (group.broker.clone(), group.offer_id.clone(), place, sold, group.count)
    });
    groups
}
