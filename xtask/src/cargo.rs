//! Calling cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// The cargo that started this program, in the root of the repository.
#[expect(clippy::disallowed_methods, reason = "cargo says in CARGO which cargo it is")]
pub(crate) fn command(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root).stdin(Stdio::null());
    command
}

/// What a successful call prints.
pub(crate) fn output(root: &Path, arguments: &[&str]) -> Result<String> {
    let spoken = arguments.join(" ");
    let output = command(root)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot start `cargo {spoken}`"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("`cargo {spoken}` failed: {}", reason.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`cargo {spoken}` did not answer in UTF-8"))
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// Where cargo builds.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf> {
    let metadata = output(root, &["metadata", "--no-deps", "--format-version=1"])?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("cargo metadata has another shape")?;
    Ok(metadata.target_directory)
}
