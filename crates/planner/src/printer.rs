//! The only place that prints. Data goes to standard output, everything else
//! to standard error, and a closed pipe is no error.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::env::Environment;
use crate::view::paint::prose;
use crate::view::wrap::wrapped;

/// Whether whoever read standard output went away.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether the screen shows what was seen before, and is cleared by what comes next.
static STALE: AtomicBool = AtomicBool::new(false);

/// Whether a question stands on the screen, and what comes next would stand behind it.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Goes to the upper left corner, and clears everything.
const CLEAR: &[u8] = b"\x1b[H\x1b[2J";

/// Both streams, and how much to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    /// Whether to say more than the data.
    pub(crate) quiet: bool,
    /// Whether colour was refused by a flag.
    pub(crate) plain: bool,
    /// How wide a table may be.
    pub(crate) columns: usize,
    /// How wide standard error is, where it is a terminal.
    beside: Option<usize>,
    /// Whether the terminal, if it is one, can be told to do more than print.
    moves: bool,
    /// What it can show.
    letters: Letters,
}

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    All,
    Ascii,
}

impl Letters {
    /// The text in these letters, as wide as it was: tables stay in line. Off a terminal it is the same everywhere.
    fn spell(self, text: &str, on_terminal: bool) -> Cow<'_, str> {
        if self == Self::All || !on_terminal || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let plain = |c: char| match c {
            c if c.is_ascii() => c,
            '…' | '·' => '.',
            '×' => 'x',
            '−' | '–' | '─' => '-',
            '│' => '|',
            '├' | '└' | '┤' | '┼' | '┬' | '┴' => '+',
            '≤' => '<',
            '\u{2800}' => ' ',
            // The dots of a plot.
            '\u{2801}'..='\u{28ff}' => '*',
            _ => '?',
        };
        Cow::Owned(text.chars().map(plain).collect())
    }
}

/// Width of a table whose terminal does not say, and of a plot that goes elsewhere.
pub(crate) const COLUMNS: usize = 120;

/// Below this, rows are broken by the terminal.
const NARROW: usize = 40;

/// Beyond this, nobody follows a row with the eye.
const WIDE: usize = 400;

/// How much is handed over at once.
const PIECE_BYTES: usize = 64 << 10;

/// Standard output, handed over in pieces.
type Pieces = io::BufWriter<io::StdoutLock<'static>>;

impl Printer {
    /// Prints for the terminal that the process stands in. `columns` overrules
    /// what the terminal says. What goes into a pipe or a file is not cut: names and ids are copied from there.
    pub(crate) fn new(quiet: bool, plain: bool, columns: Option<usize>) -> Self {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let asked = columns.or_else(|| io::stdout().is_terminal().then(terminal).flatten());
        let beside = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
        let is_wide = |width: usize| width.clamp(NARROW, WIDE);
        Self {
            quiet,
            plain,
            columns: is_wide(asked.unwrap_or(if io::stdout().is_terminal() { COLUMNS } else { WIDE })),
            beside: io::stderr()
                .is_terminal()
                .then(|| is_wide(columns.or_else(beside).unwrap_or(COLUMNS))),
            moves: false,
            letters: Letters::All,
        }
    }

    /// The same for the terminal that the environment describes: one that knows no commands is never cleared, and one
    /// without UTF-8 gets ASCII. One that has no name, as `TERM=""` says, gets no colour. What goes elsewhere is UTF-8 everywhere.
    pub(crate) fn on(self, environment: &Environment) -> Self {
        let terminal = environment.terminal.as_deref();
        Self {
            plain: self.plain || (terminal.is_none() && !cfg!(windows)),
            moves: terminal.is_some_and(|name| name != "dumb"),
            letters: if environment.is_ascii {
                Letters::Ascii
            } else {
                Letters::All
            },
            ..self
        }
    }

    /// From here on something takes the place of what is on the screen. It is cleared when there is something to show,
    /// and not while brokers are asked.
    pub(crate) fn begin_frame(self) {
        STALE.store(self.moves && io::stdout().is_terminal(), Ordering::Relaxed);
    }

    /// Whatever there was to show is shown.
    pub(crate) fn end_frame(self) {
        if self.moves {
            clear();
        }
    }

