//! The only place that prints. Data goes to standard output, everything else
//! to standard error, and a closed pipe is no error.

use std::io::{self, IsTerminal as _, Write as _};

/// Both streams, and how much to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    /// Whether to say more than the data.
    pub(crate) quiet: bool,
    /// Whether colour was refused by a flag.
    pub(crate) plain: bool,
    /// How wide a table may be.
    pub(crate) columns: usize,
}

/// Width of a table that nobody looks at, or whose terminal does not say.
const COLUMNS: usize = 120;

/// How much is handed over at once.
const PIECE_BYTES: usize = 64 << 10;

/// Standard output, handed over in pieces.
type Pieces = io::BufWriter<io::StdoutLock<'static>>;

impl Printer {
    /// Prints for the terminal that the process stands in. `columns` overrules
    /// what the terminal says.
    pub(crate) fn new(quiet: bool, plain: bool, columns: Option<usize>) -> Self {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let asked = columns.or_else(|| io::stdout().is_terminal().then(terminal).flatten());
        Self {
            quiet,
            plain,
            columns: asked.unwrap_or(COLUMNS).clamp(40, 400),
        }
    }

    /// Prints data.
    pub(crate) fn data(self, text: &str) -> io::Result<()> {
        let choice = if self.plain {
            anstream::ColorChoice::Never
        } else {
            anstream::ColorChoice::Auto
        };
        let mut out = anstream::AutoStream::new(io::stdout().lock(), choice);
        forgive(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Says something beside the data, unless quiet.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says something that must be heard.
    pub(crate) fn warn(self, text: &str) {
        let choice = if self.plain {
            anstream::ColorChoice::Never
        } else {
            anstream::ColorChoice::Auto
        };
        let mut err = anstream::AutoStream::new(io::stderr().lock(), choice);
        // There is nowhere left to complain about a broken standard error.
        let _ = err.write_all(text.as_bytes());
    }

    /// Whether progress would be seen by anybody.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}

/// Prints data for programs: never coloured, so not searched for colour.
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    forgive(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints data for programs while it is made.
pub(crate) fn stream(write: impl FnOnce(&mut Pieces) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(PIECE_BYTES, io::stdout().lock());
    forgive(write(&mut out).and_then(|()| out.flush()))
}

/// Whoever read our output has seen enough: that is not our failure.
fn forgive(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
