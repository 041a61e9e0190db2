//! What would admit the offers that were left out (R16): found by searching
//! the market under a changed request, never guessed.
//!
//! First the smallest sets of limits without which something is admitted, then
//! for each of them the least that has to be given up: the nearest threshold,
//! one word more.

mod lift;
mod limit;
mod need;
mod smallest;
mod tighten;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{RequestError, best, check, count, fitting, goal, rules, search_rows, wanted};
use crate::colocation::Colocation;
use crate::demand::{Demand, Nodes};
use crate::fit::{Candidate, Reason};
use crate::gpu::GpuRequest;
use crate::market::Market;
use crate::plan::{Plan, Seller, compare, singles, through};
use limit::{Limit, Limits};
use need::needs;

/// Sets of relaxations told at most.
const SETS_MAX: usize = 5;

/// Rows that are listed unless somebody asks for more or fewer.
const LISTED: usize = 10;

/// Rows among which the promised plan is looked for, so that a listing of so
/// many shows it.
const RANKS: [usize; 3] = [LISTED, 100, 1_000];

/// Why offers were rejected, and what would admit some of them.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Why {
    /// For each reason against any offer.
    pub rejections: Vec<Rejection>,
    /// When nothing matches, the smallest sets of changes with which something
    /// does, by the total of the best plan.
    pub relaxations: Vec<Change>,
}

/// The offers rejected for one reason.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejection {
    /// The first reason against them.
    pub reason: Reason,
    /// How many they are.
    pub offers: u64,
    /// The smallest change that admits some of them; `None` when no request
    /// does.
    pub change: Option<Change>,
}

/// A changed request, and what it brings.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// The changed request.
    pub demand: Demand,
    /// How many of the rejected offers are ranked under it.
    pub admits: u64,
    /// The best plan under it with one of them.
    pub plan: Plan,
    /// The row of a listing that is that plan, or names who sells it, from 1;
    /// `None` when none of the first thousand is.
    pub rank: Option<usize>,
}

/// Explains every rejection. Deterministic like [`super::quote()`]; slower, as it
/// searches the market under many requests.
///
/// # Errors
/// As [`super::quote()`].
pub fn why(market: &Market, demand: &Demand) -> Result<Why, RequestError> {
    check(market, demand)?;
    let case = Case::new(market, demand);
    let mut rejected: BTreeMap<Reason, u64> = BTreeMap::new();
    for reason in case.reasons.iter().flatten() {
        *rejected.entry(*reason).or_insert(0) += 1;
    }
    if !market.rejects.is_empty() {
        rejected.insert(Reason::Unreadable, count(market.rejects.len()));
    }
    let rejection = |(reason, offers)| Rejection {
        reason,
        offers,
        change: case.against(reason),
    };
    Ok(Why {
        rejections: rejected.into_iter().map(rejection).collect(),
        relaxations: case.relaxations(),
    })
}

/// When nothing matches, the smallest sets of changes with which something
/// does; empty when something matches, or nothing would.
///
/// # Errors
/// As [`super::quote()`].
pub fn relaxations(market: &Market, demand: &Demand) -> Result<Vec<Change>, RequestError> {
    check(market, demand)?;
    Ok(Case::new(market, demand).relaxations())
}

/// A change, and the limits that it widens.
struct Tried {
    limits: Limits,
    change: Change,
}

/// A request and what became of each offer under it.
struct Case<'a> {
    market: &'a Market,
    demand: &'a Demand,
    /// The first reason against each offer of the market.
    reasons: Vec<Option<Reason>>,
    /// Of each offer, the sets of limits without which it fits.
    needs: Vec<Vec<Limits>>,
}

impl<'a> Case<'a> {
    fn new(market: &'a Market, demand: &'a Demand) -> Self {
        let offers = market.offers.iter();
        Self {
            market,
            demand,
            reasons: Judged::new(market, demand, 1).reasons,
            needs: offers.map(|offer| needs(offer, demand, market)).collect(),
        }
    }

    /// The smallest change that admits offers rejected for one reason.
    fn against(&self, reason: Reason) -> Option<Change> {
        let named = Limits::of(Limit::named_by(reason));
        if named == Limits::default() {
            return None;
        }
        let targets: Vec<bool> = self.reasons.iter().map(|found| *found == Some(reason)).collect();
        let sets = self.smallest(&targets);
        // What the reason names comes first, if it helps at all.
        let apt = |set: &&Limits| set.shares_some(named);
        let sets: Vec<Limits> = match sets.iter().filter(apt).copied().collect::<Vec<_>>() {
            apt if apt.is_empty() => sets,
            apt => apt,
        };
        let changes = sets.into_iter().filter_map(|set| self.change(set, &targets));
        let best = changes.min_by(|left, right| {
            let fewer = left.limits.count().cmp(&right.limits.count());
            fewer.then_with(|| compare(&left.change.plan, &right.change.plan, self.demand.objective))
        });
        best.map(|tried| tried.change)
    }

    fn relaxations(&self) -> Vec<Change> {
        if self.reasons.iter().any(Option::is_none) {
            return Vec::new();
        }
        let targets = vec![true; self.reasons.len()];
        let sets = self.smallest(&targets);
        let mut changes: Vec<Tried> = sets.into_iter().filter_map(|set| self.change(set, &targets)).collect();
        changes.sort_by(|left, right| {
            let fewer = left.limits.count().cmp(&right.limits.count());
            fewer.then_with(|| by_total(&left.change.plan, &right.change.plan, self.demand))
        });
        // What was found to need less than it set out with may be there twice.
        let least = changes.first().map_or(0, |best| best.limits.count());
        changes.retain(|tried| tried.limits.count() == least);
        changes.dedup_by(|left, right| left.change.demand == right.change.demand);
        changes.truncate(SETS_MAX);
        changes.into_iter().map(|tried| tried.change).collect()
    }

