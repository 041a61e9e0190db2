//! Plans of several instances: the exact best of all combinations that may be
//! made (R8–R10, R15).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::feasible::{barred, is_feasible};
use super::limits::Limits;
use super::merge::Merge;
use super::order::{Provisioning, everything};
use super::part::{Bases, parts, sets};
use super::pool::{Pool, Unit, Weight, weights};
use super::price::Price;
use super::search::Search;
use super::{Found, Goal, Plan, broken, compare};
use crate::demand::Objective;
use crate::fit::{Candidate, Reason};
use crate::gpu::{GpuModel, Socket};
use crate::place::Place;
use crate::quantity::{Gb, Range};

/// GPUs beyond which costs get no less room: as many as can be asked for. One
/// offer that claims more must not cost all others their digits.
const GPUS_COUNTED_MAX: u64 = 100_000;

/// What may be combined.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Instances at the most.
    pub(crate) nodes_max: u64,
    /// Whether GPUs may differ (R8).
    pub(crate) mixed: bool,
    /// Whether places may differ (R9).
    pub(crate) spread: bool,
}

/// The best covers of the wanted counts, best first.
///
/// `wanted` are the counts asked for, by alternative; with `mixed` they are
/// all equal.
pub(crate) fn covers(candidates: &[Arc<Candidate>], wanted: &[Range], goal: &Goal, rules: &Rules) -> Found {
    search(candidates, wanted, goal, rules, |_| true)
}

/// The best covers out of those pools that hold a candidate for which `chosen`
/// holds. Nothing is said of the candidates of other pools.
pub(crate) fn covers_with(
    candidates: &[Arc<Candidate>],
    wanted: &[Range],
    goal: &Goal,
    rules: &Rules,
    chosen: &[bool],
) -> Found {
    let is_chosen = |unit: &Unit| chosen.get(unit.number).copied().unwrap_or(false);
    search(candidates, wanted, goal, rules, |pool| pool.units().any(is_chosen))
}

fn search(
    candidates: &[Arc<Candidate>],
    wanted: &[Range],
    goal: &Goal,
    rules: &Rules,
    looked_at: impl Fn(&Pool) -> bool,
) -> Found {
    let mut reasons: Vec<Option<Reason>> = vec![Some(Reason::GpuCount); candidates.len()];
    let mut merge = Merge::new(*goal);
    for (pool, apart) in pools(candidates, wanted, goal, rules, &mut reasons) {
        if looked_at(&pool) && is_feasible(&pool) {
            let barred = apart.or_else(|| barred(&pool));
            for unit in pool.units() {
                // An offer in several places counts when any of them will do.
                if let Some(reason) = reasons.get_mut(unit.number).filter(|reason| reason.is_some()) {
                    *reason = barred;
                }
            }
            if barred.is_none() {
                add(&mut merge, pool, goal.objective);
            }
        }
    }
    let mut plans = merge.take(goal.plans);
    if plans.is_empty() && merge.gave_up() {
        plans.extend(some_plan(candidates, wanted, goal, rules));
    }
    Found {
        plans,
        reasons,
        optimal: !merge.gave_up(),
    }
}

/// A plan that keeps to all limits, for when the best one cannot be found:
/// of each pool the one with the fewest instances, and the best of those.
fn some_plan(candidates: &[Arc<Candidate>], wanted: &[Range], goal: &Goal, rules: &Rules) -> Option<Plan> {
    let mut reasons = vec![None; candidates.len()];
    let pools = pools(candidates, wanted, goal, rules, &mut reasons);
    let plans = pools
        .into_iter()
        .filter(|(_, apart)| apart.is_none())
        .filter_map(|(pool, _)| {
            let counted = |unit: Unit| Unit {
                weight: Weight {
                    nodes: 1,
                    ..Weight::ZERO
                },
                ..unit
            };
            let counted = pool.of_others(pool.units().cloned().map(counted), pool.wanted);
            let (_, groups) = Search::new(counted).next_plan(|_| true)?;
            Plan::of(groups, pool.wanted).ok()
        });
    plans.min_by(|left, right| compare(left, right, goal.objective))
}

