//! Why no plan is cheaper than the first, pool by pool, so that a reader need not trust the search.
//!
//! A plan draws from one pool: instances that may be combined. For each pool that could supply the GPUs, the
//! certificate names an amount that no plan of it undercuts, and how that is known: mostly because no GPU of the pool
//! is cheap enough, which takes one multiplication to check; else because a table over every remainder says so.

use serde::{Deserialize, Serialize};

use super::counts::fitted;
use super::list::{Ceiling, Part, parts, singles, within};
use super::pool::{Pool, Scale, nodes_max, pools};
use super::table::{Cost, Table};
use super::walk::Stop;
use super::whole::is_feasible;
use crate::demand::{Demand, Nodes, Objective};
use crate::gpu::{GpuModel, Socket};
use crate::market::Market;
use crate::money::PARTS;
use crate::number::Exact;
use crate::offer::{Broker, Provider};
use crate::place::DataCenter;
use crate::plan::Plan;
use crate::quantity::{Gb, Range};

/// The proof that the first plan is the best.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Certificate {
    /// What is proved to be least.
    pub objective: Objective,
    /// How often every amount is counted here: once, or nine times where thirds of hours would leave it without a finite
    /// decimal, and a proof with rounded figures.
    #[serde(default = "once")]
    pub times: u64,
    /// What the first plan comes to by it: its groups are the multiset that meets the bound.
    pub met: Bound,
    /// Offers that were considered one by one, where plans are single instances; the first plan is the least of a list.
    pub singles: Option<usize>,
    /// Every pool that has a plan, with what none of its plans undercuts.
    pub pools: Vec<PoolBound>,
    /// Pools that cannot supply the GPUs at all.
    pub short: usize,
    /// Whether the pools' bounds prove the first plan to be the best.
    pub holds: bool,
}

fn once() -> u64 {
    1
}

/// A pool, and what none of its plans undercuts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PoolBound {
    /// Who sells its instances; `None` where sellers and places may differ.
    pub broker: Option<Broker>,
    /// Whose machines they are.
    pub provider: Option<Provider>,
    /// Where they stand.
    pub data_center: Option<DataCenter>,
    /// Their GPU; `None` where GPUs may differ.
    pub gpu: Option<PoolGpu>,
    /// Where disks are asked for, whether its plans take others along than one machine would, for being several.
    #[serde(default)]
    pub sharing: Option<bool>,
    /// What the disks come to that every plan of it takes along.
    #[serde(default)]
    pub disks: Exact,
    /// GPUs wanted of it.
    pub wanted: Range,
    /// Offers in it, each in one place.
    pub units: usize,
    /// What none of its plans undercuts.
    pub bound: Bound,
    /// How that is known.
    pub by: By,
}

/// The GPU that the instances of a pool share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PoolGpu {
    /// The model.
    pub model: GpuModel,
    /// Memory of one GPU.
    pub memory_gb: Option<Gb>,
    /// The socket.
    pub socket: Option<Socket>,
}

/// An amount for a number of GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bound {
    /// The total, rate or up-front amount, whichever is ranked by, in the quote's currency and [`Certificate::times`] over.
    pub amount: Exact,
    /// The GPUs that it is for.
    pub gpus: u64,
}

/// How a bound is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// No GPU of the pool costs less than `amount / gpus`, and so many of them, with the disks, cost more than the first
    /// plan.
    PerGpu,
    /// The least cover of the wanted GPUs costs as much, disks included, by a table over every remainder.
    Cover,
    /// It does not: the bound is below the first plan, because what is cheaper in this pool breaks a cap, or has
    /// another launch time. Those plans were looked at one by one.
    Open,
}

impl Certificate {
    /// Whether the figures of the certificate, taken by themselves, prove what they claim: no pool's bound is below
    /// what the first plan comes to, but for those that say so.
    pub fn is_conclusive(&self) -> bool {
        let across = |bound: Bound, gpus: u64| bound.amount.times_count(gpus);
        let proves = |pool: &PoolBound| match (pool.by, self.objective) {
            (By::Open, _) | (By::Cover, Objective::Provisioning) => true,
            // a/b against c/d, multiplied out so that nothing is rounded.
            (By::Cover | By::PerGpu, Objective::PerGpu) => {
                across(pool.bound, self.met.gpus) >= across(self.met, pool.bound.gpus)
            }
            (By::Cover, _) => pool.bound.amount >= self.met.amount,
            // What is left for instances beside the disks.
            (By::PerGpu, _) => {
                let left = self.met.amount.minus(pool.disks);
                let left = left.map(|amount| Bound { amount, ..self.met });
                left.is_some_and(|left| across(pool.bound, pool.wanted.least) >= across(left, pool.bound.gpus))
            }
        };
        self.holds && self.pools.iter().all(proves)
    }
}

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
