//! The journal on disk: one `SQLite` file that several processes share.

mod alone;
mod copy;
mod rows;
mod schema;
mod trouble;
mod witness;

pub use copy::set_aside;

use std::fs::{self, File};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use self::rows::Known;
use self::trouble::{damaged, is_busy, trouble};
use self::witness::{Tip, Witness};
use super::folder::{Folder, cannot, found};
use super::{Journal, JournalError, Row, Work};

/// The file. Its log and its index have names that begin with it.
const NAME: &str = "journal.db";

/// What `SQLite` keeps beside the file.
const BESIDE: [&str; 2] = ["journal.db-wal", "journal.db-shm"];

/// `SQLite` takes paths of up to 512 bytes, with what it adds to a name.
const PATH_BYTES_MAX: usize = 512 - "-journal".len();

/// What a journal is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Looking only; it waits for nobody, and nobody waits for it.
    Read,
    /// Adding rows. The folder and the journal are made when they are not there.
    Write,
}

/// A journal in a folder of this machine.
///
/// Rows are on disk when [`Journal::transact`] returns. All rows are checked when it is opened, and each new one as it
/// is read. After an error in the middle of writing, this journal adds no more: what a disk has of a write that failed
/// is not certain, and trying again can make it look as if it were (F33). The process should end.
#[derive(Debug)]
pub struct SqliteJournal {
    connection: Connection,
    folder: Folder,
    /// The last row that was read or written.
    seen: Tip,
    /// Absent from a journal that is opened for reading.
    witness: Option<Witness>,
    /// Why nothing more is written.
    stopped: Option<JournalError>,
}

