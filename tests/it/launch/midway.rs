//! A launch that is stopped in the middle, or comes on top of another: what runs is told, whatever else fails.

use std::fs::{self, File};
use std::process::Stdio;

use gpu_broker_engine::lock::{Holder, Lock};
use gpu_broker_testkit::planner::Ran;

use super::world::{Home, only};
use crate::support::{list, text};

fn run(home: &Home, line: &str) -> Ran {
    home.planner.run(&line.split_whitespace().collect::<Vec<_>>())
}

#[track_caller]
fn says(ran: &Ran, said: &[&str]) {
    for said in said {
        assert!(ran.stderr.contains(said), "`{said}` is not in {}", ran.stderr);
    }
}

#[test]
fn brokers_that_could_not_be_asked_are_named_and_it_is_no_empty_market() {
    let home = Home::troubled(&["list/500-before:p=1"]);
    let ran = run(&home, "provision H100:1 --yes --alternatives 20 -o json");
    ran.expect(4);
    says(
        &ran,
        &["prime", "spheron", "could not be asked", "nothing of this launch runs"],
    );
    assert!(!ran.stderr.contains("and nothing runs"), "{ran:?}");
    let passed = ran.stderr.lines().filter(|line| line.contains("passed over")).count();
    assert!(passed <= 2, "{}", ran.stderr);
    assert_eq!(text(&ran.json(), "outcome"), "nothing");
    assert_eq!(home.posts(), 0);
}

#[test]
fn what_was_launched_is_told_where_standard_output_cannot_be_written() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    for (more, status) in [("-q", 7), ("-q -o json", 7), ("-q -o json --no-wait", 7)] {
        let home = Home::troubled(&[]);
        let line = format!("provision H100:1 --yes {more}");
        let mut command = home.planner.command(&line.split_whitespace().collect::<Vec<_>>());
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ended = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{more}: {told}");
        assert!(
            told.contains("per hour") && told.contains("`planner terminate --launch "),
            "{more}: {told}"
        );
        assert!(told.contains("No space left"), "{more}: {told}");
        assert_eq!(home.live().len(), 1, "{more}");
    }
}

#[test]
fn what_was_begun_before_is_told_before_anything_is_ordered() {
    let home = Home::troubled(&["500-before:1"]);
    run(&home, "provision H100:1 --yes --resolve-for 1s").expect(7);
    let open = "an earlier request is open: gp-";
    for more in ["", "-q ", "-q -o json ", "--dry-run "] {
        let ran = run(&home, &format!("provision H100:1 --yes {more}--no-wait"));
        ran.expect(0);
        assert!(ran.output().contains(open), "{more}: {ran:?}");
        assert!(
            ran.output().contains("`planner reconcile` looks again"),
            "{more}: {ran:?}"
        );
        if more.contains("json") {
            let notes = ran.json()["notes"].to_string();
            assert!(notes.contains(open), "{notes}");
        }
    }

    let home = Home::troubled(&[]);
    let quote = run(&home, "quote H100:1 -o json").expect(0).json();
    let line = format!("provision --quote {} --yes -q --no-wait -o json", text(&quote, "id"));
    let first = run(&home, &line);
    let id = text(only(&first.expect(0).json()), "id").to_owned();
    assert!(!first.stderr.contains("was launched at"), "{first:?}");
    let second = run(&home, &line);
    second.expect(0);
    says(
        &second,
        &["warning: this quote was launched at ", &format!("{id} runs")],
    );
    assert!(second.json()["notes"].to_string().contains(&id), "{second:?}");
    run(&home, "terminate --all --yes").expect(0);
    let third = run(&home, &line);
    assert!(!third.expect(0).stderr.contains("was launched at"), "{third:?}");
}

