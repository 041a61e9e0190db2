//! Which runs there are, and running them.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::broken::Broken;
use super::chance::Chance;
use super::crash::Crash;
use super::process::Ended;
use super::promise::{Breach, PROMISES};
use super::race::Race;
use super::room::{Room, Setup};
use super::signal::Signal;

/// How many broken runs are told in full.
const EXAMPLES: usize = 12;

/// One run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spec {
    Crash(Crash),
    Chance(Chance),
    Broken(Broken),
    Race(Race),
    Signal(Signal),
}

/// What came of one run.
#[derive(Debug)]
struct Came {
    spec: String,
    placed: bool,
    breaches: Vec<Breach>,
    told: Vec<String>,
    looked: u64,
    commands: u64,
    took: Duration,
}

/// What came of many.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Of those, runs in which the process was hit where it should be.
    pub placed: u64,
    /// Runs that broke a promise.
    pub bad: u64,
    /// Runs that broke each.
    pub broken: BTreeMap<&'static str, u64>,
    /// Some of them, told.
    pub examples: Vec<String>,
    /// Processes that were started.
    pub commands: u64,
    /// Bytes that were looked through for secrets.
    pub looked: u64,
    /// The longest run, and how long it took.
    pub longest: (Duration, String),
    /// All of it.
    pub took: Duration,
    /// Runs that missed their point.
    pub missed: Vec<String>,
}

/// How to run.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The planner, built with the feature `failpoints`.
    pub program: PathBuf,
    /// Where runs have their folders.
    pub base: PathBuf,
    /// How many run at a time.
    pub jobs: usize,
}

impl Spec {
    pub(super) fn word(&self) -> String {
        match self {
            Self::Crash(one) => one.word(),
            Self::Chance(one) => one.word(),
            Self::Broken(one) => one.word(),
            Self::Race(one) => one.word(),
            Self::Signal(one) => one.word(),
        }
    }

    /// What chance in it comes from.
    fn seed(&self) -> u64 {
        // FNV-1a: the same in every build.
        let word = self.word();
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        word.bytes().fold(0xcbf2_9ce4_8422_2325, step)
    }

    fn run(&self, bench: &Bench) -> Came {
        let start = Instant::now();
        let (faults, raw) = match self {
            Self::Crash(one) => (one.faults(), one.is_raw()),
            Self::Chance(one) => (one.faults(), false),
            Self::Signal(one) => (one.faults(), false),
            Self::Broken(_) | Self::Race(_) => (Vec::new(), false),
        };
        let mut room = Room::new(&Setup {
            program: &bench.program,
            base: &bench.base,
            name: self.word().replace('/', "_"),
            seed: self.seed(),
            faults,
            raw,
        });
        let placed = match self {
            Self::Crash(one) => one.run(&mut room),
            Self::Chance(one) => one.run(&mut room),
            Self::Broken(one) => one.run(&mut room),
            Self::Race(one) => one.run(&mut room),
            Self::Signal(one) => one.run(&mut room),
        };
        let (breaches, ended, looked) = room.close();
        Came {
            spec: self.word(),
            placed,
            breaches,
            commands: u64::try_from(ended.len()).unwrap_or_default(),
            told: ended.iter().map(Ended::told).collect(),
            looked,
            took: start.elapsed(),
        }
    }
}

/// Runs them all, some at a time.
pub(super) fn run(bench: &Bench, specs: Vec<Spec>, progress: &(dyn Fn(usize) + Sync)) -> Tally {
    let start = Instant::now();
    let queue = Mutex::new(VecDeque::from(specs));
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..bench.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let (next, left) = {
                        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                        (queue.pop_front(), queue.len())
                    };
                    let Some(spec) = next else { return };
                    let came = spec.run(bench);
                    tally.lock().unwrap_or_else(PoisonError::into_inner).add(came);
                    progress(left);
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.took = start.elapsed();
    tally
}

impl Tally {
    fn add(&mut self, came: Came) {
        self.runs += 1;
        self.placed += u64::from(came.placed);
        self.commands += came.commands;
        self.looked += came.looked;
        if came.took > self.longest.0 {
            self.longest = (came.took, came.spec.clone());
        }
        if !came.placed {
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
            let mut breaches: Vec<String> = Vec::new();
            for one in &came.breaches {
                let line = format!("\n    {}: {}", one.promise, one.what);
                if breaches.last() != Some(&line) {
                    breaches.push(line);
                }
            }
            let told = came.told.iter().map(|line| format!("\n      {line}"));
            self.examples.push(format!(
                "{}{}{}",
                came.spec,
                breaches.concat(),
                told.collect::<String>()
            ));
        }
    }
}

/// Where runs have their folders, below `base`.
pub(super) fn folder(base: &Path) -> PathBuf {
    base.join(format!("live-{}", std::process::id()))
}

pub(super) fn all() -> Vec<Spec> {
    let crashes = Crash::all().into_iter().map(Spec::Crash);
    let chances = Chance::all().into_iter().map(Spec::Chance);
    let broken = Broken::all().into_iter().map(Spec::Broken);
    let races = Race::all().into_iter().map(Spec::Race);
    let signals = Signal::all().into_iter().map(Spec::Signal);
    crashes
        .chain(chances)
        .chain(broken)
        .chain(races)
        .chain(signals)
        .collect()
}
