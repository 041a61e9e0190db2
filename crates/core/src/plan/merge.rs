//! The plans of many pools as one stream, best first.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::bound::bound_below;
use super::order::Provisioning;
use super::pool::{Pool, Weight};
use super::search::Search;
use super::ties::{CELLS_MAX, lightest};
use super::{Goal, Plan, compare};
use crate::quantity::Range;

/// Plans of equal weight that are put in order among each other (R14). Of more
/// than that many the first are found by another way where they are the best of
/// all; further down, and where caps bar the way, they stay in the order in
/// which they are found, which is fixed.
const TIES_MAX: usize = 4_000;

/// Groups of tied plans together, so that ties of long plans do not take all
/// the time there is.
const TIED_GROUPS_MAX: usize = 40_000;

/// Plans skipped because they are another stream's before the search gives up.
const SKIPPED_MAX: usize = 20_000;

/// Merges the streams of all pools.
pub(super) struct Merge {
    goal: Goal,
    /// By how little their next plan may weigh.
    streams: BinaryHeap<Reverse<Stream>>,
    skipped: usize,
    gave_up: bool,
}

/// One pool's plans. A pool is searched only when the least that its plans may
/// weigh comes into reach.
struct Stream {
    head: Head,
    /// Its number, which settles what else is equal.
    number: usize,
    /// What was asked for, which may be less than the pool covers.
    wanted: Range,
    state: State,
}

enum State {
    Unopened(Box<Pool>),
    Open(Box<Search>),
}

/// How plans of different pools compare.
#[derive(Clone, Copy)]
struct Head {
    /// The launch time of the slowest instance, where that is the objective.
    speed: Option<Provisioning>,
    weight: Weight,
    /// What the weight is divided by: GPUs supplied, where the objective is
    /// per GPU.
    divisor: i128,
}

/// A plan, among others that weigh the same.
struct Tied {
    head: Head,
    /// The number of its stream.
    stream: usize,
    plan: Plan,
}

impl Merge {
    pub(super) fn new(goal: Goal) -> Self {
        Self {
            goal,
            streams: BinaryHeap::new(),
            skipped: 0,
            gave_up: false,
        }
    }

    /// Adds a pool that answers a request for `wanted` GPUs; with a speed, only
    /// its plans whose slowest instance is just that slow.
    pub(super) fn add(&mut self, pool: Pool, wanted: Range, speed: Option<Provisioning>) {
        self.push(pool, wanted, speed, 1);
    }

    /// Adds a pool all of whose plans supply `gpus` GPUs, to be ranked by what
    /// one of them costs.
    pub(super) fn add_per_gpu(&mut self, pool: Pool, wanted: Range, gpus: u64) {
        self.push(pool, wanted, None, i128::from(gpus.max(1)));
    }

    fn push(&mut self, pool: Pool, wanted: Range, speed: Option<Provisioning>, divisor: i128) {
        let weight = Weight {
            first: bound_below(&pool),
            ..Weight::ZERO
        };
        let (head, number) = (Head { speed, weight, divisor }, self.streams.len());
        self.streams.push(Reverse(Stream {
            head,
            number,
            wanted,
            state: State::Unopened(Box::new(pool)),
        }));
    }

    /// Whether something was left out, so that the first plan is not proved to
    /// be the best.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// The next `count` plans.
    pub(super) fn take(&mut self, count: usize) -> Vec<Plan> {
        let mut plans = Vec::new();
        let mut tied: Vec<Tied> = Vec::new();
        let mut groups = 0;
        while plans.len() + tied.len() < count || (tied.len() < TIES_MAX && groups < TIED_GROUPS_MAX) {
            let Some(next) = self.next_plan() else { break };
            let first = tied.first();
            if first.is_some_and(|first| first.head.compare(&next.head) != Ordering::Equal) {
                self.settle(&mut tied, &mut plans);
                groups = 0;
                if plans.len() >= count {
                    break;
                }
            }
            groups += next.plan.groups.len();
            tied.push(next);
        }
        if plans.is_empty() {
            self.find_first(&mut tied, count);
        }
        self.settle(&mut tied, &mut plans);
        plans.truncate(count);
        plans
    }

