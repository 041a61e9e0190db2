//! Rows of the table: each is checked as it is read.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, params};

use super::trouble::trouble;
use super::witness::Tip;
use crate::clock::Stamp;
use crate::failpoint::reach;
use crate::journal::chain::{self, GENESIS};
use crate::journal::{Draft, JournalError, Row};

/// Which rows must be there, besides hanging together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// The last row that this process has seen.
    pub(super) seen: Tip,
    /// The last one that was noted beside the journal, before it was looked at.
    pub(super) noted: Tip,
}

/// The rows after `seq`, and the last of all. Rows that this process has not seen yet are checked along the way, so that
/// whatever is returned is the end of one whole chain.
pub(super) fn read_after(connection: &Connection, seq: u64, known: Known) -> Result<(Vec<Row>, Tip), JournalError> {
    let start = seq.min(known.seen.seq);
    let mut last = Tip {
        seq: start,
        hash: anchor(connection, start)?,
    };
    agrees(&last, &known)?;
    let mut kept = Vec::new();
    let unread = |error: &Error| trouble("read", error);
    let mut statement = connection
        .prepare("SELECT seq, wall, up_ms, boot, pid, body, prev_hash, hash FROM event WHERE seq > ?1 ORDER BY seq")
        .map_err(|error| unread(&error))?;
    let mut found = statement
        .query([signed(start, last.seq)?])
        .map_err(|error| unread(&error))?;
    while let Some(found) = found.next().map_err(|error| unread(&error))? {
        let expected = last.seq + 1;
        let (row, previous) = decode(found).map_err(|error| damaged(expected, &error.to_string()))?;
        chain::check(&row, expected, &last.hash)?;
        if previous != last.hash {
            return Err(damaged(expected, "it does not follow the row before it"));
        }
        last = Tip {
            seq: row.seq,
            hash: row.hash,
        };
        agrees(&last, &known)?;
        if row.seq > seq {
            kept.push(row);
        }
    }
    if last.seq < known.seen.seq.max(known.noted.seq) {
        return Err(damaged(last.seq + 1, "it was written and is gone"));
    }
    Ok((kept, last))
}

/// Adds `drafts` after `last`.
pub(super) fn add(connection: &Connection, last: Tip, drafts: Vec<Draft>) -> Result<Vec<Row>, Error> {
    let mut last = last;
    let mut added = Vec::with_capacity(drafts.len());
    let mut statement = connection.prepare(
        "INSERT INTO event (seq, wall, up_ms, boot, pid, body, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for draft in drafts {
        let row = chain::next(last.seq + 1, &last.hash, draft);
        let stamp = &row.draft.stamp;
        statement.execute(params![
            i64::try_from(row.seq).map_err(too_large)?,
            stamp.wall.to_string(),
            i64::try_from(stamp.up_ms).map_err(too_large)?,
            &*stamp.boot,
            row.draft.pid,
            row.draft.body,
            last.hash,
            row.hash,
        ])?;
        reach("row-written");
        last = Tip {
            seq: row.seq,
            hash: row.hash,
        };
        added.push(row);
    }
    Ok(added)
}

/// The digest of row `seq`, from which the check goes on.
fn anchor(connection: &Connection, seq: u64) -> Result<[u8; 32], JournalError> {
    if seq == 0 {
        return Ok(GENESIS);
    }
    let found = connection.query_row("SELECT hash FROM event WHERE seq = ?1", [signed(seq, seq)?], |row| {
        row.get(0)
    });
    match found {
        Ok(hash) => Ok(hash),
        Err(Error::QueryReturnedNoRows) => Err(damaged(seq, "it was read before and is gone")),
        Err(error) if error.sqlite_error_code().is_some() => Err(trouble("read", &error)),
        Err(error) => Err(damaged(seq, &error.to_string())),
    }
}

/// A row of a number that is known must be that row.
fn agrees(last: &Tip, known: &Known) -> Result<(), JournalError> {
    for (tip, why) in [
        (known.seen, "it is not the row that was read before"),
        (known.noted, "it is not the row that was written"),
    ] {
        if tip.seq == last.seq && tip.hash != last.hash {
            return Err(damaged(last.seq, why));
        }
    }
    Ok(())
}

fn decode(found: &rusqlite::Row<'_>) -> Result<(Row, [u8; 32]), Error> {
    let wall: String = found.get(1)?;
    let wall: Timestamp = wall.parse().map_err(|error| unlike(1, Type::Text, error))?;
    let boot: String = found.get(3)?;
    let stamp = Stamp {
        wall,
        up_ms: u64::try_from(found.get::<_, i64>(2)?).map_err(|error| unlike(2, Type::Integer, error))?,
        boot: boot.into(),
    };
    let row = Row {
        seq: u64::try_from(found.get::<_, i64>(0)?).map_err(|error| unlike(0, Type::Integer, error))?,
        draft: Draft {
            stamp,
            pid: found.get(4)?,
            body: found.get(5)?,
        },
        hash: found.get(7)?,
    };
    Ok((row, found.get(6)?))
}

fn unlike(column: usize, kind: Type, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, kind, Box::new(error))
}

fn too_large(error: std::num::TryFromIntError) -> Error {
    Error::ToSqlConversionFailure(Box::new(error))
}

fn signed(number: u64, seq: u64) -> Result<i64, JournalError> {
    i64::try_from(number).map_err(|_| damaged(seq, "its number is too large"))
}

fn damaged(seq: u64, why: &str) -> JournalError {
    JournalError::Damaged {
        seq,
        why: why.to_owned(),
    }
}
