//! The cells of a table, and how they are filled.

use super::cell::{Cell, Packing};
use super::line::along;
use crate::plan::pool::{Class, Pool, Unit, Weight};

/// What a table with a limit on instances may take in memory. Beyond it the
/// limit is left to the search, whose bound is then no longer exact.
const BYTES_MAX: usize = 100_000_000;

/// Costs to go, per class, instances left and remainder.
///
/// A cell is the least weight of units of classes `j..` that cover `r` more
/// GPUs, stopping as soon as they are covered and overshooting by no more than
/// the slack. Classes come in descending size, so stopping there means that no
/// unit of the plan is superfluous.
pub(super) struct Grid<C> {
    rows: Vec<Row<C>>,
    packing: Packing,
    /// The most instances that are told apart; `None` when they do not count.
    levels: Option<usize>,
    /// Whether a limit on instances is left to the search.
    leaves_limit: bool,
    least: usize,
    slack: usize,
}

/// The cells of one class.
struct Row<C> {
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
    start: usize,
    pub(in crate::plan) position: usize,
    /// Instances left, where they count.
    left: Option<usize>,
}

/// What the row of a class is filled from.
struct Step<'a, C> {
    gpus: usize,
    /// What the cheapest 0, 1, 2… copies weigh.
    sums: Vec<C>,
    /// The row of the smaller classes.
    later: &'a Row<C>,
}

/// A line of a row: the positions from `first` to that of `spot`, the first
/// `sources` of which smaller units may cover.
#[derive(Debug, Clone, Copy)]
struct Line {
    spot: Spot,
    first: usize,
    sources: usize,
}

/// Room that every line uses again.
struct Room<C> {
    later: Vec<C>,
    best: Vec<C>,
}

impl<C: Cell> Grid<C> {
    pub(super) fn new(pool: &Pool, packing: Packing) -> Self {
        let mut grid = Self {
            rows: Vec::with_capacity(pool.classes.len()),
            packing,
            levels: None,
            leaves_limit: false,
            least: pool.least,
            slack: pool.slack,
        };
        if let Some(limit) = grid.limit(pool) {
            grid.levels = grid.has_room(pool, limit).then_some(limit);
            grid.leaves_limit = grid.levels.is_none();
        }
        let mut room = Room {
            later: Vec::new(),
            best: Vec::new(),
        };
        let mut later = Row::of(Vec::new());
        for (at, class) in pool.classes.iter().enumerate().rev() {
            let before = at.checked_sub(1).and_then(|at| pool.classes.get(at));
            let after = pool.classes.get(at + 1);
            let mut row = Row::of(grid.widths(class, before));
            let step = Step {
                gpus: class.gpus,
                sums: grid.sums(&class.units, grid.least.div_ceil(class.gpus)),
                later: &later,
            };
            for line in grid.lines(class, before, after) {
                grid.fill(&mut row, &step, line, &mut room);
            }
            grid.rows.push(std::mem::replace(&mut later, row));
        }
        grid.rows.push(later);
        grid.rows.reverse();
        grid
    }

    /// The limit on instances, where it keeps any plan out.
    fn limit(&self, pool: &Pool) -> Option<usize> {
        let smallest = pool.classes.last().map_or(1, |class| class.gpus);
        let limit = usize::try_from(pool.limits.nodes).ok()?;
        (limit < self.least.div_ceil(smallest)).then_some(limit)
    }

    /// Whether the cells are not too many that tell apart so many instances.
    fn has_room(&self, pool: &Pool, limit: usize) -> bool {
        let mut room = BYTES_MAX / size_of::<C>();
        pool.classes.iter().enumerate().all(|(at, class)| {
            let before = at.checked_sub(1).and_then(|at| pool.classes.get(at));
            (0..=limit).all(|left| {
                let width = self.width(class, before, limit - left, left);
                let fits = width <= room;
                room = room.saturating_sub(width);
                fits
            })
        })
    }

    /// The remainders of a row that are ever asked for, by instances left.
    fn widths(&self, class: &Class, before: Option<&Class>) -> Vec<usize> {
        match self.levels {
            None => vec![self.least],
            Some(most) => (0..=most)
                .map(|left| self.width(class, before, most - left, left))
                .collect(),
        }
    }

    /// The same with so many instances used, all of them larger, and so many
    /// left, which must be able to cover it.
    fn width(&self, class: &Class, before: Option<&Class>, used: usize, left: usize) -> usize {
        let reached = match before {
            Some(before) => self.least.saturating_sub(used.saturating_mul(before.gpus)),
            None if used == 0 => self.least,
            None => 0,
        };
        reached.min(left.saturating_mul(class.gpus))
    }

    /// The lines of a row, each cell on one of them: the remainders of one
    /// residue, or on one diagonal where instances count.
    fn lines<'a>(
        &'a self,
        class: &'a Class,
        before: Option<&'a Class>,
        after: Option<&'a Class>,
    ) -> impl Iterator<Item = Line> + 'a {
        let gpus = class.gpus;
        let diagonals = 1..=self.levels.unwrap_or(1);
        let residues = 1..=gpus.min(self.least);
        let all = residues.flat_map(move |start| diagonals.clone().map(move |lowest| (start, lowest)));
        all.filter_map(move |(start, lowest)| {
            let last = (self.least - start) / gpus;
            let Some(most) = self.levels else {
                let spot = Spot {
                    start,
                    position: last,
                    left: None,
                };
                return Some(Line {
                    spot,
                    first: 0,
                    sources: last + 1,
                });
            };
            // `lowest` instances are left at position 0, and one more at each
            // further one.
            let position = last.min(most - lowest);
            let first = match before {
                None => most - lowest,
                Some(before) => {
                    let missing = (start + (most - lowest) * before.gpus).saturating_sub(self.least);
                    missing.div_ceil(before.gpus - gpus)
                }
            };
            let sources = after.map_or(0, |after| {
                let spare = (lowest * after.gpus + 1).saturating_sub(start);
                spare.div_ceil(gpus - after.gpus)
            });
            let spot = Spot {
                start,
                position,
                left: Some(lowest + position),
            };
            (first <= position).then_some(Line {
                spot,
                first,
                sources: sources.min(position + 1),
            })
        })
    }

    fn fill(&self, row: &mut Row<C>, step: &Step<'_, C>, line: Line, room: &mut Room<C>) {
        let Line { spot, first, sources } = line;
        let cells = (0..sources).map(|position| step.later.at(step.gpus, spot, position));
        room.later.clear();
        room.later.extend(cells);
        room.best.clear();
        room.best.resize(spot.position + 1 - first, C::INFINITE);
        let finish = self.finish(step.gpus, spot);
        along(&step.sums, &room.later, &mut room.best, first, finish);
        for (position, weight) in (first..).zip(&room.best) {
            row.set(step.gpus, spot, position, *weight);
        }
    }

    /// What it adds to finish on the line of a spot, where that is allowed.
    fn finish(&self, gpus: usize, spot: Spot) -> Option<C> {
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
    fn sums(&self, units: &[Unit], most: usize) -> Vec<C> {
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
    fn of(widths: Vec<usize>) -> Self {
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
    fn at(&self, gpus: usize, spot: Spot, position: usize) -> C {
        let (level, remaining) = spot.on_line(gpus, position);
        self.get(level, remaining)
    }

    fn set(&mut self, gpus: usize, spot: Spot, position: usize, weight: C) {
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
