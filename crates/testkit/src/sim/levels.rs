//! The levels: which runs there are, spread over all cores.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::cell::{self, CellSpec, Policy};
use super::chance::{self, Account};
use super::fault::{Delete, List};
use super::journal::Kill;
use super::naive::{self, Naive};
use super::rig::{Closed, Store};
use super::tally::Tally;
use super::{repeat, speed};

/// Of the random runs, every so many-th has its journal on a disk.
const ON_DISK: usize = 1_000;

/// A run that can be seen again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spec {
    /// One cell, and when the process is killed.
    Exhaustive(CellSpec, Option<Kill>),
    Random(Account, u64),
    Repeated(CellSpec, Option<Kill>),
    Timed(CellSpec, Option<Kill>),
    Naive(Naive, CellSpec, Option<Kill>),
}

impl Spec {
    pub(crate) fn run(&self, trace: bool) -> Closed {
        match self {
            Self::Exhaustive(cell, kill) => cell::run(cell, *kill, trace),
            Self::Random(account, seed) => chance::run(*seed, *account, None, trace),
            Self::Repeated(cell, kill) => repeat::run(cell, *kill, trace),
            Self::Timed(cell, kill) => speed::run(cell, *kill, trace),
            Self::Naive(naive, cell, kill) => naive::run(*naive, cell, *kill, trace),
        }
    }

    /// `s1/spheron/hold/ok/ok/ok/0/b3`, `s2/17`.
    pub(crate) fn word(&self) -> String {
        let (level, cell, kill) = match self {
            Self::Exhaustive(cell, kill) => ("s1", cell, kill),
            Self::Random(account, seed) => return format!("{}/{seed}", account.word()),
            Self::Repeated(cell, kill) => ("s8", cell, kill),
            Self::Timed(cell, kill) => ("s12", cell, kill),
            Self::Naive(naive, cell, kill) => (naive.word(), cell, kill),
        };
        let kill = kill.map_or_else(String::new, |kill| format!("/{}", kill.word()));
        format!("{level}/{}{kill}", cell.word())
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        let (level, rest) = word.split_once('/')?;
        for account in [Account::Used, Account::Empty] {
            if level == account.word() {
                return Some(Self::Random(account, rest.parse().ok()?));
            }
        }
        let kill = rest
            .rsplit_once('/')
            .and_then(|(cell, kill)| Some((cell, Kill::read(kill)?)));
        let (cell, kill) = kill.map_or((rest, None), |(cell, kill)| (cell, Some(kill)));
        let cell = CellSpec::read(cell)?;
        match level {
            "s1" => Some(Self::Exhaustive(cell, kill)),
            "s8" => Some(Self::Repeated(cell, kill)),
            "s12" => Some(Self::Timed(cell, kill)),
            level => {
                let naive = Naive::ALL.into_iter().find(|one| one.word() == level)?;
                Some(Self::Naive(naive, cell, kill))
            }
        }
    }
}

/// S1: every cell, without a crash and with one at every commit. Of the cells,
/// every `stride`th.
pub(crate) fn exhaustive(stride: usize) -> Tally {
    with_kills(CellSpec::all().into_iter().step_by(stride), Spec::Exhaustive)
}

/// S2: so many runs by the dice.
pub(crate) fn random(count: usize, seed: u64, account: Account) -> Tally {
    spread(count, |number, tally| {
        let spec = Spec::Random(account, seed.wrapping_add(u64::try_from(number).unwrap_or_default()));
        let closed = match spec {
            Spec::Random(account, seed) if number % ON_DISK == ON_DISK / 2 => on_disk(account, seed),
            _ => spec.run(false),
        };
        tally.add(|| spec.word(), &closed);
    })
}

fn on_disk(account: Account, seed: u64) -> Closed {
    let folder = Folder::new(seed);
    chance::run(seed, account, Some(Store::Folder(folder.0.clone())), false)
}

/// S8: what a launch can come to, at every commit.
pub(crate) fn repeated(stride: usize) -> Tally {
    let cells = CellSpec::all().into_iter();
    let cells = cells.filter(|cell| cell.list == List::Ok && cell.delete == Delete::Ok && cell.lag == 1);
    with_kills(cells.step_by(stride), Spec::Repeated)
}

/// S12: what a launch can come to, while listings and endings work.
pub(crate) fn timed(stride: usize) -> Tally {
    let calm = |cell: &CellSpec| matches!(cell.list, List::Ok | List::Lookalike) && cell.delete == Delete::Ok;
    with_kills(CellSpec::all().into_iter().filter(calm).step_by(stride), Spec::Timed)
}

/// The same cells as S1, by one of the protocols that are no good.
pub(crate) fn control(naive: Naive, stride: usize) -> Tally {
    let cells = CellSpec::all().into_iter().filter(|cell| cell.policy == Policy::Hold);
    with_kills(cells.step_by(stride), |cell, kill| Spec::Naive(naive, cell, kill))
}

/// Each cell without a crash, and with one at every commit.
fn with_kills(cells: impl Iterator<Item = CellSpec>, spec: impl Fn(CellSpec, Option<Kill>) -> Spec + Sync) -> Tally {
    let cells: Vec<CellSpec> = cells.collect();
    spread(cells.len(), |number, tally| {
        let whole = spec(cells[number], None);
        let closed = whole.run(false);
        tally.add(|| whole.word(), &closed);
        for kill in kills(closed.book.commits, &closed.book.announcing) {
            let killed = spec(cells[number], Some(kill));
            tally.add(|| killed.word(), &killed.run(false));
        }
    })
}

/// Every crash: before each commit, and after those that announce a request.
/// After the others nothing is done before the next.
fn kills(commits: u32, announcing: &[u32]) -> impl Iterator<Item = Kill> {
    let before = (1..=commits).map(|commit| Kill { commit, after: false });
    let after = announcing.iter().map(|commit| Kill {
        commit: *commit,
        after: true,
    });
    before.chain(after)
}

/// Does `work` for every number below `count`, on all cores.
fn spread(count: usize, work: impl Fn(usize, &mut Tally) + Sync) -> Tally {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let one = || {
        let mut tally = Tally::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return tally;
            }
            work(number, &mut tally);
        }
    };
    thread::scope(|scope| {
        let started: Vec<_> = (0..cores).map(|_| scope.spawn(one)).collect();
        let mut all = Tally::default();
        for thread in started {
            all.merge(thread.join().expect("a run panicked"));
        }
        all
    })
}

/// A folder that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(seed: u64) -> Self {
        let path = std::env::temp_dir().join(format!("gpu-broker-faults-{}-{seed}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
