//! Launches whose planner is killed, interrupted or disturbed: a sample of what `cargo xtask faults` runs in full.

use std::path::Path;

use gpu_broker_testkit::live::{Bench, Level};

/// A few runs of a level, two at a time.
#[track_caller]
fn check(level: Level, count: usize) {
    let bench = Bench {
        program: env!("CARGO_BIN_EXE_planner").into(),
        base: Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crashes-{}-{}", std::process::id(), level.word())),
        jobs: 2,
    };
    let tally = bench.sample(level, count, 1);
    assert_eq!(tally.bad, 0, "{}", tally.examples.join("\n"));
    // Of the faults of a disk, half need a tool that a machine may not have.
    let least = if level == Level::S5 { tally.runs / 2 } else { tally.runs };
    assert!(tally.placed >= least, "not hit: {:?}", tally.missed);
}

#[test]
fn a_planner_that_is_killed_at_any_point_has_rented_one_machine_or_none() {
    check(Level::S3, 24);
}

#[test]
fn a_planner_that_is_killed_at_any_time_has_rented_one_machine_or_none() {
    check(Level::S4, 8);
}

#[test]
fn with_a_journal_that_does_not_hold_nothing_is_sent() {
    check(Level::S5, 15);
}

#[test]
fn two_planners_do_not_pass_a_cap_together() {
    check(Level::S6, 6);
}

#[test]
fn whoever_asks_to_stop_is_heard_and_told_what_runs() {
    check(Level::S7, 12);
}
