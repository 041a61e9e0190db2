//! Reading a journal where nothing can be written, not even what `SQLite` keeps beside it to read it.
//!
//! A file with a log is read by way of an index, which is made anew by whoever comes first. On a full disk there is no
//! room for it, and in a folder that may only be read it cannot be made. When the last who wrote left in order, or the
//! log was copied into the file since, all rows are in the file: then that is read for itself. Nobody else is at it, as
//! there would be an index then; and should somebody come meanwhile, the chain of the rows shows whatever was torn.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::trouble::trouble;
use super::{BESIDE, NAME, connect, schema, usual};
use crate::journal::JournalError;
use crate::journal::folder::Folder;

/// The journal of a folder, for looking only.
pub(super) fn reading(folder: &Folder) -> Result<Connection, JournalError> {
    match usual(folder, OpenFlags::SQLITE_OPEN_READ_ONLY) {
        Err(why @ JournalError::Unwritable(_)) if is_in_one_file(folder)? => {
            alone(folder).map_err(|error| match error {
                // What it was about.
                JournalError::Unwritable(_) => why,
                other => other,
            })
        }
        other => other,
    }
}

/// Whether the log has nothing that is not in the file.
fn is_in_one_file(folder: &Folder) -> Result<bool, JournalError> {
    let [log, _] = BESIDE;
    Ok(folder.look(log)?.is_none_or(|about| about.len() == 0))
}

fn alone(folder: &Folder) -> Result<Connection, JournalError> {
    let access = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = connect(address(&folder.file(NAME)).as_ref(), access)?;
    schema::check(&connection)?;
    // Read once more from the beginning to the end: a disk that fails says so now.
    connection
        .query_row("SELECT count(*) FROM event", [], |_| Ok(()))
        .map_err(|error| trouble("read", &error))?;
    Ok(connection)
}

/// The address of a file that nobody changes, byte by byte but for what every address may have.
fn address(path: &Path) -> String {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' => address.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(*byte)),
            byte => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address.push_str("?immutable=1");
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_an_address() {
        let check = |path: &str, expected: &str| {
            assert_eq!(address(Path::new(path)), format!("file:{expected}?immutable=1"));
        };
        check("/data/.local/planner/journal.db", "/data/.local/planner/journal.db");
        check("/a b/c?d#e%f/ü", "/a%20b/c%3Fd%23e%25f/%C3%BC");
    }
}
