//! A disk that is full, or a folder that may only be read, while machines run and cost money.

use std::path::Path;
use std::process::{Command, Stdio};

use super::world::{Home, only};
use crate::support::text;

/// A way to let a planner write nothing.
struct Way {
    name: &'static str,
    before: fn(&Path) -> Vec<String>,
    /// What it is called.
    said: &'static str,
}

/// Every shell can do the first; the others are tried where this machine lets them.
const WAYS: [Way; 3] = [
    Way {
        name: "no file may grow",
        before: |_| words(&["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]),
        said: "the disk is full; free some space",
    },
    Way {
        name: "the disk is full",
        before: |_| {
            words(&[
                "strace",
                "--follow-forks",
                "--output=/dev/null",
                "--trace=pwrite64",
                "--inject=pwrite64:error=ENOSPC",
            ])
        },
        said: "the disk is full; free some space",
    },
    Way {
        name: "the folder may only be read",
        before: |folder| {
            let script = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"";
            words(&["unshare", "-Urm", "sh", "-c", script, folder.to_str().unwrap()])
        },
        said: "check who may write",
    },
];

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Whether this machine has the means for it.
fn is_possible(before: &[String]) -> bool {
    let mut probe = Command::new(&before[0]);
    probe.args(&before[1..]).arg("true").stdin(Stdio::null());
    probe.output().is_ok_and(|output| output.status.success())
}

#[track_caller]
fn check(way: &Way) {
    let name = way.name;
    let mut home = Home::troubled(&[]);
    let run = |home: &Home, line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    let launched = run(&home, "provision H100:1 --yes -o json").expect(0).json();
    let id = text(only(&launched), "id").to_owned();
    let before = (way.before)(&home.planner.home().join("planner"));
    if !is_possible(&before) {
        return;
    }
    home.planner.start_by(&before);
    // What can be read is shown, and what is found is not noted down.
    for line in ["ls", "ls --offline", "audit", &format!("show {id}")] {
        let ran = run(&home, line);
        ran.expect(0);
        assert!(ran.stdout.contains(&id), "{name}, {line}: {ran:?}");
        let warned = ran.stderr.contains("nothing of this is noted down") && ran.stderr.contains(way.said);
        assert_eq!(warned, !line.contains("offline"), "{name}, {line}: {ran:?}");
        assert!(!ran.stderr.contains("not certain"), "{name}, {line}: {ran:?}");
    }
    // What the journal accounts for is settled whether or not more can be noted.
    let ran = run(&home, "reconcile --within 1s -o json");
    ran.expect(0);
    assert_eq!(text(only(&ran.json()), "id"), id, "{name}: {ran:?}");
    assert!(
        ran.json()["settled"] == true && ran.stderr.contains(way.said),
        "{name}: {ran:?}"
    );
    // Nothing is ordered or written down.
    for line in ["provision H100:1 --yes", &format!("extend {id} --by 1h")] {
        let ran = run(&home, line);
        ran.expect(1);
        assert!(ran.stderr.contains(way.said), "{name}, {line}: {ran:?}");
    }
    assert_eq!((home.posts(), home.live().len()), (1, 1), "{name}");
    // What the journal knows is ended all the same, and said to be unfinished.
    let ran = run(&home, "terminate --all --yes --within 2s");
    ran.expect(7);
    for said in [&*id, "1.9 USD per hour", "so far", way.said, "run `planner reconcile`"] {
        assert!(ran.stderr.contains(said), "{name}, {said}: {ran:?}");
    }
    assert!(home.live().is_empty(), "{name}");
    // Its broker lists it as ended, and that is not proved yet.
    let ran = run(&home, "reconcile --within 1s");
    ran.expect(7);
    for said in [way.said, "`planner reconcile` looks again"] {
        assert!(ran.stderr.contains(said), "{name}, {said}: {ran:?}");
    }
    // There is room again: the journal goes on from where it was, and the first look shows what became of the machine.
    home.planner.start_by(&[]);
    for (line, said) in [("ls --offline", "ready"), ("ls", "unseen"), ("ls --offline", "unseen")] {
        let ran = run(&home, line);
        ran.expect(0);
        assert!(ran.stdout.contains(said), "{name}, {line}: {ran:?}");
    }
}

/// What came of a request whose answer was lost is found out and told, and is to be found out again.
#[track_caller]
fn check_doubt(way: &Way) {
    let name = way.name;
    let mut home = Home::troubled(&["close-after-effect:1"]);
    let run = |home: &Home, line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    run(&home, "provision H100:1 --yes --resolve-for 0s").expect(7);
    let id = home.live().remove(0);
    let before = (way.before)(&home.planner.home().join("planner"));
    if !is_possible(&before) {
        return;
    }
    home.planner.start_by(&before);
    for _ in 0..2 {
        let ran = run(&home, "reconcile --within 1s -o json");
        ran.expect(7);
        assert_eq!(text(only(&ran.json()), "id"), id, "{name}: {ran:?}");
        assert_eq!(ran.json()["settled"], false, "{name}: {ran:?}");
        for said in ["nothing of this is noted down", way.said, "run `planner reconcile`"] {
            assert!(ran.stderr.contains(said), "{name}, {said}: {ran:?}");
        }
        assert!(!ran.stderr.contains("everything is settled"), "{name}: {ran:?}");
    }
    assert_eq!((home.posts(), home.live()), (1, vec![id.clone()]), "{name}");
    home.planner.start_by(&[]);
    // From now on it is kept; that it still deploys is no doubt.
    run(&home, "reconcile --within 1s");
    assert!(run(&home, "ls --offline").expect(0).stdout.contains(&id), "{name}");
}

/// With a journal that can be neither read nor begun anew, what runs is known by its name.
#[track_caller]
fn check_damage(way: &Way) {
    let name = way.name;
    let mut home = Home::troubled(&[]);
    let run = |home: &Home, line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    run(&home, "provision H100:1 --yes --no-wait").expect(0);
    let id = home.live().remove(0);
    let folder = home.planner.home().join("planner");
    let before = (way.before)(&folder);
    if !is_possible(&before) {
        return;
    }
    std::fs::write(folder.join("journal.witness"), "?").unwrap();
    std::fs::write(folder.join("journal.db"), "?").unwrap();
    home.planner.start_by(&before);
    for line in ["reconcile --within 1s", "reconcile --from-tags --within 1s"] {
        let ran = run(&home, &format!("{line} -o json"));
        ran.expect(7);
        assert_eq!(text(only(&ran.json()), "id"), id, "{name}, {line}: {ran:?}");
        for said in ["1.9 USD per hour, and the journal cannot be used", "error: "] {
            assert!(ran.stderr.contains(said), "{name}, {line}, {said}: {ran:?}");
        }
    }
    home.planner.start_by(&[]);
    // Where it was set aside already, what is left of it says so.
    let _ = run(&home, "reconcile --from-tags --within 1s");
    run(&home, "reconcile --terminate-orphans --yes --within 40s");
    assert!(home.live().is_empty(), "{name}");
}

fn each_way(check: fn(&Way)) {
    std::thread::scope(|scope| {
        for way in &WAYS {
            scope.spawn(move || check(way));
        }
    });
}

#[test]
fn machines_are_seen_and_ended_where_nothing_can_be_written() {
    each_way(check);
}

#[test]
fn what_runs_is_known_by_its_name_where_the_journal_cannot_be_begun_anew() {
    each_way(check_damage);
}

#[test]
fn doubt_is_looked_into_where_nothing_can_be_written() {
    each_way(check_doubt);
}
