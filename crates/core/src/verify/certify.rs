//! The certificate of a plan: each pool's bound, by other means than those that found the plan.

use super::certificate::{Bound, By, Certificate, PoolBound, PoolGpu};
use super::counts::fitted;
use super::list::{Ceiling, Part, parts, singles, within};
use super::pool::{Pool, Scale, nodes_max, pools};
use super::table::{Cost, Table};
use super::walk::Stop;
use super::whole::is_feasible;
use crate::demand::{Demand, Nodes, Objective};
use crate::market::Market;
use crate::money::PARTS;
use crate::number::Exact;
use crate::plan::Plan;

/// Certifies that `best`, the first plan of a quote, is the best that `market` has for `demand`; by other means than
/// those that found it. `None` when there is no plan, or the market is too large to be certified.
pub fn certify(market: &Market, demand: &Demand, best: Option<&Plan>) -> Option<Certificate> {
    let best = best?;
    let candidates = fitted(market, demand).0.candidates;
    let scale = Scale::of(&candidates, &demand.held_caps());
    let ceiling = Ceiling::of(best, demand.objective, scale, true)?;
    let times = if scale.is_finite(&candidates) { 1 } else { 9 };
    let amount = |first: i128| {
        let number = scale.number(first);
        if demand.objective == Objective::Rate {
            return number.times_count(times);
        }
        number.times_count(times)?.over(Exact::whole(PARTS))
    };
    let met = Bound {
        amount: amount(ceiling.first())?,
        gpus: best.gpus,
    };
    let mut certificate = Certificate {
        objective: demand.objective,
        times,
        met,
        singles: None,
        pools: Vec::new(),
        short: 0,
        holds: true,
    };
    let alone = singles(&candidates, demand, scale);
    if nodes_max(demand) == Some(1) || (demand.nodes == Nodes::OneIfPossible && !alone.is_empty()) {
        let by = |plan: &Plan| crate::plan::compare(plan, best, demand.objective).is_lt();
        certificate.holds = !alone.iter().any(|(_, plan)| by(plan));
        certificate.singles = Some(alone.len());
        return Some(certificate);
    }
    for pool in pools(&candidates, demand, scale)? {
        if !is_feasible(&pool, demand, scale).ok()? {
            certificate.short += 1;
            continue;
        }
        let (first, gpus, by) = bound(&pool, demand, &ceiling)?;
        if by == By::Open {
            let found = within(std::slice::from_ref(&pool), demand, scale, Some(&ceiling), 0);
            match found {
                Ok(_) => (),
                Err(Stop::More) => certificate.holds = false,
                Err(Stop::TooLong) => return None,
            }
        }
        let disks = amount(super::pool::cost(pool.disks, demand.objective).0)?;
        let amount = amount(first)?;
        certificate
            .pools
            .push(PoolBound::of(pool, disks, Bound { amount, gpus }, by));
    }
    Some(certificate)
}

impl PoolBound {
    /// The pool by its name, and what is known of it.
    fn of(pool: Pool, disks: Exact, bound: Bound, by: By) -> Self {
        let name = pool.name;
        let (broker, provider, data_center) = match name.place {
            Some((broker, provider, center)) => (Some(broker), Some(provider), center),
            None => (None, None, None),
        };
        Self {
            broker,
            provider,
            data_center,
            gpu: name.gpu.map(|gpu| PoolGpu {
                model: gpu.model,
                memory_gb: gpu.memory,
                socket: gpu.socket,
            }),
            sharing: name.sharing,
            disks,
            wanted: pool.wanted,
            units: pool.units.len(),
            bound,
            by,
        }
    }
}

/// What no plan of a pool undercuts, for how many GPUs, and how that is known; `None` when the pool is too large.
fn bound(pool: &Pool, demand: &Demand, ceiling: &Ceiling) -> Option<(i128, u64, By)> {
    if demand.objective != Objective::Provisioning {
        let cheapest = pool.units.iter().min_by(|left, right| {
            let across = |unit: &super::pool::Unit, other: &super::pool::Unit| {
                unit.cost
                    .0
                    .saturating_mul(i128::try_from(other.gpus).unwrap_or(i128::MAX))
            };
            across(left, right).cmp(&across(right, left))
        })?;
        let gpus = u64::try_from(cheapest.gpus).ok()?;
        if parts(pool, demand)
            .iter()
            .all(|part| ceiling.is_below(part, relaxed(part, cheapest)))
        {
            return Some((cheapest.cost.0, gpus, By::PerGpu));
        }
    }
    let mut least: Option<(i128, u64)> = None;
    let mut open = false;
    for part in parts(pool, demand) {
        let problem = &part.problem;
        let table = Table::new(problem)?;
        let Some(instances) = table.least(0, problem.nodes.unwrap_or(0), problem.least) else {
            continue;
        };
        let cost = problem.base.cost.plus(instances);
        let gpus = pool.wanted.least.max(1) + cost.surplus;
        open |= !ceiling.is_below(&part, cost);
        let better = |(first, over): (i128, u64)| match demand.objective {
            Objective::PerGpu => cost.first.saturating_mul(i128::from(over)) < first.saturating_mul(i128::from(gpus)),
            _ => cost.first < first,
        };
        if least.is_none_or(better) {
            least = Some((cost.first, gpus));
        }
    }
    let (first, gpus) = least?;
    Some((first, gpus, if open { By::Open } else { By::Cover }))
}

/// What the wanted GPUs cost at the price of the cheapest, rounded down, with the disks. Where plans are compared per GPU,
/// the disks are left out: how much they add to each depends on how many there are.
fn relaxed(part: &Part, cheapest: &super::pool::Unit) -> Cost {
    let wanted = part
        .gpus
        .unwrap_or_else(|| u64::try_from(part.problem.least).unwrap_or(u64::MAX));
    let gpus = i128::try_from(cheapest.gpus).unwrap_or(i128::MAX);
    let instances = cheapest.cost.0.saturating_mul(i128::from(wanted)) / gpus;
    let disks = if part.gpus.is_some() {
        0
    } else {
        part.problem.base.cost.first
    };
    Cost {
        first: instances.saturating_add(disks),
        ..Cost::default()
    }
}
