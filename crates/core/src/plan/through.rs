//! The best plan that has a part in which somebody takes an interest (R16).
//!
//! A plan with one instance of a unit is that instance and a cover of what is
//! then missing. So the best of them costs one search for each unit, and none
//! has to wait until all better plans without the unit are listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cover::{Rules, pools};
use super::order::Provisioning;
use super::pool::{Pool, Unit};
use super::search::Search;
use super::{Goal, Group, Plan, compare};
use crate::demand::{Caps, Objective};
use crate::fit::Candidate;
use crate::quantity::Range;

/// Plans that break a cap before the search for one that does not gives up.
const SKIPPED_MAX: usize = 2_000;

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
    // A cap that no plan keeps ends the matter before plans are listed by
    // something else.
    let (own, others) = by_measure(goal);
    for (objective, caps) in others {
        let goal = Goal {
            objective,
            caps,
            ..*goal
        };
        through(candidates, wanted, &goal, rules, chosen)?;
    }
    let mut reasons = vec![None; candidates.len()];
    let is_chosen = |unit: &Unit| chosen.get(unit.number).copied().unwrap_or(false);
    let mut best: Option<Plan> = None;
    for (units, range) in pools(candidates, wanted, goal, rules, &mut reasons) {
        if !units.iter().any(is_chosen) {
            continue;
        }
        let all = units.iter().all(is_chosen);
        for (units, supplied) in ways(&units, range, goal.objective) {
            let units: Vec<Unit> = Pool::new(units, supplied, rules.nodes_max).units().cloned().collect();
            let task = Task {
                units: &units,
                supplied,
                wanted: range,
                nodes_max: rules.nodes_max,
                goal,
                own,
            };
            let found = if all {
                task.best(None)
            } else {
                let tried = task.worth_trying(is_chosen);
                let plans = tried.into_iter().filter_map(|unit| task.best(Some(unit)));
                plans.min_by(|left, right| compare(left, right, goal.objective))
            };
            best = best
                .into_iter()
                .chain(found)
                .min_by(|left, right| compare(left, right, goal.objective));
        }
    }
    best
}

/// The cap on what an objective adds up, and every other with the objective
/// that adds up what it is on.
fn by_measure(goal: &Goal) -> (Caps, Vec<(Objective, Caps)>) {
    let Caps { rate, total, upfront } = goal.caps;
    let none = Caps::default();
    let all = [
        (Objective::Rate, Caps { rate, ..none }),
        (Objective::Upfront, Caps { upfront, ..none }),
        (Objective::Total, Caps { total, ..none }),
    ];
    let measure = match goal.objective {
        Objective::Rate => Objective::Rate,
        Objective::Upfront => Objective::Upfront,
        Objective::Total | Objective::PerGpu | Objective::Provisioning => Objective::Total,
    };
    let own = all.iter().find(|(objective, _)| *objective == measure);
    let own = own.map_or(none, |(_, caps)| *caps);
    let others = all
        .into_iter()
        .filter(|(objective, caps)| *objective != measure && *caps != none);
    (own, others.collect())
}

/// What a pool's units may be covered with so that the least sum is the best:
/// the pool as it is, or for an objective that is no sum one way for each
/// number of GPUs supplied, or for each launch time.
fn ways(units: &[Unit], wanted: Range, objective: Objective) -> Vec<(Vec<Unit>, Range)> {
    let those = |which: &dyn Fn(&Unit) -> bool| units.iter().filter(|unit| which(unit)).cloned().collect::<Vec<_>>();
    match objective {
        Objective::Total | Objective::Rate | Objective::Upfront => vec![(units.to_vec(), wanted)],
        Objective::PerGpu => {
            let largest = units.iter().map(gpus).max().unwrap_or(1);
            let least = wanted.least.max(1);
            let most = wanted.most.unwrap_or(u64::MAX).min(least.saturating_add(largest - 1));
            let way = |supplied| {
                let exactly = Range {
                    least: supplied,
                    most: Some(supplied),
                };
                // Units of no more GPUs than the surplus would be superfluous.
                (those(&|unit| gpus(unit) > supplied - least), exactly)
            };
            (least..=most).map(way).collect()
        }
        Objective::Provisioning => {
            let speed = |unit: &Unit| Provisioning::of(&unit.candidate.offer);
            let speeds: std::collections::BTreeSet<_> = units.iter().map(speed).collect();
            let way = |slowest| (those(&|unit| speed(unit) <= slowest), wanted);
            speeds.into_iter().map(way).collect()
        }
    }
}

