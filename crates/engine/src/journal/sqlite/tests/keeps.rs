//! Rows in order, whole, and on disk.

use super::*;
use crate::journal::MemoryStore;

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
        assert!(!SqliteJournal::exists(&room.0).unwrap());
    };
    check("name a folder that exists");
    fs::create_dir(&room.0).unwrap();
    check("nothing was launched from there yet");
    assert_eq!(fs::read_dir(&room.0).unwrap().count(), 0);

    // An empty journal is a journal.
    drop(room.write());
    assert!(SqliteJournal::exists(&room.0).unwrap());
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
fn a_commit_is_flushed_and_the_log_kept_short() {
    let room = Room::new("pragmas");
    let journal = room.write();
    let check = |name: &str, expected: i64| {
        let value = journal.connection.pragma_query_value(None, name, |row| row.get(0));
        assert_eq!(value, Ok(expected), "{name}");
    };
    check("synchronous", 2);
    check("fullfsync", 1);
    check("checkpoint_fullfsync", 1);
    check("wal_autocheckpoint", 100);
    check("trusted_schema", 0);
    check("cell_size_check", 1);
}

/// A note is written over the one before the last: when it is torn, the last one holds.
#[test]
fn a_torn_note_leaves_the_one_before() {
    let room = Room::new("torn");
    let mut journal = room.write();
    let noted = || witness::read(&Folder::open(&room.0).unwrap()).unwrap().seq;
    for seq in 1..=4 {
        add(&mut journal, "row").unwrap();
        assert_eq!(noted(), seq);
        let whole = fs::read(room.file(witness::NAME)).unwrap();
        let half = whole.len() / 2;
        for torn in [0..half, half..whole.len()] {
            let last = (torn.start > 0) == (seq % 2 == 1);
            let mut notes = whole.clone();
            notes[torn.start] ^= 1;
            fs::write(room.file(witness::NAME), &notes).unwrap();
            assert_eq!(noted(), if last { seq - 1 } else { seq }, "{seq}, {torn:?}");
        }
        fs::write(room.file(witness::NAME), &whole).unwrap();
    }
}
