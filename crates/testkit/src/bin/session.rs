//! Draws what the first commands of the README show in a terminal: `cargo xtask session`, which builds the binary.

use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to complain about a broken standard error.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(unix)]
fn run() -> io::Result<()> {
    use std::path::PathBuf;

    use gpu_broker_testkit::session::{commands, record, svg};

    let mut words = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = |what: &str| {
        words
            .next()
            .ok_or_else(|| io::Error::other(format!("no {what} was named")))
    };
    let (planner, scratch) = (next("planner")?, next("scratch folder")?);
    let (readme, drawing) = (next("README")?, next("drawing")?);
    let commands = commands(&std::fs::read_to_string(readme)?);
    let shots = record(&planner, &scratch, &commands)?;
    let shots = shots.ok_or_else(|| io::Error::other("the system has no terminal to give"))?;
    std::fs::write(drawing, svg(&shots))
}

#[cfg(not(unix))]
fn run() -> io::Result<()> {
    Err(io::Error::other("a session is recorded in a terminal of Unix"))
}