fn gpus(unit: &Unit) -> u64 {
    unit.candidate.offer.gpu.count.into()
}

/// Units to cover a count with.
struct Task<'a> {
    /// In the order of a pool, cheapest of each size first.
    units: &'a [Unit],
    /// GPUs that the plan is to supply.
    supplied: Range,
    /// What was asked for, which may be less.
    wanted: Range,
    nodes_max: u64,
    goal: &'a Goal,
    /// The cap on what is minimised.
    own: Caps,
}

impl Task<'_> {
    /// Of the chosen units of one size, the cheapest is in the best plan: in
    /// any plan without it, it could take another's place. Caps on something
    /// else than what is minimised spoil that.
    fn worth_trying(&self, is_chosen: impl Fn(&Unit) -> bool) -> Vec<&Unit> {
        let most = if self.goal.caps == self.own { 1 } else { UNITS_MAX };
        let mut sizes: BTreeMap<u64, Vec<&Unit>> = BTreeMap::new();
        for unit in self.units.iter().filter(|unit| is_chosen(unit)) {
            let size = sizes.entry(gpus(unit)).or_default();
            if size.len() < most {
                size.push(unit);
            }
        }
        sizes.into_values().flatten().collect()
    }

    /// The best plan, with at least one instance of `through` if any is given.
    fn best(&self, through: Option<&Unit>) -> Option<Plan> {
        let least = self.supplied.least.max(1);
        let Some(unit) = through else {
            return self.search(Pool::new(self.units.to_vec(), self.supplied, self.nodes_max), None);
        };
        let gpus = gpus(unit);
        if gpus >= least {
            let plan = Plan::of(vec![group(unit)], self.wanted).ok()?;
            let good = self.supplied.contains(gpus) && plan.breaks(&self.goal.caps).is_none();
            return good.then_some(plan);
        }
        let rest = Range {
            least: least - gpus,
            // Whatever covers the count without the unit makes it superfluous.
            most: Some(
                self.supplied
                    .most
                    .map_or(u64::MAX, |most| most - gpus)
                    .min(self.wanted.least.max(1) - 1),
            ),
        };
        if rest.most < Some(rest.least) {
            return None;
        }
        let same = |other: &Unit| (other.number, other.place) == (unit.number, unit.place);
        let left = |other: &Unit| Unit {
            bound: if same(other) { other.bound - 1 } else { other.bound },
            ..other.clone()
        };
        let units = self.units.iter().map(left).filter(|unit| unit.bound > 0).collect();
        self.search(Pool::new(units, rest, self.nodes_max.checked_sub(1)?), Some(unit))
    }

    fn search(&self, pool: Pool, with: Option<&Unit>) -> Option<Plan> {
        let mut search = Search::new(pool);
        for _ in 0..SKIPPED_MAX {
            let (_, mut groups) = search.next_plan(|_| true)?;
            if let Some(unit) = with {
                let same =
                    |group: &&mut Group| Arc::ptr_eq(&group.candidate, &unit.candidate) && group.place == unit.place;
                match groups.iter_mut().find(same) {
                    Some(group) => group.count += 1,
                    None => groups.push(group(unit)),
                }
            }
            let Ok(plan) = Plan::of(groups, self.wanted) else {
                continue;
            };
            if plan.breaks(&self.goal.caps).is_none() {
                return Some(plan);
            }
            if plan.breaks(&self.own).is_some() {
                // All that follow cost no less.
                return None;
            }
        }
        None
    }
}

fn group(unit: &Unit) -> Group {
    Group {
        candidate: Arc::clone(&unit.candidate),
        place: unit.place,
        count: 1,
    }
}
