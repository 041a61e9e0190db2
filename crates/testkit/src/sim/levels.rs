//! The levels: which runs there are, spread over all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::cell::{self, CellSpec};
use super::chance::{self, Account};
use super::journal::Kill;
use super::tally::Tally;

/// Does `work` for every number below `count`, on all cores.
pub(crate) fn spread(count: usize, work: impl Fn(usize, &mut Tally) + Sync) -> Tally {
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

/// S1: every cell, without a crash and with one at every commit. Of the cells,
/// every `stride`th.
pub(crate) fn exhaustive(stride: usize, keep: impl Fn(&CellSpec) -> bool + Sync) -> Tally {
    let cells: Vec<CellSpec> = CellSpec::all()
        .into_iter()
        .step_by(stride)
        .filter(|cell| keep(cell))
        .collect();
    spread(cells.len(), |number, tally| {
        let spec = cells[number];
        let whole = cell::run(&spec, None, false);
        tally.add(|| format!("s1/{}", spec.word()), &whole);
        for kill in kills(whole.book.commits, &whole.book.announcing) {
            let closed = cell::run(&spec, Some(kill), false);
            tally.add(|| format!("s1/{}/{}", spec.word(), kill.word()), &closed);
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

/// S2: so many runs by the dice.
pub(crate) fn random(count: usize, seed: u64, account: Account) -> Tally {
    spread(count, |number, tally| {
        let seed = seed.wrapping_add(u64::try_from(number).unwrap_or_default());
        let closed = chance::run(seed, account, None, false);
        tally.add(|| format!("{}/{seed}", account.word()), &closed);
    })
}
