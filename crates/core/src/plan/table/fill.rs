//! How the cells of a table are filled, and how many of them there need to be.

use super::cell::{Cell, Packing};
use super::grid::{Grid, Row, Spot};
use super::line::along;
use crate::plan::pool::{Class, Pool};

/// What a table with a limit on instances may take in memory. Beyond it the
/// limit is left to the search, whose bound is then no longer exact.
const BYTES_MAX: usize = 100_000_000;

/// Cells of a table with a limit on instances that are filled without asking
/// whether the limit matters.
const CELLS_UNASKED: usize = 1_000_000;

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
            rows: Vec::new(),
            packing,
            levels: None,
            leaves_limit: false,
            least: pool.least,
            slack: pool.slack,
        };
        let limit = grid.limit(pool);
        let cells = limit.map_or(0, |limit| grid.cells(pool, limit));
        if limit.is_none() || cells > CELLS_UNASKED {
            grid.fill(pool);
            grid.leaves_limit = limit.is_some();
        }
        if let Some(limit) = limit
            && cells <= BYTES_MAX / size_of::<C>()
            && (grid.rows.is_empty() || grid.is_near(limit))
        {
            grid.rows.clear();
            grid.levels = Some(limit);
            grid.leaves_limit = false;
            grid.fill(pool);
        }
        grid
    }

    /// Whether a limit that no cell counts with would keep the best plan out, or
    /// plans like it.
    fn is_near(&self, limit: usize) -> bool {
        let best = self.to_go(0, self.least, u64::MAX);
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        !best.is_infinite() && best.nodes + best.nodes / 4 > limit
    }

    fn fill(&mut self, pool: &Pool) {
        let mut room = Room {
            later: Vec::new(),
            best: Vec::new(),
        };
        let mut later = Row::of(Vec::new());
        for (at, class) in pool.classes.iter().enumerate().rev() {
            let before = at.checked_sub(1).and_then(|at| pool.classes.get(at));
            let after = pool.classes.get(at + 1);
            let mut row = Row::of(self.widths(class, before));
            let step = Step {
                gpus: class.gpus,
                sums: self.sums(&class.units, self.least.div_ceil(class.gpus)),
                later: &later,
            };
            for line in self.lines(class, before, after) {
                self.fill_line(&mut row, &step, line, &mut room);
            }
            self.rows.push(std::mem::replace(&mut later, row));
        }
        self.rows.push(later);
        self.rows.reverse();
    }

    /// The limit on instances, where it keeps any plan out.
    fn limit(&self, pool: &Pool) -> Option<usize> {
        let smallest = pool.classes.last().map_or(1, |class| class.gpus);
        let limit = usize::try_from(pool.limits.nodes).ok()?;
        (limit < self.least.div_ceil(smallest)).then_some(limit)
    }

    /// How many cells it takes to tell apart so many instances.
    fn cells(&self, pool: &Pool, limit: usize) -> usize {
        let rows = pool.classes.iter().enumerate().map(|(at, class)| {
            let before = at.checked_sub(1).and_then(|at| pool.classes.get(at));
            let levels = (0..=limit).map(|left| self.width(class, before, limit - left, left));
            levels.sum::<usize>()
        });
        rows.sum()
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

    fn fill_line(&self, row: &mut Row<C>, step: &Step<'_, C>, line: Line, room: &mut Room<C>) {
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
}
