//! The best plan that has a part in which somebody takes an interest (R16).
//!
//! A plan with one instance of a unit is that instance and a cover of what is
//! then missing. So the best of them costs one search for each unit, and none
//! has to wait until all better plans without the unit are listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cover::{Rules, pools};
use super::limits::spend;
use super::order::Provisioning;
use super::pool::{Base, Pool, Unit, Weight};
use super::search::Search;
use super::{Goal, Group, Plan, broken, compare};
use crate::demand::{Caps, Objective};
use crate::fit::Candidate;
use crate::quantity::Range;

/// Units of one size tried in one pool, cheapest first, where caps keep the
/// cheapest from being the best.
const UNITS_MAX: usize = 64;

/// The best of all covers that use a candidate for which `chosen` holds.
///
/// The same plans compete as in [`super::covers`].
pub(crate) fn through(
    candidates: &[Arc<Candidate>],
    wanted: &[Range],
    goal: &Goal,
    rules: &Rules,
    chosen: &[bool],
) -> Option<Plan> {
    let mut reasons = vec![None; candidates.len()];
    let is_chosen = |unit: &Unit| chosen.get(unit.number).copied().unwrap_or(false);
    let better = |left: &Plan, right: &Plan| compare(left, right, goal.objective);
    let mut best: Option<Plan> = None;
    for (pool, apart) in pools(candidates, wanted, goal, rules, &mut reasons) {
        if apart.is_some() || !pool.units().any(is_chosen) {
            continue;
        }
        let wanted = pool.wanted;
        for pool in ways(&pool, goal.objective) {
            let task = Task { pool, wanted, goal };
            let found = if task.pool.units().all(is_chosen) {
                task.best(None)
            } else {
                let tried = task.worth_trying(is_chosen);
                tried
                    .into_iter()
                    .filter_map(|unit| task.best(Some(unit)))
                    .min_by(better)
            };
            best = best.into_iter().chain(found).min_by(better);
        }
    }
    best
}

/// Whether the only cap is on what an objective adds up.
fn caps_only_what_is_least(goal: &Goal) -> bool {
    let Caps { rate, total, upfront } = goal.caps;
    let none = Caps::default();
    let own = match goal.objective {
        Objective::Rate => Caps { rate, ..none },
        Objective::Upfront => Caps { upfront, ..none },
        Objective::Total | Objective::PerGpu | Objective::Provisioning => Caps { total, ..none },
    };
    goal.caps == own
}

/// What a pool's units may be covered with so that the least sum is the best:
/// the pool as it is, or for an objective that is no sum one way for each
/// number of GPUs supplied, or for each launch time.
fn ways(pool: &Pool, objective: Objective) -> Vec<Pool> {
    let wanted = pool.wanted;
    let those = |range: Range, which: &dyn Fn(&Unit) -> bool| {
        pool.of_others(pool.units().filter(|unit| which(unit)).cloned(), range)
    };
    match objective {
        Objective::Total | Objective::Rate | Objective::Upfront => vec![those(wanted, &|_| true)],
        Objective::PerGpu => {
            // What covers the count alone is a plan of its own.
            let least = wanted.least.max(1);
            let alone: BTreeSet<u64> = pool.units().map(gpus).filter(|gpus| *gpus >= least).collect();
            let alone = alone.into_iter().map(|size| those(wanted, &|unit| gpus(unit) == size));
            let largest = pool.units().map(gpus).filter(|gpus| *gpus < least).max().unwrap_or(0);
            let most = wanted.most.unwrap_or(u64::MAX).min((least + largest).saturating_sub(1));
            let together = (least..=most).map(|supplied| {
                let exactly = Range {
                    least: supplied,
                    most: Some(supplied),
                };
                // Units of no more GPUs than the surplus would be superfluous.
                those(exactly, &|unit| gpus(unit) < least && gpus(unit) > supplied - least)
            });
            alone.chain(together).collect()
        }
        Objective::Provisioning => {
            let speed = |unit: &Unit| Provisioning::of(&unit.candidate.offer);
            let speeds: BTreeSet<_> = pool.units().map(speed).collect();
            let way = |slowest| those(wanted, &|unit| speed(unit) <= slowest);
            speeds.into_iter().map(way).collect()
        }
    }
}