/// Adds a pool's plans, as several streams where the objective is no sum.
fn add(merge: &mut Merge, pool: Pool, objective: Objective) {
    match objective {
        Objective::Total | Objective::Rate | Objective::Upfront => {
            let wanted = pool.wanted;
            merge.add(pool, wanted, None);
        }
        Objective::PerGpu => per_gpu(merge, &pool),
        Objective::Provisioning => {
            // The slowest instance decides; `Merge` keeps the plans whose
            // slowest is just this slow.
            let speeds: BTreeSet<Provisioning> = pool
                .units()
                .map(|unit| Provisioning::of(&unit.candidate.offer))
                .collect();
            for speed in speeds {
                let units = pool
                    .units()
                    .filter(|unit| Provisioning::of(&unit.candidate.offer) <= speed)
                    .cloned();
                merge.add(pool.of_others(units, pool.wanted), pool.wanted, Some(speed));
            }
        }
    }
}

/// For a known number of GPUs the least per GPU is the least: one stream for
/// each number that a plan can supply.
///
/// A unit that covers the wanted count alone is a plan of its own, for with it
/// every other one is superfluous. So only smaller units are combined, and an
/// offer that claims any number of GPUs costs one stream, not that many.
fn per_gpu(merge: &mut Merge, pool: &Pool) {
    let gpus_of = |unit: &Unit| u64::from(unit.candidate.offer.gpu.count);
    let least = pool.wanted.least.max(1);
    let mut alone: BTreeMap<u64, Vec<Unit>> = BTreeMap::new();
    for unit in pool.units().filter(|unit| gpus_of(unit) >= least) {
        alone.entry(gpus_of(unit)).or_default().push(unit.clone());
    }
    for (gpus, units) in alone {
        merge.add_per_gpu(pool.of_others(units.into_iter(), pool.wanted), pool.wanted, gpus);
    }
    let small = || pool.units().filter(|unit| gpus_of(unit) < least);
    let largest = small().map(gpus_of).max().unwrap_or(0);
    let most = pool
        .wanted
        .most
        .unwrap_or(u64::MAX)
        .min((least + largest).saturating_sub(1));
    for gpus in least..=most {
        // Units of no more GPUs than the surplus would be superfluous.
        let needed = |unit: &&Unit| gpus_of(unit) > gpus - least;
        let exactly = Range {
            least: gpus,
            most: Some(gpus),
        };
        let units = small().filter(needed).cloned();
        merge.add_per_gpu(pool.of_others(units, exactly), pool.wanted, gpus);
    }
}

/// What the units of one plan share.
type Key<'a> = (Option<Spot<'a>>, Option<Machine<'a>>);
type Spot<'a> = (&'a str, &'a str, &'a str);
type Machine<'a> = (usize, &'a GpuModel, Option<Gb>, Option<&'a Socket>);

