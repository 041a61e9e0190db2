//! The process levels of the fault matrix.

use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    let kept = gpu_broker_testkit::live::command(&words, &mut out)?;
    out.flush()?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
