//! Offers that were sold out a moment ago are left alone for a while (R16): a
//! broker that goes on to list what it cannot deliver would be asked in a loop.

use std::time::Duration;

use super::settings::Settings;
use super::state::{SoldOutView, State};
use super::unit::Ware;
use crate::clock::Stamp;

/// The wares to leave alone, and for how long.
pub(crate) fn cooling(state: &State, settings: &Settings, now: &Stamp) -> Vec<(Ware, Duration)> {
    let left = |view: &SoldOutView| {
        // A machine that was started anew since: what was then is old.
        let waited = now.since(&view.last)?;
        let doubled = settings
            .blocked
            .saturating_mul(1 << view.times.saturating_sub(1).min(16));
        let left = doubled.min(settings.blocked_max).checked_sub(waited)?;
        (!left.is_zero()).then_some(left)
    };
    state
        .sold_out
        .iter()
        .filter_map(|(ware, view)| Some((ware.clone(), left(view)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use gpu_broker_core::offer::{Broker, OfferId};
    use gpu_broker_core::place::Place;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_wait_doubles_to_a_limit_and_ends() {
        let stamp = |seconds: u64| Stamp {
            wall: Timestamp::UNIX_EPOCH,
            up_ms: seconds * 1000,
            boot: "boot".into(),
        };
        let check = |times: u32, waited_s: u64, left_s: Option<u64>| {
            let ware = (Broker::new("b"), OfferId::new("o"), Place::default());
            let mut state = State::default();
            let last = stamp(100);
            state.sold_out.insert(ware, SoldOutView { last, times });
            let found = cooling(&state, &Settings::default(), &stamp(100 + waited_s));
            let found = found.first().map(|(_, left)| left.as_secs());
            assert_eq!(found, left_s, "{times} {waited_s}");
        };
        check(1, 0, Some(180));
        check(1, 179, Some(1));
        check(1, 180, None);
        check(2, 60, Some(300));
        check(4, 0, Some(1_440));
        check(5, 0, Some(1_800));
        check(40, 0, Some(1_800));
    }
}
