//! The cells of a table, and how they are filled.

use super::cell::{Cell, Packing};
use super::line::along;
use crate::plan::pool::{Unit, Weight};

/// Costs to go, per class, instances left and remainder.
///
/// A cell is the least weight of units of classes `j..` that cover `r` more
/// GPUs, stopping as soon as they are covered and overshooting by no more than
/// the slack. Classes come in descending size, so stopping there means that no
/// unit of the plan is superfluous.
pub(super) struct Grid<C> {
    pub(super) rows: Vec<Row<C>>,
    pub(super) packing: Packing,
    /// The most instances that are told apart; `None` when they do not count.
    pub(super) levels: Option<usize>,
    /// Whether a limit on instances is left to the search.
    pub(super) leaves_limit: bool,
    pub(super) least: usize,
    pub(super) slack: usize,
}

/// The cells of one class.
pub(super) struct Row<C> {
    /// By instances left, or the only one.
    levels: Vec<Level>,
    cells: Vec<C>,
}

/// The remainders `1..=width`, whose cells begin at `start`.
#[derive(Debug, Clone, Copy)]
struct Level {
    start: usize,
    width: usize,
}

/// A remainder, as its place among those of one residue: it is
/// `start + position × size` with `start` in `1..=size`, so that `position + 1`
/// units of that size cover it. Taking a unit leads to the position before,
/// with one instance less left.
#[derive(Debug, Clone, Copy)]
pub(in crate::plan) struct Spot {
    pub(super) start: usize,
    pub(in crate::plan) position: usize,
    /// Instances left, where they count.
    pub(super) left: Option<usize>,
}

impl<C: Cell> Grid<C> {
    /// What it adds to finish on the line of a spot, where that is allowed.
    pub(super) fn finish(&self, gpus: usize, spot: Spot) -> Option<C> {
        let surplus = spot.surplus(gpus, self.slack)?;
        Some(C::pack(
            Weight {
                surplus,
                ..Weight::ZERO
            },
            self.packing,
        ))
    }

    /// What the first 0, 1, 2… copies of units weigh together, to at most
    /// `most` copies.
    pub(super) fn sums(&self, units: &[Unit], most: usize) -> Vec<C> {
        let mut sum = C::pack(Weight::ZERO, self.packing);
        let mut sums = Vec::with_capacity(most + 1);
        sums.push(sum);
        for unit in units {
            let left = most + 1 - sums.len();
            if left == 0 {
                break;
            }
            let weight = C::pack(unit.weight, self.packing);
            let copies = usize::try_from(unit.bound).unwrap_or(usize::MAX).min(left);
            sums.extend((0..copies).map(|_| {
                sum = sum.plus(weight);
                sum
            }));
        }
        sums
    }

    /// Whether a cell is the least of all plans that keep to the limit on
    /// instances.
    pub(super) fn is_exact(&self) -> bool {
        !self.leaves_limit
    }

    /// The least weight that covers `remaining` more GPUs with classes
    /// `class..` and at most `left` instances.
    pub(super) fn to_go(&self, class: usize, remaining: usize, left: u64) -> Weight {
        let level = self.level(left).unwrap_or(0);
        let cell = self.rows.get(class).map(|row| row.get(level, remaining));
        cell.unwrap_or(C::INFINITE).unpack(self.packing)
    }

    /// A remainder of a class of so many GPUs, with at most `left` instances to
    /// cover it.
    pub(super) fn spot(&self, gpus: usize, remaining: usize, left: u64) -> Spot {
        let below = remaining.saturating_sub(1);
        Spot {
            start: below % gpus + 1,
            position: below / gpus,
            left: self.level(left),
        }
    }

    /// What remains to be paid after taking 0, 1, 2… to `most` units of a class:
    /// the least weights that cover the rest with `units` of the class and the
    /// later classes. One unit more than the spot's position covers all and
    /// leaves no rest.
    pub(super) fn rests(&self, number: usize, gpus: usize, units: &[Unit], spot: Spot, most: usize) -> Vec<Weight> {
        let from = spot.position.saturating_sub(most);
        let sums = self.sums(units, spot.position + 1);
        let (base, later) = self.sources(number, gpus, spot, from, sums.len() - 1);
        let mut best = vec![C::INFINITE; spot.position + 1 - from];
        let finish = self.finish(gpus, spot).filter(|_| base == 0);
        along(&sums, &later, &mut best, from - base, finish);
        best.iter().rev().map(|cell| cell.unpack(self.packing)).collect()
    }

