//! Every plan of a problem up to some cost, one after the other.

use super::pool::{Figures, Scale, Unit};
use super::table::{Cost, Problem, Table};
use crate::demand::Caps;

/// Sums made at most before the walk gives up: some seconds of work.
const SUMS_MAX: usize = 1_000_000_000;

/// Units taken: class, unit, copies.
pub(super) type Picks = Vec<(usize, usize, usize)>;

/// Why a walk ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// There are more plans than it was to list.
    More,
    /// It would have taken too long.
    TooLong,
}

/// What is to be listed.
pub(super) struct Limits<'a> {
    /// Whether a plan that costs this much, or more, is of no interest.
    pub(super) over: &'a dyn Fn(Cost) -> bool,
    pub(super) caps: &'a Caps,
    pub(super) scale: Scale,
    /// Plans at most.
    pub(super) most: usize,
}

/// The plans within the limits, in no particular order.
pub(super) fn walk(problem: &Problem, table: &Table, limits: &Limits<'_>) -> (Vec<Picks>, Option<Stop>) {
    let mut walk = Walk {
        problem,
        table,
        limits,
        found: Vec::new(),
        picks: Vec::new(),
        sums: 0,
    };
    let start = State {
        class: 0,
        unit: 0,
        nodes: problem.nodes.unwrap_or(0),
        remaining: problem.least,
        cost: problem.base.cost,
        figures: problem.base.figures,
    };
    let stop = walk.from(start).err();
    (walk.found, stop)
}

struct Walk<'a> {
    problem: &'a Problem,
    table: &'a Table,
    limits: &'a Limits<'a>,
    found: Vec<Picks>,
    picks: Picks,
    sums: usize,
}

#[derive(Clone, Copy)]
struct State {
    class: usize,
    unit: usize,
    nodes: usize,
    remaining: usize,
    cost: Cost,
    figures: Figures,
}

impl Walk<'_> {
    /// Lists the plans that go on from a state. Every unit is skipped or taken in turn; nothing is skipped once the
    /// rest cannot cover what remains within the limits.
    fn from(&mut self, mut state: State) -> Result<(), Stop> {
        while let Some(class) = self.problem.classes.get(state.class) {
            for (at, unit) in class.iter().enumerate().skip(state.unit) {
                if !self.hopeful(state, at)? {
                    return Ok(());
                }
                self.take(State { unit: at, ..state }, unit)?;
            }
            (state.class, state.unit) = (state.class + 1, 0);
        }
        Ok(())
    }

    /// Lists the plans that take one copy or more of a unit.
    fn take(&mut self, state: State, unit: &Unit) -> Result<(), Stop> {
        for copies in 1..=self.problem.copies(unit) {
            self.count(1)?;
            let cost = state.cost.plus(Cost::of(unit, copies));
            let figures = state
                .figures
                .plus(unit.figures, u64::try_from(copies).unwrap_or(u64::MAX));
            if (self.limits.over)(cost) || figures.breaks(self.limits.caps, self.limits.scale) {
                return Ok(());
            }
            let Some(nodes) = self.problem.fewer(state.nodes, copies) else {
                return Ok(());
            };
            let covered = copies * unit.gpus;
            self.picks.push((state.class, state.unit, copies));
            let walked = match state.remaining.checked_sub(covered) {
                Some(remaining @ 1..) => {
                    let next = State {
                        unit: state.unit + 1,
                        nodes,
                        remaining,
                        cost,
                        figures,
                        ..state
                    };
                    // The whole class bounds what its later units can do, and is looked up at once.
                    let least = self.table.least(state.class, nodes, remaining);
                    if least.is_some_and(|least| !(self.limits.over)(cost.plus(least))) {
                        self.from(next)
                    } else {
                        Ok(())
                    }
                }
                _ => self.end(covered, state.remaining, cost),
            };
            self.picks.pop();
            walked?;
            if covered >= state.remaining {
                return Ok(());
            }
        }
        Ok(())
    }

    fn end(&mut self, covered: usize, remaining: usize, cost: Cost) -> Result<(), Stop> {
        let Some(surplus) = self.problem.ends(covered, remaining) else {
            return Ok(());
        };
        if (self.limits.over)(Cost { surplus, ..cost }) {
            return Ok(());
        }
        if self.found.len() >= self.limits.most {
            return Err(Stop::More);
        }
        self.found.push(self.picks.clone());
        Ok(())
    }

    /// Whether units `unit..` of the state's class and what comes after it can still make a plan.
    fn hopeful(&mut self, state: State, unit: usize) -> Result<bool, Stop> {
        self.count(state.remaining)?;
        let least = self
            .table
            .least_from(self.problem, (state.class, unit), state.nodes, state.remaining);
        Ok(least.is_some_and(|least| !(self.limits.over)(state.cost.plus(least))))
    }

    fn count(&mut self, sums: usize) -> Result<(), Stop> {
        self.sums = self.sums.saturating_add(sums);
        if self.sums > SUMS_MAX {
            Err(Stop::TooLong)
        } else {
            Ok(())
        }
    }
}
