//! Our binary beside its peers: `cargo xtask compare`, which builds the one and installs the others.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use gpu_broker_testkit::peers::{Field, compare};

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

fn run() -> io::Result<()> {
    let mut words = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = |what: &str| {
        words
            .next()
            .ok_or_else(|| io::Error::other(format!("no {what} was named")))
    };
    let field = Field {
        planner: next("planner")?,
        peers: next("folder of peers")?,
        scratch: next("scratch folder")?,
        runs: 5,
    };
    let mut out = io::stdout().lock();
    compare(&field, &mut out)?;
    out.flush()
}
