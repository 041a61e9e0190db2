//! `cargo xtask session`: draws what the first commands of the README show in a terminal, against the sandbox.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cargo;

/// Where the drawing is; a test checks that it shows what the commands print.
const DRAWING: &str = "crates/planner/session.svg";

/// Builds, runs and draws.
pub(crate) fn run(root: &Path) -> Result<bool> {
    for what in [
        ["--package=gpu-broker", "--bin=planner"],
        ["--package=gpu-broker-testkit", "--bin=session"],
    ] {
        let mut build = cargo::command(root);
        build.args(["build", "--quiet", "--locked"]).args(what);
        if !build.status().context("cannot start cargo")?.success() {
            return Ok(false);
        }
    }
    let target = cargo::target_folder(root)?;
    let built = target.join("debug");
    let scratch = target.join("session");
    let mut session = Command::new(built.join("session"));
    session
        .arg(built.join("planner"))
        .arg(&scratch)
        .arg(root.join("README.md"))
        .arg(root.join(DRAWING));
    let drawn = session.status().context("cannot start the session")?.success();
    if drawn {
        println!("drawn: {DRAWING}");
    }
    Ok(drawn)
}
