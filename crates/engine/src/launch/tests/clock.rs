//! Time that passes when somebody waits.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::clock::{Clock, Stamp};

/// A clock that moves when somebody sleeps.
#[derive(Debug, Default)]
pub(super) struct SteppedClock(Mutex<u64>);

const START_S: i64 = 1_790_000_000;

impl SteppedClock {
    pub(super) fn now_ms(&self) -> u64 {
        *self.0.lock().unwrap()
    }

    pub(super) fn step(&self, time: Duration) {
        *self.0.lock().unwrap() += u64::try_from(time.as_millis()).unwrap().max(1);
    }

    pub(super) fn wall_in(&self, time: Duration) -> Timestamp {
        let ms = self.now_ms() + u64::try_from(time.as_millis()).unwrap();
        Timestamp::from_millisecond(START_S * 1000 + i64::try_from(ms).unwrap()).unwrap()
    }
}

#[async_trait]
impl Clock for SteppedClock {
    fn now(&self) -> Stamp {
        Stamp {
            wall: self.wall_in(Duration::ZERO),
            up_ms: self.now_ms(),
            boot: "boot".into(),
        }
    }

    async fn sleep(&self, time: Duration) {
        self.step(time);
    }
}
