//! Something was launched, and the data folder cannot be looked into: that is no all-clear, and what the brokers list is
//! told all the same.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::world::Home;
use crate::support::text;

/// What stands in the place of the data folder, and what is said of it.
fn check(name: &str, status: i32, said: &str, spoil: fn(&Path)) {
    let mut home = Home::troubled(&[]);
    // Apart from the settings, which are in a folder of the same name here.
    let folder = home.planner.home().join("data");
    home.set("PLANNER_DATA_DIR", folder.to_str().unwrap());
    let run = |line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    run("provision H100:1 --yes --no-wait").expect(0);
    let id = home.live().remove(0);
    fs::rename(&folder, folder.with_file_name("away")).unwrap();
    spoil(&folder);
    for (line, status) in [
        ("ls", status),
        ("ls --offline", status),
        ("reconcile --within 1s", 7),
        ("reconcile --from-tags --within 1s", 7),
        ("terminate --all --yes", 7),
        ("audit", 7),
        (&format!("show {id}"), status),
        ("doctor", status),
        ("provision H100:1 --yes", status),
        (&format!("extend {id} --by 1h --yes"), status),
    ] {
        let ran = run(line);
        ran.expect(status);
        let told = ran.output();
        assert!(told.contains(said), "{name}, {line}: {ran:?}");
        // Where it is, and what to do.
        assert!(told.contains(folder.to_str().unwrap()), "{name}, {line}: {ran:?}");
        assert!(
            told.contains("; ") || told.contains("hint: ") || line == "doctor",
            "{name}, {line}: {ran:?}"
        );
        for wrong in [
            "nothing was launched",
            "nothing runs",
            "nothing to end",
            "is settled",
            "knows no machine",
            "move it away",
        ] {
            assert!(!told.contains(wrong), "{name}, {line}, {wrong}: {ran:?}");
        }
        let lists = ["ls", "reconcile --within 1s", "terminate --all --yes", "audit"].contains(&line);
        assert!(!lists || ran.stderr.contains(&id), "{name}, {line}: {ran:?}");
    }
    assert_eq!(run("reconcile --within 1s -o json").json()["settled"], false, "{name}");
    let audit = run("audit -o json").json();
    assert_eq!(text(&audit["machines"][0], "id"), id, "{name}");
    assert_eq!((home.posts(), home.live()), (1, vec![id]), "{name}");
}

#[test]
fn a_data_folder_that_cannot_be_looked_into_is_no_all_clear() {
    check("a file in its place", 2, "is not a folder", |folder| {
        fs::write(folder, "x").unwrap();
    });
    check("a link to itself", 1, "cannot look into", |folder| {
        symlink("data", folder).unwrap();
    });
    check(
        "a disk that is not mounted",
        1,
        "is a link that leads nowhere",
        |folder| {
            symlink("/nowhere/data", folder).unwrap();
        },
    );
}

/// A journal that may be whole and cannot be used as it stands: nothing is set aside, and nobody is told to do so.
#[test]
fn what_stands_in_the_way_of_a_journal_is_named() {
    let mut home = Home::troubled(&[]);
    let folder = home.planner.home().join("data");
    home.set("PLANNER_DATA_DIR", folder.to_str().unwrap());
    let run = |line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    run("provision H100:1 --yes --no-wait").expect(0);
    let id = home.live().remove(0);
    for name in ["journal.db", "lock", "identity"] {
        let (path, aside) = (folder.join(name), folder.join("aside"));
        fs::rename(&path, &aside).unwrap();
        symlink("aside", &path).unwrap();
        for (line, status) in [
            ("audit", 7),
            ("reconcile --within 1s", 7),
            ("provision H100:1 --yes", 1),
        ] {
            // Whoever only looks takes no turn.
            if name == "lock" && status == 7 {
                continue;
            }
            let ran = run(line);
            ran.expect(status);
            let said = format!(
                "{} is a link to somewhere else; put the file itself there",
                path.display()
            );
            assert!(ran.stderr.contains(&said), "{name}, {line}: {ran:?}");
            assert!(status != 7 || ran.output().contains(&id), "{name}, {line}: {ran:?}");
        }
        assert!(path.is_symlink(), "{name}");
        fs::rename(&aside, &path).unwrap();
    }
    run("reconcile --within 20s").expect(0);
    // Longer than SQLite takes it, and not too long for the system.
    let deep = (0..3).fold(home.planner.home().to_owned(), |deep, _| deep.join("x".repeat(200)));
    let deep = deep.to_str().unwrap();
    for (command, status) in [("ls", 0), ("audit", 7), ("provision H100:1 --yes", 2)] {
        let ran = run(&format!("{command} --data-dir {deep}"));
        ran.expect(status);
        let said = "bytes, and a journal's path may have 504\nhint: name a folder with a shorter path";
        assert_eq!(ran.stderr.contains(said), status != 0, "{command}: {ran:?}");
    }
    assert_eq!(home.posts(), 1);
}
