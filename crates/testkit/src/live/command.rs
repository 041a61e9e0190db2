//! The process levels from the command line.

use std::io::{self, Write};
use std::path::PathBuf;

use super::matrix::{self, Bench, Tally};

/// Runs what the words ask for; true when no promise was broken.
pub fn command(words: &[String], out: &mut dyn Write) -> io::Result<bool> {
    let mut bench = Bench {
        program: PathBuf::new(),
        base: matrix::folder(&std::env::temp_dir()),
        jobs: 6,
    };
    let (mut only, mut stride, mut offset) = (String::new(), 1, 0);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().cloned().unwrap_or_default();
        match word.as_str() {
            "--planner" => bench.program = value().into(),
            "--jobs" => bench.jobs = value().parse().unwrap_or(1),
            "--only" => only = value(),
            "--stride" => stride = value().parse().unwrap_or(1),
            "--offset" => offset = value().parse().unwrap_or(0),
            _ => {}
        }
    }
    let specs: Vec<_> = matrix::all()
        .into_iter()
        .filter(|spec| spec.word().contains(&only))
        .skip(offset)
        .step_by(stride)
        .collect();
    let tally = matrix::run(&bench, specs, &|_| {});
    show(&tally, out)?;
    Ok(tally.bad == 0)
}

fn show(tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{} runs, {} placed, {} bad, {} commands, {} bytes scanned, {:?}, longest {:?} {}",
        tally.runs, tally.placed, tally.bad, tally.commands, tally.looked, tally.took, tally.longest.0, tally.longest.1
    )?;
    for (promise, count) in &tally.broken {
        writeln!(out, "  {promise}: {count}")?;
    }
    for missed in &tally.missed {
        writeln!(out, "  not placed: {missed}")?;
    }
    for example in &tally.examples {
        writeln!(out, "  {example}")?;
    }
    Ok(())
}
