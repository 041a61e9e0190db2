//! Set E: journals with flipped bits, journals that were cut, and journals made by hand.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::journal::{Draft, Journal as _, Mode, Row, SqliteJournal};
use gpu_broker_testkit::dice::Dice;
use jiff::Timestamp;

use super::limits::within_limits;

/// The files of a journal that was in use when its process was killed.
const FILES: [&str; 3] = ["journal.db", "journal.db-wal", "journal.witness"];

/// A journal as it is found on disk, and what was written to it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// The same when its process had ended in order: without a log.
    pub(crate) closed: Vec<(String, Vec<u8>)>,
    pub(crate) rows: Vec<Row>,
}

/// What comes of opening one.
#[derive(Debug)]
pub(crate) enum Found {
    /// These rows are in it.
    Rows(Vec<Row>),
    /// It is not used, and why.
    Refused(String),
}

/// The journal that cases damage: thirty rows, the later ones in its log.
pub(crate) fn kept() -> &'static Kept {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    KEPT.get_or_init(|| {
        let room = Room::new();
        let mut journal = SqliteJournal::open(&room.0, Mode::Write).unwrap();
        for at in 0..30 {
            journal.transact(0, &mut |_| Ok(vec![draft(at)])).unwrap();
        }
        let rows = journal.read_after(0).unwrap();
        let read = |name: &str| (name.to_owned(), fs::read(room.0.join(name)).unwrap());
        let files = FILES.map(read).into();
        drop(journal);
        Kept {
            files,
            closed: [FILES[DB], FILES[NOTE]].map(read).into(),
            rows,
        }
    })
}

