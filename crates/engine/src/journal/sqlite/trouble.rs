//! What `SQLite` says, in words that help.

use rusqlite::{Error, ErrorCode};

use crate::journal::{JournalError, REBUILD};

/// The whole file is not what was written, or not a journal.
pub(super) fn damaged(why: &str) -> JournalError {
    JournalError::Storage(format!("the journal is damaged: {why}; {REBUILD}"))
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
    JournalError::Storage(format!("the journal cannot be {what}: {error}; {hint}"))
}

/// Whether somebody else is at it, and nothing was tried yet.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
