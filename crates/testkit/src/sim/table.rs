//! The one table that is printed.

use std::io::{self, Write};

use super::book::Promise;
use super::tally::Tally;

/// One line of it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) level: &'static str,
    pub(crate) what: String,
    pub(crate) tally: Tally,
    /// How it is judged.
    pub(crate) gate: Gate,
}

/// When a level has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// No promise is broken.
    None,
    /// At most so many runs of a hundred thousand break one: what no client can
    /// do better, and is told.
    AtMost(u64),
    /// A control must break them, in at least so many percent of its runs.
    AtLeast(u64),
}

impl Line {
    pub(crate) fn passes(&self) -> bool {
        let (runs, bad) = (self.tally.runs, self.tally.bad);
        runs > 0
            && match self.gate {
                Gate::None => bad == 0,
                Gate::AtMost(most) => bad * 100_000 <= most * runs.max(1_000),
                Gate::AtLeast(least) => bad * 100 >= least * runs,
            }
    }
}

/// Prints the lines, and how to see again what went wrong.
pub(crate) fn print(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let promises: Vec<Promise> = Promise::ALL.into_iter().collect();
    write!(out, "{:<5}{:<34}{:>9}{:>8}{:>8}", "level", "", "runs", "broken", "%")?;
    for promise in &promises {
        write!(out, "{:>7}", promise.word())?;
    }
    writeln!(out)?;
    for line in lines {
        let tally = &line.tally;
        write!(
            out,
            "{:<5}{:<34}{:>9}{:>8}{:>8}",
            line.level,
            line.what,
            tally.runs,
            tally.bad,
            percent(tally.bad, tally.runs)
        )?;
        for promise in &promises {
            match tally.broken.get(promise).copied().unwrap_or_default() {
                0 => write!(out, "{:>7}", "-")?,
                count => write!(out, "{count:>7}")?,
            }
        }
        writeln!(out, "{}", if line.passes() { "" } else { "  FAILED" })?;
    }
    for line in lines.iter().filter(|line| !matches!(line.gate, Gate::AtLeast(_))) {
        for (promise, examples) in &line.tally.examples {
            for example in examples {
                writeln!(out, "{} {}: {example}", line.level, promise.word())?;
            }
        }
    }
    Ok(())
}

/// One line of each for programs, with tabs between: the level, its runs, those
/// that broke a promise, whether it passed, and what was broken, most often
/// first.
pub(crate) fn print_plain(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        let tally = &line.tally;
        let mut broken: Vec<(&Promise, &u64)> = tally.broken.iter().collect();
        broken.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let broken: Vec<&str> = broken.into_iter().map(|(promise, _)| promise.word()).collect();
        let passed = if line.passes() { "passed" } else { "failed" };
        let (level, runs, bad, broken) = (line.level, tally.runs, tally.bad, broken.join(" "));
        writeln!(out, "{level}\t{runs}\t{bad}\t{passed}\t{broken}")?;
    }
    Ok(())
}

/// A share with two decimals.
fn percent(part: u64, whole: u64) -> String {
    let hundredths = part * 10_000 / whole.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_lets_through_what_it_should() {
        let check = |runs: u64, bad: u64, gate: Gate, expected: bool| {
            let tally = Tally {
                runs,
                bad,
                ..Tally::default()
            };
            let what = String::new();
            let line = Line {
                level: "S0",
                what,
                tally,
                gate,
            };
            assert_eq!(line.passes(), expected, "{runs} {bad} {gate:?}");
        };
        check(0, 0, Gate::None, false);
        check(5, 0, Gate::None, true);
        check(5, 1, Gate::None, false);
        check(100_000, 10, Gate::AtMost(10), true);
        check(100_000, 11, Gate::AtMost(10), false);
        check(100, 10, Gate::AtLeast(10), true);
        check(100, 9, Gate::AtLeast(10), false);
    }

    #[test]
    fn a_share_is_exact() {
        let check = |part: u64, whole: u64, expected: &str| assert_eq!(percent(part, whole), expected);
        check(0, 0, "0.00");
        check(1, 3, "33.33");
        check(1, 800_000, "0.00");
        check(7, 7, "100.00");
    }
}
