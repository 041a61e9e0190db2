//! What a broker's clock says, as its answers tell.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// The last that a broker's clock said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The moment of the answer by the broker's clock, in whole seconds.
    pub date: Timestamp,
    /// How long ago the answer came.
    pub ago: Duration,
}

/// Remembers it.
#[derive(Debug, Default)]
pub(crate) struct LastDate(Mutex<Option<(Timestamp, Instant)>>);

impl LastDate {
    pub(crate) fn note(&self, date: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
    }

    pub(crate) fn said(&self) -> Option<Said> {
        let (date, came) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let ago = came.elapsed();
        Some(Said { date, ago })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_date_grows_old() {
        let last = LastDate::default();
        assert_eq!(last.said(), None);
        for second in [7, 3] {
            let date = Timestamp::from_second(second).unwrap();
            last.note(date);
            let ago = Duration::from_secs(20);
            tokio::time::advance(ago).await;
            assert_eq!(last.said(), Some(Said { date, ago }));
        }
    }
}
