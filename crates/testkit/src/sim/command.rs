//! `faults`: which levels to run, and what is printed of them.

use std::io::{self, Write};
use std::time::Instant;

use super::chance::Account;
use super::levels::{self, Spec};
use super::naive::Naive;
use super::table::{Gate, Line, print, print_plain};
use super::tally::Tally;

/// What the command understands.
const USAGE: &str = "\
usage: cargo xtask faults [--level S1,S2,S2e,S8,S11,S12,C] [--seed N] [--cases N] [--short] [--plain] [--replay SPEC]

  --level   which levels to run; all of these when left out, C being the controls
  --seed    where the random runs begin (1)
  --cases   how many random runs (100000)
  --short   a sample of every level, in under a minute
  --plain   a line of each level for programs, and no table
  --replay  one run again, with all that happened in it";

/// Of empty accounts, the runs of a hundred thousand in which an empty listing
/// that lies for longer than anybody waits may be believed.
const EMPTY_AT_MOST: u64 = 10;
/// The least share of its runs that a control must fail, in percent.
const CONTROL_AT_LEAST: u64 = 20;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    levels: Vec<String>,
    seed: u64,
    cases: usize,
    /// Of the cells, every so many-th.
    stride: usize,
    plain: bool,
    replay: Option<String>,
}

/// Runs what the words ask for; true when every promise was kept.
///
/// # Errors
/// When `out` cannot be written.
pub fn command(words: &[String], out: &mut dyn Write) -> io::Result<bool> {
    let Some(asked) = Asked::read(words) else {
        writeln!(out, "{USAGE}")?;
        return Ok(false);
    };
    if let Some(word) = &asked.replay {
        return replay(word, out);
    }
    let start = Instant::now();
    let lines = asked.run();
    let kept = !lines.is_empty() && lines.iter().all(Line::passes);
    if asked.plain {
        print_plain(&lines, out)?;
        return Ok(kept);
    }
    print(&lines, out)?;
    for line in lines.iter().filter(|line| line.level != "C" && line.level != "S11") {
        let tally = &line.tally;
        writeln!(
            out,
            "{}: up to {} commits in a run; where no client could prevent it, two machines for {} s and above the cap \
             for {} s at most; up to {} listings in a quarter of an hour",
            line.level,
            tally.commits,
            tally.double / 1_000,
            tally.above / 1_000,
            tally.lists
        )?;
    }
    let word = if kept {
        "every promise kept"
    } else {
        "NOT every promise kept"
    };
    writeln!(out, "{word}, in {} s", start.elapsed().as_secs())?;
    Ok(kept)
}

impl Asked {
    fn read(words: &[String]) -> Option<Self> {
        let mut asked = Self {
            levels: Vec::new(),
            seed: 1,
            cases: 100_000,
            stride: 1,
            plain: false,
            replay: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--level" => asked.levels = words.next()?.split(',').map(str::to_ascii_uppercase).collect(),
                "--seed" => asked.seed = words.next()?.parse().ok()?,
                "--cases" => asked.cases = words.next()?.parse().ok()?,
                "--short" => {
                    // A prime, so that every fault meets every other.
                    asked.stride = 53;
                    asked.cases = 5_000;
                }
                "--plain" => asked.plain = true,
                "--replay" => asked.replay = Some(words.next()?.clone()),
                _ => return None,
            }
        }
        let known = ["S1", "S2", "S2E", "S8", "S11", "S12", "C"];
        let all = asked.levels.iter().all(|level| known.contains(&level.as_str()));
        all.then_some(asked)
    }

    fn wants(&self, level: &str) -> bool {
        self.levels.is_empty() || self.levels.iter().any(|one| one == level)
    }

    fn run(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut add = |level, what: &str, gate, tally| {
            lines.push(Line {
                level,
                what: what.to_owned(),
                tally,
                gate,
            });
        };
        let few = self.stride.min(7);
        if self.wants("S1") {
            let tally = levels::exhaustive(self.stride);
            add("S1", "each fault, a crash at each commit", Gate::None, tally);
        }
        if self.wants("S2") || self.wants("S11") {
            let tally = levels::random(self.cases, self.seed, Account::Used);
            add("S2", "random, account in use", Gate::None, tally);
        }
        if self.wants("S2") || self.wants("S2E") {
            let tally = levels::random(self.cases, self.seed, Account::Empty);
            add("S2e", "random, empty account", Gate::AtMost(EMPTY_AT_MOST), tally);
        }
        if self.wants("S8") {
            add("S8", "each step twice", Gate::None, levels::repeated(few));
        }
        if self.wants("S12") {
            add("S12", "in time, under a watchdog", Gate::None, levels::timed(few));
        }
        if self.wants("C") {
            for naive in Naive::ALL {
                let tally = levels::control(naive, self.stride);
                let what = format!("control {}: {}", naive.word().to_uppercase(), naive.says());
                add("C", &what, Gate::AtLeast(CONTROL_AT_LEAST), tally);
            }
        }
        if self.wants("S11") {
            let claims = claims(&lines);
            lines.push(claims);
        }
        lines
    }
}

/// S11: what the commands of all runs said, and how often that was not so.
fn claims(lines: &[Line]) -> Line {
    let mut tally = Tally::default();
    for line in lines.iter().filter(|line| line.gate == Gate::None) {
        tally.runs += line.tally.claims;
        tally.bad += line.tally.false_claims;
    }
    Line {
        level: "S11",
        what: "what commands said, in all of these".to_owned(),
        tally,
        gate: Gate::None,
    }
}

fn replay(word: &str, out: &mut dyn Write) -> io::Result<bool> {
    let Some(spec) = Spec::read(word) else {
        writeln!(out, "there is no run {word}; the table names those that went wrong")?;
        return Ok(false);
    };
    let closed = spec.run(true);
    for line in &closed.trace {
        writeln!(out, "{line}")?;
    }
    for breach in &closed.book.breaches {
        let (promise, at) = (breach.promise.word(), breach.at / 1_000);
        writeln!(out, "!! {promise} at {at} s: {}", breach.what)?;
    }
    Ok(closed.book.breaches.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_or_explained() {
        let read = |text: &str| {
            let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            Asked::read(&words)
        };
        assert_eq!(read("--level s1,S12").unwrap().levels, ["S1", "S12"]);
        assert_eq!(read("--seed 7 --cases 9").unwrap().cases, 9);
        for text in ["--level S3", "--seed", "--seed x", "--fast"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_run_is_named_and_found_again() {
        let check = |word: &str| assert_eq!(Spec::read(word).map(|spec| spec.word()).as_deref(), Some(word));
        check("s1/spheron/hold/ok/ok/ok/0");
        check("s1/prime/recreate/twice_lost/other_scope/too_early/3/a12");
        check("s2/18446744073709551615");
        check("s2e/1");
        check("s8/prime/hold/fails/ok/ok/1/b2");
        check("s12/prime/hold/fails/ok/ok/1");
        check("c/prime/hold/fails/ok/ok/1");
        for word in ["", "s1", "s1/spheron", "s9/1", "s2/x", "s1/spheron/hold/ok/ok/ok/9"] {
            assert_eq!(Spec::read(word), None, "{word}");
        }
    }
}
