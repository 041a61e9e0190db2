//! What `SQLite` says, in words that help.

use rusqlite::{Error, ErrorCode};

use crate::journal::{JournalError, REBUILD};

/// How much of what `SQLite` says is repeated, in characters: it quotes whole pages of a damaged schema.
const CHARS_MAX: usize = 200;

/// The whole file is not what was written, or not a journal.
pub(super) fn damaged(why: &str) -> JournalError {
    let why = one_line(why);
    JournalError::Storage(format!("the journal is damaged: {why}; {REBUILD}"))
}

/// A damaged file may say anything: here it becomes one line that does nothing to a terminal.
fn one_line(text: &str) -> String {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic() || (!c.is_ascii() && c.is_alphanumeric());
    let mut line = String::new();
    for c in text.chars().take(CHARS_MAX) {
        if plain(c) {
            line.push(c);
        } else {
            line.extend(c.escape_default());
        }
    }
    if text.chars().nth(CHARS_MAX).is_some() {
        line.push('…');
    }
    line
}

/// An error while the journal was being `what` ("opened", "read", "written").
pub(super) fn trouble(what: &str, error: &Error) -> JournalError {
    let hint = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            "another process is writing in it; try again in a moment"
        }
        Some(ErrorCode::DiskFull) => "the disk is full; free some space and try again",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "check who may write in its folder"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "what is on disk is not certain: nothing more is written by this process; check the disk, then start anew"
        }
        Some(ErrorCode::OutOfMemory | ErrorCode::TooBig | ErrorCode::OperationInterrupted) => {
            "close other programs and try again"
        }
        // What is asked of it is always the same: if it cannot be answered, the file is not what it was.
        _ => return damaged(&error.to_string()),
    };
    let error = one_line(&error.to_string());
    JournalError::Storage(format!("the journal cannot be {what}: {error}; {hint}"))
}

/// Whether somebody else is at it, and nothing was tried yet.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_cannot_speak_to_a_terminal() {
        let check = |said: &str, expected: &str| assert_eq!(one_line(said), expected);
        check("database disk image is malformed", "database disk image is malformed");
        check("near \"\u{1b}[2J\nBEGIN\": größe", "near \"\\u{1b}[2J\\nBEGIN\": größe");
        check("\u{202e}x\u{9b}", "\\u{202e}x\\u{9b}");
        check(&"x".repeat(201), &format!("{}…", "x".repeat(200)));
    }
}
