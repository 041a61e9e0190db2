//! Instances that may be combined into one plan, ready to be searched.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::limits::{Limits, Spent};
use super::order::{Identity, everything, identity, quality};
use super::price::Price;
use crate::demand::Objective;
use crate::fit::Candidate;
use crate::number::Exact;
use crate::quantity::Range;

/// What a search minimises, in this order.
///
/// The costs are whole numbers in a unit common to the whole search, so that
/// adding and comparing them is exact and cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    pub(super) first: i128,
    pub(super) second: i128,
    pub(super) nodes: u64,
    pub(super) surplus: u64,
}

const INFINITE_COST: i128 = 1 << 120;

/// Costs from here on are refused, so that sums over as many instances as
/// there are GPUs stay below [`INFINITE_COST`], and those times as many GPUs
/// within an `i128`: 2^90 for 100 000 GPUs, 2^110 for 100.
fn cost_max(gpus: u64) -> i128 {
    let bits = u64::BITS - gpus.leading_zeros();
    1 << 124_u32.saturating_sub(2 * bits).min(119_u32.saturating_sub(bits))
}

impl Weight {
    pub(super) const ZERO: Self = Self {
        first: 0,
        second: 0,
        nodes: 0,
        surplus: 0,
    };
    pub(super) const INFINITE: Self = Self {
        first: INFINITE_COST,
        second: 0,
        nodes: 0,
        surplus: 0,
    };

    /// Both weights together. At most one of them is ever infinite, and one
    /// that is stays so.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            first: self.first + other.first,
            second: self.second + other.second,
            nodes: self.nodes + other.nodes,
            surplus: self.surplus + other.surplus,
        }
    }

    /// This weight, `count` times.
    pub(super) fn times(self, count: usize) -> Self {
        let (cost, nodes) = (
            i128::try_from(count).unwrap_or(i128::MAX),
            u64::try_from(count).unwrap_or(u64::MAX),
        );
        Self {
            first: self.first * cost,
            second: self.second * cost,
            nodes: self.nodes * nodes,
            surplus: self.surplus,
        }
    }

    pub(super) fn is_infinite(self) -> bool {
        self.first >= INFINITE_COST
    }
}

/// One offer in one place.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) candidate: Arc<Candidate>,
    /// Its number among the request's candidates.
    pub(super) number: usize,
    pub(super) place: usize,
    /// At most this many instances.
    pub(super) bound: u64,
    pub(super) weight: Weight,
    /// What one instance takes of the caps.
    pub(super) spent: Spent,
}

impl Unit {
    /// What names it.
    pub(super) fn identity(&self) -> Identity<'_> {
        identity(&self.candidate, self.candidate.offer.place(self.place))
    }
}

/// Units with the same number of GPUs, cheapest first.
#[derive(Debug)]
pub(super) struct Class {
    /// GPUs of one unit; at least 1.
    pub(super) gpus: usize,
    /// Its units.
    pub(super) units: Vec<Unit>,
}

/// Units that may be combined, by class in descending size.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) classes: Vec<Class>,
    /// GPUs wanted at the least.
    pub(super) least: usize,
    /// By how many the plan may exceed that; a plan never exceeds it by a
    /// whole unit.
    pub(super) slack: usize,
    /// What bounds its plans besides the count.
    pub(super) limits: Limits,
    /// What was asked for.
    pub(super) wanted: Range,
    /// What every plan begins with.
    pub(super) base: Base,
}

/// What a plan weighs, and takes of the caps, before its first instance: its
/// disks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base {
    pub(super) weight: Weight,
    pub(super) spent: Spent,
}

impl Base {
    pub(super) const NOTHING: Self = Self {
        weight: Weight::ZERO,
        spent: [0; 3],
    };
}

impl Pool {
    /// Sorts units into classes. The result does not depend on the order in
    /// which the units came.
    pub(super) fn new(mut units: Vec<Unit>, wanted: Range, limits: Limits) -> Self {
        let least = usize::try_from(wanted.least.max(1)).unwrap_or(usize::MAX);
        let slack = wanted.most.map_or(usize::MAX, |most| {
            usize::try_from(most - wanted.least).unwrap_or(usize::MAX)
        });
        units.sort_by(|left, right| {
            let gpus = |unit: &Unit| unit.candidate.offer.gpu.count;
            gpus(right)
                .cmp(&gpus(left))
                .then_with(|| left.weight.cmp(&right.weight))
                .then_with(|| quality(&left.candidate).cmp(&quality(&right.candidate)))
                .then_with(|| left.identity().cmp(&right.identity()))
                .then_with(|| everything(&left.candidate, &right.candidate))
        });
        let mut classes: Vec<Class> = Vec::new();
        for unit in units {
            let gpus = usize::try_from(unit.candidate.offer.gpu.count).unwrap_or(usize::MAX);
            match classes.last_mut().filter(|class| class.gpus == gpus) {
                Some(class) => class.units.push(unit),
                None => classes.push(Class {
                    gpus,
                    units: vec![unit],
                }),
            }
        }
        Self {
            classes,
            least,
            slack,
            limits,
            wanted,
            base: Base::NOTHING,
        }
    }

    /// The same pool, whose plans begin with `base`.
    pub(super) fn based_on(self, base: Base) -> Self {
        Self { base, ..self }
    }

    /// A pool of other units, or for another count, that is bounded alike and
    /// begins with the same.
    pub(super) fn of_others(&self, units: impl Iterator<Item = Unit>, wanted: Range) -> Self {
        Self::new(units.collect(), wanted, self.limits).based_on(self.base)
    }

    /// All units, in the order in which they are searched.
    pub(super) fn units(&self) -> impl Iterator<Item = &Unit> {
        self.classes.iter().flat_map(|class| &class.units)
    }
}

/// The weights of prices under an objective, in a unit common to all; `None`
/// for one that is too large to be searched with. `gpus` is the
/// most that a plan supplies.
///
/// The unit is as small as the prices need, and only as small as leaves most of
/// them: digits behind the point are taken from those before it.
pub(super) fn weights(prices: &[Price], objective: Objective, gpus: u64) -> Vec<Option<Weight>> {
    let costs = |price: &Price| -> [Exact; 2] {
        let total = price.total.parts();
        match objective {
            Objective::Rate => [price.rate.per_hour(), total],
            Objective::Upfront => [price.upfront.parts(), total],
            Objective::Total | Objective::PerGpu | Objective::Provisioning => [total, Exact::ZERO],
        }
    };
    let most = cost_max(gpus);
    let at = |decimals: u8| -> Vec<Option<Weight>> {
        let cost = |cost: Exact| cost.mantissa_at(decimals).filter(|cost| *cost < most);
        let weight = |price: &Price| {
            let [first, second] = costs(price).map(cost);
            Some(Weight {
                first: first?,
                second: second?,
                ..Weight::ZERO
            })
        };
        prices.iter().map(weight).collect()
    };
    let needed: BTreeSet<u8> = prices.iter().flat_map(costs).map(Exact::decimals).collect();
    let mut best = at(needed.last().copied().unwrap_or(0));
    for decimals in needed.into_iter().rev().skip(1) {
        let lost = |weights: &[Option<Weight>]| weights.iter().filter(|weight| weight.is_none()).count();
        if lost(&best) == 0 {
            break;
        }
        let coarser = at(decimals);
        if lost(&coarser) < lost(&best) {
            best = coarser;
        }
    }
    best
}
