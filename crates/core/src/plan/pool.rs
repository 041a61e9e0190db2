//! Instances that may be combined into one plan, ready to be searched.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::order::{identity, quality};
use crate::demand::Objective;
use crate::fit::Candidate;
use crate::money::{Money, Rate};
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
}

/// Units with the same number of GPUs, cheapest first.
#[derive(Debug)]
pub(super) struct Class {
    /// GPUs of one unit; at least 1.
    pub(super) gpus: usize,
    /// Its units.
    pub(super) units: Vec<Unit>,
    /// What the cheapest 0, 1, 2… copies weigh, as far as any plan could use
    /// them.
    pub(super) sums: Vec<Weight>,
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
    /// Instances at the most.
    pub(super) nodes_max: u64,
    /// What was asked for.
    pub(super) wanted: Range,
    /// What every plan weighs before its first instance: its disks.
    pub(super) base: Weight,
}

impl Pool {
    /// Sorts units into classes. The result does not depend on the order in
    /// which the units came.
    pub(super) fn new(mut units: Vec<Unit>, wanted: Range, nodes_max: u64) -> Self {
        let least = usize::try_from(wanted.least.max(1)).unwrap_or(usize::MAX);
        let slack = wanted.most.map_or(usize::MAX, |most| {
            usize::try_from(most - wanted.least).unwrap_or(usize::MAX)
        });
        units.sort_by(|left, right| {
            let place = |unit: &Unit| unit.candidate.offer.places.get(unit.place).cloned().unwrap_or_default();
            let gpus = |unit: &Unit| unit.candidate.offer.gpu.count;
            gpus(right)
                .cmp(&gpus(left))
                .then_with(|| left.weight.cmp(&right.weight))
                .then_with(|| quality(&left.candidate).cmp(&quality(&right.candidate)))
                .then_with(|| identity(&left.candidate, &place(left)).cmp(&identity(&right.candidate, &place(right))))
        });
        let mut classes: Vec<Class> = Vec::new();
        for unit in units {
            let gpus = usize::try_from(unit.candidate.offer.gpu.count).unwrap_or(usize::MAX);
            match classes.last_mut().filter(|class| class.gpus == gpus) {
                Some(class) => class.units.push(unit),
                None => classes.push(Class {
                    gpus,
                    units: vec![unit],
                    sums: Vec::new(),
                }),
            }
        }
        for class in &mut classes {
            // No plan uses more of one class.
            class.sums = Class::sums_of(&class.units, least.div_ceil(class.gpus));
        }
        Self {
            classes,
            least,
            slack,
            nodes_max,
            wanted,
            base: Weight::ZERO,
        }
    }

    /// The same pool, whose plans weigh that much before their first instance.
    pub(super) fn based_on(self, base: Weight) -> Self {
        Self { base, ..self }
    }

    /// A pool of some of the units for another count, with the same limits.
    pub(super) fn narrowed<'a>(&self, units: impl Iterator<Item = &'a Unit>, wanted: Range) -> Self {
        Self::new(units.cloned().collect(), wanted, self.nodes_max).based_on(self.base)
    }

    /// All units, in the order in which they are searched.
    pub(super) fn units(&self) -> impl Iterator<Item = &Unit> {
        self.classes.iter().flat_map(|class| &class.units)
    }

    /// Less than any plan weighs: the wanted GPUs at the best price per GPU.
    /// Rounded down, so that it never exceeds the best cover.
    pub(super) fn bound_below(&self) -> i128 {
        let wanted = i128::try_from(self.least).unwrap_or(i128::MAX);
        let cheapest = |class: &Class| {
            let gpus = i128::try_from(class.gpus).unwrap_or(i128::MAX);
            class
                .units
                .first()
                .map(|unit| unit.weight.first.saturating_mul(wanted) / gpus)
        };
        self.base.first + self.classes.iter().filter_map(cheapest).min().unwrap_or(0)
    }
}

impl Class {
    /// What the first 0, 1, 2… copies of units weigh together, to at most
    /// `most` copies.
    pub(super) fn sums_of(units: &[Unit], most: usize) -> Vec<Weight> {
        let mut sum = Weight::ZERO;
        let mut sums = vec![sum];
        for unit in units {
            let copies = usize::try_from(unit.bound)
                .unwrap_or(usize::MAX)
                .min(most + 1 - sums.len());
            sums.extend((0..copies).map(|_| {
                sum = sum.plus(unit.weight);
                sum
            }));
        }
        sums
    }
}

/// What something costs under an objective: what is compared first, and then.
pub(super) fn costs(objective: Objective, rate: Rate, upfront: Money, total: Money) -> [Exact; 2] {
    let total = total.sixtieths();
    match objective {
        Objective::Rate => [rate.per_hour(), total],
        Objective::Upfront => [upfront.sixtieths(), total],
        Objective::Total | Objective::PerGpu | Objective::Provisioning => [total, Exact::ZERO],
    }
}

/// The unit of a search's costs, common to all of them.
///
/// It is as small as the costs need, and only as small as leaves most of them:
/// digits behind the point are taken from those before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    decimals: u8,
    most: i128,
}

impl Scale {
    /// The scale of these costs; `gpus` is the most that a plan supplies.
    pub(super) fn of(costs: &[[Exact; 2]], gpus: u64) -> Self {
        let at = |decimals| Self {
            decimals,
            most: cost_max(gpus),
        };
        let lost = |scale: Self| costs.iter().filter(|costs| scale.weight(**costs).is_none()).count();
        let needed: BTreeSet<u8> = costs.iter().flatten().map(|cost| cost.decimals()).collect();
        let mut needed = needed.into_iter().rev();
        let mut best = at(needed.next().unwrap_or(0));
        let mut fewest = lost(best);
        for decimals in needed {
            if fewest == 0 {
                break;
            }
            let coarser = at(decimals);
            if lost(coarser) < fewest {
                (best, fewest) = (coarser, lost(coarser));
            }
        }
        best
    }

    /// What something of these costs weighs; `None` when it is too dear to be
    /// searched with.
    pub(super) fn weight(self, costs: [Exact; 2]) -> Option<Weight> {
        let cost = |cost: Exact| cost.mantissa_at(self.decimals).filter(|cost| *cost < self.most);
        let [first, second] = costs.map(cost);
        Some(Weight {
            first: first?,
            second: second?,
            ..Weight::ZERO
        })
    }
}
