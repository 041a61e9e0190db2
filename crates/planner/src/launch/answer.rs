//! Asking a person.

use std::io::{self, IsTerminal as _};

use crate::commands::Context;
use crate::exit::Exit;
use crate::printer::answered;
use crate::report::Trouble;

/// What to do where nobody can be asked.
pub(crate) const SAY_YES: &str = "`--yes` does it without asking";

/// Returns when somebody says yes: on the command line, or to the question. `hint` says what to do where nobody is there
/// to be asked.
///
/// # Errors
/// [`Exit::Refused`] when nobody does, or nobody is there to be asked.
pub(crate) async fn confirm(context: &Context<'_>, yes: bool, question: &str, hint: &str) -> Result<(), Trouble> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(unconfirmed().hint(hint));
    }
    let line = answer_anew(context, &format!("{question} [y/N] ")).await?;
    if is_yes(&line.unwrap_or_default()) {
        Ok(())
    } else {
        Err(unconfirmed())
    }
}

/// That nobody said yes.
pub(crate) fn unconfirmed() -> Trouble {
    Trouble::new(Exit::Refused, "not confirmed, so nothing was sent")
}

/// Whether a line says yes.
pub(crate) fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// What somebody types after a question that spends or ends something, once it is shown: what was typed or pasted before
/// that answers something else, and is dropped.
pub(crate) async fn answer_anew(context: &Context<'_>, question: &str) -> Result<Option<String>, Trouble> {
    #[cfg(unix)]
    if io::stdin().is_terminal() {
        // Where it cannot be dropped it could not be read either, which is told then.
        let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
    }
    answer(context, question).await
}

/// What somebody types after a question; `None` for the end of all input.
pub(crate) async fn answer(context: &Context<'_>, question: &str) -> Result<Option<String>, Trouble> {
    context.printer.warn(question);
    // A thread of its own, so that an interrupt is heard meanwhile.
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    let line = read
        .await
        .map_err(|error| Trouble::new(Exit::Internal, error.to_string()))?
        .map_err(|error| {
            Trouble::new(
                Exit::Internal,
                format!("no answer can be read from standard input: {error}"),
            )
        })?;
    if line.is_some() {
        answered();
    } else {
        context.printer.end_question();
    }
    Ok(line)
}
