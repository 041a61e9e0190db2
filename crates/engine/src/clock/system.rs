//! The machine's own clocks.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Clock, Stamp};

/// The real clock.
///
/// On Linux the time since start is read from `/proc/uptime`, which goes on
/// while the machine sleeps. Elsewhere wall time stands in for it: a clock that
/// is set back then only makes a wait longer.
#[derive(Debug, Clone)]
pub struct SystemClock {
    boot: Arc<str>,
}

impl SystemClock {
    /// Looks up which start of the machine this is.
    pub fn new() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let boot = boot.trim();
        Self {
            boot: if boot.is_empty() { "wall" } else { boot }.into(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Stamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the clock that others take as a parameter"
        )]
        let wall = Timestamp::now();
        let since_epoch = || u64::try_from(wall.as_millisecond()).unwrap_or_default();
        let up_ms = if &*self.boot == "wall" { None } else { uptime_ms() };
        Stamp {
            wall,
            up_ms: up_ms.unwrap_or_else(since_epoch),
            boot: Arc::clone(&self.boot),
        }
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// Reads `12345.67 …`: seconds since start in hundredths.
fn uptime_ms() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = text.split_ascii_whitespace().next()?.split_once('.')?;
    let seconds: u64 = seconds.parse().ok()?;
    let hundredths: u64 = hundredths.parse().ok()?;
    Some(seconds * 1000 + hundredths * 10)
}