/// Sorts units into pools; a unit that may not be combined at all is a pool of
/// its own. With a reason, a pool's plans lack a disk. Candidates too dear to
/// reckon with get their reason here.
pub(super) fn pools(
    candidates: &[Arc<Candidate>],
    wanted: &[Range],
    goal: &Goal,
    rules: &Rules,
    reasons: &mut [Option<Reason>],
) -> Vec<(Pool, Option<Reason>)> {
    let mut pools: BTreeMap<Key<'_>, (Vec<Unit>, Range)> = BTreeMap::new();
    let mut lonely = Vec::new();
    let largest = candidates.iter().map(|candidate| candidate.offer.gpu.count).max();
    let least = wanted.iter().map(|range| range.least).max();
    let gpus = least.unwrap_or(1).saturating_add(largest.unwrap_or(1).into());
    let sets = sets(candidates);
    let prices = candidates.iter().map(|candidate| Price::of(&candidate.bill));
    let prices: Vec<Price> = prices.chain(sets.iter().map(|set| Price::of_disks(set))).collect();
    let weights = weights(&prices, goal.objective, gpus.min(GPUS_COUNTED_MAX));
    let (limits, spent) = Limits::count(rules.nodes_max, &goal.caps, &prices);
    let mut counted = weights.into_iter().zip(spent);
    for (number, (candidate, (weight, spent))) in candidates.iter().zip(&mut counted).enumerate() {
        let bill = &candidate.bill;
        let reason = match (weight, spent) {
            (Some(_), Some(_)) => broken(&goal.caps, bill.rate, bill.upfront, bill.total),
            _ => Some(Reason::Price),
        };
        let (Some(weight), Some(spent), None) = (weight, spent, reason) else {
            if let Some(slot) = reasons.get_mut(number) {
                *slot = reason;
            }
            continue;
        };
        let offer = &candidate.offer;
        let bound = candidate.most.unwrap_or(u64::MAX);
        // Mixed plans answer all alternatives at once, which ask for one count.
        let alternatives = candidate
            .alternatives
            .iter()
            .take(if rules.mixed { 1 } else { usize::MAX });
        let placed = alternatives.flat_map(|at| places(candidate, rules.spread).iter().map(move |place| (*at, *place)));
        for (alternative, place) in placed {
            let range = wanted.get(alternative).copied().unwrap_or(Range::at_least(1));
            if range.is_empty() {
                continue;
            }
            let machine = (
                alternative,
                &offer.gpu.model,
                offer.gpu.memory,
                offer.gpu.socket.as_ref(),
            );
            let unit = Unit {
                candidate: Arc::clone(candidate),
                number,
                place,
                bound,
                weight: Weight { nodes: 1, ..weight },
                spent,
            };
            let center = offer.places.get(place).and_then(|place| place.data_center.as_ref());
            let spot = match center {
                _ if rules.spread => None,
                Some(center) => Some((offer.broker.as_str(), offer.provider.as_str(), center.as_str())),
                None => {
                    lonely.push((vec![unit], range));
                    continue;
                }
            };
            let pool = pools.entry((spot, (!rules.mixed).then_some(machine)));
            pool.or_insert_with(|| (Vec::new(), range)).0.push(unit);
        }
    }
    // Their order settles ties that nothing else does.
    lonely.sort_by(|(left, _), (right, _)| compare_units(left.first(), right.first()));
    let bases = Bases::of(&sets, counted);
    let sorted = pools.into_values().chain(lonely);
    sorted
        .flat_map(|(units, range)| in_parts(units, range, limits, &bases))
        .collect()
}

/// A pool for each set of disks that its plans may take along, or the reason
/// why they lack one.
fn in_parts(
    units: Vec<Unit>,
    range: Range,
    limits: Limits,
    bases: &Bases,
) -> impl Iterator<Item = (Pool, Option<Reason>)> + use<> {
    parts(units, range, bases).into_iter().map(move |part| {
        let pool = Pool::new(part.units, range, limits);
        match part.base {
            Ok(base) => (pool.based_on(base), None),
            Err(reason) => (pool, Some(reason)),
        }
    })
}

/// The places in which an offer competes. Where places may differ, its copies
/// are bound by one stock and cost the same everywhere: the first by name
/// stands for all.
fn places(candidate: &Candidate, spread: bool) -> &[usize] {
    if !spread {
        return &candidate.places;
    }
    let place = |at: &usize| candidate.offer.places.get(*at);
    let first = candidate
        .places
        .iter()
        .enumerate()
        .min_by(|(_, left), (_, right)| compare_places(place(left), place(right)));
    first
        .and_then(|(at, _)| candidate.places.get(at..=at))
        .unwrap_or_default()
}

fn compare_places(left: Option<&Place>, right: Option<&Place>) -> Ordering {
    left.cmp(&right)
}

fn compare_units(left: Option<&Unit>, right: Option<&Unit>) -> Ordering {
    let (Some(left), Some(right)) = (left, right) else {
        return left.is_some().cmp(&right.is_some());
    };
    left.identity()
        .cmp(&right.identity())
        .then_with(|| everything(&left.candidate, &right.candidate))
}
