//! Calling cargo.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

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
