//! The plans of one pool, best first.
//!
//! A best-first search over the units of a pool in a fixed order: at each
//! unit, take one more copy or go on to the next. What the rest will cost at
//! least is known exactly from the [`Table`], so only states that lead to the
//! next best plan are ever expanded, and plans come out in the order of their
//! weight.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::sync::Arc;

use super::Group;
use super::pool::{Class, Pool, Weight};
use super::table::Table;

/// States expanded per pool before the search gives up. A plan needs about as
/// many as it has instances and distinct units; only a tight limit on nodes
/// makes a search wander.
const STATES_MAX: usize = 2_000_000;

/// The plans of a pool as a stream.
pub(super) struct Search {
    pool: Pool,
    table: Table,
    open: BinaryHeap<Reverse<State>>,
    expanded: usize,
}

/// A partial plan.
struct State {
    /// The least weight of any plan that completes it.
    bound: Weight,
    /// What it weighs so far.
    weight: Weight,
    /// GPUs still to cover.
    remaining: usize,
    class: usize,
    unit: usize,
    /// Copies taken of the current unit.
    taken: u64,
    picks: Picks,
}

/// The units taken before the current one, last first.
type Picks = Option<Rc<Pick>>;

struct Pick {
    class: usize,
    unit: usize,
    count: u64,
    before: Picks,
}

impl Search {
    pub(super) fn new(pool: Pool) -> Self {
        let table = Table::new(&pool);
        let bound = table.to_go(0, pool.least);
        let start = State {
            bound,
            weight: Weight::ZERO,
            remaining: pool.least,
            class: 0,
            unit: 0,
            taken: 0,
            picks: None,
        };
        let open = if bound.is_infinite() {
            BinaryHeap::new()
        } else {
            BinaryHeap::from([Reverse(start)])
        };
        Self {
            pool,
            table,
            open,
            expanded: 0,
        }
    }

    /// Whether the search gave up before it had seen every plan.
    pub(super) fn gave_up(&self) -> bool {
        self.expanded >= STATES_MAX
    }

    /// The weight that the next plan has at the least.
    pub(super) fn next_bound(&self) -> Option<Weight> {
        self.open.peek().map(|Reverse(state)| state.bound)
    }

    /// The next best plan; `None` when there is none left, when the search
    /// gave up, or as soon as no plan is left for whose weight `wanted` holds.
    pub(super) fn next_plan(&mut self, wanted: impl Fn(Weight) -> bool) -> Option<(Weight, Vec<Group>)> {
        while !self.gave_up() && self.next_bound().is_some_and(&wanted) {
            let Reverse(state) = self.open.pop()?;
            if state.remaining == 0 {
                return Some((state.weight, self.groups(&state)));
            }
            self.expanded += 1;
            self.expand(&state);
        }
        if self.gave_up() {
            self.open.clear();
        }
        None
    }

    fn expand(&mut self, state: &State) {
        let Some(class) = self.pool.classes.get(state.class) else {
            return;
        };
        let taken = self.take(class, state);
        let left = self.leave(class, state);
        self.push(taken);
        self.push(Some(left));
    }

    /// One more copy of the current unit.
    fn take(&self, class: &Class, state: &State) -> Option<State> {
        let unit = class.units.get(state.unit).filter(|unit| state.taken < unit.bound)?;
        let weight = state.weight.plus(unit.weight);
        let next = State {
            weight,
            taken: state.taken + 1,
            picks: state.picks.clone(),
            ..*state
        };
        if state.remaining <= class.gpus {
            let surplus = class.surplus(state.remaining, 1, self.pool.slack)?;
            let weight = Weight { surplus, ..weight };
            return Some(State {
                bound: weight,
                weight,
                remaining: 0,
                ..next
            });
        }
        let remaining = state.remaining - class.gpus;
        let bound = weight.plus(self.to_go(class, &next, remaining));
        Some(State {
            bound,
            remaining,
            ..next
        })
    }

    /// On to the next unit, or to the next class after the last.
    fn leave(&self, class: &Class, state: &State) -> State {
        let picks = picked(state);
        let next = if state.unit < class.units.len() {
            State {
                unit: state.unit + 1,
                taken: 0,
                picks,
                ..*state
            }
        } else {
            State {
                class: state.class + 1,
                unit: 0,
                taken: 0,
                picks,
                ..*state
            }
        };
        let to_go = if next.class == state.class {
            self.to_go(class, &next, next.remaining)
        } else {
            self.table.to_go(next.class, next.remaining)
        };
        State {
            bound: next.weight.plus(to_go),
            ..next
        }
    }

    /// The least weight that covers `remaining` with what is left of the
    /// state's class and with the later classes.
    fn to_go(&self, class: &Class, state: &State, remaining: usize) -> Weight {
        let mut best = self.table.to_go(state.class + 1, remaining);
        let mut weight = Weight::ZERO;
        let (mut copies, mut gone) = (0_usize, state.taken);
        for unit in class.units.get(state.unit..).unwrap_or_default() {
            for _ in gone..unit.bound {
                weight = weight.plus(unit.weight);
                copies += 1;
                let rest = copies * class.gpus;
                if rest >= remaining {
                    if let Some(surplus) = class.surplus(remaining, copies, self.pool.slack) {
                        best = best.min(Weight { surplus, ..weight });
                    }
                    return best;
                }
                best = best.min(weight.plus(self.table.to_go(state.class + 1, remaining - rest)));
            }
            gone = 0;
        }
        best
    }

    fn push(&mut self, state: Option<State>) {
        self.open
            .extend(state.filter(|state| self.is_hopeful(state)).map(Reverse));
    }

    /// Whether any plan can come of a state within the limit on instances.
    fn is_hopeful(&self, state: &State) -> bool {
        let largest = self
            .pool
            .classes
            .get(state.class)
            .map_or(usize::MAX, |class| class.gpus);
        let needed = u64::try_from(state.remaining.div_ceil(largest)).unwrap_or(u64::MAX);
        !state.bound.is_infinite() && state.weight.nodes.saturating_add(needed) <= self.pool.nodes_max
    }

    fn groups(&self, state: &State) -> Vec<Group> {
        let mut groups = Vec::new();
        let last = picked(state);
        let mut next = last.as_deref();
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

/// The picks, the current unit's included.
fn picked(state: &State) -> Picks {
    if state.taken == 0 {
        return state.picks.clone();
    }
    Some(Rc::new(Pick {
        class: state.class,
        unit: state.unit,
        count: state.taken,
        before: state.picks.clone(),
    }))
}

impl State {
    /// Lightest first; then the one nearer to a whole plan, so that equals do
    /// not pile up; then the one that prefers units which come first.
    fn rank(&self) -> (Weight, usize, Reverse<u64>, usize, usize, Reverse<u64>) {
        (
            self.bound,
            self.remaining,
            Reverse(self.weight.nodes),
            self.class,
            self.unit,
            Reverse(self.taken),
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