    /// Makes the first `count` of the best plans part of `tied`, where more of
    /// them are left than were taken.
    fn find_first(&self, tied: &mut Vec<Tied>, count: usize) {
        let Some(head) = tied.first().map(|first| first.head) else {
            return;
        };
        let open = self.streams.iter().map(|Reverse(stream)| stream);
        let left = open.filter(|stream| stream.head.compare(&head) == Ordering::Equal);
        let mut cells = CELLS_MAX;
        let first: Option<Vec<(usize, Vec<Tied>)>> = left
            .map(|stream| Some((stream.number, stream.lightest(head.weight, count, &mut cells)?)))
            .collect();
        for (number, first) in first.unwrap_or_default() {
            tied.retain(|tied| tied.stream != number);
            tied.extend(first);
        }
    }

    fn settle(&self, tied: &mut Vec<Tied>, plans: &mut Vec<Plan>) {
        tied.sort_by(|left, right| compare(&left.plan, &right.plan, self.goal.objective));
        plans.extend(tied.drain(..).map(|tied| tied.plan));
    }

    fn next_plan(&mut self) -> Option<Tied> {
        while let Some(Reverse(mut stream)) = self.streams.pop() {
            let head = stream.head;
            let search = match stream.state {
                State::Unopened(pool) => {
                    stream.state = State::Open(Box::new(Search::new(*pool)));
                    self.put_back(stream);
                    continue;
                }
                State::Open(ref mut search) => search,
            };
            // Search no further than the best of the other streams reaches.
            let rival = self.streams.peek().map(|Reverse(rival)| rival.head);
            let in_reach =
                |weight| rival.is_none_or(|rival| Head { weight, ..head }.compare(&rival) != Ordering::Greater);
            let found = search.next_plan(in_reach);
            self.gave_up |= search.gave_up();
            let (wanted, number) = (stream.wanted, stream.number);
            self.put_back(stream);
            let Some((weight, groups)) = found else { continue };
            let plan = Plan::of(groups, wanted).ok().filter(|plan| head.is_of(plan));
            if let Some(plan) = plan {
                return Some(Tied {
                    head: Head { weight, ..head },
                    stream: number,
                    plan,
                });
            }
            self.skipped += 1;
            if self.skipped > SKIPPED_MAX {
                self.gave_up = true;
                return None;
            }
        }
        None
    }

    /// Returns a stream to its place, if it has anything left.
    fn put_back(&mut self, mut stream: Stream) {
        if let State::Open(search) = &stream.state {
            let Some(weight) = search.next_bound() else { return };
            stream.head.weight = weight;
        }
        self.streams.push(Reverse(stream));
    }
}

impl Stream {
    /// The first `count` of its plans that weigh so little, if it has any;
    /// `None` when they cannot be told.
    fn lightest(&self, weight: Weight, count: usize, cells: &mut usize) -> Option<Vec<Tied>> {
        let pool = match &self.state {
            State::Unopened(pool) => pool.as_ref(),
            State::Open(search) => search.pool(),
        };
        let (least, plans) = lightest(pool, count, cells)?;
        if least != weight {
            return Some(Vec::new());
        }
        let head = Head { weight, ..self.head };
        let plan = |groups| {
            let plan = Plan::of(groups, self.wanted).ok()?;
            head.is_of(&plan).then_some(Tied {
                head,
                stream: self.number,
                plan,
            })
        };
        plans.into_iter().map(plan).collect()
    }
}

impl Head {
    /// Whether a plan of the stream is one of its own.
    fn is_of(&self, plan: &Plan) -> bool {
        self.speed.is_none_or(|speed| plan.slowest() == Some(speed))
    }

    fn compare(&self, other: &Self) -> Ordering {
        let across = |head: &Self, other: &Self| head.weight.first.saturating_mul(other.divisor);
        self.speed
            .cmp(&other.speed)
            .then_with(|| across(self, other).cmp(&across(other, self)))
            .then_with(|| self.weight.cmp(&other.weight))
    }
}

impl Ord for Stream {
    fn cmp(&self, other: &Self) -> Ordering {
        self.head
            .compare(&other.head)
            .then_with(|| self.number.cmp(&other.number))
    }
}

impl PartialOrd for Stream {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Stream {}
