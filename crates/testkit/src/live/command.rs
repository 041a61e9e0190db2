//! The process levels from the command line.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::matrix::{Bench, Tally};
use super::spec::{Level, Spec};

/// What is asked.
struct Asked {
    bench: Bench,
    levels: Vec<Level>,
    /// Only a sample, by this seed.
    short: Option<u64>,
    /// Only runs whose word holds this.
    only: String,
    /// A line of each level for programs.
    plain: bool,
    replay: Option<String>,
}

/// Runs what the words ask for, and prints a table. True when no promise was
/// broken, and every process was hit where it should be: a run that was not
/// proves nothing.
///
/// `--planner FILE` is the binary, built with the feature `failpoints`;
/// `--level S3,S4` picks levels, `--short` a sample of each, by `--seed N`;
/// `--only TEXT` picks runs by their words, `--jobs N` says how many run at a
/// time; `--plain` prints a line of each level for programs in place of the
/// table; `--replay SPEC` does one run and tells all of it.
///
/// # Errors
/// When a word cannot be understood, or the output cannot be written.
pub fn command(words: &[String], out: &mut dyn Write) -> io::Result<bool> {
    let asked = read(words)?;
    if let Some(word) = &asked.replay {
        let spec = Spec::read(word).ok_or_else(|| unfit(&format!("no run is called `{word}`")))?;
        let came = asked.bench.one(&spec);
        writeln!(out, "{}", came.told())?;
        for ended in &came.ended {
            writeln!(out, "\n$ planner {}\n{}{}", ended.words, ended.out, ended.err)?;
        }
        return Ok(came.breaches.is_empty());
    }
    let mut all = Vec::new();
    for level in &asked.levels {
        let mut specs = match asked.short {
            Some(seed) => Spec::sample(*level, level.short(), seed),
            None => Spec::all(*level),
        };
        specs.retain(|spec| spec.word().contains(&asked.only));
        let count = specs.len();
        let tally = asked.bench.all(specs, &|left| progress(*level, count, left));
        all.push((*level, tally));
    }
    if asked.plain {
        show_plain(&all, out)?;
    } else {
        show(&all, out)?;
    }
    Ok(all.iter().all(|(_, tally)| tally.passes()))
}

fn read(words: &[String]) -> io::Result<Asked> {
    let mut asked = Asked {
        bench: Bench {
            program: PathBuf::new(),
            base: std::env::temp_dir().join(format!("planner-faults-{}", std::process::id())),
            jobs: std::thread::available_parallelism().map_or(2, usize::from) * 3,
        },
        levels: Level::ALL.to_vec(),
        short: None,
        only: String::new(),
        plain: false,
        replay: None,
    };
    let (mut short, mut seed) = (false, 1);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| unfit(&format!("`{word}` needs a value")));
        let number = |text: &String| text.parse().map_err(|_| unfit(&format!("`{text}` is no number")));
        match word.as_str() {
            "--short" => short = true,
            "--plain" => asked.plain = true,
            "--seed" => seed = number(value()?)?,
            "--planner" => asked.bench.program = value()?.into(),
            "--jobs" => asked.bench.jobs = usize::try_from(number(value()?)?).unwrap_or(1),
            "--only" => asked.only.clone_from(value()?),
            "--replay" => asked.replay = Some(value()?.clone()),
            "--level" => asked.levels = value()?.split(',').map(level).collect::<io::Result<_>>()?,
            _ => return Err(unfit(&format!("`{word}` is not understood"))),
        }
    }
    asked.short = short.then_some(seed);
    if asked.bench.program.as_os_str().is_empty() {
        return Err(unfit("no planner is named; `cargo xtask faults` builds one"));
    }
    Ok(asked)
}

fn level(word: &str) -> io::Result<Level> {
    let found = Level::ALL
        .into_iter()
        .find(|level| level.word().eq_ignore_ascii_case(word));
    found.ok_or_else(|| unfit(&format!("no level of processes is called `{word}`")))
}

fn unfit(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

fn progress(level: Level, count: usize, left: usize) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        let _ = write!(terminal, "\r{}: {} of {count} ", level.word(), count - left);
    }
}

/// As the simulated levels do: the level, its runs, those that broke a promise,
/// whether it passed, and what was broken.
fn show_plain(all: &[(Level, Tally)], out: &mut dyn Write) -> io::Result<()> {
    for (level, tally) in all {
        let broken: Vec<String> = tally.broken.keys().map(ToString::to_string).collect();
        let passed = if tally.passes() { "passed" } else { "failed" };
        let (level, runs, bad, broken) = (level.word(), tally.runs, tally.bad, broken.join(" "));
        writeln!(out, "{level}\t{runs}\t{bad}\t{passed}\t{broken}")?;
    }
    Ok(())
}

fn show(all: &[(Level, Tally)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "level {:>7} {:>7} {:>10} {:>9} {:>8} {:>7}  ",
        "runs", "placed", "violations", "commands", "longest", "time"
    )?;
    for (level, tally) in all {
        writeln!(
            out,
            "{:<5} {:>7} {:>7} {:>10} {:>9} {:>8} {:>7}  {}",
            level.word(),
            tally.runs,
            tally.placed,
            tally.bad,
            tally.commands,
            seconds(tally.longest),
            seconds(tally.took),
            level.what()
        )?;
    }
    let sum = |of: fn(&Tally) -> u64| all.iter().map(|(_, tally)| of(tally)).sum::<u64>();
    writeln!(
        out,
        "S10   {:>7} {:>7} {:>10}  5 secrets in 14 forms in {} MB of output and files, command lines and children",
        sum(|tally| tally.runs),
        "",
        sum(|tally| tally.broken.get("S10").copied().unwrap_or_default()),
        sum(|tally| tally.looked) / 1_000_000
    )?;
    for (level, tally) in all {
        if !tally.broken.is_empty() {
            let broken: Vec<String> = tally
                .broken
                .iter()
                .map(|(promise, count)| format!("{promise} {count}"))
                .collect();
            writeln!(out, "\n{} broke: {}", level.word(), broken.join(", "))?;
        }
        for example in &tally.examples {
            writeln!(out, "{example}")?;
        }
        if !tally.missed.is_empty() {
            let more = tally.missed_more();
            writeln!(out, "{} not hit: {}{more}", level.word(), tally.missed.join(", "))?;
        }
    }
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}
