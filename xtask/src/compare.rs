//! `cargo xtask compare`: our release beside the tools that people use today.
//!
//! The peers come from `PyPI`, each into an environment of its own below the target folder, where a second run finds them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cargo;

/// What is installed, at the versions that the published figures are of.
const PEERS: [(&str, &str); 3] = [
    ("prime", "prime==0.18.0"),
    ("gpuhunt", "gpuhunt==0.1.34"),
    ("skypilot", "skypilot==0.14.1"),
];

/// Builds, installs, measures and prints. Without network, or with `--alone`, only ours is measured.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    let alone = match words {
        [] => false,
        ["--alone"] => true,
        _ => anyhow::bail!("the only word that `compare` knows is `--alone`: leave the peers out"),
    };
    for what in [
        ["--package=gpu-broker", "--bin=planner"],
        ["--package=gpu-broker-testkit", "--bin=compare"],
    ] {
        let mut build = cargo::command(root);
        build.args(["build", "--quiet", "--locked", "--release"]).args(what);
        if !build.status().context("cannot start cargo")?.success() {
            return Ok(false);
        }
    }
    let target = cargo::target_folder(root)?;
    let scratch = target.join("compare");
    let peers = scratch.join(if alone { "nobody" } else { "peers" });
    if !alone {
        for (name, package) in PEERS {
            install(&peers.join(name), package);
        }
    }
    let built = target.join("release");
    let mut compare = Command::new(built.join("compare"));
    compare.arg(built.join("planner")).arg(&peers).arg(&scratch);
    Ok(compare.status().context("cannot start the comparison")?.success())
}

/// Installs a peer that is not there yet. One that cannot be had is left out of the table, which says so.
fn install(folder: &Path, package: &str) {
    let done = folder.join("installed");
    if done.exists() {
        return;
    }
    eprintln!("installing {package}");
    let python = folder.join("bin/python");
    let run = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let made = run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))
        && run(Command::new(&python).args(["-m", "pip", "install", "--quiet", package]));
    if !made || std::fs::write(&done, package).is_err() {
        eprintln!("warning: {package} could not be installed; python3 with venv, and a way to PyPI, are needed");
    }
}
