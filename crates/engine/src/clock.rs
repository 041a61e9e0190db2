//! Time, as a parameter: what has passed is measured on a clock that nobody sets.

mod system;

pub use system::SystemClock;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the time comes from.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// This moment.
    fn now(&self) -> Stamp;
    /// Waits.
    async fn sleep(&self, time: Duration);
}

/// A moment that can be compared across processes and across a clock that is
/// set: wall time for people, and the time since the machine was started for
/// measuring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The time of day, which somebody may set.
    pub wall: Timestamp,
    /// Milliseconds since the machine was started, sleep included.
    pub up_ms: u64,
    /// Which start of which machine that was.
    pub boot: Arc<str>,
}

impl Stamp {
    /// How long it has been from `earlier` to this moment, or `None` when the
    /// machine was started anew in between: then nobody can say, and whoever
    /// waits for a time to pass begins anew (F27).
    pub fn since(&self, earlier: &Self) -> Option<Duration> {
        (self.boot == earlier.boot).then(|| Duration::from_millis(self.up_ms.saturating_sub(earlier.up_ms)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_measured_within_one_start_of_the_machine() {
        let stamp = |up_ms: u64, boot: &str, wall_s: i64| Stamp {
            wall: Timestamp::from_second(wall_s).unwrap(),
            up_ms,
            boot: boot.into(),
        };
        let check = |earlier: Stamp, later: Stamp, expected: Option<u64>| {
            assert_eq!(later.since(&earlier), expected.map(Duration::from_millis));
        };
        check(stamp(5, "a", 100), stamp(905, "a", 100), Some(900));
        // The clock was set back by a day.
        check(stamp(5, "a", 100_000), stamp(905, "a", 13_600), Some(900));
        check(stamp(905, "a", 100), stamp(5, "a", 200), Some(0));
        check(stamp(5, "a", 100), stamp(905, "b", 200), None);
    }
}
