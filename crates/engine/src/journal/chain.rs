//! The chain of digests: a row that is changed, dropped or moved shows.

use super::{Draft, JournalError, Row};

/// The digest before the first row.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// The row that follows one whose digest is `previous`.
pub(crate) fn next(seq: u64, previous: &[u8; 32], draft: Draft) -> Row {
    let hash = digest(seq, previous, &draft);
    Row { seq, draft, hash }
}

/// Checks that `row` is row `seq` and follows `previous`.
pub(crate) fn check(row: &Row, seq: u64, previous: &[u8; 32]) -> Result<(), JournalError> {
    let damaged = |why: &str| {
        Err(JournalError::Damaged {
            seq,
            why: why.to_owned(),
        })
    };
    if row.seq != seq {
        return damaged("a row is missing");
    }
    if row.hash != digest(seq, previous, &row.draft) {
        return damaged("its digest does not match");
    }
    Ok(())
}

/// Every field is preceded by its length, so that no two rows have the same
/// bytes.
fn digest(seq: u64, previous: &[u8; 32], draft: &Draft) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(bytes);
    };
    field(previous);
    field(&seq.to_le_bytes());
    field(draft.stamp.wall.to_string().as_bytes());
    field(&draft.stamp.up_ms.to_le_bytes());
    field(draft.stamp.boot.as_bytes());
    field(&draft.pid.to_le_bytes());
    field(draft.body.as_bytes());
    *hasher.finalize().as_bytes()
}
