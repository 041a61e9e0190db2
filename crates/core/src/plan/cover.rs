//! Plans of several instances: the exact best of all combinations that may be
//! made (R8–R10, R15).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::feasible::is_feasible;
use super::merge::Merge;
use super::order::Provisioning;
use super::part::parts;
use super::pool::{Pool, Scale, Unit, Weight, costs};
use super::{Found, Goal, broken};
use crate::colocation::{Beside, DiskSet};
use crate::demand::Objective;
use crate::fit::{Candidate, Reason};
use crate::gpu::{GpuModel, Socket};
use crate::money::Money;
use crate::number::Exact;
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
    let mut reasons: Vec<Option<Reason>> = vec![Some(Reason::GpuCount); candidates.len()];
    let mut merge = Merge::new(*goal);
    let scale = scale(candidates, wanted, goal.objective);
    let parts_of = |(units, range)| parts(units, range).into_iter().map(move |part| (part, range));
    for (part, range) in pools(candidates, wanted, goal, rules, scale, &mut reasons)
        .into_iter()
        .flat_map(parts_of)
    {
        let base = part
            .disks
            .map_err(Reason::from)
            .and_then(|disks| base(disks.as_deref(), goal.objective, scale));
        let pool = Pool::new(part.units, range, rules.nodes_max).based_on(base.unwrap_or(Weight::ZERO));
        if is_feasible(&pool) {
            let barred = base.err().or_else(|| merge.barred(&pool));
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
    let plans = merge.take(goal.plans);
    Found {
        plans,
        reasons,
        optimal: !merge.gave_up(),
    }
}

/// Adds a pool's plans, as several streams where the objective is no sum.
fn add(merge: &mut Merge, pool: Pool, objective: Objective) {
    match objective {
        Objective::Total | Objective::Rate | Objective::Upfront => {
            let wanted = pool.wanted;
            merge.add(pool, wanted, None);
        }
        Objective::PerGpu => {
            // For a known number of GPUs the least per GPU is the least. Units
            // of no more GPUs than the surplus would be superfluous.
            let largest = pool
                .units()
                .map(|unit| u64::from(unit.candidate.offer.gpu.count))
                .max()
                .unwrap_or(1);
            let most = pool
                .wanted
                .most
                .unwrap_or(u64::MAX)
                .min(pool.wanted.least.saturating_add(largest - 1));
            for gpus in pool.wanted.least.max(1)..=most {
                let surplus = gpus - pool.wanted.least.max(1);
                let needed = |unit: &&Unit| u64::from(unit.candidate.offer.gpu.count) > surplus;
                let exactly = Range {
                    least: gpus,
                    most: Some(gpus),
                };
                merge.add(pool.narrowed(pool.units().filter(needed), exactly), pool.wanted, None);
            }
        }
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
                    .filter(|unit| Provisioning::of(&unit.candidate.offer) <= speed);
                merge.add(pool.narrowed(units, pool.wanted), pool.wanted, Some(speed));
            }
        }
    }
}

/// The unit of costs common to all candidates and the disks beside them.
fn scale(candidates: &[Arc<Candidate>], wanted: &[Range], objective: Objective) -> Scale {
    let largest = candidates.iter().map(|candidate| candidate.offer.gpu.count).max();
    let least = wanted.iter().map(|range| range.least).max();
    let gpus = least.unwrap_or(1).saturating_add(largest.unwrap_or(1).into());
    let instances = candidates.iter().map(|candidate| {
        let bill = &candidate.bill;
        costs(objective, bill.rate, bill.upfront, bill.total)
    });
    let sets = candidates
        .iter()
        .flat_map(|candidate| candidate.beside.iter().flat_map(Beside::sets));
    let disks = sets.map(|set| costs_of_disks(set, objective));
    Scale::of(&instances.chain(disks).collect::<Vec<_>>(), gpus.min(GPUS_COUNTED_MAX))
}

/// What the disks add to every plan that takes them along.
fn base(disks: Option<&DiskSet>, objective: Objective, scale: Scale) -> Result<Weight, Reason> {
    let weight = |disks| scale.weight(costs_of_disks(disks, objective)).ok_or(Reason::Price);
    disks.map_or(Ok(Weight::ZERO), weight)
}

/// Nothing is paid for a disk when ordering.
fn costs_of_disks(disks: &DiskSet, objective: Objective) -> [Exact; 2] {
    costs(objective, disks.rate, Money::zero(disks.total.currency()), disks.total)
}

/// What the units of one plan share.
type Key<'a> = (Option<Spot<'a>>, Option<Machine<'a>>);
type Spot<'a> = (&'a str, &'a str, &'a str);
type Machine<'a> = (usize, &'a GpuModel, Option<Gb>, Option<&'a Socket>);

/// Sorts units into pools; a unit that may not be combined at all is a pool of
/// its own. Candidates too dear to reckon with get their reason here.
fn pools(
    candidates: &[Arc<Candidate>],
    wanted: &[Range],
    goal: &Goal,
    rules: &Rules,
    scale: Scale,
    reasons: &mut [Option<Reason>],
) -> Vec<(Vec<Unit>, Range)> {
    let mut pools: BTreeMap<Key<'_>, Vec<Unit>> = BTreeMap::new();
    let mut lonely = Vec::new();
    for (number, candidate) in candidates.iter().enumerate() {
        let bill = &candidate.bill;
        let weight = scale.weight(costs(goal.objective, bill.rate, bill.upfront, bill.total));
        let reason = match weight {
            None => Some(Reason::Price),
            Some(_) => broken(&goal.caps, bill.rate, bill.upfront, bill.total),
        };
        let (Some(Weight { first, second, .. }), None) = (weight, reason) else {
            if let Some(slot) = reasons.get_mut(number) {
                *slot = reason;
            }
            continue;
        };
        let weight = Weight {
            first,
            second,
            nodes: 1,
            surplus: 0,
        };
        let offer = &candidate.offer;
        let bound = offer.stock.bound().unwrap_or(u64::MAX);
        let machine = (
            candidate.alternative,
            &offer.gpu.model,
            offer.gpu.memory,
            offer.gpu.socket.as_ref(),
        );
        for &place in places(candidate, rules.spread) {
            let unit = Unit {
                candidate: Arc::clone(candidate),
                number,
                place,
                bound,
                weight,
            };
            let center = offer.places.get(place).and_then(|place| place.data_center.as_ref());
            let spot = match center {
                _ if rules.spread => None,
                Some(center) => Some((offer.broker.as_str(), offer.provider.as_str(), center.as_str())),
                None => {
                    lonely.push((vec![unit], range_of(wanted, candidate)));
                    continue;
                }
            };
            pools
                .entry((spot, (!rules.mixed).then_some(machine)))
                .or_default()
                .push(unit);
        }
    }
    let shared = pools.into_values().filter_map(|units| {
        let range = range_of(wanted, &units.first()?.candidate);
        Some((units, range))
    });
    shared.chain(lonely).collect()
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

fn range_of(wanted: &[Range], candidate: &Candidate) -> Range {
    wanted.get(candidate.alternative).copied().unwrap_or(Range::at_least(1))
}
