//! Errors as a person reads them: what, why, and what to do.

use thiserror::Error;

use crate::exit::Exit;
use crate::view::text::shown;

/// Why a command could not do its work.
#[derive(Debug, Error)]
#[error("{message}")]
pub(crate) struct Trouble {
    /// The exit status it ends with.
    pub(crate) exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Trouble {
    /// Trouble that ends with `exit`. The message is lower-case and without a
    /// full stop.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    /// The command line or a setting is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, with where it is before what it is.
    #[must_use]
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.message.insert_str(0, place);
        self
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The lines for a person. Words of others were made inert where they were quoted; what was missed there does
    /// nothing to the terminal either.
    pub(crate) fn lines(&self) -> String {
        let lines = match &self.hint {
            Some(hint) => format!("error: {}\nhint: {hint}\n", self.message),
            None => format!("error: {}\n", self.message),
        };
        lines
            .split_inclusive('\n')
            .fold(String::new(), |safe, line| match line.strip_suffix('\n') {
                Some(line) => safe + &shown(line) + "\n",
                None => safe + &shown(line),
            })
    }
}
