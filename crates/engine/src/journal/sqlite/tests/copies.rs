//! Copies, setting aside, and what is left of a journal.

use super::*;

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
            assert!(error.contains("set it aside, and reconcile"), "{left:?}: {error}");
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
