//! `cargo xtask faults`: the fault matrix, against a planner that can be held
//! and killed at any place.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{matrix, mutants};

/// Builds both binaries and runs the levels that the words name; or with
/// `--mutants`, runs the matrix against an engine that is broken on purpose.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    if let ["--mutants", words @ ..] = words {
        return mutants::run(root, words);
    }
    let built = matrix::build(root, None, true)?;
    let mut faults = std::process::Command::new(built.join("faults"));
    faults.arg("--planner").arg(built.join("planner")).args(words);
    Ok(faults.status().context("cannot start the fault matrix")?.success())
}
