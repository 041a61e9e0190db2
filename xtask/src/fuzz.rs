//! `cargo xtask fuzz`: each target of `fuzz/` for some seconds, with libFuzzer.
//!
//! The flags are those of cargo-fuzz but for the sanitizer of addresses, which finds nothing in code without `unsafe`:
//! so a stable compiler suffices. `RUSTC_BOOTSTRAP=1 cargo fuzz run TARGET` works as well.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::cargo;

/// Seconds for each target unless told otherwise.
const SECONDS: &str = "10";

/// No input may take longer, in seconds: then it hangs.
const HANGS: u32 = 5;

/// What tells the fuzzer where an input leads.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

/// Builds the targets and runs each, or those that are named. What libFuzzer learns stays in `fuzz/corpus`, what it
/// finds is in `fuzz/artifacts`: mend it, and keep the file in `fuzz/finds`, where the tests run it from then on.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    let (seconds, named) = match words {
        ["--seconds", seconds, named @ ..] => (*seconds, named),
        named => (SECONDS, named),
    };
    if seconds.parse::<u32>().is_err() {
        bail!("`{seconds}` is no number of seconds");
    }
    let targets = targets(root)?;
    if let Some(unknown) = named.iter().find(|name| !targets.iter().any(|target| target == *name)) {
        bail!("no target is called `{unknown}`; there are {}", targets.join(", "));
    }
    let fuzz = root.join("fuzz");
    // Naming the machine keeps the flags away from what runs while building.
    let host = host(root)?;
    let built = cargo::command(&fuzz)
        .args(["build", "--quiet", "--locked", "--release", "--bins", "--target", &host])
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", fuzz.join("target"))
        .status()
        .context("cannot start cargo")?;
    if !built.success() {
        return Ok(false);
    }
    let programs = fuzz.join("target").join(host).join("release");
    let mut sound = true;
    for target in targets
        .iter()
        .filter(|target| named.is_empty() || named.contains(&target.as_str()))
    {
        println!("    {target}");
        sound &= runs(&fuzz, &programs.join(target), target, seconds)?;
    }
    Ok(sound)
}

/// Whether what the fuzzer needs is here: a C++ compiler, for libFuzzer itself.
pub(crate) fn is_possible() -> bool {
    let compiler = Command::new("c++")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    compiler.is_ok_and(|status| status.success())
}

fn runs(fuzz: &Path, program: &Path, target: &str, seconds: &str) -> Result<bool> {
    let (corpus, finds) = (fuzz.join("corpus").join(target), fuzz.join("artifacts").join(target));
    for folder in [&corpus, &finds] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut command = Command::new(program);
    command.arg(corpus).arg(fuzz.join("seeds").join(target));
    command.args([
        format!("-artifact_prefix={}/", finds.display()),
        format!("-max_total_time={seconds}"),
        format!("-timeout={HANGS}"),
        "-max_len=8192".to_owned(),
        "-rss_limit_mb=1024".to_owned(),
        "-verbosity=0".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    Ok(command.status().context("cannot start a fuzz target")?.success())
}

/// The names of all targets, which are those of their wrappers.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        names.push(name.to_owned());
    }
    names.sort();
    Ok(names)
}

/// What the compiler calls this machine.
fn host(root: &Path) -> Result<String> {
    let told = Command::new("rustc")
        .arg("-vV")
        .current_dir(root)
        .output()
        .context("cannot start rustc")?;
    let told = String::from_utf8_lossy(&told.stdout);
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what it builds for")?.to_owned())
}