#[test]
fn the_budget_of_the_settings_holds_what_is_let_run_longer() {
    let home = Home::troubled(&[]);
    let launched = run(&home, "provision H100:1 --broker prime --yes --max-duration 1h -o json");
    let id = text(only(&launched.expect(0).json()), "id").to_owned();
    let folder = home.planner.home().join("planner");
    fs::write(folder.join("config.toml"), "[defaults]\nbudget = 50\n").unwrap();
    // 1.9 USD per hour.
    let ran = run(&home, &format!("extend {id} --by 100h --yes"));
    ran.expect(5);
    says(&ran, &["above the cap of 50 (`--budget`)"]);
    run(&home, &format!("extend {id} --by 2h --yes")).expect(0);
    run(&home, &format!("extend {id} --by 100h --yes --budget 500")).expect(0);
}

#[test]
fn what_cannot_be_meant_is_no_launch() {
    let home = Home::new();
    for line in ["--max-duration 0s", "--max-duration 59s", "--plan 0"] {
        home.run(&format!("provision H100:1 --yes {line}")).expect(2);
    }
    assert_eq!(home.posts(), 0);
}

#[test]
fn what_must_end_and_has_not_is_told_by_whoever_looks() {
    let home = Home::troubled(&["delete-minimum"]);
    run(&home, "provision H100:1 --yes --broker spheron").expect(0);
    run(&home, "terminate --all --yes --within 2s").expect(7);
    let id = &home.live()[0];
    for command in ["ls", "audit"] {
        let ran = run(&home, command);
        ran.expect(0);
        says(&ran, &[&format!("{id} must end and has not: run `planner reconcile`")]);
    }
}

#[test]
fn whoever_ends_everything_is_told_of_a_launch_under_way() {
    let home = Home::troubled(&[]);
    let folder = home.planner.home().join("planner");
    let holder = Holder {
        pid: 4711,
        command: "planner provision".to_owned(),
        since: "2026-11-22T09:30:00Z".parse().unwrap(),
    };
    for launched in [false, true] {
        if launched {
            run(&home, "provision H100:1 --yes --no-wait").expect(0);
        }
        let under_way = Lock::launching(&folder, &holder).unwrap();
        let ran = run(&home, "terminate --all --yes");
        ran.expect(7);
        says(
            &ran,
            &["a launch is under way (pid 4711): what it orders after this is not ended"],
        );
        assert!(home.live().is_empty());
        drop(under_way);
        run(&home, "terminate --all --yes").expect(0);
    }
}

#[test]
fn where_the_disk_fills_in_the_middle_what_runs_is_named_with_its_cost() {
    let mut stopped = 0;
    for blocks in (100..1_000).step_by(100) {
        let mut home = Home::troubled(&[]);
        let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
        let before = ["sh", "-c", script, &blocks.to_string()].map(str::to_owned);
        home.planner.start_by(&before);
        let ran = run(&home, "provision H100:1 --count 3 --yes --no-wait -o json");
        home.planner.start_by(&[]);
        let live = home.live();
        if ran.status == Some(0) || live.is_empty() {
            continue;
        }
        stopped += 1;
        ran.expect(7);
        let document = ran.json();
        assert_eq!(text(&document, "outcome"), "unknown");
        let told = list(&document, "instances").len() + list(&document, "unresolved").len();
        assert_eq!(told, live.len(), "{blocks}: {document}");
        let unnoted = list(&document, "unresolved");
        for id in &live {
            assert!(
                !unnoted.is_empty() || ran.stderr.contains(id),
                "{blocks}, {id}: {}",
                ran.stderr
            );
        }
        for open in unnoted {
            says(&ran, &[&format!("{} may exist", text(open, "name"))]);
        }
        let launch = text(&document, "launch").to_owned();
        let ends = format!("`planner terminate --launch {launch}` ends it");
        says(
            &ran,
            &[
                "stopped in the middle",
                ": up to ",
                "per hour",
                "`planner reconcile`",
                &ends,
            ],
        );
        assert!(!ran.stderr.contains("try again"), "{}", ran.stderr);
        run(&home, &format!("terminate --launch {launch} --yes")).expect(0);
        assert!(home.live().is_empty(), "{blocks}");
    }
    assert!(stopped > 0);
}
