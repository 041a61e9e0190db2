//! Instances that may be combined into one plan, ready to be searched.

use std::sync::Arc;

use super::order::{identity, quality};
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

/// Costs above this are refused, so that sums over 100 000 instances, times as
/// many GPUs, stay within an `i128` and below [`INFINITE_COST`].
pub(super) const COST_MAX: i128 = 1 << 90;

/// Decimals kept of a cost. One offer with more would otherwise cost all
/// others their headroom.
const DECIMALS_MAX: u8 = 20;

const INFINITE_COST: i128 = 1 << 120;

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
    /// `sums[m]`: what the first `m` copies weigh.
    sums: Vec<Weight>,
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
            class.lay_out(least.div_ceil(class.gpus));
        }
        Self {
            classes,
            least,
            slack,
            nodes_max,
            wanted,
        }
    }

    /// All units, in the order in which they are searched.
    pub(super) fn units(&self) -> impl Iterator<Item = &Unit> {
        self.classes.iter().flat_map(|class| &class.units)
    }

    /// Less than any cover weighs: the wanted GPUs at the best price per GPU.
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
        self.classes.iter().filter_map(cheapest).min().unwrap_or(0)
    }
}

impl Class {
    /// Sums up the cheapest copies, at most `most`: no plan uses more of one
    /// class.
    fn lay_out(&mut self, most: usize) {
        let mut sum = Weight::ZERO;
        self.sums.push(sum);
        for unit in &self.units {
            let copies = usize::try_from(unit.bound)
                .unwrap_or(usize::MAX)
                .min(most + 1 - self.sums.len());
            for _ in 0..copies {
                sum = sum.plus(unit.weight);
                self.sums.push(sum);
            }
        }
    }

    /// How many copies there are, up to as many as any plan could use.
    pub(super) fn most(&self) -> usize {
        self.sums.len() - 1
    }

    /// What the cheapest `copies` weigh; infinite when there are not that
    /// many.
    pub(super) fn cost(&self, copies: usize) -> Weight {
        self.sums.get(copies).copied().unwrap_or(Weight::INFINITE)
    }

    /// What it weighs to cover `remaining` GPUs within the class; infinite
    /// when there are not enough copies or the last one overshoots by more
    /// than `slack`.
    pub(super) fn finish(&self, remaining: usize, slack: usize) -> Weight {
        let copies = remaining.div_ceil(self.gpus);
        match self.surplus(remaining, copies, slack) {
            Some(surplus) => Weight {
                surplus,
                ..self.cost(copies)
            },
            None => Weight::INFINITE,
        }
    }

    /// By how much `copies` copies that cover `remaining` overshoot, if within
    /// the slack.
    pub(super) fn surplus(&self, remaining: usize, copies: usize, slack: usize) -> Option<u64> {
        let surplus = (copies * self.gpus).checked_sub(remaining)?;
        if surplus <= slack {
            u64::try_from(surplus).ok()
        } else {
            None
        }
    }
}

/// The weights of candidates under an objective, in a unit common to all;
/// `None` for one whose cost is too large to be searched with.
pub(super) fn weights(candidates: &[Arc<Candidate>], objective: Objective) -> Vec<Option<Weight>> {
    let costs = |candidate: &Candidate| -> [Exact; 2] {
        let total = candidate.bill.total.sixtieths();
        match objective {
            Objective::Rate => [candidate.bill.rate.per_hour(), total],
            Objective::Upfront => [candidate.bill.upfront.sixtieths(), total],
            Objective::Total | Objective::PerGpu | Objective::Provisioning => [total, Exact::ZERO],
        }
    };
    let decimals = candidates
        .iter()
        .flat_map(|candidate| costs(candidate))
        .map(Exact::decimals)
        .filter(|decimals| *decimals <= DECIMALS_MAX)
        .max()
        .unwrap_or(0);
    candidates
        .iter()
        .map(|candidate| {
            let [first, second] =
                costs(candidate).map(|cost| cost.mantissa_at(decimals).filter(|cost| *cost < COST_MAX));
            Some(Weight {
                first: first?,
                second: second?,
                nodes: 1,
                surplus: 0,
            })
        })
        .collect()
}
