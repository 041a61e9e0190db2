//! The least cost of covering so many GPUs: a bounded knapsack, filled cell by cell.

use std::ops::RangeInclusive;

use super::pool::{Figures, Unit, cost};
use crate::demand::Objective;

/// Sums made at most before a problem counts as too large to be settled here: some seconds of work.
const SUMS_MAX: usize = 3_000_000_000;

/// Cells kept at most: a gigabyte.
const CELLS_MAX: usize = 16_000_000;

/// What a plan costs, in the order in which it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Cost {
    pub(super) first: i128,
    pub(super) second: i128,
    pub(super) nodes: u64,
    pub(super) surplus: u64,
}

impl Cost {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            first: self.first.saturating_add(other.first),
            second: self.second.saturating_add(other.second),
            nodes: self.nodes.saturating_add(other.nodes),
            surplus: self.surplus.saturating_add(other.surplus),
        }
    }

    /// So many copies of a unit.
    pub(super) fn of(unit: &Unit, copies: usize) -> Self {
        let count = i128::try_from(copies).unwrap_or(i128::MAX);
        Self {
            first: unit.cost.0.saturating_mul(count),
            second: unit.cost.1.saturating_mul(count),
            nodes: u64::try_from(copies).unwrap_or(u64::MAX),
            surplus: 0,
        }
    }
}

/// What is to be covered, and with what.
#[derive(Debug)]
pub(super) struct Problem {
    /// Units of one size each, cheapest first; sizes descend.
    pub(super) classes: Vec<Vec<Unit>>,
    /// GPUs at the least; at least 1.
    pub(super) least: usize,
    /// How many more there may be. A plan ends as soon as the least is reached, so that every instance is needed.
    pub(super) surplus: RangeInclusive<usize>,
    /// Instances at the most, where that is a limit at all.
    pub(super) nodes: Option<usize>,
    /// What every plan begins with: its disks, which the table leaves out.
    pub(super) base: Base,
}

/// What a plan costs before its first instance.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Base {
    pub(super) cost: Cost,
    pub(super) figures: Figures,
}

impl Base {
    /// That of these disks.
    pub(super) fn of(disks: Figures, objective: Objective) -> Self {
        let (first, second) = cost(disks, objective);
        Self {
            cost: Cost {
                first,
                second,
                ..Cost::default()
            },
            figures: disks,
        }
    }
}

impl Problem {
    /// `units` are sorted by size, largest first, and by cost.
    pub(super) fn new(
        units: Vec<Unit>,
        least: u64,
        surplus: RangeInclusive<usize>,
        nodes: Option<u64>,
        base: Base,
    ) -> Self {
        let least = usize::try_from(least.max(1)).unwrap_or(usize::MAX);
        let mut classes: Vec<Vec<Unit>> = Vec::new();
        for unit in units.into_iter().filter(|unit| unit.gpus > 0) {
            match classes.last_mut().filter(|class| size(class) == unit.gpus) {
                Some(class) => class.push(unit),
                None => classes.push(vec![unit]),
            }
        }
        let smallest = classes.last().map_or(1, |class| size(class));
        let nodes = nodes.and_then(|nodes| usize::try_from(nodes).ok());
        Self {
            // No plan has more instances than it would have of the smallest.
            nodes: nodes.filter(|nodes| *nodes < least.div_ceil(smallest)),
            classes,
            least,
            surplus,
            base,
        }
    }

    /// The surplus when `gpus` are supplied for the last `remaining`; `None` when it is not allowed.
    pub(super) fn ends(&self, gpus: usize, remaining: usize) -> Option<u64> {
        let surplus = gpus.checked_sub(remaining)?;
        self.surplus
            .contains(&surplus)
            .then(|| u64::try_from(surplus).unwrap_or(u64::MAX))
    }

    /// Copies of a unit that any plan could use.
    pub(super) fn copies(&self, unit: &Unit) -> usize {
        usize::try_from(unit.copies)
            .unwrap_or(usize::MAX)
            .min(self.least.div_ceil(unit.gpus))
    }

    /// What is left of a limit on instances.
    pub(super) fn fewer(&self, nodes: usize, copies: usize) -> Option<usize> {
        match self.nodes {
            None => Some(0),
            Some(_) => nodes.checked_sub(copies),
        }
    }
}

/// GPUs of each unit of a class.
pub(super) fn size(class: &[Unit]) -> usize {
    class.first().map_or(1, |unit| unit.gpus)
}

/// The least costs, by class, instances left and GPUs missing.
pub(super) struct Table {
    rows: Vec<Vec<Option<Cost>>>,
    width: usize,
}

