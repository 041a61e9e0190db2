//! The plans of one pool, best first.
//!
//! A best-first search over the units of a pool in a fixed order: in each class,
//! decide whether to take any more of it, and if so, how many copies of which
//! unit. What the rest will cost at least is known exactly from the [`Table`],
//! so only states that lead to the next best plan are ever expanded, and plans
//! come out in the order of their weight.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::sync::Arc;

use super::Group;
use super::limits::{Spent, spend};
use super::pool::{Base, Class, Pool, Unit, Weight};
use super::table::{Spot, Table};

/// Cells of lines reckoned per pool before the search gives up: about a second
/// of work. Only caps, and a limit on instances too large for the table, make
/// a search wander so far.
const CELLS_MAX: usize = 100_000_000;

/// Ways to go on kept of all states together: about two hundred megabytes.
const KEPT_MAX: usize = 4_000_000;

/// Ways to go on kept of one state. A search that needs more gives up.
const BRANCHES_MAX: usize = 512;

/// The plans of a pool as a stream.
pub(super) struct Search {
    pool: Pool,
    table: Table,
    /// For each cap, the most, and the least that covers still take of it.
    caps: Vec<(usize, i128, Table)>,
    open: BinaryHeap<Reverse<State>>,
    cells: usize,
    kept: usize,
    gave_up: bool,
}

/// A partial plan: the units before `unit` of `class` are decided.
struct State {
    /// The least weight of any plan that completes it.
    bound: Weight,
    /// What it weighs so far.
    weight: Weight,
    /// What it takes of the caps so far.
    spent: Spent,
    /// GPUs still to cover.
    remaining: usize,
    class: usize,
    unit: usize,
    /// Whether some unit of the class from here on is to be taken; otherwise
    /// that is open.
    taking: bool,
    picks: Picks,
    /// The states that differ from this one in the last decision only, from
    /// the next best on.
    siblings: Option<Siblings>,
}

/// The units taken, last first.
type Picks = Option<Rc<Pick>>;

struct Pick {
    class: usize,
    unit: usize,
    count: u64,
    before: Picks,
}

/// How many copies of one unit may be taken, best first.
struct Siblings {
    from: Rc<Branches>,
    next: usize,
}

struct Branches {
    /// What was decided before.
    parent: State,
    spot: Spot,
    /// The least weight of a plan with so many copies.
    copies: Vec<(Weight, usize)>,
    /// Whether some were left out.
    cut: bool,
}

impl Search {
    pub(super) fn new(pool: Pool) -> Self {
        let table = Table::new(&pool);
        let (Base { weight, spent }, remaining) = (pool.base, pool.least);
        let bound = table.to_go(0, remaining, pool.limits.nodes).plus(weight);
        let caps = pool
            .limits
            .caps()
            .map(|(at, _, most)| (at, most, Table::of_spent(&pool, at)))
            .collect();
        let mut search = Self {
            pool,
            table,
            caps,
            open: BinaryHeap::new(),
            cells: 0,
            kept: 0,
            gave_up: false,
        };
        search.push(State {
            bound,
            weight,
            spent,
            remaining,
            class: 0,
            unit: 0,
            taking: false,
            picks: None,
            siblings: None,
        });
        search
    }

    /// What is searched.
    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether the search gave up before it had seen every plan.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The weight that the next plan has at the least.
    pub(super) fn next_bound(&self) -> Option<Weight> {
        self.open.peek().map(|Reverse(state)| state.bound)
    }

    /// The next best plan; `None` when there is none left, when the search
    /// gave up, or as soon as no plan is left for whose weight `wanted` holds.
    pub(super) fn next_plan(&mut self, wanted: impl Fn(Weight) -> bool) -> Option<(Weight, Vec<Group>)> {
        while self.next_bound().is_some_and(&wanted) {
            let Reverse(mut state) = self.open.pop()?;
            if let Some(siblings) = state.siblings.take() {
                self.branch(siblings);
            }
            if state.remaining == 0 {
                return Some((state.weight, self.groups(state.picks.as_deref())));
            }
            self.expand(state);
            if self.cells > CELLS_MAX || self.kept > KEPT_MAX {
                self.gave_up = true;
                self.open.clear();
            }
        }
        None
    }

    /// Decides whether to take any more of the state's class, or how many
    /// copies of its unit.
    fn expand(&mut self, state: State) {
        if state.taking {
            self.take(state);
        } else {
            self.stay_or_leave(state);
        }
    }

    fn stay_or_leave(&mut self, state: State) {
        let Some(class) = self.pool.classes.get(state.class) else {
            return;
        };
        let left = self.pool.limits.nodes.saturating_sub(state.weight.nodes);
        let units = class.units.get(state.unit..).unwrap_or_default();
        let staying = (!units.is_empty()).then(|| {
            let spot = self.table.spot(class.gpus, state.remaining, left);
            self.cells += spot.position + 1;
            self.table.with_one(state.class, class.gpus, units, spot)
        });
        let leaving = State {
            bound: state
                .weight
                .plus(self.table.to_go(state.class + 1, state.remaining, left)),
            class: state.class + 1,
            unit: 0,
            picks: state.picks.clone(),
            siblings: None,
            ..state
        };
        if self.is_hopeful(&leaving) {
            self.push(leaving);
        }
        if let Some(rest) = staying {
            self.push(State {
                bound: state.weight.plus(rest),
                taking: true,
                ..state
            });
        }
    }

