//! The journal as its users see it: rows in order, whole, and on disk.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::clock::Stamp;
use crate::journal::{Draft, MemoryStore};

/// A folder of its own, gone when the test is over.
struct Room(PathBuf);

impl Room {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("engine-journal-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
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

/// What every journal does, in memory or on disk.
fn keeps_rows(journal: &mut dyn Journal, other: &mut dyn Journal) {
    assert_eq!(journal.read_after(0).unwrap(), []);
    assert_eq!(other.read_after(7).unwrap(), []);
    let first = add(journal, "one").unwrap();
    assert_eq!((first.len(), first[0].seq), (1, 1));
    assert_eq!(first[0].draft, draft("one"));

    // The other one is shown what it has not seen, and adds to it.
    let mut shown = Vec::new();
    let added = other.transact(0, &mut |rows| {
        shown = rows.to_vec();
        Ok(vec![draft("two"), draft("{\"three\":\"\u{1f600} ' \\u0000\"}")])
    });
    let added = added.unwrap();
    assert_eq!(shown, first);
    assert_eq!(added.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 3]);

    // Nothing is added by one that refuses, nor by one that has nothing to add.
    let refused = journal.transact(1, &mut |rows| {
        assert_eq!(rows, added);
        Err("the cap is reached".to_owned())
    });
    assert_eq!(refused, Err(JournalError::Refused("the cap is reached".to_owned())));
    assert_eq!(journal.transact(3, &mut |_| Ok(Vec::new())).unwrap(), []);

    let all: Vec<Row> = first.into_iter().chain(added).collect();
    for seq in 0..=4_u64 {
        let expected = all.get(usize::try_from(seq).unwrap()..).unwrap_or_default();
        assert_eq!(journal.read_after(seq).unwrap(), expected, "{seq}");
        assert_eq!(other.read_after(seq).unwrap(), expected, "{seq}");
    }
}

#[test]
fn rows_are_kept_in_memory_and_on_disk_alike() {
    let store = MemoryStore::default();
    keeps_rows(&mut store.open(), &mut store.open());
    let room = Room::new("alike");
    keeps_rows(&mut room.write(), &mut room.write());

    // The same rows, to the digest, and after opening anew.
    let rows = room.write().read_after(0).unwrap();
    assert_eq!(rows, store.rows());
    assert_eq!(room.open(Mode::Read).unwrap().read_after(0).unwrap(), rows);
    assert_eq!(bodies(&rows)[..2], ["one", "two"]);
}

#[test]
fn reading_goes_on_while_another_writes() {
    let room = Room::new("reading");
    let mut writer = room.write();
    add(&mut writer, "one").unwrap();
    let mut open_already = room.open(Mode::Read).unwrap();
    writer
        .transact(0, &mut |_| {
            // The transaction holds the journal now.
            assert_eq!(bodies(&open_already.read_after(0).unwrap()), ["one"]);
            let mut fresh = room.open(Mode::Read).unwrap();
            assert_eq!(bodies(&fresh.read_after(0).unwrap()), ["one"]);
            Ok(vec![draft("two")])
        })
        .unwrap();
    assert_eq!(bodies(&open_already.read_after(1).unwrap()), ["two"]);

    let refused = add(&mut open_already, "three").unwrap_err();
    assert!(refused.to_string().contains("open it for writing"), "{refused}");
    assert_eq!(writer.read_after(0).unwrap().len(), 2);
}

#[test]
fn there_is_nothing_to_read_before_something_was_written() {
    let room = Room::new("nothing");
    let check = |hint: &str| {
        let error = room.open(Mode::Read).unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
        assert!(!SqliteJournal::exists(&room.0));
    };
    check("name a folder that exists");
    fs::create_dir(&room.0).unwrap();
    check("nothing was launched from there yet");
    assert_eq!(fs::read_dir(&room.0).unwrap().count(), 0);

    // An empty journal is a journal.
    drop(room.write());
    assert!(SqliteJournal::exists(&room.0));
    assert_eq!(room.open(Mode::Read).unwrap().read_after(0).unwrap(), []);
}

#[test]
fn many_write_and_no_row_is_lost_or_split() {
    const WRITERS: usize = 4;
    const ROWS: usize = 25;
    let room = Room::new("many");
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let room = &room;
            scope.spawn(move || {
                // All of them find no journal, and each makes one.
                let mut journal = room.write();
                for row in 0..ROWS {
                    let body = |part: &str| draft(&format!("{writer} {row} {part}"));
                    let pair = vec![body("a"), body("b")];
                    journal.transact(u64::MAX, &mut |_| Ok(pair.clone())).unwrap();
                }
            });
        }
    });
    let rows = room.open(Mode::Read).unwrap().read_after(0).unwrap();
    let mut pairs: Vec<&str> = Vec::new();
    for pair in bodies(&rows).chunks(2) {
        let own = pair[0].strip_suffix('a').unwrap();
        assert_eq!(Some(own), pair[1].strip_suffix('b'));
        pairs.push(own);
    }
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), WRITERS * ROWS);
}

