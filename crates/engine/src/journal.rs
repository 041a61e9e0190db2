//! What was intended, and what came of it: rows that are only ever added.
//!
//! The journal knows nothing of machines. It keeps rows in order, whole and
//! unaltered, and lets one process at a time look at all of them and add some.
//! What the rows mean is folded from them by the rest of the engine.

mod begun;
mod chain;
pub(crate) mod folder;
mod memory;
mod mounts;
mod spare;
mod sqlite;

pub use begun::is_begun;
pub use memory::{MemoryJournal, MemoryStore};
pub use spare::SpareJournal;
pub(crate) use sqlite::rows_were_noted;
pub use sqlite::{Mode, SqliteJournal, set_aside};

use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::clock::Stamp;

/// Keeps the rows.
pub trait Journal: Debug + Send {
    /// Every row after `seq`, in order; from the beginning with 0.
    ///
    /// # Errors
    /// When the journal cannot be read, or is damaged.
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError>;

    /// Shows `work` the rows after `seq`, and adds what it returns: one
    /// transaction, in which no other process can add any. When `work` refuses,
    /// nothing is added and its reason comes back as [`JournalError::Refused`].
    ///
    /// Once this returns, the rows are on disk and survive a crash; until then
    /// nothing may be done that relies on them. Returns the rows as added.
    ///
    /// # Errors
    /// When it cannot be written, is damaged, or `work` refuses.
    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError>;

    /// Why what is added is lost with this process; `None` where it is kept. Nothing that costs money may be begun over
    /// rows that are not kept (F31).
    fn lost(&self) -> Option<&JournalError> {
        None
    }
}

/// What a transaction does: looks at the rows that it has not seen yet, and
/// says what to add, or why nothing.
pub type Work<'a> = dyn FnMut(&[Row]) -> Result<Vec<Draft>, String> + 'a;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Its number, from 1 without gaps.
    pub seq: u64,
    /// What it says.
    pub draft: Draft,
    /// A digest of this row and, through the one before it, of all before.
    pub hash: [u8; 32],
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// When it was written.
    pub stamp: Stamp,
    /// By which process.
    pub pid: u32,
    /// The event, as one JSON document. It has no secret in it.
    pub body: String,
}

/// What to do about a journal that cannot be trusted.
const REBUILD: &str =
    "nothing is launched meanwhile; set it aside, and reconcile to rebuild it from what the brokers list";

/// Why the journal cannot be used. Whoever gets one sends nothing (R1).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// What was named as its folder cannot be one.
    #[error("{0}")]
    Place(String),
    /// The disk, the folder or the file.
    #[error("{0}")]
    Storage(String),
    /// The disk is full or fails, or the folder may only be read. What was written before may be there to be read.
    #[error("{0}")]
    Unwritable(String),
    /// What is on disk is not what was written.
    #[error("row {seq} of the journal is damaged: {why}; {REBUILD}")]
    Damaged {
        /// The first row that does not hold.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The whole file is not what was written, or no journal.
    #[error("the journal is damaged: {0}; {REBUILD}")]
    Unreadable(String),
    /// A newer version wrote it.
    #[error("the journal was written by a newer version (layout {0}); use that version, or one that is newer still")]
    Newer(i64),
    /// The transaction said no.
    #[error("{0}")]
    Refused(String),
}
