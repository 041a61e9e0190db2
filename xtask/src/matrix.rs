//! The binaries of the fault matrix.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::cargo;

/// As fast as a release, and panics tell where.
const PROFILE: &str = "faults";

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
