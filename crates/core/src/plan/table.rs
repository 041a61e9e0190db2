//! The least cost of covering what remains, for every remainder.
//!
//! Units of one pool that supply the same number of GPUs form a class. Within
//! a class the cheapest come first, so the cost of taking `m` of them is
//! convex in `m`, and the best `m` grows with the remainder along a residue
//! class: that is what makes a table cheap (divide and conquer over each
//! residue instead of trying every `m`).
//!
//! A limit on instances adds a dimension, the instances left; taking a unit
//! then moves along a diagonal, and the same holds there.

use super::pool::{Class, Pool, Unit, Weight};

/// Cells of a table with a limit on instances: about a hundred megabytes.
/// Beyond it the limit is left to the search, whose bound is then no longer
/// exact.
const CELLS_MAX: usize = 2_000_000;

/// Costs to go, per class, instances left and remainder.
///
/// A cell is the least weight of units of classes `j..` that cover `r` more
/// GPUs, stopping as soon as they are covered and overshooting by no more than
/// the slack. Classes come in descending size, so stopping there means that no
/// unit of the plan is superfluous.
pub(super) struct Table {
    rows: Vec<Vec<Weight>>,
    /// Remainders per level.
    width: usize,
    /// The most instances that are told apart; `None` when they do not count.
    levels: Option<usize>,
    slack: usize,
}

impl Table {
    pub(super) fn new(pool: &Pool) -> Self {
        let width = pool.least + 1;
        let smallest = pool.classes.last().map_or(1, |class| class.gpus);
        let limit = usize::try_from(pool.limits.nodes).unwrap_or(usize::MAX);
        let binds = limit < pool.least.div_ceil(smallest);
        let fits = limit
            .saturating_add(1)
            .saturating_mul(width)
            .saturating_mul(pool.classes.len())
            <= CELLS_MAX;
        let levels = (binds && fits).then_some(limit);
        let cells = width * levels.map_or(1, |levels| levels + 1);
        let mut table = Self {
            rows: vec![vec![Weight::INFINITE; cells]],
            width,
            levels,
            slack: pool.slack,
        };
        for class in pool.classes.iter().rev() {
            let row = table.extended(class, pool.least);
            table.rows.push(row);
        }
        table.rows.reverse();
        table
    }

    /// The table of the least that plans take of a cap, instead of what they
    /// weigh.
    pub(super) fn of_spent(pool: &Pool, cap: usize) -> Self {
        let spent = |unit: &Unit| {
            let first = unit.spent.get(cap).copied().unwrap_or_default();
            Unit {
                weight: Weight {
                    first,
                    nodes: 1,
                    ..Weight::ZERO
                },
                ..unit.clone()
            }
        };
        Self::new(&Pool::new(
            pool.units().map(spent).collect(),
            pool.wanted,
            pool.limits.without_caps(),
        ))
    }

    fn row(&self, class: usize) -> &[Weight] {
        self.rows.get(class).map_or(&[], Vec::as_slice)
    }

    /// One class more than the last row.
    fn extended(&self, class: &Class, least: usize) -> Vec<Weight> {
        let later = self.rows.last().map_or(&[][..], Vec::as_slice);
        let mut row = vec![Weight::INFINITE; later.len()];
        for start in 1..=class.gpus.min(least) {
            let last = (least - start) / class.gpus;
            // Every diagonal once, from its highest cell.
            let tops: Vec<(usize, Option<usize>)> = match self.levels {
                None => vec![(last, None)],
                Some(most) => (0..last)
                    .map(|at| (at, Some(most)))
                    .chain((0..=most).map(|left| (last, Some(left))))
                    .collect(),
            };
            for (position, left) in tops {
                let spot = Spot { start, position, left };
                let best = along(
                    &class.sums,
                    &self.line(class, later, spot),
                    spot.surplus(class, self.slack),
                );
                for (offset, weight) in best.into_iter().enumerate() {
                    let cell = self.cell(class, spot, spot.first() + offset);
                    if let Some(cell) = row.get_mut(cell) {
                        *cell = weight;
                    }
                }
            }
        }
        row
    }

    /// The least weight that covers `remaining` more GPUs with classes
    /// `class..` and at most `left` instances.
    pub(super) fn to_go(&self, class: usize, remaining: usize, left: u64) -> Weight {
        let level = self.level(left).unwrap_or(0);
        self.row(class)
            .get(level * self.width + remaining)
            .copied()
            .unwrap_or(Weight::INFINITE)
    }

    /// A remainder of a class, with at most `left` instances to cover it.
    pub(super) fn spot(&self, class: &Class, remaining: usize, left: u64) -> Spot {
        let below = remaining.saturating_sub(1);
        Spot {
            start: below % class.gpus + 1,
            position: below / class.gpus,
            left: self.level(left),
        }
    }

    /// The least weights that cover the remainders on the line to `spot` with
    /// units `unit..` of a class and the later classes; the first is that of
    /// position [`Spot::first`].
    pub(super) fn line_from(&self, number: usize, class: &Class, unit: usize, spot: Spot) -> Vec<Weight> {
        let line = self.line(class, self.row(number + 1), spot);
        let units = class.units.get(unit..).unwrap_or_default();
        if units.is_empty() {
            return line;
        }
        along(
            &Class::sums_of(units, line.len()),
            &line,
            spot.surplus(class, self.slack),
        )
    }

    /// By how many GPUs a plan that ends in this class overshoots from this
    /// spot; `None` when it may not.
    pub(super) fn surplus(&self, class: &Class, spot: Spot) -> Option<u64> {
        spot.surplus(class, self.slack)
    }

    fn level(&self, left: u64) -> Option<usize> {
        self.levels
            .map(|most| usize::try_from(left).unwrap_or(usize::MAX).min(most))
    }

    fn line(&self, class: &Class, row: &[Weight], spot: Spot) -> Vec<Weight> {
        let at = |position| {
            row.get(self.cell(class, spot, position))
                .copied()
                .unwrap_or(Weight::INFINITE)
        };
        (spot.first()..=spot.position).map(at).collect()
    }

    /// Where a position of the line to `spot` stands in a row.
    fn cell(&self, class: &Class, spot: Spot, position: usize) -> usize {
        let level = spot.left.map_or(0, |left| left + position - spot.position);
        level * self.width + spot.start + position * class.gpus
    }
}

/// A remainder, as its place among those of one residue: it is
/// `start + position × size` with `start` in `1..=size`, so that `position + 1`
/// units of that size cover it. Taking a unit leads to the position before,
/// with one instance less left.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    start: usize,
    pub(super) position: usize,
    /// Instances left, where they count.
    left: Option<usize>,
}

impl Spot {
    /// The first position of the line: before it no instance would be left.
    pub(super) fn first(self) -> usize {
        self.left.map_or(0, |left| self.position.saturating_sub(left))
    }

    /// The remainder after taking some units of the class; 0 when they cover
    /// it.
    pub(super) fn after(self, class: &Class, units: usize) -> usize {
        self.position
            .checked_sub(units)
            .map_or(0, |position| self.start + position * class.gpus)
    }

    /// Whoever covers a remainder of this line within the class overshoots by
    /// as much, wherever on the line; `None` when that is too much, or when too
    /// few instances are left.
    fn surplus(self, class: &Class, slack: usize) -> Option<u64> {
        let surplus = class.gpus - self.start;
        let enough = self.left.is_none_or(|left| left > self.position);
        if enough && surplus <= slack {
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
