//! The corpus: 3 370 cases, of which all but those that are processes run here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::time::{Duration, Instant};

use gpu_broker_hostile::corpus::limits::{is_alone, peak_kib};
use gpu_broker_hostile::corpus::{SETS, headers, journal, numbers, payloads, sizes, wire, words};

/// The most memory that all of it may take, in KiB.
const MEMORY_KIB: u64 = 64 << 10;

/// Runs a set, and counts its cases.
type Run = fn() -> usize;

/// Runs a set, which must be as large as it is said to be.
fn check(set: &str, run: Run) {
    let expected = SETS.iter().find(|(name, _)| *name == set).map(|(_, cases)| *cases);
    assert_eq!(Some(run()), expected, "cases of set {set}");
}

#[test]
fn the_sets_are_those_of_the_design() {
    assert_eq!(SETS.iter().map(|(_, cases)| cases).sum::<usize>(), 3_370);
}

#[test]
fn a_payloads() {
    check("A", payloads::run);
}

#[test]
fn b_numbers() {
    check("B", numbers::run);
}

#[test]
fn c_words() {
    assert_eq!(words::words().len(), 150);
    check("C", words::run);
}

#[test]
fn d_wire() {
    check("D", wire::run);
}

#[test]
fn e_journals() {
    check("E", journal::run);
}

#[test]
fn f_headers() {
    check("F", headers::run);
}

/// What the test below runs in a process of its own: one set after the other.
#[test]
fn part_all_sets_in_turn() {
    let alone = is_alone();
    let sets: [(&str, Run); 7] = [
        ("A", payloads::run),
        ("B", numbers::run),
        ("C", words::run),
        ("D", wire::run),
        ("E", journal::run),
        ("F", headers::run),
        ("H", sizes::run),
    ];
    // The last set is large, and says nothing new beside others: it runs once.
    let sets = if alone { &sets[..] } else { &sets[..6] };
    for (set, run) in sets {
        check(set, *run);
        // Where cases were looked at one by one, this is the peak of the last; else that of the set.
        if let Some(peak) = peak_kib().filter(|_| alone) {
            assert!(peak <= MEMORY_KIB, "set {set}: {peak} KiB");
        }
    }
}

#[test]
fn all_sets_take_little_memory_and_time() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "part_all_sets_in_turn", "--nocapture"]);
    let start = Instant::now();
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert!(start.elapsed() < Duration::from_secs(300), "{:?}", start.elapsed());
}
