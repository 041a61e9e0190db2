//! The fault matrix from the command line: `cargo xtask faults`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use gpu_broker_testkit::{live, sim};

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    let kept = if live::is_asked(&words) {
        live::command(&words, &mut out)?
    } else {
        sim::command(&words, &mut out)?
    };
    out.flush()?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
