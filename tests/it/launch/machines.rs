//! What is done with machines that were launched before.

use std::fs;

use super::world::{Home, only};
use crate::support::{list, text};

fn launched(home: &Home, more: &str) -> serde_json::Value {
    let document = home
        .run(&format!("provision H100:1 --yes -o json {more}"))
        .expect(0)
        .json();
    only(&document).clone()
}

#[test]
fn a_machine_is_found_by_whatever_it_is_called() {
    let home = Home::new();
    let machine = launched(&home, "");
    let (id, name, launch) = (text(&machine, "id"), text(&machine, "name"), text(&machine, "launch"));
    let broker = text(&machine, "broker");
    for word in [id, name, launch, &id[..6], &name[..20], &format!("{broker}/{id}")] {
        let shown = home.run(&format!("show {word} -o json")).expect(0).json();
        assert_eq!(text(only(&shown), "id"), id, "{word}");
    }
    let ran = home.run(&format!("show {id}"));
    for said in ["ready", "launch", "per hour", "ssh root@127.0.0.1", "never by itself"] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    // In Markdown the way in is code: whoever copies it gets no other sign for the `@`.
    let table = home.run("ls -o markdown").expect(0).stdout.clone();
    assert!(table.contains("| `ssh root@127.0.0.1 -p 2222` |"), "{table}");
    launched(&home, "");
    let ran = home.run("show gp-");
    ran.expect(2);
    assert!(ran.stderr.contains("is the beginning of 2 names"), "{}", ran.stderr);
    home.run("show nobodys").expect(2);
    assert_eq!(
        list(&home.run("ls --offline -o json").expect(0).json(), "instances").len(),
        2
    );

    home.run(&format!("terminate {id}")).expect(0);
    assert_eq!(home.live().len(), 1);
    let ran = home.run(&format!("terminate {id}"));
    ran.expect(0);
    assert!(ran.stderr.contains("is gone already"), "{}", ran.stderr);
    home.run("terminate --all").expect(0);
    home.run("terminate --all").expect(0);
    let ran = home.run("terminate");
    assert!(ran.expect(2).stderr.contains("or say `--all`"), "{}", ran.stderr);
    let ran = home.run("provision");
    assert!(ran.expect(2).stderr.contains("such as `H100:8`"), "{}", ran.stderr);
}

/// Without a key, what there is in the sandbox is what is meant.
#[test]
fn after_a_launch_in_the_sandbox_every_command_means_it() {
    let home = Home::new();
    let machine = launched(&home, "");
    let id = text(&machine, "id");
    let means_it = || {
        for command in ["ls", "audit", "reconcile", &format!("show {id}")] {
            let ran = home.planner.run(&command.split(' ').collect::<Vec<_>>());
            ran.expect(0);
            assert!(ran.stderr.contains("this is the sandbox"), "{command}: {}", ran.stderr);
        }
    };
    means_it();
    // Whether a launch would work is asked of those that cost money.
    let ran = home.planner.run(&["doctor"]);
    ran.expect(6);
    assert!(ran.stdout.contains("no broker has a key"), "{}", ran.stdout);
    // With a key it is the real brokers that an audit is about.
    let keyed = crate::support::planner()
        .set(
            "PLANNER_DATA_DIR",
            home.planner.home().join("planner").to_str().unwrap(),
        )
        .set("PRIME_API_KEY", "none")
        .set("PRIME_API_BASE_URL", "http://127.0.0.1:1");
    let ran = keyed.run(&["audit", "--broker", "prime"]);
    ran.expect(4);
    assert!(!ran.stderr.contains("this is the sandbox"), "{}", ran.stderr);
    // That began a journal without a launch, which hides no machine of the sandbox, and is no all-clear.
    means_it();
    for (command, status) in [("ls", 4), ("terminate --all --yes", 4)] {
        let line = format!("{command} --broker prime");
        let ran = keyed.run(&line.split(' ').collect::<Vec<_>>());
        ran.expect(status);
        for said in [
            "the sandbox has 1 machine: `planner ls --sandbox`",
            "prime did not answer",
        ] {
            assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
        }
        assert!(
            !ran.stderr.contains("there is nothing to end"),
            "{line}: {}",
            ran.stderr
        );
    }
    home.planner.run(&["terminate", "--all", "--yes"]).expect(0);
    assert!(home.live().is_empty());
}

#[test]
fn where_nobody_can_be_asked_the_hint_fits_the_command() {
    let home = Home::troubled(&[]);
    for (line, said) in [
        (
            "provision H100:1 --hours 1",
            "look at it with `--dry-run`, and say `--yes`",
        ),
        ("terminate nobodys", "hint: `--yes` does it without asking"),
    ] {
        let ran = home.planner.run(&line.split(' ').collect::<Vec<_>>());
        assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
        assert_eq!(
            ran.stderr.contains("--dry-run"),
            line.starts_with("provision"),
            "{line}"
        );
    }
}