#[cfg(unix)]
#[test]
fn all_files_are_private_from_the_start() {
    use std::os::unix::fs::PermissionsExt as _;

    let room = Room::new("private");
    let mut journal = room.write();
    add(&mut journal, "one").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut names = Vec::new();
    for entry in fs::read_dir(&room.0).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(
        names,
        ["journal.db", "journal.db-shm", "journal.db-wal", "journal.witness"]
    );
    assert_eq!(mode(&room.0), 0o700);
}

#[test]
fn rows_cannot_be_changed_by_way_of_sql() {
    let room = Room::new("triggers");
    let mut journal = room.write();
    add(&mut journal, "one").unwrap();
    for statement in [
        "UPDATE event SET body = 'two'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT * FROM event",
        "INSERT INTO event SELECT seq + 2, wall, up_ms, boot, pid, body, prev_hash, randomblob(32) FROM event",
    ] {
        let refused = journal.connection.execute_batch(statement).unwrap_err();
        assert!(refused.to_string().contains("rows are"), "{statement}: {refused}");
    }
    assert_eq!(bodies(&journal.read_after(0).unwrap()), ["one"]);
}

#[test]
fn a_copy_is_kept_for_each_of_two_days() {
    let room = Room::new("copies");
    let mut journal = room.write();
    fs::create_dir(room.file("journal-2025-01-01")).unwrap();
    let keep = |journal: &SqliteJournal, now: &str| journal.keep_copy(now.parse().unwrap()).unwrap();
    let check = |now: &str, made: bool, expected: &[&str]| {
        add(&mut journal, now).unwrap();
        let copy = keep(&journal, now);
        assert_eq!(copy.is_some(), made, "{now}");
        let names = fs::read_dir(&room.0).unwrap().map(|one| one.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name.contains("-20") || name.starts_with('.'));
        names.sort_unstable();
        assert_eq!(names[1..], *expected, "{now}");
        #[cfg(unix)]
        for name in expected {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(room.file(name)).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    };
    let mut check = check;
    check("2026-11-22T00:00:00Z", true, &["journal-2026-11-22.db"]);
    check("2026-11-22T23:59:59Z", false, &["journal-2026-11-22.db"]);
    check(
        "2026-11-23T00:00:00Z",
        true,
        &["journal-2026-11-22.db", "journal-2026-11-23.db"],
    );
    check(
        "2026-11-30T00:00:00Z",
        true,
        &["journal-2026-11-23.db", "journal-2026-11-30.db"],
    );

    // A copy is a journal: what was there on that day can be read from it.
    let other = Room::new("copied");
    fs::create_dir(&other.0).unwrap();
    fs::copy(room.file("journal-2026-11-23.db"), other.file(NAME)).unwrap();
    let mut copied = other.write();
    let rows = copied.read_after(0).unwrap();
    assert_eq!(rows, journal.read_after(0).unwrap()[..3]);
    add(&mut copied, "more").unwrap();
}

#[test]
fn a_journal_that_is_set_aside_makes_way_for_another() {
    let room = Room::new("aside");
    let now = "2026-11-22T09:30:00Z".parse().unwrap();
    let names = |moved: &[PathBuf]| -> Vec<String> {
        let names = moved.iter().map(|path| path.file_name().unwrap().to_str().unwrap());
        names.map(str::to_owned).collect()
    };
    fs::create_dir(&room.0).unwrap();
    assert_eq!(set_aside(&room.0, now).unwrap(), Vec::<PathBuf>::new());

    let mut journal = room.write();
    add(&mut journal, "one").unwrap();
    // Its process is killed, so that the log remains.
    fs::copy(room.file(NAME), room.file("kept")).unwrap();
    fs::copy(room.file(BESIDE[0]), room.file("kept-wal")).unwrap();
    drop(journal);
    fs::rename(room.file("kept"), room.file(NAME)).unwrap();
    fs::rename(room.file("kept-wal"), room.file(BESIDE[0])).unwrap();
    let moved = set_aside(&room.0, now).unwrap();
    let expected = [
        "journal.db.damaged-20261122T093000Z",
        "journal.db.damaged-20261122T093000Z-wal",
        "journal.witness.damaged-20261122T093000Z",
    ];
    assert_eq!(names(&moved), expected);

    // A new one begins, and it too can be set aside, in the same second.
    let mut journal = room.write();
    assert_eq!(journal.read_after(0).unwrap(), []);
    add(&mut journal, "two").unwrap();
    drop(journal);
    let moved = set_aside(&room.0, now).unwrap();
    let expected = [
        "journal.db.damaged-20261122T093000Z.1",
        "journal.witness.damaged-20261122T093000Z.1",
    ];
    assert_eq!(names(&moved), expected);

    // What was set aside is as it was.
    for (name, body) in [("", "one"), (".1", "two")] {
        let other = Room::new("looked-at");
        fs::create_dir(&other.0).unwrap();
        for end in ["", "-wal"] {
            let aside = room.file(&format!("journal.db.damaged-20261122T093000Z{name}{end}"));
            if aside.exists() {
                fs::copy(aside, other.file(&format!("{NAME}{end}"))).unwrap();
            }
        }
        assert_eq!(bodies(&other.write().read_after(0).unwrap()), [body]);
    }
}

/// As when the process is interrupted half way, or somebody removes what looks superfluous.
#[test]
fn what_is_left_of_a_journal_keeps_a_new_one_from_being_begun() {
    let check = |left: &[&str]| {
        let room = Room::new("left");
        let mut journal = room.write();
        add(&mut journal, "one").unwrap();
        let kept: Vec<_> = left
            .iter()
            .map(|name| (name, fs::read(room.file(name)).unwrap()))
            .collect();
        drop(journal);
        fs::remove_dir_all(&room.0).unwrap();
        fs::create_dir(&room.0).unwrap();
        for (name, bytes) in kept {
            fs::write(room.file(name), bytes).unwrap();
        }
        for mode in [Mode::Read, Mode::Write] {
            let error = room.open(mode).unwrap_err().to_string();
            assert!(error.contains("reconcile --from-tags"), "{left:?}: {error}");
        }
        set_aside(&room.0, "2026-11-22T09:30:00Z".parse().unwrap()).unwrap();
        add(&mut room.write(), "two").unwrap();
    };
    let [log, index] = BESIDE;
    check(&[witness::NAME]);
    check(&[log]);
    check(&[index]);
    check(&[log, index, witness::NAME]);
    // The rows are in the log, which is gone.
    check(&[NAME, witness::NAME]);
}
