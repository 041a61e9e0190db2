//! Why no plan is cheaper than the first, pool by pool, so that a reader need not trust the search.
//!
//! A plan draws from one pool: instances that may be combined. For each pool that could supply the GPUs, the
//! certificate names an amount that no plan of it undercuts, and how that is known: mostly because no GPU of the pool
//! is cheap enough, which takes one multiplication to check; else because a table over every remainder says so.

use serde::{Deserialize, Serialize};

use crate::demand::Objective;
use crate::gpu::{GpuModel, Socket};
use crate::number::Exact;
use crate::offer::{Broker, Provider};
use crate::place::DataCenter;
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
