//! The least cost of covering what remains, for every remainder.
//!
//! Units of one pool that supply the same number of GPUs form a class. Within
//! a class the cheapest come first, so the cost of taking `m` of them is
//! convex in `m`, and the best `m` grows with the remainder along a residue
//! class: that is what makes the table cheap (a divide and conquer over each
//! residue instead of trying every `m`).

use super::pool::{Class, Pool, Weight};

/// Costs to go, per class and remainder.
///
/// `cost[j][r]` is the least weight of units of classes `j..` that cover `r`
/// more GPUs, stopping as soon as they are covered and overshooting by no more
/// than the slack. Classes come in descending size, so stopping there means
/// that no unit of the plan is superfluous.
pub(super) struct Table {
    cost: Vec<Vec<Weight>>,
}

impl Table {
    pub(super) fn new(pool: &Pool) -> Self {
        let wanted = pool.least;
        let mut cost = vec![vec![Weight::INFINITE; wanted + 1]];
        for class in pool.classes.iter().rev() {
            let later = cost.last().map_or(&[][..], Vec::as_slice);
            cost.push(extend(class, later, pool.slack));
        }
        cost.reverse();
        Self { cost }
    }

    /// The least weight that covers `remaining` more GPUs with classes
    /// `class..`.
    pub(super) fn to_go(&self, class: usize, remaining: usize) -> Weight {
        self.cost
            .get(class)
            .and_then(|row| row.get(remaining))
            .copied()
            .unwrap_or(Weight::INFINITE)
    }
}

/// One class more: the best of finishing within it and of leaving the rest to
/// the `later` classes.
fn extend(class: &Class, later: &[Weight], slack: usize) -> Vec<Weight> {
    let wanted = later.len() - 1;
    let size = class.gpus;
    let mut row = vec![Weight::INFINITE; wanted + 1];
    for start in 1..=size.min(wanted) {
        let line = Line { class, later, start };
        let length = (wanted - start) / size + 1;
        line.solve(&mut row, 0, length, 0, length - 1);
    }
    for (remaining, cost) in row.iter_mut().enumerate().skip(1) {
        *cost = (*cost).min(class.finish(remaining, slack));
    }
    row
}

/// The remainders `start + t × size`, in which taking `m` units leads from
/// position `t` to position `t − m`.
struct Line<'a> {
    class: &'a Class,
    later: &'a [Weight],
    start: usize,
}

impl Line<'_> {
    fn at(&self, position: usize) -> usize {
        self.start + position * self.class.gpus
    }

    /// Fills positions `from..to`, whose best source positions lie within
    /// `low..=high`.
    fn solve(&self, row: &mut [Weight], from: usize, to: usize, low: usize, high: usize) {
        if from >= to {
            return;
        }
        let middle = from + (to - from) / 2;
        let first = low.max(middle.saturating_sub(self.class.most()));
        let last = high.min(middle);
        let mut best = (Weight::INFINITE, first);
        for source in first..=last {
            let rest = self.later.get(self.at(source)).copied().unwrap_or(Weight::INFINITE);
            let weight = self.class.cost(middle - source).plus(rest);
            if weight < best.0 || source == first {
                best = (weight, source);
            }
        }
        if let Some(cell) = row.get_mut(self.at(middle)) {
            *cell = best.0;
        }
        self.solve(row, from, middle, low, best.1);
        self.solve(row, middle + 1, to, best.1, high);
    }
}
