//! What is watched while a run goes on: every commit and every call is held
//! against the promises.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::names::Slot;
use super::time::MINUTE;

/// A promise, by its name in the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// At most one live machine per slot.
    I1,
    /// No live machine of ours is unknown to the journal.
    I2,
    /// Nothing is called settled while something of ours lives unsettled.
    I2c,
    /// Spent and set aside within the cap; what is billed, too.
    I3,
    /// What is called gone is gone.
    I4,
    /// Nobody else's machine is ended.
    I5,
    /// When faults cease, everything comes to rest.
    I6,
    /// One request for each name.
    I7,
    /// What is kept is what was approved.
    I8,
    /// The broker's limits are kept.
    I12,
    /// Nothing is done before the journal says so, nor after it failed (R1).
    R1,
    /// Doing a step twice changes nothing.
    S8,
    /// What is claimed is so.
    S11,
    /// Things happen in time.
    S12,
}

impl Promise {
    pub(crate) const ALL: [Self; 14] = [
        Self::I1,
        Self::I2,
        Self::I2c,
        Self::I3,
        Self::I4,
        Self::I5,
        Self::I6,
        Self::I7,
        Self::I8,
        Self::I12,
        Self::R1,
        Self::S8,
        Self::S11,
        Self::S12,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::I1 => "I1",
            Self::I2 => "I2",
            Self::I2c => "I2c",
            Self::I3 => "I3",
            Self::I4 => "I4",
            Self::I5 => "I5",
            Self::I6 => "I6",
            Self::I7 => "I7",
            Self::I8 => "I8",
            Self::I12 => "I12",
            Self::R1 => "R1",
            Self::S8 => "S8",
            Self::S11 => "S11",
            Self::S12 => "S12",
        }
    }
}

/// A promise that was broken.
#[derive(Debug, Clone)]
pub(crate) struct Breach {
    pub(crate) promise: Promise,
    pub(crate) at: u64,
    pub(crate) what: String,
}

/// Kinds of calls that a broker counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Create,
    List,
    Get,
    Delete,
}

/// What a launch may cost, in millionths per hour.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cap {
    pub(crate) rate: Option<u64>,
    /// How many machines it is of.
    pub(crate) machines: u32,
}

/// The book of one run.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) breaches: Vec<Breach>,
    /// Names that were given, and for which machine.
    pub(crate) named: BTreeMap<String, Slot>,
    /// Requests that the journal announced, by name.
    pub(crate) announced: BTreeMap<String, u32>,
    /// Requests that reached the broker, and that provably did not.
    pub(crate) arrived: BTreeMap<String, u32>,
    pub(crate) unsent: BTreeMap<String, u32>,
    /// When each was answered.
    pub(crate) answered: BTreeMap<String, u64>,
    /// Whether requests need not be announced: for protocols without a journal
    /// that could.
    pub(crate) lenient: bool,
    /// Commands that said something that could be wrong.
    pub(crate) claims: u64,
    /// Ids that the journal knows as ours.
    pub(crate) known: BTreeSet<String>,
    /// Ids that were adopted or doomed, and when.
    pub(crate) adopted: BTreeMap<String, u64>,
    pub(crate) doomed: BTreeMap<String, u64>,
    /// The latest that a listing has shown a machine, in milliseconds.
    pub(crate) lag_max: u64,
    /// What each launch may cost.
    pub(crate) caps: BTreeMap<u64, Cap>,
    /// Commits so far.
    pub(crate) commits: u32,
    /// Commits that announced a request, to launch or to end.
    pub(crate) announcing: Vec<u32>,
    /// Calls of the last quarter of an hour, by broker.
    calls: [VecDeque<(u64, Call)>; 2],
    /// The most listings in a quarter of an hour.
    pub(crate) lists_max: usize,
}

impl Book {
    pub(crate) fn breach(&mut self, promise: Promise, at: u64, what: impl Into<String>) {
        let what = what.into();
        self.breaches.push(Breach { promise, at, what });
    }

    /// Counts a call against the broker's limits: 10 launches and 250 calls in
    /// a quarter of an hour, of which 50 are kept for lists and deletes.
    pub(crate) fn call(&mut self, site: usize, at: u64, call: Call) {
        let calls = &mut self.calls[site];
        calls.push_back((at, call));
        while calls.front().is_some_and(|(then, _)| then + 15 * MINUTE <= at) {
            calls.pop_front();
        }
        if calls.len() <= 10 {
            return;
        }
        let count = |wanted: Call| calls.iter().filter(|(_, one)| *one == wanted).count();
        let (creates, lists, deletes) = (count(Call::Create), count(Call::List), count(Call::Delete));
        let all = calls.len();
        self.lists_max = self.lists_max.max(lists);
        if site == 0 && creates > 10 {
            self.breach(Promise::I12, at, format!("{creates} launches in a quarter of an hour"));
        }
        if all > 250 || all - lists - deletes > 200 {
            self.breach(Promise::I12, at, format!("{all} calls in a quarter of an hour"));
        }
    }

    /// Counts launches from here on.
    pub(crate) fn forget_launches(&mut self) {
        for calls in &mut self.calls {
            calls.retain(|(_, call)| *call != Call::Create);
        }
    }

    /// A request to launch is about to leave.
    pub(crate) fn leaves(&mut self, name: &str, at: u64) {
        let of = |counts: &BTreeMap<String, u32>| counts.get(name).copied().unwrap_or_default();
        let (announced, arrived, unsent) = (of(&self.announced), of(&self.arrived), of(&self.unsent));
        if !self.lenient && announced <= arrived + unsent {
            self.breach(Promise::R1, at, format!("{name} was not announced in the journal"));
        }
        if arrived > 0 {
            self.breach(Promise::I7, at, format!("a second request for {name}"));
        }
    }
}
