//! What `SQLite` says, in words that help.

use rusqlite::{Error, ErrorCode, ffi};

use crate::journal::JournalError;

/// How much of what `SQLite` says is repeated, in characters: it quotes whole pages of a damaged schema.
const CHARS_MAX: usize = 200;

/// The whole file is not what was written, or not a journal.
pub(super) fn damaged(why: &str) -> JournalError {
    JournalError::Unreadable(one_line(why))
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
    let full = match error.sqlite_error().map(|error| error.extended_code) {
        Some(ffi::SQLITE_FULL) => Some("there is no room for more"),
        // It is beside the journal, and no row is in it: nothing of those is uncertain.
        Some(ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMSIZE) => Some("there is no room for its index (32 KB)"),
        _ => None,
    };
    if let Some(full) = full {
        let hint = "the disk is full; free some space";
        return JournalError::Unwritable(format!("the journal cannot be {what}: {full}, {hint}"));
    }
    let hint = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            "another process is writing in it; wait until it is done"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "check who may write in its folder, and who may read it"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "what is on disk is not certain: nothing more is written by this process; check the disk and `ulimit -f` \
             before planner runs again"
        }
        Some(ErrorCode::OutOfMemory | ErrorCode::TooBig | ErrorCode::OperationInterrupted) => "close other programs",
        // What is asked of it is always the same: if it cannot be answered, the file is not what it was.
        _ => return damaged(&error.to_string()),
    };
    let text = format!("the journal cannot be {what}: {}; {hint}", one_line(&error.to_string()));
    match error.sqlite_error_code() {
        Some(
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure,
        ) => JournalError::Unwritable(text),
        _ => JournalError::Storage(text),
    }
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
    fn a_full_disk_is_called_full_and_a_failing_one_uncertain() {
        let check = |code: i32, said: &str, unwritable: bool| {
            let error = trouble("written", &Error::SqliteFailure(ffi::Error::new(code), None));
            let text = error.to_string();
            assert!(text.contains(said), "{code}: {text}");
            assert_eq!(matches!(error, JournalError::Unwritable(_)), unwritable, "{text}");
        };
        check(ffi::SQLITE_FULL, "the disk is full; free some space", true);
        check(ffi::SQLITE_IOERR_SHMOPEN, "the disk is full; free some space", true);
        check(ffi::SQLITE_IOERR_SHMSIZE, "the disk is full; free some space", true);
        check(ffi::SQLITE_IOERR_FSYNC, "what is on disk is not certain", true);
        check(ffi::SQLITE_IOERR_WRITE, "what is on disk is not certain", true);
        check(ffi::SQLITE_READONLY, "check who may write", true);
        check(ffi::SQLITE_CANTOPEN, "check who may write", true);
        check(ffi::SQLITE_BUSY, "another process is writing", false);
        check(ffi::SQLITE_CORRUPT, "is damaged", false);
    }

    #[test]
    fn a_damaged_file_cannot_speak_to_a_terminal() {
        let check = |said: &str, expected: &str| assert_eq!(one_line(said), expected);
        check("database disk image is malformed", "database disk image is malformed");
        check("near \"\u{1b}[2J\nBEGIN\": größe", "near \"\\u{1b}[2J\\nBEGIN\": größe");
        check("\u{202e}x\u{9b}", "\\u{202e}x\\u{9b}");
        check(&"x".repeat(201), &format!("{}…", "x".repeat(200)));
    }
}
