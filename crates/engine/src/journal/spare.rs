//! A journal that goes on in memory when the disk takes nothing more: for looking at machines and ending them, which a
//! full disk must not prevent.

use super::{Draft, Journal, JournalError, MemoryJournal, MemoryStore, Row, Work};

/// The rows of another journal and, from the moment on at which that cannot be written, rows that only this process has.
///
/// [`Journal::lost`] says so from then on. Nothing may be launched over it then; a machine that is asked to end meanwhile
/// is found to be gone by whoever looks once the disk takes rows again.
#[derive(Debug)]
pub struct SpareJournal {
    kept: Box<dyn Journal>,
    above: Option<Above>,
}

/// What goes on in memory, over a copy of the rows that were kept.
#[derive(Debug)]
struct Above {
    journal: MemoryJournal,
    why: JournalError,
}

impl SpareJournal {
    /// Over a journal that can be written as far as anybody knows.
    pub fn over(kept: impl Journal + 'static) -> Self {
        Self {
            kept: Box::new(kept),
            above: None,
        }
    }

    /// Over a journal that can only be read, and why.
    ///
    /// # Errors
    ///
    /// When it cannot be read either.
    pub fn above(kept: impl Journal + 'static, why: JournalError) -> Result<Self, JournalError> {
        let mut journal = Self::over(kept);
        journal.go_on(u64::MAX, why)?;
        Ok(journal)
    }

    /// Goes on in memory after row `seq`: what another process may have added behind it is not taken in any more.
    fn go_on(&mut self, seq: u64, why: JournalError) -> Result<&mut MemoryJournal, JournalError> {
        let mut rows = self.kept.read_after(0)?;
        rows.retain(|row| row.seq <= seq);
        let journal = MemoryStore::of(rows).open();
        Ok(&mut self.above.insert(Above { journal, why }).journal)
    }
}

impl Journal for SpareJournal {
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError> {
        match &mut self.above {
            Some(above) => above.journal.read_after(seq),
            None => self.kept.read_after(seq),
        }
    }

    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError> {
        if let Some(above) = &mut self.above {
            return above.journal.transact(seq, work);
        }
        // It is decided once, whatever becomes of what was decided.
        let mut decided: Option<(u64, Vec<Draft>)> = None;
        let added = self.kept.transact(seq, &mut |rows| {
            let drafts = work(rows)?;
            decided = Some((rows.last().map_or(seq, |row| row.seq), drafts.clone()));
            Ok(drafts)
        });
        let why = match added {
            Err(why @ JournalError::Unwritable(_)) => why,
            other => return other,
        };
        let Some((seen, drafts)) = decided else {
            return self.go_on(u64::MAX, why)?.transact(seq, work);
        };
        self.go_on(seen, why)?.transact(seen, &mut |_| Ok(drafts.clone()))
    }

    fn lost(&self) -> Option<&JournalError> {
        self.above.as_ref().map(|above| &above.why)
    }
}

#[cfg(test)]
mod tests;
