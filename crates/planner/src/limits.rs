//! What the system lets this process open and write (`ulimit -n`, `ulimit -f`).

use crate::exit::Exit;
use crate::report::Trouble;

/// From this limit on nobody runs out of files here.
#[cfg(unix)]
const PLENTY: u64 = 256;

/// Pairs of descriptors that can be had at once before anything is begun: for the runtime, both brokers, the sandbox
/// and the journal.
#[cfg(unix)]
const PAIRS: usize = 20;

/// Whether as many files can be opened as every command needs: the runtime does not start without some, and what is
/// refused later looks like something else.
///
/// # Errors
/// When they cannot.
#[cfg(unix)]
pub(crate) fn check() -> Result<(), Trouble> {
    use rustix::process::{Resource, getrlimit};
    use std::os::unix::net::UnixStream;

    let limit = getrlimit(Resource::Nofile).current;
    if limit.is_none_or(|limit| limit >= PLENTY) {
        return Ok(());
    }
    let opened: std::io::Result<Vec<_>> = (0..PAIRS).map(|_| UnixStream::pair()).collect();
    match opened {
        Ok(_) => Ok(()),
        Err(error) => {
            let limit = limit.unwrap_or_default();
            let what = format!("too few files may be open at once (the limit is {limit}): {error}");
            Err(Trouble::new(Exit::Internal, what).hint("allow more, as with `ulimit -n 64`"))
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn check() -> Result<(), Trouble> {
    Ok(())
}

/// From now on a file that may grow no more is an error to who writes it, as a full disk is, and does not end the
/// process. To be called within a runtime; where the system refuses, nothing is lost but this.
#[cfg(unix)]
pub(crate) fn survive_large_files() {
    use tokio::signal::unix::{SignalKind, signal};

    // The handler stays when its listener is gone.
    let _ = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()));
}

#[cfg(not(unix))]
pub(crate) fn survive_large_files() {}