    /// The least change of some limits that admits one of the targets, put to
    /// the test.
    fn change(&self, limits: Limits, targets: &[bool]) -> Option<Tried> {
        let (demand, limits) = self.tightened(limits, targets)?;
        let written = demand.gpus.to_string();
        if check(self.market, &demand).is_err() || GpuRequest::parse(&written).as_ref() != Ok(&demand.gpus) {
            return None;
        }
        let plan = Judged::new(self.market, &demand, 0).through(&demand, targets)?;
        let (judged, rank) = self.ranked(&demand, &plan);
        let admitted = judged.reasons.iter().zip(targets);
        let admits = admitted
            .filter(|(reason, is_target)| **is_target && reason.is_none())
            .count();
        let change = Change {
            admits: count(admits),
            rank,
            demand,
            plan,
        };
        Some(Tried { limits, change })
    }

    /// The market under a request, and the row of a plan in it.
    fn ranked(&self, demand: &Demand, plan: &Plan) -> (Judged, Option<usize>) {
        let judged = Judged::new(self.market, demand, 1);
        if judged.plans.first().is_some_and(|first| is_same(first, plan)) {
            return (judged, Some(1));
        }
        let rows = |most: usize| search_rows(self.market, demand, most).plans;
        let named = |row: &Plan| is_same(row, plan) || is_sold_by(row, plan);
        for most in RANKS {
            let shown = rows(most);
            if let Some(at) = shown.iter().position(named) {
                // In a shorter list others may be looked at, and so folded.
                let shorter = (at + 1).max(LISTED);
                let kept = shorter == most || rows(shorter).get(at).is_some_and(named);
                return (judged, kept.then_some(at + 1));
            }
            if shown.len() < most {
                break;
            }
        }
        (judged, None)
    }
}

/// Whether a row is a plan, or one of the same price.
fn is_same(row: &Plan, plan: &Plan) -> bool {
    row.rate == plan.rate && row.total == plan.total
}

/// Whether a row names the seller of a plan, which is then no row of its own
/// (R17).
fn is_sold_by(row: &Plan, plan: &Plan) -> bool {
    let [group] = plan.groups.as_slice() else {
        return false;
    };
    let offer = &group.candidate.offer;
    let named = |seller: &Seller| {
        let name = (&seller.broker, &seller.provider, &seller.id);
        name == (&offer.broker, &offer.provider, &offer.id) && seller.total == plan.total.amount()
    };
    row.also_sold_by.iter().any(named)
}

fn by_total(left: &Plan, right: &Plan, demand: &Demand) -> Ordering {
    let total = left.total.parts().cmp(&right.total.parts());
    total.then_with(|| compare(left, right, demand.objective))
}

/// What became of each offer of a market under a request.
struct Judged {
    candidates: Vec<Arc<Candidate>>,
    /// Which offer each candidate is.
    offers: Vec<usize>,
    reasons: Vec<Option<Reason>>,
    plans: Vec<Plan>,
}

impl Judged {
    /// Judges all offers; with `plans` 0 only whether each fits by itself.
    fn new(market: &Market, demand: &Demand, plans: usize) -> Self {
        Self::among(market, demand, 0..market.offers.len(), plans)
    }

    /// Judges some of the offers.
    fn among(market: &Market, demand: &Demand, offers: impl IntoIterator<Item = usize>, plans: usize) -> Self {
        let mut judged = Self {
            candidates: Vec::new(),
            offers: Vec::new(),
            reasons: vec![None; market.offers.len()],
            plans: Vec::new(),
        };
        let mut colocation = Colocation::new(market.disks.as_ref(), demand);
        for at in offers {
            let Some(offer) = market.offers.get(at) else { continue };
            match fitting(offer, demand, colocation.as_mut()) {
                Ok(candidate) => {
                    judged.candidates.push(Arc::new(candidate));
                    judged.offers.push(at);
                }
                Err(reason) => {
                    if let Some(slot) = judged.reasons.get_mut(at) {
                        *slot = Some(reason);
                    }
                }
            }
        }
        if plans > 0 {
            let found = best(&judged.candidates, demand, plans);
            for (at, reason) in judged.offers.iter().zip(found.reasons) {
                if let Some(slot) = judged.reasons.get_mut(*at) {
                    *slot = reason;
                }
            }
            judged.plans = found.plans;
        }
        judged
    }

    /// The best plan with a candidate that is one of the targets.
    fn through(&self, demand: &Demand, targets: &[bool]) -> Option<Plan> {
        let is_target = |at: &usize| targets.get(*at).copied().unwrap_or(false);
        let chosen: Vec<bool> = self.offers.iter().map(is_target).collect();
        if !chosen.contains(&true) {
            return None;
        }
        let (wanted, goal) = (wanted(demand), goal(demand, 1));
        let alone = || {
            let both = self.candidates.iter().zip(&chosen);
            let those: Vec<_> = both
                .filter(|(_, chosen)| **chosen)
                .map(|(one, _)| Arc::clone(one))
                .collect();
            singles(&those, &wanted, &goal).plans.into_iter().next()
        };
        let together = |nodes| through(&self.candidates, &wanted, &goal, &rules(demand, nodes), &chosen);
        match demand.nodes {
            Nodes::AtMost(1) => alone(),
            Nodes::AtMost(nodes) => together(nodes),
            Nodes::Any => together(u64::MAX),
            Nodes::OneIfPossible => {
                let found = singles(&self.candidates, &wanted, &goal);
                if found.reasons.iter().any(Option::is_none) {
                    alone()
                } else {
                    together(u64::MAX)
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
