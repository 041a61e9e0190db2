//! Damage that somebody or something did on purpose.

mod rows;

use super::*;

/// What came of it.
enum Comes {
    /// All rows are there, and more can be added.
    Harmless,
    /// An error that says so.
    Refused(&'static str),
}

use Comes::{Harmless, Refused};

/// A journal that was closed, one of a process that was killed, and both of another installation.
struct Founds {
    closed: Kept,
    killed: Kept,
    other_closed: Kept,
    other_killed: Kept,
}

impl Founds {
    fn new(name: &str) -> Self {
        let found = |end: &str, closed: bool| {
            let room = Room::new(&format!("{name}-{end}"));
            let mut journal = filled(&room, 12);
            if closed {
                Kept::closed(&room, journal)
            } else {
                Kept::of(&room, &mut journal)
            }
        };
        Self {
            closed: found("closed", true),
            killed: found("killed", false),
            other_closed: found("other-closed", true),
            other_killed: found("other-killed", false),
        }
    }
}

fn check(room: &Room, name: &str, kept: &Kept, damage: &dyn Fn(&Room), comes: Comes) {
    kept.lay(room);
    damage(room);
    match (harmless(room, &kept.rows), comes) {
        (Ok(()), Harmless) => {}
        (Err(error), Refused(said)) => {
            helps(&error);
            assert!(error.to_string().contains(said), "{name}: {error}");
            let again = room.open(Mode::Write).and_then(|mut journal| add(&mut journal, "more"));
            assert!(again.is_err(), "{name}: refused for reading only");
        }
        (Ok(()), Refused(said)) => panic!("{name}: not noticed: {said}"),
        (Err(error), Harmless) => panic!("{name}: {error}"),
    }
}

fn take(kept: &Kept, name: &str) -> Vec<u8> {
    let found = kept.files.iter().find(|(file, _)| file == name);
    found.map(|(_, bytes)| bytes.clone()).unwrap()
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_place_of_a_file() {
    use std::os::unix::fs::symlink;

    let Founds { closed, killed, .. } = Founds::new("place");
    let room = Room::new("place");
    let elsewhere = Room::new("place-elsewhere");
    closed.lay(&elsewhere);
    let [log, index] = BESIDE;
    let instead = |name: &'static str, made: fn(&Path)| {
        move |room: &Room| {
            let path = room.file(name);
            let _ = fs::remove_file(&path);
            made(&path);
        }
    };
    let folder: fn(&Path) = |path| fs::create_dir(path).unwrap();
    let dangling: fn(&Path) = |path| symlink("nowhere", path).unwrap();
    for name in [NAME, log, index, witness::NAME] {
        check(&room, name, &killed, &instead(name, folder), Refused("is not a file"));
        check(&room, name, &killed, &instead(name, dangling), Refused("is a link"));
    }
    let to_other = |room: &Room| {
        fs::remove_file(room.file(NAME)).unwrap();
        symlink(elsewhere.file(NAME), room.file(NAME)).unwrap();
    };
    check(&room, "a link to a journal", &closed, &to_other, Refused("is a link"));
    let linked = |room: &Room| {
        fs::remove_dir_all(&room.0).unwrap();
        symlink(&elsewhere.0, &room.0).unwrap();
    };
    check(&room, "a link to the folder", &closed, &linked, Harmless);
    fs::remove_file(&room.0).unwrap();
    let is_file = |room: &Room| {
        fs::remove_dir_all(&room.0).unwrap();
        fs::write(&room.0, "").unwrap();
    };
    check(
        &room,
        "a file for the folder",
        &closed,
        &is_file,
        Refused("is not a folder"),
    );
    fs::remove_file(&room.0).unwrap();
}

#[cfg(unix)]
#[test]
fn who_may_read_and_write() {
    use std::os::unix::fs::PermissionsExt as _;

    let Founds { closed, killed, .. } = Founds::new("modes");
    let room = Room::new("modes");
    for mode in [0o720, 0o702, 0o777] {
        let shared = |room: &Room| fs::set_permissions(&room.0, fs::Permissions::from_mode(mode)).unwrap();
        check(
            &room,
            "a folder that others write in",
            &closed,
            &shared,
            Refused("chmod 700"),
        );
    }
    // Everything is allowed to the superuser.
    let mode = |room: &Room, mode: u32| fs::set_permissions(&room.0, fs::Permissions::from_mode(mode)).unwrap();
    let lock_up = |room: &Room| mode(room, 0o500);
    lock_up(&room);
    let superuser = fs::write(room.file("probe"), "").is_ok();
    mode(&room, 0o700);
    let comes = if superuser {
        Harmless
    } else {
        Refused("check who may write")
    };
    check(&room, "a folder that nobody may write in", &closed, &lock_up, comes);
    mode(&room, 0o700);
    let readable = |room: &Room| {
        for (name, _) in &killed.files {
            fs::set_permissions(room.file(name), fs::Permissions::from_mode(0o644)).unwrap();
        }
    };
    check(&room, "files that others read", &killed, &readable, Harmless);
    for entry in fs::read_dir(&room.0).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

type Damage = Box<dyn Fn(&Room)>;

fn put(name: &'static str, bytes: Vec<u8>) -> Damage {
    Box::new(move |room| fs::write(room.file(name), &bytes).unwrap())
}

fn gone(name: &'static str) -> Damage {
    Box::new(move |room| fs::remove_file(room.file(name)).unwrap())
}

fn nothing() -> Damage {
    Box::new(|_| {})
}

#[test]
fn a_file_that_was_exchanged() {
    let founds = Founds::new("file");
    let room = Room::new("file");
    let size = take(&founds.closed, NAME).len();
    let first_page = take(&founds.closed, NAME)[..4096].to_vec();
    let other = take(&founds.other_closed, NAME);
    let plain = {
        let room = Room::new("file-plain");
        fs::create_dir(&room.0).unwrap();
        let connection = Connection::open(room.file("plain.db")).unwrap();
        connection.execute_batch("CREATE TABLE event (seq INTEGER)").unwrap();
        drop(connection);
        fs::read(room.file("plain.db")).unwrap()
    };
    // All rows can be read; the next one would go to a page that is taken.
    let mut miscounted = take(&founds.closed, NAME);
    miscounted[32..40].copy_from_slice(&[0, 0, 0, 2, 0, 0, 0, 1]);
    let check = |name: &str, damage: Damage, comes: Comes| check(&room, name, &founds.closed, &*damage, comes);
    check(
        "a page in use that is called free",
        put(NAME, miscounted),
        Refused("the journal is damaged"),
    );
    check("none", nothing(), Harmless);
    check("an empty file", put(NAME, Vec::new()), Refused("the file is empty"));
    check("no file", gone(NAME), Refused("the file is gone"));
    check("text", put(NAME, b"{\"rows\":[]}".to_vec()), Refused("is damaged"));
    check("zeros", put(NAME, vec![0; size]), Refused("is damaged"));
    check("noise", put(NAME, vec![0xa5; size]), Refused("is damaged"));
    check("the first page", put(NAME, first_page), Refused("is damaged"));
    check("another program's", put(NAME, plain), Refused("is something else"));
    check(
        "another's",
        put(NAME, other),
        Refused("is not the row that was written"),
    );
}

#[test]
fn a_file_that_is_older_than_its_last_rows() {
    let founds = Founds::new("older");
    let room = Room::new("older");
    founds.closed.lay(&room);
    add(&mut room.write(), "one more").unwrap();
    let newer = Kept::closed(&room, room.write());
    let older = put(NAME, take(&founds.closed, NAME));
    check(
        &room,
        "older",
        &newer,
        &*older,
        Refused("row 13 of the journal is damaged: it was written and is gone"),
    );
}

#[test]
fn a_log_or_a_note_that_was_exchanged() {
    let founds = Founds::new("log");
    let room = Room::new("log");
    let [log, index] = BESIDE;
    let own_log = take(&founds.killed, log);
    let half = own_log[..own_log.len() / 2].to_vec();
    let other_log = take(&founds.other_killed, log);
    let other_index = take(&founds.other_killed, index);
    let other_note = take(&founds.other_closed, witness::NAME);
    let lost = || Refused("it was written and is gone");
    let other = || Refused("is not the row that was written");
    let check = |name: &str, damage: Damage, comes: Comes| {
        check(&room, name, &founds.killed, &*damage, comes);
    };
    check("none", nothing(), Harmless);
    check(
        "an empty file, with its log",
        put(NAME, Vec::new()),
        Refused("the file is empty"),
    );
    check("no log", gone(log), lost());
    check("an empty log", put(log, Vec::new()), lost());
    check("half a log", put(log, half), lost());
    check("noise for a log", put(log, vec![0x5a; 40_000]), lost());
    check("another's log", put(log, other_log.clone()), other());
    check("no index", gone(index), Harmless);
    check("noise for an index", put(index, vec![0x5a; 32_768]), Harmless);
    check("another's index", put(index, other_index), Harmless);
    check("no note", gone(witness::NAME), Harmless);
    check("noise for a note", put(witness::NAME, vec![0x5a; 128]), Harmless);
    check("another's note", put(witness::NAME, other_note), other());
    super::by_hand::check(&room, "after closing", &founds.closed, &*put(log, other_log), other());
}
