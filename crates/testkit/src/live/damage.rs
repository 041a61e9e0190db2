//! What can happen to the files of a journal.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::dice::Dice;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// A bit flips somewhere.
    Flip,
    /// A file is cut.
    Cut,
    /// The disk is full after so many blocks of a file.
    Full,
    /// A write or a flush fails.
    Fail,
    /// One of [`HAND_MADE`].
    HandMade,
}

/// Damage made by hand, by name.
pub(super) const HAND_MADE: [&str; 20] = [
    "empty",
    "gone",
    "log-gone",
    "witness-gone",
    "witness-empty",
    "old-backup",
    "old-folder",
    "foreign-log",
    "index-garbage",
    "no-magic",
    "other-program",
    "newer-layout",
    "other-amount",
    "other-event",
    "a-folder",
    "a-link",
    "open-folder",
    "open-file",
    "identity-gone",
    "identity-changed",
];

/// The files of a journal.
const FILES: [&str; 4] = ["journal.db", "journal.db-wal", "journal.db-shm", "journal.witness"];

/// Flips a bit or cuts a file, one that is there.
pub(super) fn by_chance(folder: &Path, damage: Damage, dice: &mut Dice) {
    let there: Vec<&str> = FILES
        .into_iter()
        .filter(|name| fs::metadata(folder.join(name)).is_ok_and(|about| about.len() > 0))
        .collect();
    let path = folder.join(dice.pick(&there));
    let mut bytes = fs::read(&path).expect("a file of the journal");
    if damage == Damage::Cut {
        let at = dice.below(bytes.len());
        // Every other time at the end of a block, as a file system does.
        bytes.truncate(if dice.percent(50) { at } else { at / 512 * 512 });
    } else {
        // Every other time where the file says what it is.
        let end = if dice.percent(50) {
            bytes.len().min(512)
        } else {
            bytes.len()
        };
        let at = dice.below(end);
        bytes[at] ^= 1 << dice.below(8);
    }
    fs::write(&path, bytes).expect("a file of the journal");
}

/// Does what the name says. `old` is a copy of the folder from before the
/// last launch, `other` the folder of another installation.
pub(super) fn by_hand(folder: &Path, name: &str, old: &Path, other: &Path) {
    let db = folder.join("journal.db");
    let remove = |name: &str| drop(fs::remove_file(folder.join(name)));
    let change = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(path).unwrap_or_default();
        change(&mut bytes);
        let _ = fs::write(path, bytes);
    };
    let at = |place: usize, byte: u8| {
        move |bytes: &mut Vec<u8>| {
            if let Some(old) = bytes.get_mut(place) {
                *old = byte;
            }
        }
    };
    match name {
        "empty" => change(&db, &|bytes| bytes.clear()),
        "gone" => remove("journal.db"),
        "log-gone" => remove("journal.db-wal"),
        "witness-gone" => remove("journal.witness"),
        "witness-empty" => change(&folder.join("journal.witness"), &|bytes| bytes.clear()),
        "old-backup" => restore(old, folder, &FILES[..3]),
        "old-folder" => restore(old, folder, &FILES),
        "foreign-log" => restore(other, folder, &["journal.db-wal"]),
        "index-garbage" => change(&folder.join("journal.db-shm"), &|bytes| bytes.fill(0xA5)),
        "no-magic" => change(&db, &at(3, b'x')),
        "other-program" => change(&db, &at(70, 0x11)),
        "newer-layout" => change(&db, &at(63, 99)),
        "other-amount" => everywhere(folder, "\"worst\":\"", "\"worst\":\"9", true),
        "other-event" => everywhere(folder, "{\"accepted\"", "{\"rejected\"", false),
        "a-folder" => {
            remove("journal.db");
            let _ = fs::create_dir(&db);
            mode(&db, 0o700);
        }
        "a-link" => {
            let _ = fs::rename(&db, folder.join("elsewhere"));
            let _ = symlink("elsewhere", &db);
        }
        "open-folder" => mode(folder, 0o777),
        "open-file" => mode(&db, 0o644),
        "identity-gone" => remove("identity"),
        _ => change(&folder.join("identity"), &at(40, b'!')),
    }
}

/// Sets who may read and write, where that was part of the damage.
pub(super) fn close(folder: &Path) {
    mode(folder, 0o700);
    for name in ["journal.db", "elsewhere"] {
        mode(&folder.join(name), 0o600);
    }
}

fn mode(path: &Path, mode: u32) {
    if fs::symlink_metadata(path).is_ok_and(|about| !about.is_symlink() && (about.is_file() || mode & 0o100 != 0)) {
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    }
}

/// Puts files back as they were.
fn restore(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        let _ = fs::remove_file(to.join(name));
        let _ = fs::copy(from.join(name), to.join(name));
    }
}

/// A copy of a folder of files.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for name in FILES {
        let _ = fs::copy(from.join(name), to.join(name));
    }
}

/// Changes a text in the file and in its log, to another of the same length.
fn everywhere(folder: &Path, from: &str, to: &str, shift: bool) {
    for name in &FILES[..2] {
        let path = folder.join(name);
        let mut bytes = fs::read(&path).unwrap_or_default();
        let places: Vec<usize> = bytes
            .windows(from.len())
            .enumerate()
            .filter(|(_, window)| *window == from.as_bytes())
            .map(|(at, _)| at)
            .collect();
        for at in places {
            let end = at + if shift { to.len() } else { from.len() };
            if let Some(place) = bytes.get_mut(at..end) {
                place.copy_from_slice(to.as_bytes());
            }
        }
        let _ = fs::write(&path, bytes);
    }
}

/// A program that makes writing fail in the process that it becomes, if this
/// machine has it.
pub(super) fn failing(damage: Damage, number: u32) -> Option<Vec<String>> {
    static HAS_STRACE: OnceLock<bool> = OnceLock::new();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    if damage == Damage::Full {
        // In blocks of 512 bytes, a page more each time. What is told needs one.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", 8 + number * 8);
        return Some(words(&["sh", "-c", &script, "sh"]));
    }
    let has = HAS_STRACE.get_or_init(|| {
        let mut probe = Command::new("strace");
        probe.args(["--follow-forks", "--output=/dev/null", "true"]);
        probe
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    });
    let (calls, error, nth) = match number % 4 {
        0 | 2 => ("fsync,fdatasync", "EIO", 1 + number / 2),
        1 => ("pwrite64", "EIO", 1 + number * 3),
        _ => ("pwrite64", "ENOSPC", 1 + number * 2),
    };
    let trace = format!("--trace={calls}");
    let inject = format!("--inject={calls}:error={error}:when={nth}");
    has.then(|| words(&["strace", "--follow-forks", "--output=/dev/null", &trace, &inject]))
}
