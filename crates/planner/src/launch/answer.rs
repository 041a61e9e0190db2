//! Asking a person.

use std::io::{self, IsTerminal as _};

use crate::commands::Context;
use crate::exit::Exit;
use crate::report::Trouble;

/// Returns when somebody says yes: on the command line, or to the question.
///
/// # Errors
/// [`Exit::Refused`] when nobody does, or nobody is there to be asked.
pub(crate) async fn confirm(context: &Context<'_>, yes: bool, question: &str) -> Result<(), Trouble> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Trouble::new(Exit::Refused, "not confirmed, so nothing was sent")
            .hint("look at it with `--dry-run` where there is one, and say `--yes`"));
    }
    context.printer.warn(&format!("{question} [y/N] "));
    // A thread of its own, so that an interrupt is heard meanwhile.
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read
        .await
        .map_err(|error| Trouble::new(Exit::Internal, error.to_string()))??;
    if matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Trouble::new(Exit::Refused, "not confirmed, so nothing was sent"))
    }
}
