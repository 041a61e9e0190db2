//! What has become of an approved plan in the market since (D4).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gpu_broker_core::demand::{Caps, Demand};
use gpu_broker_core::market::Market;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::policy::Policy;
use gpu_broker_core::quote::quote;
use gpu_broker_core::verify::{Claim, ClaimedGroup, ClaimedPlan};

use super::tolerance::Tolerance;

/// What has become of a plan.
#[derive(Debug)]
pub enum Standing {
    /// It can be had, for no more than was approved.
    Stands(Box<Plan>),
    /// It costs more: what, in words, which may hold a broker's.
    Dearer(String),
    /// It cannot be had any more.
    Gone,
}

/// Plans looked at among those that the same offers make up.
const LIKELY: usize = 200;

impl Standing {
    /// Looks for a plan in a market that was read since.
    ///
    /// Only its own offers are looked at, without the caps and the policy: what it
    /// costs now is to be told, not whether it is among the best, or allowed.
    pub fn of(approved: &ClaimedPlan, market: &Market, demand: &Demand, tolerance: Tolerance) -> Self {
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
            policy: Policy::default(),
            ..demand.clone()
        };
        // What cannot be asked any more cannot be had either.
        let Ok(found) = quote(&narrow, &free, LIKELY) else {
            return Self::Gone;
        };
        let claimed = Claim::of(&found, &free).plans;
        let same = claimed.iter().position(|plan| wares(plan) == wares(approved));
        let Some((plan, at)) = same.and_then(|at| Some((claimed.get(at)?, at))) else {
            return Self::Gone;
        };
        match dearer(approved, plan, tolerance) {
            Some(what) => Self::Dearer(what),
            None => match found.plans.into_iter().nth(at) {
                Some(plan) => Self::Stands(Box::new(plan)),
                None => Self::Gone,
            },
        }
    }
}

/// What is launched, whatever it costs and however much there is of it.
fn wares(plan: &ClaimedPlan) -> BTreeSet<ClaimedGroup> {
    let ware = |group: &ClaimedGroup| {
        let mut ware = group.clone();
        ware.stock = gpu_broker_core::offer::StockLevel::Available;
        ware.stock_units = None;
        ware.minimum_runtime_minutes = 0;
        ware.rate = gpu_broker_core::number::Exact::ZERO;
        ware.lines.clear();
        ware.also_sold_by.clear();
        ware
    };
    plan.groups.iter().map(ware).collect()
}

/// In what a plan costs more than was approved; both have the same wares.
fn dearer(approved: &ClaimedPlan, now: &ClaimedPlan, tolerance: Tolerance) -> Option<String> {
    let mut all = String::new();
    for (was, is) in sorted(approved).into_iter().zip(sorted(now)) {
        let id = &was.offer_id;
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
