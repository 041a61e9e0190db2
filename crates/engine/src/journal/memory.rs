//! A journal in memory, for simulations: it outlives the engine that writes it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Journal, JournalError, Row, Work, chain};

/// The rows, shared by all journals that were opened over them.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Vec<Row>>>);

impl MemoryStore {
    /// A store that holds these rows already.
    pub fn of(rows: Vec<Row>) -> Self {
        Self(Arc::new(Mutex::new(rows)))
    }

    /// A journal over these rows.
    pub fn open(&self) -> MemoryJournal {
        MemoryJournal(self.clone())
    }

    /// All rows.
    pub fn rows(&self) -> Vec<Row> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A journal whose rows are in memory.
#[derive(Debug)]
pub struct MemoryJournal(MemoryStore);

impl Journal for MemoryJournal {
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError> {
        Ok(after(&self.0.lock(), seq).to_vec())
    }

    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError> {
        let mut rows = self.0.lock();
        let drafts = work(after(&rows, seq)).map_err(JournalError::Refused)?;
        let mut added = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let (seq, previous) = rows.last().map_or((0, chain::GENESIS), |row| (row.seq, row.hash));
            let row = chain::next(seq + 1, &previous, draft);
            rows.push(row.clone());
            added.push(row);
        }
        Ok(added)
    }
}

fn after(rows: &[Row], seq: u64) -> &[Row] {
    let start = usize::try_from(seq).unwrap_or(usize::MAX).min(rows.len());
    rows.get(start..).unwrap_or_default()
}
