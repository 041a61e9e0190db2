//! The fault matrix from the command line: `cargo xtask faults`.
//!
//! Some levels are simulated and some run the real binary; each kind reads the
//! words that concern it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use gpu_broker_testkit::{live, sim};

/// Words that only the levels with real processes understand, each with a
/// value.
const OF_PROCESSES: [&str; 3] = ["--planner", "--jobs", "--only"];

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    let mut kept = true;
    if let Some(words) = simulated(&words) {
        kept &= sim::command(&words, &mut out)?;
    }
    if let Some(words) = real(&words) {
        kept &= live::command(&words, &mut out)?;
    }
    out.flush()?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The words for the simulated levels; none where none of them is asked for.
fn simulated(words: &[String]) -> Option<Vec<String>> {
    let words = without(words, &OF_PROCESSES);
    match value(&words, "--replay") {
        Some(spec) => (!is_real(spec)).then_some(words),
        None => with_levels(&words, |level| !is_real(level)),
    }
}

/// The words for the levels with real processes.
fn real(words: &[String]) -> Option<Vec<String>> {
    if let Some(spec) = value(words, "--replay") {
        return is_real(spec).then(|| words.to_vec());
    }
    let words = with_levels(&without(words, &["--cases"]), is_real)?;
    let all = ["--level".to_owned(), "S3,S4,S5,S6,S7".to_owned()];
    let named = value(&words, "--level").is_some();
    Some(if named { words } else { [words, all.to_vec()].concat() })
}

/// Whether a level, or the level that a run's name begins with, starts
/// processes.
fn is_real(word: &str) -> bool {
    let level = word.split('/').next().unwrap_or_default().to_ascii_uppercase();
    ["S3", "S4", "S5", "S6", "S7", "S10"].contains(&level.as_str())
}

/// The words with those levels alone that `wanted` says; none where levels are
/// named and none is wanted.
fn with_levels(words: &[String], wanted: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let Some(levels) = value(words, "--level") else {
        return Some(words.to_vec());
    };
    let levels: Vec<&str> = levels.split(',').filter(|level| wanted(level)).collect();
    let rest = without(words, &["--level"]);
    (!levels.is_empty()).then(|| [rest, vec!["--level".to_owned(), levels.join(",")]].concat())
}

fn value<'a>(words: &'a [String], flag: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| word == flag)?;
    words.get(at + 1).map(String::as_str)
}

/// The words without these flags and their values.
fn without(words: &[String], flags: &[&str]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if flags.contains(&word.as_str()) {
            words.next();
        } else {
            kept.push(word.clone());
        }
    }
    kept
}
