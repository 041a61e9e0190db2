//! The journal as its users see it, and as a disk, a crash or a hand can leave it.

mod by_hand;
mod child;
mod copies;
mod damage;
mod disk;
mod keeps;
mod killed;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::clock::Stamp;
use crate::journal::Draft;

/// A folder of its own, gone when the test is over.
struct Room(PathBuf, String);

impl Room {
    fn new(name: &str) -> Self {
        static ROOMS: AtomicU64 = AtomicU64::new(0);
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let own = format!("engine-journal-{name}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(own);
        let _ = fs::remove_dir_all(&path);
        Self(path, name.to_owned())
    }

    fn open(&self, mode: Mode) -> Result<SqliteJournal, JournalError> {
        SqliteJournal::open(&self.0, mode)
    }

    fn write(&self) -> SqliteJournal {
        self.open(Mode::Write).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn draft(body: &str) -> Draft {
    Draft {
        stamp: Stamp {
            wall: "2026-11-22T09:30:00.123456789Z".parse().unwrap(),
            up_ms: 86_400_000,
            boot: "0e2f".into(),
        },
        pid: 4_294_967_295,
        body: body.to_owned(),
    }
}

fn add(journal: &mut dyn Journal, body: &str) -> Result<Vec<Row>, JournalError> {
    journal.transact(u64::MAX, &mut |_| Ok(vec![draft(body)]))
}

fn bodies(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.draft.body.as_str()).collect()
}

/// How many cases of the matrix, for tests that can be told to try more: 300 is all of it.
fn cases() -> usize {
    #[expect(clippy::disallowed_methods, reason = "a test that can be told to try more")]
    let told = std::env::var("GPU_BROKER_CASES");
    told.map_or(30, |cases| cases.parse().expect("GPU_BROKER_CASES is a number"))
}

/// Numbers that look random and are the same for one seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        // Xorshift; the seeds are not zero.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end.max(1)
    }
}

/// The files of a journal, as they were at some moment, and the rows that were in them.
#[derive(Clone)]
struct Kept {
    files: Vec<(String, Vec<u8>)>,
    rows: Vec<Row>,
}

impl Kept {
    /// The files while `journal` is open: what a process leaves that is killed now.
    fn of(room: &Room, journal: &mut SqliteJournal) -> Self {
        Self {
            files: Self::files(room),
            rows: journal.read_after(0).unwrap(),
        }
    }

    /// The files after `journal` was closed.
    fn closed(room: &Room, mut journal: SqliteJournal) -> Self {
        let rows = journal.read_after(0).unwrap();
        drop(journal);
        Self {
            files: Self::files(room),
            rows,
        }
    }

    fn files(room: &Room) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&room.0).unwrap().map(|entry| entry.unwrap());
        let mut files: Vec<_> = entries
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    fs::read(entry.path()).unwrap(),
                )
            })
            .collect();
        files.sort_unstable();
        files
    }

    /// Puts the files into a folder that is emptied first.
    fn lay(&self, room: &Room) {
        let _ = fs::remove_dir_all(&room.0);
        fs::create_dir(&room.0).unwrap();
        for (name, bytes) in &self.files {
            fs::write(room.file(name), bytes).unwrap();
        }
    }
}

/// A journal of `rows` rows of many sizes.
fn filled(room: &Room, rows: usize) -> SqliteJournal {
    let mut journal = room.write();
    for row in 0..rows {
        let length = [20, 300, 900, 40, 6000][row % 5];
        add(&mut journal, &format!("{} {row} {}", room.1, "x".repeat(length))).unwrap();
    }
    journal
}

/// Uses a journal in which something may have happened to `rows`. Whatever is read must be those rows: everything else
/// is an error, and what the journal says about it must help.
fn harmless(room: &Room, rows: &[Row]) -> Result<(), JournalError> {
    let mut reader = room.open(Mode::Read)?;
    assert!(reader.read_after(0)? == rows, "other rows are read");
    drop(reader);
    let mut writer = room.open(Mode::Write)?;
    assert!(writer.read_after(0)? == rows, "other rows are read for writing");
    let added = add(&mut writer, "after")?;
    drop(writer);
    let all = room.write().read_after(0)?;
    assert!(all[..rows.len()] == *rows, "other rows are there after writing");
    assert_eq!(all[rows.len()..], added);
    Ok(())
}

/// Every error says what to do.
fn helps(error: &JournalError) {
    let text = error.to_string();
    assert!(text.contains("; "), "no hint: {text}");
}
