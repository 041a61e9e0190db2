//! How far this machine's clock is from each broker's.

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{ClockSaid, Source};
use gpu_broker_engine::clock::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};

use super::Finding;

/// From how many seconds on somebody should know. Quotes live for five minutes, and machines end at a time of day.
const OFFSET_MAX_S: u64 = 60;

/// Compares the clocks, where the broker told the time in an answer.
pub(super) fn look(source: &dyn Source) -> Option<Finding> {
    let said = source.clock()?;
    let now = SystemClock::new().now().wall;
    Some(finding(source.broker(), offset_s(&said, now)?))
}

/// By how many seconds the clock here is ahead of the broker's; below zero, behind it. A broker tells whole seconds,
/// so a difference of less than one is none.
fn offset_s(said: &ClockSaid, now: Timestamp) -> Option<i64> {
    let here = now.checked_sub(SignedDuration::try_from(said.ago).ok()?).ok()?;
    i64::try_from(here.duration_since(said.moment).as_millis().div_euclid(1000)).ok()
}

fn finding(broker: &Broker, offset_s: i64) -> Finding {
    let about = format!("{broker} clock");
    let seconds = offset_s.unsigned_abs();
    let said = match offset_s {
        0 => "the same as here, to the second".to_owned(),
        1.. => format!("the clock here is {seconds} s ahead of it"),
        _ => format!("the clock here is {seconds} s behind it"),
    };
    if seconds > OFFSET_MAX_S {
        let hint = "set the clock by network time: quotes expire and `--max-duration` ends machines by it";
        Finding::note(about, said, hint)
    } else {
        Finding::ok(about, said)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::commands::doctor::Health;

    #[test]
    fn a_clock_that_is_off_is_told_in_seconds() {
        let check = |here_ms: i64, ago_s: u64, words: &str, health: Health| {
            let at = |ms: i64| Timestamp::from_millisecond(1_790_000_000_000 + ms).unwrap();
            let said = ClockSaid {
                moment: at(0),
                ago: Duration::from_secs(ago_s),
            };
            let found = finding(&Broker::new("prime"), offset_s(&said, at(here_ms)).unwrap());
            assert_eq!(found.about, "prime clock");
            assert!(found.said.contains(words), "{here_ms} {ago_s}: {}", found.said);
            assert_eq!(
                (found.health, found.hint.is_some()),
                (health, health == Health::Note),
                "{here_ms}"
            );
        };
        check(0, 0, "the same", Health::Ok);
        check(999, 0, "the same", Health::Ok);
        check(5_400, 5, "the same", Health::Ok);
        check(1_000, 0, "1 s ahead", Health::Ok);
        check(-1, 0, "1 s behind", Health::Ok);
        check(60_900, 0, "60 s ahead", Health::Ok);
        check(61_000, 0, "61 s ahead", Health::Note);
        check(-60_000, 0, "60 s behind", Health::Ok);
        check(-60_001, 0, "61 s behind", Health::Note);
        check(86_400_000, 3, "86397 s ahead", Health::Note);
    }
}