impl SqliteJournal {
    /// Opens the journal in `folder` and checks all of it.
    ///
    /// # Errors
    ///
    /// [`JournalError::Newer`] when a newer version wrote it, [`JournalError::Damaged`] when a row does not hold,
    /// [`JournalError::Unwritable`] when the disk says no or is full, and [`JournalError::Storage`] when the folder is
    /// shared with other machines or may be written by other users, when there is nothing to read, or when the file as a
    /// whole is damaged.
    pub fn open(folder: &Path, mode: Mode) -> Result<Self, JournalError> {
        let folder = match mode {
            Mode::Read => Folder::open(folder)?,
            Mode::Write => Folder::make(folder)?,
        };
        let noted = witness::read(&folder)?;
        present(&folder, mode, &noted)?;
        let connection = match mode {
            Mode::Read => alone::reading(&folder)?,
            Mode::Write => {
                let connection = usual(&folder, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                schema::check_whole(&connection)?;
                connection
            }
        };
        let mut journal = Self {
            connection,
            witness: (mode == Mode::Write).then(|| Witness::open(&folder)).transpose()?,
            folder,
            seen: Tip::NONE,
            stopped: None,
        };
        // No row is after the last number there can be: all are checked and none is kept.
        journal.read_after(u64::MAX)?;
        Ok(journal)
    }

    /// Whether there is a journal in `folder`, be it whole or not.
    ///
    /// # Errors
    ///
    /// When that cannot be seen.
    pub fn exists(folder: &Path) -> Result<bool, JournalError> {
        Ok(found(&folder.join(NAME))?.is_some())
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Journal for SqliteJournal {
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError> {
        // Noted first: whatever was noted by now must be among the rows.
        let known = Known {
            noted: witness::read(&self.folder)?,
            seen: self.seen,
        };
        let look = self.connection.transaction().map_err(|error| trouble("read", &error))?;
        let (rows, last) = rows::read_after(&look, seq, known)?;
        self.seen = last;
        Ok(rows)
    }

    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError> {
        if let Some(stopped) = &self.stopped {
            return Err(stopped.clone());
        }
        let Some(witness) = &mut self.witness else {
            return Err(JournalError::Storage(
                "the journal was opened for reading; open it for writing".to_owned(),
            ));
        };
        let known = Known {
            noted: witness::read(&self.folder)?,
            seen: self.seen,
        };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| trouble("written", &error))?;
        let (rows, last) = rows::read_after(&transaction, seq, known)?;
        self.seen = last;
        let drafts = work(&rows).map_err(JournalError::Refused)?;
        let written = rows::add(&transaction, last, drafts).and_then(|added| {
            transaction.commit()?;
            Ok(added)
        });
        let added = match written {
            Ok(added) => added,
            Err(error) => {
                let error_told = trouble("written", &error);
                if !is_busy(&error) {
                    self.stopped = Some(error_told.clone());
                }
                return Err(error_told);
            }
        };
        if let Some(row) = added.last() {
            self.seen = Tip {
                seq: row.seq,
                hash: row.hash,
            };
            if let Err(error) = witness.note(&self.seen) {
                let error = cannot("write", &self.folder.file(witness::NAME), &error);
                self.stopped = Some(error.clone());
                return Err(error);
            }
        }
        Ok(added)
    }
}

/// Whether rows were ever written to a journal in this folder.
pub(crate) fn rows_were_noted(folder: &Folder) -> Result<bool, JournalError> {
    Ok(witness::read(folder)? != Tip::NONE)
}

/// Makes sure that there is a journal to open, and that nothing stands in its place.
fn present(folder: &Folder, mode: Mode, noted: &Tip) -> Result<(), JournalError> {
    let found = folder.look(NAME)?;
    let mut beside = false;
    for name in BESIDE {
        beside |= folder.look(name)?.is_some();
    }
    match found {
        // `SQLite` takes an empty file for a new one, and throws its log away.
        Some(about) if about.len() == 0 => Err(damaged("the file is empty")),
        Some(_) => Ok(()),
        None if *noted != Tip::NONE || beside => Err(damaged("the file is gone, what belongs to it is there")),
        None if mode == Mode::Write => create(folder),
        None => Err(JournalError::Storage(format!(
            "there is no journal in {}; nothing was launched from there yet",
            folder.path().display()
        ))),
    }
}

/// Makes an empty journal under another name, so that there never is half of one.
fn create(folder: &Folder) -> Result<(), JournalError> {
    let (draft, file) = folder.draft()?;
    let made = connect(&draft, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
        schema::create(&connection).map_err(|error| trouble("made", &error))?;
        finish(connection, &draft, file)
    });
    if made.is_err() {
        discard(&draft);
    }
    made?;
    folder.place(&draft, NAME)?;
    Ok(())
}

/// Makes sure that a draft is a whole journal, in one file, on disk. No handle to it is left: when one is closed that is
/// not `SQLite`'s own, the locks of all of this process are lost, which must not happen once others can open it.
fn finish(connection: Connection, draft: &Path, file: File) -> Result<(), JournalError> {
    // SQLite does not complain when it cannot change how a file is kept.
    schema::check(&connection)?;
    schema::check_log(&connection)?;
    schema::check_whole(&connection)?;
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .and_then(|()| connection.close().map_err(|(_, error)| error))
        .map_err(|error| trouble("made", &error))?;
    let synced = file.sync_all();
    drop(file);
    synced.map_err(|error| cannot("write", draft, &error))
}

/// The journal of a folder, with its log beside it.
fn usual(folder: &Folder, access: OpenFlags) -> Result<Connection, JournalError> {
    let connection = connect(&folder.file(NAME), access)?;
    schema::check(&connection)?;
    schema::check_log(&connection)?;
    Ok(connection)
}

/// Removes what was to become a journal.
fn discard(draft: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = draft.as_os_str().to_owned();
        name.push(end);
        let _ = fs::remove_file(name);
    }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, JournalError> {
    // What it says of a path that is too long is that it cannot open it.
    let length = path.as_os_str().len();
    if length > PATH_BYTES_MAX {
        return Err(JournalError::Place(format!(
            "{} has {length} bytes, and a journal's path may have {PATH_BYTES_MAX}; name a folder with a shorter path",
            path.display()
        )));
    }
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| trouble("opened", &error))?;
    schema::prepare(&connection).map_err(|error| trouble("opened", &error))?;
    Ok(connection)
}

#[cfg(test)]
mod tests;