fn gpus(unit: &Unit) -> u64 {
    unit.candidate.offer.gpu.count.into()
}

/// Units to cover a count with.
struct Task<'a> {
    /// Its count is what the plan is to supply.
    pool: Pool,
    /// What was asked for, which may be less.
    wanted: Range,
    goal: &'a Goal,
}

impl Task<'_> {
    /// Of the chosen units of one size, the cheapest is in the best plan: in
    /// any plan without it, it could take another's place. Caps on something
    /// else than what is minimised spoil that.
    fn worth_trying(&self, is_chosen: impl Fn(&Unit) -> bool) -> Vec<&Unit> {
        let most = if caps_only_what_is_least(self.goal) {
            1
        } else {
            UNITS_MAX
        };
        let mut sizes: BTreeMap<u64, Vec<&Unit>> = BTreeMap::new();
        for unit in self.pool.units().filter(|unit| is_chosen(unit)) {
            let size = sizes.entry(gpus(unit)).or_default();
            if size.len() < most {
                size.push(unit);
            }
        }
        sizes.into_values().flatten().collect()
    }

    /// The best plan, with at least one instance of `through` if any is given.
    fn best(&self, through: Option<&Unit>) -> Option<Plan> {
        let (pool, supplied) = (&self.pool, self.pool.wanted);
        let least = supplied.least.max(1);
        let Some(unit) = through else {
            return self.search(pool.of_others(pool.units().cloned(), supplied), None);
        };
        let gpus = gpus(unit);
        if gpus >= least {
            let plan = Plan::of(vec![group(unit)], self.wanted).ok()?;
            let broken = broken(&self.goal.caps, plan.rate, plan.upfront, plan.total);
            return (supplied.contains(gpus) && broken.is_none()).then_some(plan);
        }
        // Whatever covers the count without the unit makes it superfluous.
        let enough = self.wanted.least.max(1) - 1;
        let rest = Range {
            least: least - gpus,
            most: Some(supplied.most.map_or(enough, |most| (most - gpus).min(enough))),
        };
        if rest.most < Some(rest.least) {
            return None;
        }
        let same = |other: &Unit| (other.number, other.place) == (unit.number, unit.place);
        let left = |other: &Unit| Unit {
            bound: if same(other) { other.bound - 1 } else { other.bound },
            ..other.clone()
        };
        let units = pool.units().map(left).filter(|unit| unit.bound > 0).collect();
        let mut limits = pool.limits;
        limits.nodes = limits.nodes.checked_sub(1)?;
        // Its instance is off the limit already.
        let weight = Weight {
            nodes: 0,
            ..unit.weight
        };
        let base = Base {
            weight: pool.base.weight.plus(weight),
            spent: spend(pool.base.spent, unit.spent, 1),
        };
        self.search(Pool::new(units, rest, limits).based_on(base), Some(unit))
    }

    fn search(&self, pool: Pool, with: Option<&Unit>) -> Option<Plan> {
        let (_, mut groups) = Search::new(pool).next_plan(|_| true)?;
        if let Some(unit) = with {
            let same = |group: &&mut Group| Arc::ptr_eq(&group.candidate, &unit.candidate) && group.place == unit.place;
            match groups.iter_mut().find(same) {
                Some(group) => group.count += 1,
                None => groups.push(group(unit)),
            }
        }
        Plan::of(groups, self.wanted).ok()
    }
}

fn group(unit: &Unit) -> Group {
    Group {
        candidate: Arc::clone(&unit.candidate),
        place: unit.place,
        count: 1,
    }
}