/// A row that says which it is, in words as long as those of a real one.
fn draft(at: u64) -> Draft {
    Draft {
        stamp: Stamp {
            wall: Timestamp::from_second(1_800_000_000).unwrap(),
            up_ms: at * 1_000,
            boot: "one".into(),
        },
        pid: 1,
        body: format!(r#"{{"missed":{{"key":"gp-dqobyb-vpg66ajd-0ka1-xhtc7u-eqmn-{at}"}}}}"#),
    }
}

/// Lays these files into an empty folder and looks at what is there.
pub(crate) fn open(files: &[(String, Vec<u8>)]) -> Found {
    thread_local! {
        static ROOM: RefCell<Room> = RefCell::new(Room::new());
    }
    ROOM.with_borrow(|room| {
        room.empty();
        for (name, bytes) in files {
            let path = room.0.join(name);
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        look(&room.0)
    })
}

/// What is in the journal of a folder.
pub(crate) fn look(folder: &Path) -> Found {
    let read = SqliteJournal::open(folder, Mode::Read).and_then(|mut journal| journal.read_after(0));
    match read {
        Ok(rows) => Found::Rows(rows),
        Err(error) => Found::Refused(error.to_string()),
    }
}

/// A folder of one's own that goes with the value; in memory where the machine has that.
#[derive(Debug)]
pub(crate) struct Room(pub(crate) PathBuf);

impl Room {
    pub(crate) fn new() -> Self {
        static ROOMS: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let number = ROOMS.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("gpu-broker-hostile-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    /// Removes all that is in it.
    pub(crate) fn empty(&self) {
        for entry in fs::read_dir(&self.0).unwrap() {
            let path = entry.unwrap().path();
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.unwrap();
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Flipped bits, files that are cut, and damage made by hand.
const FLIPS: usize = 300;
const CUTS: usize = 100;

/// What must come of a damaged journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// It is refused, and why.
    Refused,
    /// It is as it was: what was damaged says nothing, or says it twice.
    Whole,
}

/// Runs the set; returns how many cases it has.
pub fn run() -> usize {
    let mut refused = [0, 0];
    let mut dice = Dice::new(0x2026_1122);
    for case in 0..FLIPS {
        let mut files = found(case);
        let file = dice.below(files.len());
        let (name, bytes) = &mut files[file];
        let name = name.clone();
        // Every other time where the file says what it is.
        let end = if dice.percent(50) {
            bytes.len().min(512)
        } else {
            bytes.len()
        };
        let at = dice.below(end);
        bytes[at] ^= 1 << dice.below(8);
        refused[0] += usize::from(holds(&files, &format!("bit of {name} at {at}")) == Class::Refused);
    }
    for case in 0..CUTS {
        let mut files = found(case);
        let file = dice.below(files.len());
        let (name, bytes) = &mut files[file];
        let name = name.clone();
        let at = dice.below(bytes.len());
        // Every other time at the end of a block, as a file system does.
        bytes.truncate(if dice.percent(50) { at } else { at / 512 * 512 });
        refused[1] += usize::from(holds(&files, &format!("{name} cut at {at}")) == Class::Refused);
    }
    // Both kinds of outcome occur, or nothing was tried.
    assert!(refused[0] > 50 && refused[0] < FLIPS, "{refused:?}");
    assert!(refused[1] > 20 && refused[1] < CUTS, "{refused:?}");
    FLIPS + CUTS + by_hand()
}

/// Every other time as it is found after a crash, and after an end in order.
fn found(case: usize) -> Vec<(String, Vec<u8>)> {
    if case.is_multiple_of(2) {
        kept().files.clone()
    } else {
        kept().closed.clone()
    }
}

/// All rows, or a refusal: never fewer rows, and never others.
#[track_caller]
fn holds(files: &[(String, Vec<u8>)], what: &str) -> Class {
    match within_limits(what, || open(files)) {
        Found::Rows(rows) => {
            assert!(rows == kept().rows, "{what}: {} rows", rows.len());
            Class::Whole
        }
        Found::Refused(why) => {
            assert!(why.contains("; ") && !why.contains('\n'), "{what}: {why}");
            Class::Refused
        }
    }
}

/// Damage made by hand: a name, the file, what becomes of it, and what must come of that.
type ByHand = (&'static str, usize, fn(&mut Vec<u8>), Class);

const DB: usize = 0;
const LOG: usize = 1;
const NOTE: usize = 2;

fn by_hand() -> usize {
    let mut differ = Vec::new();
    for (name, file, damage, expected) in DAMAGE {
        // What is wrong with a page of the file does not show while the log has that page.
        let mut files = if file == DB {
            kept().closed.clone()
        } else {
            kept().files.clone()
        };
        damage(&mut files[file].1);
        let class = holds(&files, name);
        if class != expected {
            differ.push(format!("{name}: {class:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    DAMAGE.len()
}

/// A byte exchanged, where there is one.
fn set(bytes: &mut [u8], at: usize, byte: u8) {
    if let Some(place) = bytes.get_mut(at) {
        *place = byte;
    }
}

/// A text exchanged for another as long, wherever it stands.
fn exchange(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes.get(*at..at + from.len()) == Some(from))
        .collect();
    assert!(!places.is_empty(), "{from:?} is not there");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

const DAMAGE: [ByHand; 40] = [
    ("no magic", DB, |bytes| set(bytes, 3, b'x'), Class::Refused),
    ("empty", DB, Vec::clear, Class::Refused),
    ("one byte", DB, |bytes| bytes.truncate(1), Class::Refused),
    ("the header alone", DB, |bytes| bytes.truncate(100), Class::Refused),
    ("all zeros", DB, |bytes| bytes.fill(0), Class::Refused),
    ("all ones", DB, |bytes| bytes.fill(0xff), Class::Refused),
    (
        "a text",
        DB,
        |bytes| *bytes = b"this is a note, and no journal\n".to_vec(),
        Class::Refused,
    ),
    (
        "a page of markup",
        DB,
        |bytes| *bytes = b"<html></html>".repeat(400),
        Class::Refused,
    ),
    ("another program's", DB, |bytes| set(bytes, 70, 0x11), Class::Refused),
    ("a newer layout", DB, |bytes| set(bytes, 63, 99), Class::Refused),
    ("a layout below zero", DB, |bytes| set(bytes, 60, 0xff), Class::Refused),
    ("pages of another size", DB, |bytes| set(bytes, 16, 2), Class::Refused),
    ("pages of no size", DB, |bytes| bytes[16..18].fill(0), Class::Refused),
    (
        "a format from the future",
        DB,
        |bytes| bytes[18..20].fill(9),
        Class::Refused,
    ),
    (
        "space kept at each page's end",
        DB,
        |bytes| set(bytes, 20, 200),
        Class::Refused,
    ),
    ("other fractions", DB, |bytes| set(bytes, 21, 1), Class::Refused),
    ("another encoding", DB, |bytes| set(bytes, 59, 3), Class::Refused),
    (
        "a schema of a later format",
        DB,
        |bytes| set(bytes, 47, 9),
        Class::Refused,
    ),
    (
        "the first page without its kind",
        DB,
        |bytes| set(bytes, 100, 0),
        Class::Refused,
    ),
    (
        "more cells than a page holds",
        DB,
        |bytes| set(bytes, 103, 0xff),
        Class::Refused,
    ),
    (
        "garbage after the end",
        DB,
        |bytes| bytes.extend([0xa5; 5000]),
        Class::Whole,
    ),
    ("the log gone", LOG, Vec::clear, Class::Refused),
    ("the log's magic gone", LOG, |bytes| set(bytes, 0, 0), Class::Refused),
    (
        "the log of another version",
        LOG,
        |bytes| set(bytes, 7, 1),
        Class::Refused,
    ),
    (
        "the log with other salt",
        LOG,
        |bytes| set(bytes, 16, 7),
        Class::Refused,
    ),
    (
        "the log's first frame damaged",
        LOG,
        |bytes| set(bytes, 60, 0x5a),
        Class::Refused,
    ),
    (
        "the log's last byte gone",
        LOG,
        |bytes| bytes.truncate(bytes.len() - 1),
        Class::Refused,
    ),
    (
        "the log's second half gone",
        LOG,
        |bytes| bytes.truncate(bytes.len() / 2),
        Class::Refused,
    ),
    ("the log all zeros", LOG, |bytes| bytes.fill(0), Class::Refused),
    (
        "a text in place of the log",
        LOG,
        |bytes| *bytes = b"no log".repeat(900),
        Class::Refused,
    ),
    (
        "a key exchanged in the log",
        LOG,
        |bytes| exchange(bytes, b"eqmn-29", b"eqmn-28"),
        Class::Refused,
    ),
    (
        "an event exchanged in the log",
        LOG,
        |bytes| exchange(bytes, b"{\"missed\"", b"{\"absent\""),
        Class::Refused,
    ),
    (
        "a time exchanged in the log",
        LOG,
        |bytes| exchange(bytes, b"2027-01-15", b"2027-01-16"),
        Class::Refused,
    ),
    (
        "garbage after the log",
        LOG,
        |bytes| bytes.extend([0xa5; 5000]),
        Class::Whole,
    ),
    ("the note gone", NOTE, Vec::clear, Class::Whole),
    ("the note cut", NOTE, |bytes| bytes.truncate(50), Class::Whole),
    ("the note all zeros", NOTE, |bytes| bytes.fill(0), Class::Whole),
    (
        "a text in place of the note",
        NOTE,
        |bytes| *bytes = b"row 3".to_vec(),
        Class::Whole,
    ),
    (
        "the note's number raised",
        NOTE,
        |bytes| set(bytes, 0, 99),
        Class::Whole,
    ),
    ("a huge note", NOTE, |bytes| bytes.resize(1 << 20, 7), Class::Whole),
];
