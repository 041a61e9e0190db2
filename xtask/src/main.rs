//! The repository's own rules, as code.
//!
//! `cargo xtask tidy` reads the source text, `cargo xtask layers` reads who
//! may import whom, and `cargo xtask ci` runs them among the other checks
//! that a change must pass. Both sets of rules also run under `cargo test`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal, outside the product"
)]

mod cargo;
mod ci;
mod compare;
mod faults;
mod finding;
mod fuzz;
mod layers;
mod matrix;
mod mutants;
mod scan;
mod session;
mod tidy;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::finding::Finding;
use crate::tree::Tree;

const USAGE: &str = "\
usage: cargo xtask <command>

  tidy    words, sizes and files that the sources may not contain
  layers  which package and which core module may import which
  ci      formatting, lints, feature sets, tidy, layers, docs and licences
  faults  the fault matrix of launches: `--short` is a sample of each level,
          `--level S3,S4` picks levels, `--replay SPEC` repeats one run,
          `--mutants` breaks the engine in each way that must be noticed
  fuzz    each fuzz target for a few seconds, `--seconds N` for so many;
          names after that pick targets
  compare whole processes beside the peers, which come from PyPI; `--alone`
          leaves them out
  session draw what the first commands of the README show in a terminal";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let root = tree::root();
    let outcome = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => run_tidy(&root),
        ["layers"] => run_layers(&root),
        ["ci"] => ci::run(&root),
        ["faults", ref words @ ..] => faults::run(&root, words),
        ["compare", ref words @ ..] => compare::run(&root, words),
        ["fuzz", ref words @ ..] => fuzz::run(&root, words),
        ["session"] => session::run(&root),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the sources keep every tidy rule; says which they do not.
fn run_tidy(root: &Path) -> Result<bool> {
    let tree = Tree::load(root)?;
    for finding in tidy::warnings(&tree) {
        println!("warning: {finding}");
    }
    Ok(settle("tidy", &tidy::errors(&tree)))
}

/// Whether the packages and modules keep their order; says where they do not.
fn run_layers(root: &Path) -> Result<bool> {
    Ok(settle("layers", &layers::errors(root)?))
}

fn settle(what: &str, findings: &[Finding]) -> bool {
    for finding in findings {
        eprintln!("error: {finding}");
    }
    match findings.len() {
        0 => println!("{what}: clean"),
        count => eprintln!("{what}: {count} broken"),
    }
    findings.is_empty()
}