impl Table {
    /// Fills the table; `None` when that would take too long.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let width = problem.least + 1;
        let layers = problem.nodes.map_or(1, |nodes| nodes + 1);
        let cells = layers.checked_mul(width)?;
        if cells.checked_mul(problem.classes.len() + 1)? > CELLS_MAX {
            return None;
        }
        let done = |cell: usize| cell.is_multiple_of(width).then(Cost::default);
        let mut rows = vec![(0..cells).map(done).collect::<Vec<_>>()];
        let mut table = Self {
            rows: Vec::new(),
            width,
        };
        let mut left = SUMS_MAX;
        for class in problem.classes.iter().rev() {
            let (bounded, unbounded) = copies(problem, class);
            left = left.checked_sub(cells.checked_mul(bounded.len() + 1)?)?;
            let later = rows.last()?;
            let with_unbounded = match unbounded {
                Some(unit) => table.repeat(problem, later, unit),
                None => later.clone(),
            };
            rows.push(table.add(problem, size(class), &with_unbounded, &bounded));
        }
        rows.reverse();
        table.rows = rows;
        Some(table)
    }

    fn at(&self, nodes: usize, remaining: usize) -> usize {
        nodes * self.width + remaining
    }

    /// The least that covers the remainder with classes `class..`.
    pub(super) fn least(&self, class: usize, nodes: usize, remaining: usize) -> Option<Cost> {
        *self.rows.get(class)?.get(self.at(nodes, remaining))?
    }

    /// A row in which one unit may be taken any number of times: with or without one more of it.
    fn repeat(&self, problem: &Problem, later: &[Option<Cost>], unit: &Unit) -> Vec<Option<Cost>> {
        let one = Cost::of(unit, 1);
        let mut row = later.to_vec();
        for nodes in 0..=problem.nodes.unwrap_or(0) {
            let Some(fewer) = problem.fewer(nodes, 1) else { continue };
            for remaining in 1..self.width {
                let taken = match remaining.checked_sub(unit.gpus) {
                    Some(rest @ 1..) => row
                        .get(self.at(fewer, rest))
                        .copied()
                        .flatten()
                        .map(|rest| one.plus(rest)),
                    _ => problem
                        .ends(unit.gpus, remaining)
                        .map(|surplus| Cost { surplus, ..one }),
                };
                lower(&mut row, self.at(nodes, remaining), taken);
            }
        }
        row
    }

    /// A row in which the cheapest 0, 1, 2… copies, which cost `sums`, may be taken as well.
    fn add(&self, problem: &Problem, gpus: usize, later: &[Option<Cost>], sums: &[Cost]) -> Vec<Option<Cost>> {
        let mut row = later.to_vec();
        for nodes in 0..=problem.nodes.unwrap_or(0) {
            for remaining in 1..self.width {
                for (copies, sum) in sums.iter().enumerate().skip(1) {
                    let Some(fewer) = problem.fewer(nodes, copies) else {
                        break;
                    };
                    let covered = copies * gpus;
                    let Some(rest @ 1..) = remaining.checked_sub(covered) else {
                        let taken = problem.ends(covered, remaining).map(|surplus| Cost { surplus, ..*sum });
                        lower(&mut row, self.at(nodes, remaining), taken);
                        break;
                    };
                    let taken = later.get(self.at(fewer, rest)).copied().flatten();
                    lower(&mut row, self.at(nodes, remaining), taken.map(|rest| sum.plus(rest)));
                }
            }
        }
        row
    }

    /// The least that covers the remainder with units `unit..` of a class and the classes after it.
    pub(super) fn least_from(
        &self,
        problem: &Problem,
        (class, unit): (usize, usize),
        nodes: usize,
        remaining: usize,
    ) -> Option<Cost> {
        let mut best = self.least(class + 1, nodes, remaining);
        let units = problem.classes.get(class)?.get(unit..)?;
        let (mut sum, mut copies) = (Cost::default(), 0);
        for unit in units {
            for _ in 0..problem.copies(unit) {
                sum = sum.plus(Cost::of(unit, 1));
                copies += 1;
                let Some(fewer) = problem.fewer(nodes, copies) else {
                    return best;
                };
                let covered = copies * unit.gpus;
                let Some(rest @ 1..) = remaining.checked_sub(covered) else {
                    let ended = problem.ends(covered, remaining).map(|surplus| Cost { surplus, ..sum });
                    return [best, ended].into_iter().flatten().min();
                };
                let taken = self.least(class + 1, fewer, rest).map(|rest| sum.plus(rest));
                best = [best, taken].into_iter().flatten().min();
            }
        }
        best
    }
}

/// What the cheapest 0, 1, 2… copies cost before the first unit of which there are as many as any plan could use, and
/// that unit: nothing after it is ever cheaper.
fn copies<'a>(problem: &Problem, class: &'a [Unit]) -> (Vec<Cost>, Option<&'a Unit>) {
    let enough = problem.least.div_ceil(size(class));
    let mut sums = vec![Cost::default()];
    for unit in class {
        let copies = problem.copies(unit);
        if copies >= enough {
            return (sums, Some(unit));
        }
        for _ in 0..copies.min((enough + 1).saturating_sub(sums.len())) {
            let last = sums.last().copied().unwrap_or_default();
            sums.push(last.plus(Cost::of(unit, 1)));
        }
    }
    (sums, None)
}

fn lower(row: &mut [Option<Cost>], at: usize, cost: Option<Cost>) {
    if let (Some(cell), Some(cost)) = (row.get_mut(at), cost)
        && cell.is_none_or(|known| cost < known)
    {
        *cell = Some(cost);
    }
}