    /// The least weight that covers a remainder with one or more of `units` of
    /// a class and the later classes.
    pub(super) fn with_one(&self, number: usize, gpus: usize, units: &[Unit], spot: Spot) -> Weight {
        let sums = self.sums(units, spot.position + 1);
        let (_, later) = self.sources(number, gpus, spot, spot.position, sums.len() - 1);
        let left = later.iter().rev().skip(1);
        let going_on = left.zip(sums.iter().skip(1)).map(|(rest, sum)| sum.plus(*rest));
        let finish = self.finish(gpus, spot);
        let finished = finish.and_then(|finish| Some(sums.get(spot.position + 1)?.plus(finish)));
        let least = going_on.chain(finished).min();
        least.unwrap_or(C::INFINITE).unpack(self.packing)
    }

    /// The cells of later classes to which positions from `from` to the spot's
    /// lead by at most so many units, and the position of the first.
    fn sources(&self, number: usize, gpus: usize, spot: Spot, from: usize, units: usize) -> (usize, Vec<C>) {
        let base = from.saturating_sub(units).max(spot.first());
        let later = self.rows.get(number + 1);
        let cell = |position| later.map_or(C::INFINITE, |row| row.at(gpus, spot, position));
        (base, (base..=spot.position).map(cell).collect())
    }

    /// By how many GPUs a plan that ends in a class overshoots from this spot;
    /// `None` when it may not.
    pub(super) fn surplus(&self, gpus: usize, spot: Spot) -> Option<u64> {
        spot.surplus(gpus, self.slack)
    }

    fn level(&self, left: u64) -> Option<usize> {
        self.levels
            .map(|most| usize::try_from(left).unwrap_or(usize::MAX).min(most))
    }
}

impl<C: Cell> Row<C> {
    /// A row of so many remainders for each number of instances left.
    pub(super) fn of(widths: Vec<usize>) -> Self {
        let mut start = 0;
        let level = |width| {
            let level = Level { start, width };
            start += width;
            level
        };
        let levels = widths.into_iter().map(level).collect();
        Self {
            levels,
            cells: vec![C::INFINITE; start],
        }
    }

    fn get(&self, level: usize, remaining: usize) -> C {
        let cell = self.cell(level, remaining).and_then(|cell| self.cells.get(cell));
        cell.copied().unwrap_or(C::INFINITE)
    }

    fn cell(&self, level: usize, remaining: usize) -> Option<usize> {
        let Level { start, width } = *self.levels.get(level)?;
        let below = remaining.checked_sub(1)?;
        (below < width).then_some(start + below)
    }

    /// The cell at a position of the line to `spot`.
    pub(super) fn at(&self, gpus: usize, spot: Spot, position: usize) -> C {
        let (level, remaining) = spot.on_line(gpus, position);
        self.get(level, remaining)
    }

    pub(super) fn set(&mut self, gpus: usize, spot: Spot, position: usize, weight: C) {
        let (level, remaining) = spot.on_line(gpus, position);
        let cell = self.cell(level, remaining);
        if let Some(cell) = cell.and_then(|cell| self.cells.get_mut(cell)) {
            *cell = weight;
        }
    }
}

impl Spot {
    /// The first position of the line: before it no instance would be left.
    pub(in crate::plan) fn first(self) -> usize {
        self.left.map_or(0, |left| self.position.saturating_sub(left))
    }

    /// The remainder after taking some units of the class; 0 when they cover
    /// it.
    pub(in crate::plan) fn after(self, gpus: usize, units: usize) -> usize {
        self.position
            .checked_sub(units)
            .map_or(0, |position| self.start + position * gpus)
    }

    /// The instances left and the remainder at a position of the line to here.
    fn on_line(self, gpus: usize, position: usize) -> (usize, usize) {
        let level = self.left.map_or(0, |left| left + position - self.position);
        (level, self.start + position * gpus)
    }

    /// Whoever covers a remainder of this line within the class overshoots by
    /// as much, wherever on the line; `None` when that is too much, or when too
    /// few instances are left.
    fn surplus(self, gpus: usize, slack: usize) -> Option<u64> {
        let surplus = gpus - self.start;
        let enough = self.left.is_none_or(|left| left > self.position);
        if enough && surplus <= slack {
            u64::try_from(surplus).ok()
        } else {
            None
        }
    }
}
