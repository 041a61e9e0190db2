//! Brokers that answer badly, asked by their addresses as the real ones are.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use gpu_broker_testkit::planner::wait;

use super::world::{Home, KEY, files, only};
use crate::support::{list, text};

fn run(home: &Home, line: &str) -> gpu_broker_testkit::planner::Ran {
    home.planner.run(&line.split_whitespace().collect::<Vec<_>>())
}

/// No copy of the key in any file of the home, in any of the usual spellings.
fn check_no_key(home: &Home) {
    for path in files(home.planner.home()) {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !text.contains(KEY) && !path.display().to_string().contains(KEY),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_machine_whose_answer_was_lost_is_found() {
    for fault in ["close-after-effect:1", "500-after:1", "cut-json:1", "no-id:1"] {
        let home = Home::troubled(&[fault]);
        let ran = run(&home, "provision H100:1 --yes -o json");
        let document = ran.expect(0).json();
        assert_eq!(text(only(&document), "id"), home.live()[0], "{fault}");
        assert_eq!((home.posts(), home.live().len()), (1, 1), "{fault}");
        assert!(
            ran.stderr.contains("nobody knows what came of it"),
            "{fault}: {}",
            ran.stderr
        );
        assert!(!ran.output().contains(KEY), "{fault}");
        check_no_key(&home);
    }
}

#[test]
fn what_is_not_known_is_held_and_resolved_by_a_persons_word() {
    let home = Home::troubled(&["500-before:1"]);
    let ran = run(&home, "provision H100:1 --yes --resolve-for 1s");
    ran.expect(7);
    assert!(ran.stderr.contains("planner reconcile"), "{}", ran.stderr);
    assert_eq!((home.posts(), home.live().len()), (1, 0));
    let listed = run(&home, "ls -o json").expect(0).json();
    let [open] = list(&listed, "unresolved") else {
        panic!("{listed}");
    };
    assert_eq!(text(open, "state"), "unknown");
    run(&home, "reconcile --within 1s").expect(7);
    run(&home, "audit").expect(7);
    let name = text(open, "name");
    let ran = run(&home, &format!("resolve {name} --absent"));
    ran.expect(5);
    assert!(ran.stderr.contains("complete lists do not show it"), "{}", ran.stderr);
    run(&home, &format!("resolve {name} --adopt nobodys --yes")).expect(5);
    run(&home, &format!("resolve {name} --absent --yes")).expect(0);
    run(&home, "reconcile --within 1s").expect(0);
    run(&home, &format!("resolve {name} --absent --yes")).expect(5);
    assert_eq!(home.posts(), 1);
}

#[test]
fn a_refused_key_is_said_so() {
    let home = Home::troubled(&["create/401"]);
    let ran = run(&home, "provision H100:1 --yes --alternatives 0 --broker prime");
    ran.expect(6);
    assert!(ran.stderr.contains("the key was refused"), "{}", ran.stderr);
    assert!(home.live().is_empty());
    check_no_key(&home);
}

#[test]
fn an_interrupt_ends_the_wait_and_loses_nothing() {
    let home = Home::troubled(&["never-ready"]);
    let mut provision = home.planner.spawn(&["provision", "H100:1", "--yes"]);
    let started = Instant::now();
    while home.live().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing was launched");
        thread::sleep(Duration::from_millis(10));
    }
    let signal = |name: &str, pid: u32| {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
        assert!(sent.unwrap().success());
    };
    // The answer is noted within a moment; a signal in that moment waits for it.
    signal("TERM", provision.id());
    assert_eq!(wait(&mut provision, Duration::from_secs(30)), Some(130));
    let listed = run(&home, "ls -o json").expect(0).json();
    assert_eq!(text(only(&listed), "id"), home.live()[0]);
    assert_eq!(home.posts(), 1);
}

#[test]
fn a_machine_that_may_not_end_yet_is_told_with_its_time() {
    let home = Home::troubled(&["delete-minimum"]);
    run(&home, "provision H100:1 --yes --broker spheron").expect(0);
    let ran = run(&home, "terminate --all --yes --within 5s");
    ran.expect(7);
    assert!(ran.stderr.contains("minimum runtime"), "{}", ran.stderr);
    assert!(ran.stderr.contains("still costs"), "{}", ran.stderr);
    assert_eq!(home.live().len(), 1);
}

#[test]
fn a_dry_run_and_a_refusal_ask_for_no_machine() {
    let home = Home::troubled(&[]);
    run(&home, "provision H100:1 --dry-run").expect(0);
    run(&home, "provision H100:1").expect(5);
    assert_eq!(home.posts(), 0);
    let ran = run(&home, "terminate --all");
    ran.expect(0);
    run(&home, "provision H100:1 --yes").expect(0);
    let ran = run(&home, "terminate --all");
    ran.expect(5);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert_eq!(home.live().len(), 1);
}

#[test]
fn a_list_that_leaves_out_what_it_showed_settles_nothing() {
    for broker in ["prime", "spheron"] {
        let home = Home::troubled(&[]);
        run(&home, &format!("provision H100:1 --yes --broker {broker}")).expect(0);
        let settled = |status: i32, expected: bool| {
            let ran = run(&home, "reconcile --within 1s -o json");
            assert_eq!(ran.expect(status).json()["settled"], expected, "{broker}");
            run(&home, "audit").expect(status);
            ran.stderr
        };
        assert!(!settled(0, true).contains("leaves out"), "{broker}");
        home.control(&format!(r#"{{"faults": ["{broker}:list-empty"]}}"#));
        let said = settled(7, false);
        let missing = format!(
            "the list of {broker} leaves out what it showed before: {}",
            home.live()[0]
        );
        assert!(said.contains(&missing), "{said}");
        home.control(r#"{"clear_faults": true}"#);
        settled(0, true);
    }
}

#[test]
fn the_doctor_compares_the_clocks() {
    let home = Home::troubled(&[]);
    let document = run(&home, "doctor -o json").expect(0).json();
    for broker in ["prime", "spheron"] {
        let about = format!("{broker} clock");
        let found = list(&document, "findings").iter().find(|one| one["about"] == *about);
        assert_eq!(found.unwrap()["health"], "ok", "{document}");
    }
}