    fn take(&mut self, state: State) {
        let Some(class) = self.pool.classes.get(state.class) else {
            return;
        };
        let Some((unit, later)) = class.units.get(state.unit..).and_then(<[Unit]>::split_first) else {
            return;
        };
        let left = self.pool.limits.nodes.saturating_sub(state.weight.nodes);
        let spot = self.table.spot(class.gpus, state.remaining, left);
        let most = usize::try_from(unit.bound.min(left))
            .unwrap_or(usize::MAX)
            .min(spot.position + 1);
        let rests = self.table.rests(state.class, class.gpus, later, spot, most);
        self.cells += spot.position + 1;
        let surplus = self.table.surplus(class.gpus, spot);
        let bound = |copies: usize| {
            let weight = state.weight.plus(unit.weight.times(copies));
            if copies > spot.position {
                return surplus.map(|surplus| Weight { surplus, ..weight });
            }
            let rest = match copies {
                // Then it is one of the later units.
                0 => self.table.with_one(state.class, class.gpus, later, spot),
                copies => *rests.get(copies)?,
            };
            Some(weight.plus(rest))
        };
        let branch = |copies| {
            bound(copies)
                .filter(|bound| !bound.is_infinite())
                .map(|bound| (bound, copies))
        };
        let mut copies: Vec<(Weight, usize)> = (0..=most).rev().filter_map(branch).collect();
        // Of equals, the one that takes more of the earlier unit.
        copies.sort_by_key(|(bound, _)| *bound);
        let cut = copies.len() > BRANCHES_MAX;
        copies.truncate(BRANCHES_MAX);
        self.kept += copies.len();
        self.branch(Siblings {
            from: Rc::new(Branches {
                parent: state,
                spot,
                copies,
                cut,
            }),
            next: 0,
        });
    }

    /// Opens the next of some siblings that can lead to a plan.
    fn branch(&mut self, siblings: Siblings) {
        let Siblings { from, mut next } = siblings;
        let Some(class) = self.pool.classes.get(from.parent.class) else {
            return;
        };
        let Some(unit) = class.units.get(from.parent.unit) else {
            return;
        };
        while let Some((bound, copies)) = from.copies.get(next).copied() {
            next += 1;
            let state = from.parent.taking(class, unit, copies, from.spot);
            if self.is_hopeful(&state) {
                let weight = if state.remaining == 0 { bound } else { state.weight };
                self.push(State {
                    bound,
                    weight,
                    siblings: Some(Siblings { from, next }),
                    ..state
                });
                return;
            }
        }
        self.gave_up |= from.cut;
    }

    fn push(&mut self, state: State) {
        if !state.bound.is_infinite() {
            self.open.push(Reverse(state));
        }
    }

    /// Whether the limits leave enough to cover what remains.
    fn is_hopeful(&self, state: &State) -> bool {
        let largest = self
            .pool
            .classes
            .get(state.class)
            .map_or(usize::MAX, |class| class.gpus);
        let needed = u64::try_from(state.remaining.div_ceil(largest)).unwrap_or(u64::MAX);
        let affordable = self.caps.iter().all(|(cap, most, least)| {
            let to_go = if state.remaining == 0 {
                0
            } else {
                least.to_go(state.class, state.remaining, u64::MAX).first
            };
            state
                .spent
                .get(*cap)
                .is_none_or(|spent| spent.saturating_add(to_go) <= *most)
        });
        affordable && state.weight.nodes.saturating_add(needed) <= self.pool.limits.nodes
    }

    fn groups(&self, mut next: Option<&Pick>) -> Vec<Group> {
        let mut groups = Vec::new();
        while let Some(pick) = next {
            if let Some(unit) = self
                .pool
                .classes
                .get(pick.class)
                .and_then(|class| class.units.get(pick.unit))
            {
                groups.push(Group {
                    candidate: Arc::clone(&unit.candidate),
                    place: unit.place,
                    count: pick.count,
                });
            }
            next = pick.before.as_deref();
        }
        groups.reverse();
        groups
    }
}

impl State {
    /// The state after taking `copies` of its unit.
    fn taking(&self, class: &Class, unit: &Unit, copies: usize, spot: Spot) -> Self {
        let count = u64::try_from(copies).unwrap_or(u64::MAX);
        let pick = |count| {
            Rc::new(Pick {
                class: self.class,
                unit: self.unit,
                count,
                before: self.picks.clone(),
            })
        };
        Self {
            bound: self.bound,
            weight: self.weight.plus(unit.weight.times(copies)),
            spent: spend(self.spent, unit.spent, copies),
            remaining: spot.after(class.gpus, copies),
            class: self.class,
            unit: self.unit + 1,
            taking: copies == 0,
            picks: if count == 0 {
                self.picks.clone()
            } else {
                Some(pick(count))
            },
            siblings: None,
        }
    }

    /// Lightest first; then the one nearer to a whole plan, so that equals do
    /// not pile up; then the one that prefers units which come first.
    fn rank(&self) -> (Weight, usize, Reverse<u64>, Reverse<usize>, Reverse<usize>) {
        (
            self.bound,
            self.remaining,
            Reverse(self.weight.nodes),
            Reverse(self.class),
            Reverse(self.unit),
        )
    }
}

impl Ord for State {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for State {}
