//! The plans that there are: of single instances, and of pools up to some cost.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::pool::{Figures, Pool, Scale, Unit, cost, nodes_max, speed, wanted};
use super::table::{Base, Cost, Problem, Table};
use super::walk::{Limits, Picks, Stop, walk};
use crate::demand::{Demand, Objective};
use crate::fit::Candidate;
use crate::number::Exact;
use crate::plan::{Group, Plan, compare};

/// Plans of equal cost at the end of a quote that are put in order among each other; of more, only that they cost the
/// same is checked.
const TIES_MAX: usize = 2_000;

/// One problem of several that together are the request, and what its plans have in common beyond their cost.
pub(super) struct Part {
    pub(super) problem: Problem,
    /// The slowest launch, where that is ranked by: plans without such an instance belong to another part.
    pub(super) speed: Option<(bool, Exact)>,
    /// GPUs supplied, where the cost is compared per GPU.
    pub(super) gpus: Option<u64>,
}

/// How dear a plan may be: what the dearest in the quote costs.
#[derive(Clone, Copy)]
pub(super) struct Ceiling {
    cost: Cost,
    speed: (bool, Exact),
    gpus: u64,
    objective: Objective,
    /// Whether plans that cost the same are over it.
    strict: bool,
}

impl Ceiling {
    /// The ceiling that a plan is; `None` when its figures are too large.
    pub(super) fn of(plan: &Plan, objective: Objective, scale: Scale, strict: bool) -> Option<Self> {
        let (first, second) = cost(Figures::of(plan, scale)?, objective);
        let speeds = plan.groups.iter().map(|group| speed(&group.candidate.offer));
        Some(Self {
            cost: Cost {
                first,
                second,
                nodes: plan.nodes,
                surplus: plan.surplus,
            },
            speed: speeds.max()?,
            gpus: plan.gpus,
            objective,
            strict,
        })
    }

    /// What is minimised first.
    pub(super) fn first(&self) -> i128 {
        self.cost.first
    }

    /// Whether a plan of that part which costs so much, or more, is over the ceiling.
    pub(super) fn is_below(&self, part: &Part, cost: Cost) -> bool {
        let first = match self.objective {
            Objective::Total | Objective::Rate | Objective::Upfront => Ordering::Equal,
            // a/b against c/d, multiplied out so that nothing is rounded.
            Objective::PerGpu => {
                let across = |cost: Cost, gpus: u64| cost.first.saturating_mul(i128::from(gpus));
                across(cost, self.gpus).cmp(&across(self.cost, part.gpus.unwrap_or(self.gpus)))
            }
            Objective::Provisioning => part.speed.unwrap_or(self.speed).cmp(&self.speed),
        };
        match first.then_with(|| cost.cmp(&self.cost)) {
            Ordering::Less => false,
            Ordering::Equal => self.strict,
            Ordering::Greater => true,
        }
    }
}

/// Every plan of one instance.
pub(super) fn singles(candidates: &[Arc<Candidate>], demand: &Demand, scale: Scale) -> Vec<(usize, Plan)> {
    let fits = |candidate: &Candidate| {
        let ranges = candidate.alternatives.iter().map(|at| wanted(demand, *at));
        let mut answered = ranges.filter(|range| range.contains(candidate.offer.gpu.count.into()));
        answered.next()
    };
    // What a place adds by its disks may break a cap there alone.
    let caps = demand.held_caps();
    let affordable = |plan: &Plan| Figures::of(plan, scale).is_some_and(|figures| !figures.breaks(&caps, scale));
    let numbered = candidates.iter().enumerate();
    let numbered = numbered.filter_map(|(number, candidate)| Some((number, candidate, fits(candidate)?)));
    let each = numbered.flat_map(|(number, candidate, range)| {
        candidate.places.iter().filter_map(move |place| {
            let group = Group {
                candidate: Arc::clone(candidate),
                place: *place,
                count: 1,
            };
            let plan = Plan::of(vec![group], range).ok().filter(affordable)?;
            Some((number, plan))
        })
    });
    each.collect()
}

/// By how many GPUs a plan may exceed what was asked for.
pub(super) fn slack(pool: &Pool) -> usize {
    let wanted = pool.wanted;
    wanted.most.map_or(usize::MAX, |most| {
        usize::try_from(most - wanted.least).unwrap_or(usize::MAX)
    })
}

