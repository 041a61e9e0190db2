//! The fuzz targets over their seeds, over all that was ever found, and over bytes by chance.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use gpu_broker_hostile::fuzz::{TARGETS, run};
use gpu_broker_testkit::dice::Dice;
use proptest::prelude::*;

/// Changes to each seed.
const CHANGES: usize = 60;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The files of a target in one of its folders.
fn files(folder_name: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder().join(folder_name).join(target)) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Runs a target; a panic names the file.
fn runs(target: &str, what: &Path, bytes: &[u8]) {
    let ran = std::panic::catch_unwind(|| run(target, bytes));
    assert!(
        ran.is_ok_and(|known| known),
        "{target} with {}: see above",
        what.display()
    );
}

/// A few bytes of it changed, cut, doubled or exchanged for those that mean something somewhere.
fn changed(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TELLING: [&[u8]; 12] = [
        b"null",
        b"\"",
        b"{",
        b"]",
        b"-1",
        b"1e400",
        b"18446744073709551615",
        b"\\ud800",
        b"\x1b[2J",
        b"\xff",
        b"0",
        b"true",
    ];
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..at, dice.pick(&TELLING).iter().copied())),
            2 => {
                let end = (at + dice.below(20)).min(bytes.len());
                let piece: Vec<u8> = bytes.drain(at..end).collect();
                let to = dice.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            3 => {
                let end = (at + dice.below(8)).min(bytes.len());
                bytes.splice(at..end, dice.pick(&TELLING).iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    bytes
}

#[test]
fn seeds_and_finds_hold() {
    for (target, _) in TARGETS {
        let seeds = files("seeds", target);
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for (path, bytes) in seeds.into_iter().chain(files("finds", target)) {
            runs(target, &path, &bytes);
        }
    }
}

#[test]
fn changed_seeds_hold() {
    for (target, _) in TARGETS {
        let mut dice = Dice::new(0x2026);
        let changes = if target == "state_machine_events" { 5 } else { CHANGES };
        for (path, seed) in files("seeds", target) {
            for _ in 0..changes {
                let bytes = changed(&seed, &mut dice);
                runs(target, &path, &bytes);
            }
        }
    }
}

/// What libFuzzer is given is what the tests run.
#[test]
fn every_target_has_its_wrapper() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for (target, _) in TARGETS {
        let wrapper = fs::read_to_string(folder().join(format!("fuzz_targets/{target}.rs"))).unwrap();
        assert!(wrapper.contains(&format!("run(\"{target}\", bytes)")), "{wrapper}");
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
    }
    let wrappers = fs::read_dir(folder().join("fuzz_targets")).unwrap().count();
    assert_eq!(
        (wrappers, manifest.matches("[[bin]]").count()),
        (TARGETS.len(), TARGETS.len())
    );
    assert!(!run("no such target", b""));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_bytes_hold(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for (target, _) in TARGETS.iter().filter(|(target, _)| *target != "state_machine_events") {
            prop_assert!(run(target, &bytes));
        }
    }

    #[test]
    fn any_text_holds(text in "(\\PC|[\\x00-\\x1f]|[-+=@0-9.eE\"{}\\[\\]:,]){0,60}") {
        for target in ["money_and_units", "sanitisers", "plan_file", "tag_decode", "error_body_and_headers"] {
            prop_assert!(run(target, text.as_bytes()));
        }
    }
}
