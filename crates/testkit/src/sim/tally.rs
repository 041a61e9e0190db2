//! Counting runs and broken promises.

use std::collections::BTreeMap;

use super::book::Promise;
use super::rig::Closed;

/// How many examples of each promise are kept.
const EXAMPLES: usize = 3;

/// What some runs came to.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    /// Runs that broke any promise.
    pub(crate) bad: u64,
    /// Runs that broke each.
    pub(crate) broken: BTreeMap<Promise, u64>,
    /// How to see some of them again, and what was seen.
    pub(crate) examples: BTreeMap<Promise, Vec<String>>,
    /// The longest time for which two machines lived for one slot, and for
    /// which more than the cap was billed, where nothing could prevent it.
    pub(crate) double: u64,
    pub(crate) above: u64,
    /// The most listings in a quarter of an hour, the most commits in a run.
    pub(crate) lists: usize,
    pub(crate) commits: u32,
    /// What commands said, and how many of these things were not so.
    pub(crate) claims: u64,
    pub(crate) false_claims: u64,
}

impl Tally {
    /// One run more; `spec` tells how to see it again.
    pub(crate) fn add(&mut self, spec: impl FnOnce() -> String, closed: &Closed) {
        self.runs += 1;
        self.double = self.double.max(closed.excused.double);
        self.above = self.above.max(closed.excused.above);
        self.lists = self.lists.max(closed.book.lists_max);
        self.commits = self.commits.max(closed.book.commits);
        self.claims += closed.book.claims;
        let breaches = &closed.book.breaches;
        let is_claim = |promise| matches!(promise, Promise::I2 | Promise::I2c | Promise::S11);
        let false_claims = breaches.iter().filter(|one| is_claim(one.promise)).count();
        self.false_claims += u64::try_from(false_claims).unwrap_or_default();
        if breaches.is_empty() {
            return;
        }
        self.bad += 1;
        let spec = spec();
        for promise in Promise::ALL {
            let Some(breach) = breaches.iter().find(|one| one.promise == promise) else {
                continue;
            };
            *self.broken.entry(promise).or_default() += 1;
            let examples = self.examples.entry(promise).or_default();
            if examples.len() < EXAMPLES {
                examples.push(format!("{spec}  at {} s: {}", breach.at / 1_000, breach.what));
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        self.bad += other.bad;
        for (promise, count) in other.broken {
            *self.broken.entry(promise).or_default() += count;
        }
        for (promise, examples) in other.examples {
            let all = self.examples.entry(promise).or_default();
            all.extend(examples);
            all.sort_by_key(String::len);
            all.truncate(EXAMPLES);
        }
        self.double = self.double.max(other.double);
        self.above = self.above.max(other.above);
        self.lists = self.lists.max(other.lists);
        self.commits = self.commits.max(other.commits);
        self.claims += other.claims;
        self.false_claims += other.false_claims;
    }
}