/// The problems whose plans are those of a pool.
pub(super) fn parts(pool: &Pool, demand: &Demand) -> Vec<Part> {
    let (least, slack, nodes) = (pool.wanted.least.max(1), slack(pool), nodes_max(demand));
    let base = Base::of(pool.disks, demand.objective);
    let part = |units: Vec<Unit>, surplus: RangeInclusive<usize>| Part {
        problem: Problem::new(units, least, surplus, nodes, base),
        speed: None,
        gpus: None,
    };
    match demand.objective {
        Objective::Total | Objective::Rate | Objective::Upfront => vec![part(pool.units.clone(), 0..=slack)],
        Objective::PerGpu => {
            // What supplies the count alone is a plan alone; of the others, no instance has as few GPUs as there are
            // too many.
            let count = usize::try_from(least).unwrap_or(usize::MAX);
            let (alone, others): (Vec<usize>, Vec<usize>) =
                pool.units.iter().map(|unit| unit.gpus).partition(|gpus| *gpus >= count);
            let together = 0..others.into_iter().max().unwrap_or(0);
            let surpluses: BTreeSet<usize> = alone.into_iter().map(|gpus| gpus - count).chain(together).collect();
            let exactly = |surplus: usize| Part {
                gpus: least.checked_add(u64::try_from(surplus).unwrap_or(u64::MAX)),
                ..part(pool.units.clone(), surplus..=surplus)
            };
            surpluses
                .into_iter()
                .filter(|surplus| *surplus <= slack)
                .map(exactly)
                .collect()
        }
        Objective::Provisioning => {
            let speeds: BTreeSet<_> = pool.units.iter().map(|unit| speed(&unit.candidate.offer)).collect();
            let so_fast = |slowest: (bool, Exact)| {
                let units = pool.units.iter().filter(|unit| speed(&unit.candidate.offer) <= slowest);
                Part {
                    speed: Some(slowest),
                    ..part(units.cloned().collect(), 0..=slack)
                }
            };
            speeds.into_iter().map(so_fast).collect()
        }
    }
}

/// The plans as they should be quoted, and whether all that cost as much as the last are among them.
pub(super) fn list(
    pools: &[Pool],
    demand: &Demand,
    scale: Scale,
    last: Option<&Plan>,
    plans: usize,
) -> Result<(Vec<Plan>, bool), Stop> {
    let ceiling = |strict| match last {
        Some(plan) => Ceiling::of(plan, demand.objective, scale, strict)
            .map(Some)
            .ok_or(Stop::TooLong),
        None => Ok(None),
    };
    let most = plans.saturating_add(TIES_MAX);
    let (mut listed, whole) = match within(pools, demand, scale, ceiling(false)?.as_ref(), most) {
        Ok(listed) => (listed, true),
        Err(Stop::More) if last.is_some() => (within(pools, demand, scale, ceiling(true)?.as_ref(), most)?, false),
        Err(stop) => return Err(stop),
    };
    listed.sort_by(|left, right| compare(left, right, demand.objective));
    Ok((listed, whole))
}

/// Every plan up to a ceiling, in no particular order.
pub(super) fn within(
    pools: &[Pool],
    demand: &Demand,
    scale: Scale,
    ceiling: Option<&Ceiling>,
    most: usize,
) -> Result<Vec<Plan>, Stop> {
    let (mut found, caps) = (Vec::new(), demand.held_caps());
    for pool in pools {
        for part in parts(pool, demand) {
            let over = |cost: Cost| ceiling.is_some_and(|ceiling| ceiling.is_below(&part, cost));
            if over(part.problem.base.cost.plus(at_least(&part.problem))) {
                continue;
            }
            let table = Table::new(&part.problem).ok_or(Stop::TooLong)?;
            let limits = Limits {
                over: &over,
                caps: &caps,
                scale,
                most,
            };
            let (picks, stop) = walk(&part.problem, &table, &limits);
            if let Some(stop) = stop {
                return Err(stop);
            }
            let plans = picks.iter().filter_map(|picks| plan(&part.problem, picks, pool));
            found.extend(plans.filter(|plan| part.speed.is_none_or(|slowest| slowest_of(plan) == Some(slowest))));
            if found.len() > most {
                return Err(Stop::More);
            }
        }
    }
    Ok(found)
}

/// Less than the instances of any plan cost: the wanted GPUs at the best price per GPU.
pub(super) fn at_least(problem: &Problem) -> Cost {
    let wanted = i128::try_from(problem.least).unwrap_or(i128::MAX);
    let share = |unit: &Unit| {
        let gpus = i128::try_from(unit.gpus).unwrap_or(i128::MAX);
        unit.cost.0.saturating_mul(wanted) / gpus
    };
    Cost {
        first: problem
            .classes
            .iter()
            .filter_map(|class| class.first())
            .map(share)
            .min()
            .unwrap_or(0),
        ..Cost::default()
    }
}

fn slowest_of(plan: &Plan) -> Option<(bool, Exact)> {
    plan.groups.iter().map(|group| speed(&group.candidate.offer)).max()
}

fn plan(problem: &Problem, picks: &Picks, pool: &Pool) -> Option<Plan> {
    let group = |(class, unit, copies): &(usize, usize, usize)| {
        let unit = problem.classes.get(*class)?.get(*unit)?;
        Some(Group {
            candidate: Arc::clone(&unit.candidate),
            place: unit.place,
            count: u64::try_from(*copies).ok()?,
        })
    };
    Plan::of(picks.iter().map(group).collect::<Option<_>>()?, pool.wanted).ok()
}
