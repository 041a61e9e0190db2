//! The table, and how a file is known to be a journal.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error};

use super::trouble::{damaged, trouble};
use crate::journal::JournalError;

/// `gpbj` as a number: the mark of a journal in the header of its file.
const APPLICATION: i64 = 0x6770_626a;

/// The layout that this version reads and writes.
const LAYOUT: i64 = 1;

/// How long to wait for a process that writes. Each holds the journal for milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Each of these is kept word for word in the file, and compared when it is opened.
pub(super) const STATEMENTS: &[(&str, &str)] = &[
    (
        "event",
        "CREATE TABLE event (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    wall TEXT NOT NULL,
    up_ms INTEGER NOT NULL CHECK (up_ms >= 0),
    boot TEXT NOT NULL,
    pid INTEGER NOT NULL CHECK (pid >= 0),
    body TEXT NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT",
    ),
    (
        "event_in_order",
        "CREATE TRIGGER event_in_order BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'rows are added one after the other'); END",
    ),
    (
        "event_is_not_changed",
        "CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'rows are only ever added'); END",
    ),
    (
        "event_is_not_removed",
        "CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'rows are only ever added'); END",
    ),
];

/// Makes an empty file a journal.
pub(super) fn create(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", LAYOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    for (_, statement) in STATEMENTS {
        connection.execute_batch(statement)?;
    }
    Ok(())
}

/// Tells `SQLite` how to keep the file: a commit has returned when it is on disk.
pub(super) fn prepare(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // The log is kept short, so that little is lost when the disk is full.
    connection.pragma_update(None, "wal_autocheckpoint", 100)?;
    Ok(())
}

/// Refuses what is not a journal, and one whose layout is not known.
pub(super) fn check(connection: &Connection) -> Result<(), JournalError> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let read = |error: &Error| trouble("opened", error);
    if number("application_id").map_err(|error| read(&error))? != APPLICATION {
        return Err(damaged("the file is something else"));
    }
    let layout = number("user_version").map_err(|error| read(&error))?;
    if layout > LAYOUT {
        return Err(JournalError::Newer(layout));
    }
    let found = statements(connection).map_err(|error| read(&error))?;
    let known = STATEMENTS.iter().map(|(name, sql)| (*name, *sql));
    if layout != LAYOUT || !found.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).eq(known) {
        return Err(damaged("its layout is not the one that it says it has"));
    }
    Ok(())
}

/// Refuses a file that is not kept with a log beside it.
pub(super) fn check_log(connection: &Connection) -> Result<(), JournalError> {
    let mode: String = connection
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .map_err(|error| trouble("opened", &error))?;
    if mode == "wal" {
        Ok(())
    } else {
        Err(damaged("it is not kept with a log"))
    }
}

/// Whether the file hangs together, beyond what its rows say of themselves: rows are added by way of the rest.
pub(super) fn check_whole(connection: &Connection) -> Result<(), JournalError> {
    let said: String = connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .map_err(|error| trouble("opened", &error))?;
    if said == "ok" { Ok(()) } else { Err(damaged(&said)) }
}

/// What the file says of its layout, by name.
fn statements(connection: &Connection) -> Result<Vec<(String, String)>, Error> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
