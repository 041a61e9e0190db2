//! `faults`: which levels to run, and what is printed of them.

use std::io::{self, Write};
use std::time::Instant;

use super::book::Promise;
use super::cell::{self, CellSpec};
use super::chance::{self, Account};
use super::journal::Kill;
use super::levels;
use super::tally::Tally;

/// Runs what the words ask for; true when no promise was broken.
pub fn command(words: &[String], out: &mut dyn Write) -> io::Result<bool> {
    let mut stride = 1;
    let mut only = String::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--replay" => {
                let spec = words.next().map(String::as_str).unwrap_or_default();
                return replay(spec, out);
            }
            "--stride" => stride = words.next().and_then(|word| word.parse().ok()).unwrap_or(1),
            "--only" => only = words.next().cloned().unwrap_or_default(),
            _ => {}
        }
    }
    let start = Instant::now();
    if only == "s2" || only == "s2e" {
        let account = if only == "s2" { Account::Used } else { Account::Empty };
        let tally = levels::random(stride, 1, account);
        writeln!(
            out,
            "{} runs, {} bad, {} ms",
            tally.runs,
            tally.bad,
            start.elapsed().as_millis()
        )?;
        show(&tally, out)?;
        return Ok(tally.bad == 0);
    }
    let tally = levels::exhaustive(stride, |cell| cell.word().contains(&only));
    writeln!(
        out,
        "{} runs, {} bad, {} ms",
        tally.runs,
        tally.bad,
        start.elapsed().as_millis()
    )?;
    show(&tally, out)?;
    Ok(tally.bad == 0)
}

fn show(tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "double {} ms, above {} ms, lists {}, commits {}",
        tally.double, tally.above, tally.lists, tally.commits
    )?;
    for promise in Promise::ALL {
        let Some(count) = tally.broken.get(&promise) else {
            continue;
        };
        writeln!(out, "{}: {count}", promise.word())?;
        for example in &tally.examples[&promise] {
            writeln!(out, "    {example}")?;
        }
    }
    Ok(())
}

fn replay(spec: &str, out: &mut dyn Write) -> io::Result<bool> {
    for account in [Account::Used, Account::Empty] {
        if let Some(seed) = spec
            .strip_prefix(account.word())
            .and_then(|rest| rest.strip_prefix('/'))
        {
            let closed = chance::run(seed.parse().unwrap(), account, None, true);
            for line in &closed.trace {
                writeln!(out, "{line}")?;
            }
            return Ok(true);
        }
    }
    let Some(rest) = spec.strip_prefix("s1/") else {
        writeln!(out, "no such run: {spec}")?;
        return Ok(false);
    };
    let (cell, kill) = match rest
        .rsplit_once('/')
        .and_then(|(cell, kill)| Some((cell, Kill::read(kill)?)))
    {
        Some((cell, kill)) => (cell, Some(kill)),
        None => (rest, None),
    };
    let Some(cell) = CellSpec::read(cell) else {
        writeln!(out, "no such run: {spec}")?;
        return Ok(false);
    };
    let closed = cell::run(&cell, kill, true);
    for line in &closed.trace {
        writeln!(out, "{line}")?;
    }
    for breach in &closed.book.breaches {
        writeln!(
            out,
            "!! {} at {} s: {}",
            breach.promise.word(),
            breach.at / 1_000,
            breach.what
        )?;
    }
    Ok(closed.book.breaches.is_empty())
}
