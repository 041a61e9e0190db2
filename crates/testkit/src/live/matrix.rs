//! Running many runs, some at a time, and counting what came of them.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::process::Ended;
use super::promise::{Breach, PROMISES};
use super::room::{Room, Setup};
use super::spec::{Level, Spec};

/// How many broken runs of a level are told in full.
const EXAMPLES: usize = 10;

/// How to run.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The planner, built with the feature `failpoints`.
    pub program: PathBuf,
    /// Where runs have their folders. Those of broken runs stay.
    pub base: PathBuf,
    /// How many run at a time.
    pub jobs: usize,
}

/// What came of one run.
#[derive(Debug)]
pub(super) struct Came {
    spec: String,
    placed: bool,
    pub(super) breaches: Vec<Breach>,
    pub(super) ended: Vec<Ended>,
    looked: u64,
    took: Duration,
}

/// What came of many.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Those in which the process was hit where it should be.
    pub placed: u64,
    /// Those that broke a promise.
    pub bad: u64,
    /// Those that broke each.
    pub broken: BTreeMap<&'static str, u64>,
    /// Some of those, told.
    pub examples: Vec<String>,
    /// Some of those that missed, by their words.
    pub missed: Vec<String>,
    /// Processes that were started.
    pub commands: u64,
    /// Bytes that were looked through for secrets.
    pub looked: u64,
    /// How long the longest took.
    pub longest: Duration,
    /// How long all took.
    pub took: Duration,
}

impl Bench {
    /// Does one run.
    pub(super) fn one(&self, spec: &Spec) -> Came {
        let start = Instant::now();
        let mut room = Room::new(&Setup {
            program: &self.program,
            base: &self.base,
            name: spec.word().replace('/', "_"),
            seed: spec.seed(),
            faults: spec.faults(),
            raw: spec.is_raw(),
        });
        let placed = spec.run(&mut room);
        let (breaches, ended, looked) = room.close();
        Came {
            spec: spec.word(),
            placed,
            breaches,
            ended,
            looked,
            took: start.elapsed(),
        }
    }

    /// Does some runs of a level, by a seed.
    pub fn sample(&self, level: Level, count: usize, seed: u64) -> Tally {
        self.all(Spec::sample(level, count, seed), &|_| {})
    }

    /// Does them all, some at a time. `progress` is told how many are left.
    pub(super) fn all(&self, specs: Vec<Spec>, progress: &(dyn Fn(usize) + Sync)) -> Tally {
        let start = Instant::now();
        let queue = Mutex::new(VecDeque::from(specs));
        let tally = Mutex::new(Tally::default());
        let work = || {
            loop {
                let (next, left) = {
                    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                    (queue.pop_front(), queue.len())
                };
                let Some(spec) = next else { return };
                let came = self.one(&spec);
                tally.lock().unwrap_or_else(PoisonError::into_inner).add(&came);
                progress(left);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                scope.spawn(work);
            }
        });
        // Where nothing was broken, nothing is left.
        let _ = std::fs::remove_dir(&self.base);
        let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        tally.took = start.elapsed();
        tally
    }
}

impl Came {
    /// What happened, line by line.
    pub(super) fn told(&self) -> String {
        let mut lines = vec![self.spec.clone()];
        for one in &self.breaches {
            let line = format!("  {}: {}", one.promise, one.what);
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        lines.extend(self.ended.iter().map(|ended| format!("    {}", ended.told())));
        lines.join("\n")
    }
}

impl Tally {
    /// Whether every run hit its process, and none broke a promise.
    pub fn passes(&self) -> bool {
        self.bad == 0 && self.placed == self.runs
    }

    /// How many missed beside those that are told.
    pub(super) fn missed_more(&self) -> String {
        let told = u64::try_from(self.missed.len()).unwrap_or_default();
        match self.runs - self.placed - told {
            0 => String::new(),
            more => format!(" and {more} more"),
        }
    }

    fn add(&mut self, came: &Came) {
        self.runs += 1;
        self.placed += u64::from(came.placed);
        self.commands += u64::try_from(came.ended.len()).unwrap_or_default();
        self.looked += came.looked;
        self.longest = self.longest.max(came.took);
        if !came.placed && self.missed.len() < EXAMPLES {
            self.missed.push(came.spec.clone());
        }
        if came.breaches.is_empty() {
            return;
        }
        self.bad += 1;
        for promise in PROMISES {
            if came.breaches.iter().any(|breach| breach.promise == promise) {
                *self.broken.entry(promise).or_default() += 1;
            }
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(came.told());
        }
    }
}
