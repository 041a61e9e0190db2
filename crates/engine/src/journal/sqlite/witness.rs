//! A second note of the last row, beside the journal.
//!
//! The chain shows a row that was changed; it cannot show that the last ones are gone, as when the log that held them is
//! lost, cut or exchanged: what remains is a whole chain. So the number and the digest of the last row are also written
//! down outside, after each commit. A journal that does not have that row is not the one that was written (F29).
//!
//! The note may be behind, when a process died between the two, and never ahead. It is not flushed: a note that a power
//! failure takes away was of use until then.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};

use crate::journal::JournalError;
use crate::journal::chain::GENESIS;
use crate::journal::folder::{Folder, cannot};

/// The file.
pub(super) const NAME: &str = "journal.witness";

/// One note: the number, the digest, and a digest of both that says that the note is whole.
const NOTE: usize = 8 + 32 + 24;

/// The last row that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) seq: u64,
    pub(crate) hash: [u8; 32],
}

impl Tip {
    /// Before the first row.
    pub(crate) const NONE: Self = Self { seq: 0, hash: GENESIS };

    fn note(&self) -> [u8; NOTE] {
        let mut note = [0; NOTE];
        let (said, check) = note.split_at_mut(40);
        said[..8].copy_from_slice(&self.seq.to_le_bytes());
        said[8..].copy_from_slice(&self.hash);
        check.copy_from_slice(&blake3::hash(said).as_bytes()[..24]);
        note
    }

    fn noted(note: &[u8]) -> Option<Self> {
        let (seq, hash) = note.get(..40)?.split_at(8);
        let tip = Self {
            seq: u64::from_le_bytes(seq.try_into().ok()?),
            hash: hash.try_into().ok()?,
        };
        (tip.note() == note).then_some(tip)
    }
}

/// What was noted last; a note that is not whole is none.
pub(crate) fn read(folder: &Folder) -> Result<Tip, JournalError> {
    folder.look(NAME)?;
    let path = folder.file(NAME);
    let mut notes = Vec::new();
    match File::open(&path).and_then(|file| file.take(4096).read_to_end(&mut notes)) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Tip::NONE),
        Err(error) => return Err(cannot("read", &path, &error)),
    }
    let tips = notes.chunks(NOTE).filter_map(Tip::noted);
    Ok(tips.max_by_key(|tip| tip.seq).unwrap_or(Tip::NONE))
}

/// Writes notes.
#[derive(Debug)]
pub(super) struct Witness(File);

impl Witness {
    pub(super) fn open(folder: &Folder) -> Result<Self, JournalError> {
        Ok(Self(folder.own(NAME)?))
    }

    /// Every other note goes to the other place, so that one is whole while the other is written.
    pub(super) fn note(&mut self, tip: &Tip) -> io::Result<()> {
        let place = if tip.seq.is_multiple_of(2) { 0 } else { NOTE };
        self.0.seek(SeekFrom::Start(u64::try_from(place).unwrap_or_default()))?;
        self.0.write_all(&tip.note())
    }
}
