//! A disk that is full, or fails: the journal stops, and has every row that it said it has.

use std::process::Command;

use super::child::{ROWS, Said, Worker};
use super::*;

/// A way to make the writing of a child fail at some point.
struct Fault {
    name: &'static str,
    program: &'static str,
    arguments: fn(&Room, usize) -> Vec<String>,
}

/// No file may grow beyond a size: a write in the middle of the log or the file fails. Every shell can do that.
const LIMIT: Fault = Fault {
    name: "a limit on the size of files",
    program: "sh",
    arguments: |_, point| {
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", 1 + point * 37 % 1200);
        words(&["-c", &script, "sh"])
    },
};

/// One flush of a file fails, and later ones succeed as if nothing had been.
const FLUSH: Fault = Fault {
    name: "a flush that fails",
    program: "strace",
    arguments: |_, point| strace("fsync,fdatasync", 1 + point),
};

/// One write fails.
const WRITE: Fault = Fault {
    name: "a write that fails",
    program: "strace",
    arguments: |_, point| strace("pwrite64", 1 + point * 7),
};

/// One write finds the disk full.
const FULL: Fault = Fault {
    name: "a disk that is full for a moment",
    program: "strace",
    arguments: |_, point| {
        let mut arguments = strace("pwrite64", 1 + point * 5);
        for argument in &mut arguments {
            *argument = argument.replace("EIO", "ENOSPC");
        }
        arguments
    },
};

fn strace(calls: &str, nth: usize) -> Vec<String> {
    let trace = format!("--trace={calls}");
    let inject = format!("--inject={calls}:error=EIO:when={nth}");
    words(&["--follow-forks", "--output=/dev/null", &trace, &inject])
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Whether this machine has the means for it.
fn possible(fault: &Fault) -> bool {
    let room = Room::new("disk-probe");
    let mut probe = Command::new(fault.program);
    let tried = probe.args((fault.arguments)(&room, 1000)).arg("true").output();
    tried.is_ok_and(|output| output.status.success())
}

fn check(fault: &Fault, points: usize) {
    let mut stopped = 0;
    for point in 0..points {
        let room = Room::new(&format!("disk-{}", fault.name.replace(' ', "-")));
        let arguments = (fault.arguments)(&room, point);
        let mut worker = Worker::start(&room, Some((fault.program, &arguments)));
        let mut last = 0;
        let mut ends = Vec::new();
        while let Some(said) = worker.next() {
            match said {
                Said::Added(seq) => last = seq,
                other => ends.push(other),
            }
        }
        drop(worker);
        let name = format!("{}, point {point}: {ends:?}", fault.name);
        match ends.as_slice() {
            // It failed where it does not matter, as when the log is copied into the file.
            [] => assert_eq!(last, u64::try_from(ROWS).unwrap(), "{name}"),
            // Before the first row.
            [Said::Stopped(why)] => {
                assert_eq!(last, 0, "{name}");
                assert!(why.contains("; "), "{name}");
                stopped += 1;
            }
            [Said::Still, Said::Stopped(why)] => {
                assert!(why.contains("; "), "{name}");
                stopped += 1;
            }
            other => panic!("{name}: {other:?}"),
        }
        if !SqliteJournal::exists(&room.0).unwrap() {
            assert_eq!(last, 0, "{name}");
            continue;
        }
        // The disk is fine again, for another process.
        let rows = room
            .write()
            .read_after(0)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let last = usize::try_from(last).unwrap();
        assert!(
            (last..=last + 1).contains(&rows.len()),
            "{name}: {} rows of {last}",
            rows.len()
        );
        harmless(&room, &rows).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(stopped > 0, "{}: it never failed", fault.name);
}

#[cfg(unix)]
#[test]
fn a_journal_on_a_disk_that_fails_stops_and_loses_nothing() {
    check(&LIMIT, cases().div_ceil(6));
    for fault in [FLUSH, WRITE, FULL] {
        if possible(&fault) {
            check(&fault, cases().div_ceil(12));
        }
    }
}
