//! The plans of many pools as one stream, best first.

use std::cmp::Ordering;

use super::order::Provisioning;
use super::pool::{Pool, Weight};
use super::search::Search;
use super::{Goal, Plan, compare};
use crate::fit::Reason;
use crate::quantity::Range;

/// Plans of equal weight that are put in order among each other (R14). More
/// than that many stay in the order in which they are found, which is fixed.
const TIES_MAX: usize = 1_000;

/// Plans skipped because they break a cap, or are another stream's, before
/// the search gives up.
const SKIPPED_MAX: usize = 20_000;

/// Merges the streams of all pools.
pub(super) struct Merge {
    goal: Goal,
    streams: Vec<Stream>,
    skipped: usize,
    gave_up: bool,
}

/// One pool's plans. A pool is searched only when its bound from below comes
/// into reach.
struct Stream {
    /// What was asked for, which may be less than the pool covers.
    wanted: Range,
    /// Only plans whose slowest instance is just this slow.
    speed: Option<Provisioning>,
    /// What the weight is divided by before it is compared: GPUs supplied,
    /// where the objective is per GPU.
    divisor: i128,
    state: State,
}

enum State {
    Unopened(Pool),
    Open(Box<Search>),
}

/// Where a stream stands among others.
#[derive(Clone, Copy)]
struct Head {
    speed: Option<Provisioning>,
    weight: Weight,
    divisor: i128,
}

impl Head {
    fn compare(&self, other: &Self) -> Ordering {
        let across = |head: &Self, other: &Self| head.weight.first.saturating_mul(other.divisor);
        self.speed
            .cmp(&other.speed)
            .then_with(|| across(self, other).cmp(&across(other, self)))
            .then_with(|| self.weight.cmp(&other.weight))
    }
}

impl Merge {
    pub(super) fn new(goal: Goal) -> Self {
        Self {
            goal,
            streams: Vec::new(),
            skipped: 0,
            gave_up: false,
        }
    }

    /// Adds a pool that answers a request for `wanted` GPUs; with a speed, only its plans whose slowest instance is
    /// just that slow.
    pub(super) fn add(&mut self, pool: Pool, wanted: Range, speed: Option<Provisioning>) {
        let per_gpu = self.goal.objective == crate::demand::Objective::PerGpu;
        let divisor = if per_gpu {
            i128::from(pool.wanted.least.max(1))
        } else {
            1
        };
        self.streams.push(Stream {
            wanted,
            speed,
            divisor,
            state: State::Unopened(pool),
        });
    }

    /// Whether something was left out, so that the first plan is not proved to
    /// be the best.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The cap that keeps every plan of a feasible pool out.
    pub(super) fn barred(&mut self, pool: &Pool) -> Option<Reason> {
        let caps = self.goal.caps;
        if caps.rate.is_none() && caps.upfront.is_none() && caps.total.is_none() {
            return None;
        }
        let mut search = Search::new(Pool::new(pool.units().cloned().collect(), pool.wanted, pool.nodes_max));
        let mut first = None;
        for _ in 0..SKIPPED_MAX {
            let Some((_, groups)) = search.next_plan() else {
                self.gave_up |= search.gave_up();
                return first;
            };
            match Plan::of(groups, pool.wanted).map(|plan| plan.breaks(&caps)) {
                Ok(None) => return None,
                Ok(Some(reason)) => first = first.or(Some(reason)),
                Err(_) => first = first.or(Some(Reason::Price)),
            }
        }
        self.gave_up = true;
        first
    }

    /// The next `count` plans.
    pub(super) fn take(&mut self, count: usize) -> Vec<Plan> {
        let mut plans = Vec::new();
        let mut tied: Vec<(Head, Plan)> = Vec::new();
        while plans.len() + tied.len() < count.saturating_add(TIES_MAX) {
            let Some((head, plan)) = self.next_plan() else { break };
            if tied
                .first()
                .is_some_and(|(first, _)| first.compare(&head) != Ordering::Equal)
            {
                self.settle(&mut tied, &mut plans);
                if plans.len() >= count {
                    break;
                }
            }
            tied.push((head, plan));
        }
        self.settle(&mut tied, &mut plans);
        plans.truncate(count);
        plans
    }

    fn settle(&self, tied: &mut Vec<(Head, Plan)>, plans: &mut Vec<Plan>) {
        tied.sort_by(|(_, left), (_, right)| compare(left, right, self.goal.objective));
        plans.extend(tied.drain(..).map(|(_, plan)| plan));
    }

    fn next_plan(&mut self) -> Option<(Head, Plan)> {
        loop {
            let heads = self
                .streams
                .iter()
                .enumerate()
                .filter_map(|(at, stream)| Some((at, stream.head()?)));
            let (at, head) = heads.min_by(|(_, left), (_, right)| left.compare(right))?;
            let stream = self.streams.get_mut(at)?;
            let State::Open(search) = &mut stream.state else {
                stream.open();
                continue;
            };
            let wanted = stream.wanted;
            let next = search.next_plan();
            self.gave_up |= search.gave_up();
            let Some((weight, groups)) = next else { continue };
            let plan = Plan::of(groups, wanted).ok().filter(|plan| {
                plan.breaks(&self.goal.caps).is_none() && stream.speed.is_none_or(|speed| plan.slowest() == Some(speed))
            });
            if let Some(plan) = plan {
                return Some((Head { weight, ..head }, plan));
            }
            self.skipped += 1;
            if self.skipped > SKIPPED_MAX {
                self.gave_up = true;
                return None;
            }
        }
    }
}

impl Stream {
    fn head(&self) -> Option<Head> {
        let weight = match &self.state {
            State::Unopened(pool) => Weight {
                first: pool.bound_below(),
                ..Weight::ZERO
            },
            State::Open(search) => search.next_bound()?,
        };
        Some(Head {
            speed: self.speed,
            weight,
            divisor: self.divisor,
        })
    }

    fn open(&mut self) {
        let empty = State::Open(Box::new(Search::none()));
        if let State::Unopened(pool) = std::mem::replace(&mut self.state, empty) {
            self.state = State::Open(Box::new(Search::new(pool)));
        }
    }
}
