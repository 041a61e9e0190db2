//! `cargo xtask faults`: the fault matrix, against a planner that can be held
//! and killed at any place.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::cargo;

/// As fast as a release, and panics tell where.
const PROFILE: &str = "faults";

/// Builds both binaries and runs the levels that the words name.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    let profile = format!("--profile={PROFILE}");
    for what in [
        &["--package=gpu-broker", "--bin=planner", "--features=failpoints"][..],
        &["--package=gpu-broker-testkit", "--bin=faults"],
    ] {
        let mut build = cargo::command(root);
        build.args(["build", "--quiet", "--locked", &profile]).args(what);
        if !build.status().context("cannot start cargo")?.success() {
            return Ok(false);
        }
    }
    let built = cargo::target_folder(root)?.join(PROFILE);
    let mut faults = std::process::Command::new(built.join("faults"));
    faults.arg("--planner").arg(built.join("planner")).args(words);
    Ok(faults.status().context("cannot start the fault matrix")?.success())
}
