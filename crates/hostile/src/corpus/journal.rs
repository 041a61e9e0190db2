//! Set E: journals with flipped bits, journals that were cut, and journals made by hand.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::journal::{Draft, Journal as _, Mode, Row, SqliteJournal};
use jiff::Timestamp;

/// The files of a journal that was in use when its process was killed.
const FILES: [&str; 3] = ["journal.db", "journal.db-wal", "journal.witness"];

/// A journal as it is found on disk, and what was written to it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) files: Vec<(String, Vec<u8>)>,
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
        let files = FILES.map(|name| (name.to_owned(), fs::read(room.0.join(name)).unwrap()));
        Kept {
            files: files.into(),
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

impl Kept {
    /// Lays these files into an empty folder and looks at what is there.
    pub(crate) fn open(&self, files: &[(String, Vec<u8>)]) -> Found {
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