    /// Prints data.
    pub(crate) fn data(self, text: &str) -> io::Result<()> {
        let choice = if self.plain {
            anstream::ColorChoice::Never
        } else {
            anstream::ColorChoice::Auto
        };
        clear();
        let mut out = anstream::AutoStream::new(io::stdout().lock(), choice);
        let is_terminal = io::stdout().is_terminal();
        let text = if is_terminal {
            Cow::Owned(wrapped(text, self.columns))
        } else {
            Cow::Borrowed(text)
        };
        let text = self.letters.spell(&text, is_terminal);
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
        self.beside(text, prose);
    }

    /// Says why a command line is not understood, which is in colour already.
    pub(crate) fn refuse(self, text: &str) {
        self.beside(text, str::to_owned);
    }

    /// Prints beside the data, in the colours of `paint`.
    fn beside(self, text: &str, paint: impl Fn(&str) -> String) {
        let choice = if self.plain {
            anstream::ColorChoice::Never
        } else {
            anstream::ColorChoice::Auto
        };
        clear();
        let mut err = anstream::AutoStream::new(io::stderr().lock(), choice);
        let text = match self.beside {
            Some(columns) => Cow::Owned(wrapped(&paint(text), columns)),
            None => Cow::Borrowed(text),
        };
        OPEN.store(!text.is_empty() && !text.ends_with('\n'), Ordering::Relaxed);
        // There is nowhere left to complain about a broken standard error.
        let _ = err.write_all(self.letters.spell(&text, self.beside.is_some()).as_bytes());
    }

    /// Whether a person is there to be asked more than yes or no: one who sees the questions, and what comes of them.
    pub(crate) fn converses(self) -> bool {
        let terminals = io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal();
        !self.quiet && self.moves && terminals
    }

    /// Begins a line, where a question was not answered by one.
    pub(crate) fn end_question(self) {
        if OPEN.load(Ordering::Relaxed) {
            self.warn("\n");
        }
    }

    /// Whether progress would be seen by anybody.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && self.moves && self.letters == Letters::All && io::stderr().is_terminal()
    }
}

/// Notes that a question was answered by a line.
pub(crate) fn answered() {
    OPEN.store(false, Ordering::Relaxed);
}

/// Prints data for programs: never coloured, so not searched for colour.
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    clear();
    let mut out = io::stdout().lock();
    forgive(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints data for programs while it is made.
pub(crate) fn stream(write: impl FnOnce(&mut Pieces) -> io::Result<()>) -> io::Result<()> {
    clear();
    let mut out = io::BufWriter::with_capacity(PIECE_BYTES, io::stdout().lock());
    forgive(write(&mut out).and_then(|()| out.flush()))
}

/// The end of what somebody else printed on standard output: what is still held back is handed over.
pub(crate) fn printed(result: io::Result<()>) -> io::Result<()> {
    forgive(result.and_then(|()| io::stdout().flush()))
}

/// Clears the screen once, if what is on it is out of date.
fn clear() {
    if STALE.swap(false, Ordering::Relaxed) {
        let mut out = io::stdout().lock();
        // At once: what comes next may go to standard error, and no line ends here. A screen that is not cleared shows
        // more than it should, and nothing that is wrong.
        let _ = out.write_all(CLEAR).and_then(|()| out.flush());
    }
}

/// Whether whoever read standard output went away.
pub(crate) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Whoever read our output has seen enough: that is not our failure.
fn forgive(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            CLOSED.store(true, Ordering::Relaxed);
            Ok(())
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_the_letters_that_it_knows() {
        let check = |letters: Letters, on_terminal: bool, text: &str, expected: &str| {
            let spelled = letters.spell(text, on_terminal);
            assert_eq!(spelled, expected);
            assert_eq!(spelled.chars().count(), text.chars().count());
        };
        let row = "├─ 8 × H100 SX… $/GPU·h −53 % Zürich";
        check(Letters::Ascii, true, row, "+- 8 x H100 SX. $/GPU.h -53 % Z?rich");
        check(Letters::Ascii, false, row, row);
        check(Letters::All, true, row, row);
        check(Letters::Ascii, true, "plain", "plain");
        check(
            Letters::Ascii,
            true,
            " USD │⠀⣀⠤D⠒⠉×\n     └───\n≤1",
            " USD | **D**x\n     +---\n<1",
        );
    }
}
