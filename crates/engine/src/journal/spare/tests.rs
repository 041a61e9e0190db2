use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::clock::Stamp;

/// Rows in memory, of which so many transactions can be written.
#[derive(Debug)]
struct Failing {
    rows: MemoryJournal,
    room: Arc<AtomicUsize>,
    /// Whether it fails before it looks, as a file that can only be read does.
    at_once: bool,
    error: fn(String) -> JournalError,
}

impl Journal for Failing {
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError> {
        self.rows.read_after(seq)
    }

    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError> {
        let room = self.room.load(Ordering::Relaxed);
        if room > 0 {
            self.room.store(room - 1, Ordering::Relaxed);
            return self.rows.transact(seq, work);
        }
        if !self.at_once {
            work(&self.rows.read_after(seq)?).map_err(JournalError::Refused)?;
        }
        Err((self.error)("the disk is full".to_owned()))
    }
}

fn draft(body: &str) -> Draft {
    Draft {
        stamp: Stamp {
            wall: "2026-11-22T09:30:00Z".parse().unwrap(),
            up_ms: 1,
            boot: "b".into(),
        },
        pid: 1,
        body: body.to_owned(),
    }
}

/// Adds a row, and says which rows were seen as new; it is decided once.
fn add(journal: &mut dyn Journal, seq: u64, body: &str) -> Result<(Vec<u64>, u64), JournalError> {
    let mut seen = None;
    let added = journal.transact(seq, &mut |rows| {
        assert!(seen.is_none(), "it was decided twice");
        seen = Some(rows.iter().map(|row| row.seq).collect());
        Ok(vec![draft(body)])
    })?;
    Ok((seen.unwrap(), added[0].seq))
}

fn bodies(journal: &mut dyn Journal, seq: u64) -> Vec<String> {
    let rows = journal.read_after(seq).unwrap();
    rows.into_iter().map(|row| row.draft.body).collect()
}

#[test]
fn it_goes_on_in_memory_where_the_disk_takes_no_more() {
    let check = |room: usize, at_once: bool| {
        let name = format!("room for {room}, at once: {at_once}");
        let store = MemoryStore::default();
        let mut journal = SpareJournal::over(Failing {
            rows: store.open(),
            room: Arc::new(room.into()),
            at_once,
            error: JournalError::Unwritable,
        });
        for row in 0..4 {
            // Another process adds a row before the third, as long as that goes.
            if row == 2 && room > 2 {
                add(&mut store.open(), 0, "other").unwrap();
            }
            let before = journal.read_after(0).unwrap().len();
            let seq = u64::try_from(before).unwrap();
            let (seen, added) = add(&mut journal, seq, &format!("{row}")).unwrap();
            assert_eq!((seen, added), (vec![], seq + 1), "{name}");
            assert_eq!(journal.lost().is_some(), row >= room, "{name}");
        }
        let expected: &[&str] = if room > 2 {
            &["0", "1", "other", "2", "3"]
        } else {
            &["0", "1", "2", "3"]
        };
        assert_eq!(bodies(&mut journal, 0), expected, "{name}");
        assert_eq!(bodies(&mut journal, 2), &expected[2..], "{name}");
        let kept = room + usize::from(room > 2);
        assert_eq!(bodies(&mut store.open(), 0), &expected[..kept], "{name}");
        // What others add from then on is not taken in.
        add(&mut store.open(), 0, "later").unwrap();
        assert_eq!(bodies(&mut journal, 0), expected, "{name}");
    };
    for room in 0..4 {
        check(room, false);
        check(room, true);
    }
}

#[test]
fn only_a_disk_that_takes_nothing_is_done_without() {
    let check = |error: fn(String) -> JournalError, goes_on: bool| {
        let mut journal = SpareJournal::over(Failing {
            rows: MemoryStore::default().open(),
            room: Arc::default(),
            at_once: false,
            error,
        });
        let added = add(&mut journal, 0, "a");
        assert_eq!(added.is_ok(), goes_on, "{added:?}");
        assert_eq!(journal.lost().is_some(), goes_on, "{added:?}");
    };
    check(JournalError::Unwritable, true);
    check(JournalError::Storage, false);
    check(|why| JournalError::Damaged { seq: 1, why }, false);
    check(|_| JournalError::Newer(7), false);
    check(JournalError::Refused, false);
}

#[test]
fn a_journal_that_can_only_be_read_is_read() {
    let store = MemoryStore::default();
    add(&mut store.open(), 0, "a").unwrap();
    let why = JournalError::Unwritable("the folder may only be read".to_owned());
    let mut journal = SpareJournal::above(store.open(), why.clone()).unwrap();
    assert_eq!(journal.lost(), Some(&why));
    assert_eq!(add(&mut journal, 0, "b").unwrap(), (vec![1], 2));
    assert_eq!(bodies(&mut journal, 0), ["a", "b"]);
    assert_eq!(bodies(&mut store.open(), 0), ["a"]);
}