#[test]
fn the_machine_of_a_stranger_is_listed_and_ended_only_by_name() {
    let home = Home::new();
    launched(&home, "");
    home.control(r#"{"strangers": [{"name": "gp-abcdef-abcdefgh-00a1-xzzzzz-aaaa"}]}"#);
    let audit = home.run("audit -o json").expect(0).json();
    assert_eq!(text(&audit, "schema"), "planner.audit/1");
    let stranger = list(&audit, "machines")
        .iter()
        .find(|one| one["whose"] == "elsewhere")
        .unwrap();
    let id = text(stranger, "id").to_owned();
    assert_eq!(list(&audit, "machines").len(), 2);
    home.run("terminate --all").expect(0);
    home.run("reconcile --terminate-orphans").expect(0);
    assert_eq!(list(&home.run("audit -o json").expect(0).json(), "machines").len(), 1);
    let ran = home.run(&format!("terminate {id} --yes"));
    ran.expect(0);
    assert!(ran.stderr.contains("whosever it is"), "{}", ran.stderr);
    assert!(list(&home.run("audit -o json").expect(0).json(), "machines").is_empty());
}

#[test]
fn what_somebody_ends_elsewhere_is_noticed() {
    let home = Home::new();
    let machine = launched(&home, "");
    home.control(&format!(r#"{{"delete": ["{}"]}}"#, text(&machine, "id")));
    home.run("reconcile").expect(0);
    let past = home.run("ls --all -o json").expect(0).json();
    assert_eq!(text(only(&past), "state"), "gone");
}

#[test]
fn a_machine_ends_at_its_time_unless_it_is_extended() {
    let home = Home::new();
    let machine = launched(&home, "--max-duration 1h");
    let id = text(&machine, "id");
    assert!(text(&machine, "ends_at") > text(&machine, "created_at"));
    let longer = home.run(&format!("extend {id} --by 4h -o json")).expect(0).json();
    assert!(text(only(&longer), "ends_at") > text(&machine, "ends_at"));
    home.run(&format!("extend {id} --until 2001-01-01T00:00:00Z")).expect(2);
    home.run(&format!("extend {id}")).expect(2);
    home.run("terminate --expired").expect(0);
    assert_eq!(home.live().len(), 1);

    let short = launched(&home, "--max-duration 1h --no-wait");
    let began: jiff::Timestamp = text(&short, "created_at").parse().unwrap();
    let soon = began + jiff::SignedDuration::from_secs(5);
    home.run(&format!("extend {} --until {soon}", text(&short, "id")))
        .expect(0);
    home.run("reconcile --watch --for 12s").expect(0);
    let left = home.run("ls -o json").expect(0).json();
    assert_eq!(text(only(&left), "id"), id);
    let past = home
        .run(&format!("show {} -o json", text(&short, "id")))
        .expect(0)
        .json();
    assert_eq!(
        (text(only(&past), "state"), text(only(&past), "reason")),
        ("gone", "expired")
    );
    let forever = launched(&home, "");
    let ran = home.run(&format!("extend {} --by 1h", text(&forever, "id")));
    ran.expect(5);
    assert!(ran.stderr.contains("never ends by itself"), "{}", ran.stderr);
    home.run("terminate --all").expect(0);
}

#[test]
fn a_journal_that_is_lost_is_begun_anew_from_the_names() {
    let home = Home::new();
    let machine = launched(&home, "");
    let id = text(&machine, "id").to_owned();
    let ran = home.run("reconcile --from-tags");
    ran.expect(5);
    assert!(ran.stderr.contains("the journal is whole"), "{}", ran.stderr);

    let journal = home.folder().join("journal.db");
    let mut bytes = fs::read(&journal).unwrap();
    let at = bytes.len() - 200;
    bytes[at] ^= 0x10;
    fs::write(&journal, &bytes).unwrap();
    let ran = home.run("provision H100:1 --yes");
    ran.expect(1);
    assert!(ran.stderr.contains("planner reconcile --from-tags"), "{}", ran.stderr);
    assert_eq!(home.posts(), 1);
    home.run("ls").expect(1);
    // Whoever asks what became of it is told by its name what runs.
    let ran = home.run("reconcile -o json");
    ran.expect(7);
    assert_eq!(
        (text(only(&ran.json()), "id"), &ran.json()["settled"]),
        (id.as_str(), &false.into())
    );
    assert!(ran.stderr.contains("planner reconcile --from-tags"), "{}", ran.stderr);
    let doctor = home.run("doctor");
    doctor.expect(1);
    assert!(doctor.stdout.contains("BAD"), "{}", doctor.stdout);

    let ran = home.run("reconcile --from-tags");
    ran.expect(7);
    assert!(ran.stderr.contains("set aside: "), "{}", ran.stderr);
    let listed = home.run("ls -o json").expect(0).json();
    assert_eq!(
        (text(only(&listed), "id"), text(only(&listed), "state")),
        (id.as_str(), "orphan")
    );
    let audit = home.run("audit");
    audit.expect(7);
    assert!(audit.stderr.contains("is an orphan"), "{}", audit.stderr);

    home.run(&format!("resolve {id} --adopt {id} --yes")).expect(0);
    home.run("reconcile").expect(0);
    home.run("audit").expect(0);
    home.run("terminate --all").expect(0);
    assert!(home.live().is_empty());
}

#[test]
fn orphans_are_ended_when_somebody_says_so() {
    let home = Home::new();
    launched(&home, "");
    for name in ["journal.db", "journal.witness"] {
        fs::remove_file(home.folder().join(name)).unwrap();
    }
    for entry in fs::read_dir(home.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("journal") {
            fs::remove_file(path).unwrap();
        }
    }
    home.run("reconcile").expect(7);
    home.run("reconcile --terminate-orphans").expect(0);
    assert!(home.live().is_empty());
}

#[test]
fn a_data_folder_that_is_gone_is_no_all_clear() {
    let home = Home::troubled(&[]);
    let run = |line: &str| home.planner.run(&line.split_whitespace().collect::<Vec<_>>());
    run("provision H100:1 --yes").expect(0);
    let id = home.live()[0].clone();
    let folder = home.planner.home().join("planner");
    fs::remove_dir_all(&folder).unwrap();
    let check = |line: &str| {
        let ran = run(line);
        ran.expect(7);
        assert!(
            ran.stderr.contains("or from a data folder that is gone"),
            "{line}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains(&format!("`planner terminate {id}` ends it")),
            "{line}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("everything is settled"), "{line}: {}", ran.stderr);
    };
    check("reconcile");
    check("terminate --all --yes");
    assert!(!folder.join("identity").exists(), "looking makes nothing");
    // Also with a new identity, which begins here.
    check("audit");
    check("reconcile");
    check("terminate --all --yes");
    // With two hosts and one key, what the other launches is no alarm.
    home.control(r#"{"strangers": [{"name": "gp-abcdef-abcdefgh-00a1-xzzzzz-aaaa"}]}"#);
    home.control(&format!(r#"{{"delete": ["{id}"]}}"#));
    for line in ["audit", "reconcile", "terminate --all --yes"] {
        run(line).expect(0);
    }
}

#[test]
fn every_listing_has_every_form() {
    let home = Home::new();
    let machine = launched(&home, "");
    let id = text(&machine, "id");
    for command in ["ls", "audit", "doctor", "reconcile", &format!("show {id}")] {
        for (form, sign) in [
            ("json", "{"),
            ("yaml", ":"),
            ("csv", ","),
            ("markdown", "|"),
            ("table", " "),
        ] {
            let ran = home.run(&format!("{command} -o {form}"));
            ran.expect(0);
            assert!(ran.stdout.contains(sign), "{command} -o {form}: {}", ran.stdout);
            assert!(
                command == "doctor" || ran.stdout.contains(id),
                "{command} -o {form}: {}",
                ran.stdout
            );
        }
    }
    home.run("terminate --all").expect(0);
}

#[test]
fn where_nothing_was_launched_there_is_nothing_to_say() {
    let home = Home::new();
    for (line, status) in [
        ("ls", 0),
        ("terminate --all", 0),
        ("reconcile", 6),
        ("audit", 6),
        ("show x", 2),
        ("extend x --by 1h", 2),
    ] {
        home.planner
            .run(&line.split_whitespace().collect::<Vec<_>>())
            .expect(status);
    }
    for line in ["reconcile", "audit"] {
        let ran = home.planner.run(&[line]);
        assert!(ran.stderr.contains("no broker was asked"), "{line}: {}", ran.stderr);
        for all_clear in ["settled", "no broker lists"] {
            assert!(!ran.output().contains(all_clear), "{line}: {}", ran.output());
        }
    }
    // Looking makes nothing.
    assert!(!home.planner.home().join("planner").join("identity").exists());
    let ran = home.planner.run(&["doctor"]);
    ran.expect(6);
    assert!(ran.stdout.contains("none is configured"), "{}", ran.stdout);
    home.planner.run(&["audit", "--broker", "prime"]).expect(6);
}
