//! Time that passes only when somebody waits.

use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_engine::clock::{Clock, Stamp};
use jiff::Timestamp;

use super::world::Shared;

/// When every run begins, in seconds since 1970.
const BEGIN_S: i64 = 1_790_000_000;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;

/// The time of day at a moment of the run.
pub(crate) fn stamp_of(ms: u64) -> Timestamp {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX / 2);
    Timestamp::from_millisecond(BEGIN_S * 1_000 + ms).unwrap_or_default()
}

/// The moment of the run at a time of day.
pub(crate) fn moment_of(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond() - BEGIN_S * 1_000).unwrap_or_default()
}

/// A duration in milliseconds.
pub(crate) fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The world's clock.
#[derive(Debug)]
pub(crate) struct SimClock(pub(crate) Shared);

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Stamp {
        self.0.lock().stamp()
    }

    async fn sleep(&self, time: Duration) {
        self.0.lock().pass(ms(time).max(1));
    }
}
