//! Journals that are not as they were written.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_engine::clock::{Clock, Stamp};
use gpu_broker_engine::identity::Identity;
use gpu_broker_engine::journal::{Draft, Journal as _, MemoryStore};
use gpu_broker_engine::launch::{Alone, Engine, Interrupt, Parts, Settings, TaggedNames, Unwatched};
use jiff::Timestamp;

use crate::corpus::journal::{Found, kept, open};

/// `E` and then places with the byte that stands there now: changes to the files of a journal. `F` and then a whole file
/// in place of the journal's. Anything else is lines, each of them an event of a journal without a mistake in its chain.
pub(super) fn open_and_replay(bytes: &[u8]) {
    match bytes.split_first() {
        Some((b'E', edits)) => {
            let mut files = kept().files.clone();
            for edit in edits.chunks_exact(4) {
                let file = &mut files[usize::from(edit[0]) % kept().files.len()].1;
                let at = usize::from(u16::from_be_bytes([edit[1], edit[2]]));
                let length = file.len().max(1);
                if let Some(byte) = file.get_mut(at % length) {
                    *byte = edit[3];
                }
            }
            opens(&files);
        }
        Some((b'F', file)) => {
            let mut files = kept().files.clone();
            files[0].1 = file.to_vec();
            opens(&files);
        }
        _ => replays(bytes),
    }
}

/// Whatever is read was written, in this order and from the beginning.
fn opens(files: &[(String, Vec<u8>)]) {
    match open(files) {
        Found::Rows(rows) => {
            let whole = &kept().rows;
            assert!(rows.len() <= whole.len() && whole.starts_with(&rows), "{rows:?}");
        }
        Found::Refused(why) => assert!(!why.is_empty()),
    }
}

/// A state is what its rows say, whether they are read at once or as they come.
fn replays(bytes: &[u8]) {
    let drafts: Vec<Draft> = String::from_utf8_lossy(bytes)
        .lines()
        .zip(0..)
        .map(|(line, at)| Draft {
            stamp: Stamp {
                wall: Timestamp::from_second(1_800_000_000 + at).unwrap(),
                up_ms: u64::try_from(at).unwrap_or_default() * 1_000,
                boot: "one".into(),
            },
            pid: 1,
            body: line.to_owned(),
        })
        .collect();
    let store = MemoryStore::default();
    let half = drafts.len() / 2;
    let mut some = Some(drafts);
    let mut rest = Vec::new();
    let mut journal = store.open();
    let mut first = |_: &[_]| {
        let mut drafts = some.take().unwrap_or_default();
        rest = drafts.split_off(half);
        Ok(drafts)
    };
    journal.transact(0, &mut first).unwrap();
    let early = Engine::open(Box::new(store.open()), parts());
    journal.transact(0, &mut |_| Ok(std::mem::take(&mut rest))).unwrap();
    let whole = Engine::open(Box::new(store.open()), parts());
    let Ok(mut early) = early else {
        assert!(whole.is_err(), "what could not follow cannot follow later");
        return;
    };
    match (early.refresh(), whole) {
        (Ok(state), Ok(whole)) => assert_eq!(format!("{state:?}"), format!("{:?}", whole.state())),
        (Err(_), Err(error)) => assert!(!error.to_string().is_empty()),
        (early, whole) => panic!("{early:?} {whole:?}"),
    }
}

/// An engine with nobody to ask, on a clock that stands still.
fn parts() -> Parts {
    Parts {
        sources: Vec::new(),
        clock: Arc::new(Still),
        names: Arc::new(TaggedNames::new(Identity::from_bytes([7; 36]))),
        turns: Arc::new(Alone),
        watcher: Arc::new(Unwatched),
        interrupt: Interrupt::default(),
        settings: Settings::default(),
    }
}

#[derive(Debug)]
struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Stamp {
        Stamp {
            wall: Timestamp::from_second(1_900_000_000).unwrap(),
            up_ms: 1_000_000_000,
            boot: "one".into(),
        }
    }

    async fn sleep(&self, _: Duration) {}
}
