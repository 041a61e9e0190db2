//! What a change must pass, in order, after the tests.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::{cargo, fuzz, run_layers, run_tidy};

/// One step: the heading, and what it does.
struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    Cargo(&'static [&'static str]),
    /// The documentation, where a broken link is an error.
    Docs,
    Own(fn(&Path) -> Result<bool>),
    /// Only where the tool is installed. Advisories change without a change
    /// of ours, so they are not part of this.
    Deny,
    /// A few seconds for each target, where the fuzzer is asked for: it is
    /// built apart, with other flags, which takes minutes.
    Fuzz,
}

const STEPS: &[Step] = &[
    step("format", Work::Cargo(&["fmt", "--all", "--check"])),
    step(
        "lints",
        Work::Cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]),
    ),
    step(
        "library with both sources",
        Work::Cargo(&[
            "check",
            "--package=gpu-broker",
            "--no-default-features",
            "--features=spheron,prime",
            "--locked",
        ]),
    ),
    step(
        "library alone",
        Work::Cargo(&["check", "--package=gpu-broker", "--no-default-features", "--locked"]),
    ),
    step("tidy", Work::Own(run_tidy)),
    step("layers", Work::Own(run_layers)),
    step("documentation", Work::Docs),
    step("licences and bans", Work::Deny),
    step("fuzz targets", Work::Fuzz),
];

const fn step(name: &'static str, work: Work) -> Step {
    Step { name, work }
}

/// Runs every step and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<bool> {
    for (index, step) in STEPS.iter().enumerate() {
        println!("==> {} ({} of {})", step.name, index + 1, STEPS.len());
        let start = Instant::now();
        let passed = step.work.run(root).with_context(|| format!("step {}", step.name))?;
        if !passed {
            eprintln!("==> {} failed", step.name);
            return Ok(false);
        }
        println!("    done in {} s", start.elapsed().as_secs());
    }
    println!("==> all {} steps passed", STEPS.len());
    Ok(true)
}

impl Work {
    fn run(&self, root: &Path) -> Result<bool> {
        match self {
            Self::Cargo(arguments) => cargo_passes(root, arguments, &[]),
            Self::Docs => cargo_passes(
                root,
                &["doc", "--workspace", "--no-deps", "--locked"],
                &[("RUSTDOCFLAGS", "-D warnings")],
            ),
            Self::Own(rules) => rules(root),
            Self::Deny => deny_passes(root),
            Self::Fuzz => fuzz_passes(root),
        }
    }
}

fn cargo_passes(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<bool> {
    println!("    cargo {}", arguments.join(" "));
    let status = cargo::command(root)
        .args(arguments)
        .envs(variables.iter().copied())
        .status()
        .context("cannot start cargo")?;
    Ok(status.success())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool outside the product asks whether to take the time"
)]
fn fuzz_passes(root: &Path) -> Result<bool> {
    if std::env::var_os("FUZZ").is_none() {
        println!("    skipped: set FUZZ=1, or run `cargo xtask fuzz`");
        return Ok(true);
    }
    if !fuzz::is_possible() {
        println!("    skipped: there is no C++ compiler to build libFuzzer with");
        return Ok(true);
    }
    fuzz::run(root, &["--seconds", "3"])
}

fn deny_passes(root: &Path) -> Result<bool> {
    let installed = cargo::command(root)
        .args(["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !installed {
        println!("    skipped: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(true);
    }
    cargo_passes(
        root,
        &["deny", "--all-features", "check", "bans", "licenses", "sources"],
        &[],
    )
}
