//! Copies of a journal that was found whole, and the way out when it no longer is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::OpenFlags;

use super::rows::{self, Known};
use super::trouble::trouble;
use super::witness::{self, Tip};
use super::{BESIDE, NAME, SqliteJournal, connect, discard, finish};
use crate::journal::JournalError;
use crate::journal::folder::{Folder, cannot, found};

/// How many copies are kept.
const KEPT: usize = 2;

const BEFORE: &str = "journal-";
const AFTER: &str = ".db";

impl SqliteJournal {
    /// Keeps a copy of the journal for the day of `now` (UTC), as `journal-2026-11-22.db` beside it, unless there is one,
    /// and removes all but the two latest. Returns where the copy is, when one was made.
    ///
    /// A copy is for looking at when the journal is damaged. It must not take the journal's place: what was launched
    /// since is not in it.
    ///
    /// # Errors
    ///
    /// When the copy cannot be written, or does not have every row that this journal has seen. The journal itself is as
    /// good as before.
    pub fn keep_copy(&self, now: Timestamp) -> Result<Option<PathBuf>, JournalError> {
        let name = format!("{BEFORE}{}{AFTER}", now.strftime("%Y-%m-%d"));
        if self.folder.look(&name)?.is_some() {
            return Ok(None);
        }
        // An empty file of ours first: one that SQLite makes could be read by others.
        let (draft, file) = self.folder.draft()?;
        let copied = self.copy_to(&draft, file);
        if copied.is_err() {
            discard(&draft);
        }
        copied?;
        let placed = self.folder.place(&draft, &name)?;
        self.forget_copies()?;
        Ok(placed.then(|| self.folder.file(&name)))
    }

    fn copy_to(&self, draft: &Path, file: File) -> Result<(), JournalError> {
        let Some(target) = draft.to_str() else {
            return Err(JournalError::Storage(format!(
                "the journal cannot be copied: {} is not text; give its folder another name",
                draft.display()
            )));
        };
        self.connection
            .execute("VACUUM INTO ?1", [target])
            .map_err(|error| trouble("copied", &error))?;
        let copy = connect(draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        copy.pragma_update(None, "journal_mode", "wal")
            .map_err(|error| trouble("copied", &error))?;
        let known = Known {
            seen: Tip::NONE,
            noted: self.seen,
        };
        rows::read_after(&copy, u64::MAX, known)?;
        finish(copy, draft, file)
    }

    /// Removes all copies but the latest.
    fn forget_copies(&self) -> Result<(), JournalError> {
        let folder = self.folder.path();
        let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
        let mut copies: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_copy))
            .collect();
        copies.sort_unstable();
        copies.truncate(copies.len().saturating_sub(KEPT));
        for copy in copies {
            fs::remove_file(&copy).map_err(|error| cannot("remove", &copy, &error))?;
        }
        Ok(())
    }
}

/// Like `journal-2026-11-22.db`: nothing else is ever removed.
fn is_copy(name: &str) -> bool {
    let day = name.strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(AFTER));
    day.is_some_and(|day| day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok())
}

/// Gives the journal in `folder` and what belongs to it other names, like `journal.db.damaged-20261122T093000Z`, so that
/// a new one can be begun; nothing is removed. Returns the names, none when there was nothing. To be called by whoever
/// holds the [`Lock`](crate::lock::Lock) of the folder, while no journal is open there.
///
/// # Errors
///
/// [`JournalError::Storage`] when the folder or the files cannot be used. What was not renamed then keeps a new journal
/// from being begun, and is renamed by calling this again.
pub fn set_aside(folder: &Path, now: Timestamp) -> Result<Vec<PathBuf>, JournalError> {
    let folder = Folder::open(folder)?;
    let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    // The log keeps a name that begins with that of its file, by which other tools find it. The note outside goes last:
    // as long as it is there, no journal without its rows can be begun.
    let [log, index] = BESIDE;
    let names = [NAME, log, index, witness::NAME];
    let there = |path: &Path| found(path).map(|about| about.is_some());
    let target = |name: &str, nth: u32| {
        let end = name.strip_prefix(NAME).unwrap_or_default();
        let begin = name.strip_suffix(end).unwrap_or(name);
        let nth = if nth == 0 { String::new() } else { format!(".{nth}") };
        folder.file(&format!("{begin}.damaged-{stamp}{nth}{end}"))
    };
    let mut nth = 0;
    while names
        .iter()
        .try_fold(false, |taken, name| Ok(taken | there(&target(name, nth))?))?
    {
        nth += 1;
        if nth == 1000 {
            let path = folder.path().display();
            return Err(JournalError::Storage(format!(
                "a thousand journals were set aside in {path}; move them away"
            )));
        }
    }
    let mut moved = Vec::new();
    for name in names {
        let (from, to) = (folder.file(name), target(name, nth));
        if there(&from)? {
            fs::rename(&from, &to).map_err(|error| cannot("rename", &from, &error))?;
            moved.push(to);
        }
    }
    folder.sync()?;
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_copies_are_taken_for_copies() {
        let check = |name: &str, expected: bool| assert_eq!(is_copy(name), expected, "{name}");
        check("journal-2026-11-22.db", true);
        check("journal-2026-13-22.db", false);
        check("journal-2026-11-22.db-wal", false);
        check("journal-2026-11-22T09.db", false);
        check("journal-.db", false);
        check("journal.db", false);
        check("journal-important.db", false);
    }
}
