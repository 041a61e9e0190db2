//! The least cost of covering what remains, for every remainder.
//!
//! Units of one pool that supply the same number of GPUs form a class. Within
//! a class the cheapest come first, so the cost of taking `m` of them is
//! convex in `m`, and the best `m` grows with the remainder along a residue
//! class: that is what makes a table cheap (divide and conquer over each
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
    slack: usize,
}

impl Table {
    pub(super) fn new(pool: &Pool) -> Self {
        let mut table = Self {
            cost: vec![vec![Weight::INFINITE; pool.least + 1]],
            slack: pool.slack,
        };
        for class in pool.classes.iter().rev() {
            let mut row = vec![Weight::INFINITE; pool.least + 1];
            for start in 1..=class.gpus.min(pool.least) {
                let spot = Spot {
                    start,
                    position: (pool.least - start) / class.gpus,
                };
                let later = table.cost.last().map_or(&[][..], Vec::as_slice);
                for (position, weight) in along(&class.sums, &spot.line(class, later), spot.surplus(class, table.slack))
                    .iter()
                    .enumerate()
                {
                    if let Some(cell) = row.get_mut(start + position * class.gpus) {
                        *cell = *weight;
                    }
                }
            }
            table.cost.push(row);
        }
        table.cost.reverse();
        table
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

    /// The least weights that cover the remainders up to `spot` of its residue
    /// with units `unit..` of a class and the later classes.
    pub(super) fn line_from(&self, number: usize, class: &Class, unit: usize, spot: Spot) -> Vec<Weight> {
        let later = self.cost.get(number + 1).map_or(&[][..], Vec::as_slice);
        let line = spot.line(class, later);
        let units = class.units.get(unit..).unwrap_or_default();
        if units.is_empty() {
            return line;
        }
        along(
            &Class::sums_of(units, spot.position + 1),
            &line,
            spot.surplus(class, self.slack),
        )
    }

    /// By how many GPUs a plan that ends in this class overshoots from this
    /// spot; `None` when it may not.
    pub(super) fn surplus(&self, class: &Class, spot: Spot) -> Option<u64> {
        spot.surplus(class, self.slack)
    }
}

/// A remainder, as its place among those of one residue: it is
/// `start + position × size` with `start` in `1..=size`, so that `position + 1`
/// units of that size cover it.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    start: usize,
    pub(super) position: usize,
}

impl Spot {
    pub(super) fn of(remaining: usize, class: &Class) -> Self {
        let below = remaining.saturating_sub(1);
        Self {
            start: below % class.gpus + 1,
            position: below / class.gpus,
        }
    }

    /// The remainder after taking some units of the class; 0 when they cover
    /// it.
    pub(super) fn after(self, class: &Class, units: usize) -> usize {
        self.position
            .checked_sub(units)
            .map_or(0, |position| self.start + position * class.gpus)
    }

    /// The weights of a table row at the remainders of the residue, up to this
    /// one.
    fn line(self, class: &Class, row: &[Weight]) -> Vec<Weight> {
        let at = |position| {
            row.get(self.start + position * class.gpus)
                .copied()
                .unwrap_or(Weight::INFINITE)
        };
        (0..=self.position).map(at).collect()
    }

    /// Whoever covers a remainder of this residue within the class overshoots
    /// by as much, wherever on the line.
    fn surplus(self, class: &Class, slack: usize) -> Option<u64> {
        let surplus = class.gpus - self.start;
        if surplus <= slack {
            u64::try_from(surplus).ok()
        } else {
            None
        }
    }
}

/// For each position of a line, the least of `sums[m] + later[position − m]`,
/// and of finishing there with one unit more.
fn along(sums: &[Weight], later: &[Weight], surplus: Option<u64>) -> Vec<Weight> {
    let mut best = vec![Weight::INFINITE; later.len()];
    let last = later.len().saturating_sub(1);
    solve(sums, later, &mut best, 0, 0, last);
    if let Some(surplus) = surplus {
        for (cell, sum) in best.iter_mut().zip(sums.iter().skip(1)) {
            *cell = (*cell).min(Weight { surplus, ..*sum });
        }
    }
    best
}

/// Fills `best`, whose first cell is position `offset` and whose best sources
/// lie within `low..=high`.
fn solve(sums: &[Weight], later: &[Weight], best: &mut [Weight], offset: usize, low: usize, high: usize) {
    let half = best.len() / 2;
    let Some((before, [middle, after @ ..])) = best.split_at_mut_checked(half) else {
        return;
    };
    let position = offset + half;
    // No more units than there are.
    let low_here = low.max(position.saturating_sub(sums.len() - 1));
    let mut found = low_here;
    for source in low_here..=high.min(position) {
        if let (Some(sum), Some(rest)) = (sums.get(position - source), later.get(source)) {
            let weight = sum.plus(*rest);
            if source == low_here || weight < *middle {
                *middle = weight;
                found = source;
            }
        }
    }
    solve(sums, later, before, offset, low, found);
    solve(sums, later, after, position + 1, found, high);
}
