//! `cargo xtask faults`: the fault matrix, against a planner that can be held
//! and killed at any place.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{cargo, mutants};

/// As fast as a release, and panics tell where.
const PROFILE: &str = "faults";

/// Builds both binaries and runs the levels that the words name; or with
/// `--mutants`, runs the matrix against an engine that is broken on purpose.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    if let ["--mutants", words @ ..] = words {
        return mutants::run(root, words);
    }
    let built = build(root, None, true)?;
    let mut faults = std::process::Command::new(built.join("faults"));
    faults.arg("--planner").arg(built.join("planner")).args(words);
    Ok(faults.status().context("cannot start the fault matrix")?.success())
}

/// Builds the matrix, and the planner that its levels with real processes
/// need; returns the folder in which they are. What is built in a folder other
/// than the usual is quiet about warnings.
pub(crate) fn build(root: &Path, target: Option<&Path>, planner: bool) -> Result<PathBuf> {
    let profile = format!("--profile={PROFILE}");
    let planner = planner.then_some(&["--package=gpu-broker", "--bin=planner", "--features=failpoints"][..]);
    let matrix = &["--package=gpu-broker-testkit", "--bin=faults"][..];
    for what in planner.into_iter().chain([matrix]) {
        let mut build = cargo::command(root);
        build.args(["build", "--quiet", "--locked", &profile]).args(what);
        let Some(target) = target else {
            if !build.status().context("cannot start cargo")?.success() {
                bail!("the fault matrix does not build");
            }
            continue;
        };
        build.arg("--target-dir").arg(target).env("CARGO_INCREMENTAL", "1");
        let output = build.output().context("cannot start cargo")?;
        if !output.status.success() {
            bail!("it does not build:\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let target = match target {
        Some(target) => target.to_path_buf(),
        None => cargo::target_folder(root)?,
    };
    Ok(target.join(PROFILE))
}
