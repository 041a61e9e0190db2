//! What a machine cost, once it is gone.

use gpu_broker_core::instance::Instance;
use gpu_broker_core::number::Exact;
use jiff::Timestamp;

use crate::clock::Stamp;
use crate::launch::state::Attempt;

const MS_PER_HOUR: u64 = 3_600_000;
const MS_PER_MINUTE: u64 = 60_000;

/// What the broker says that it billed, or else the time since the request
/// left at the machine's rate, no less than what is charged at least.
pub(in crate::launch) fn of(attempt: &Attempt, row: Option<&Instance>, now: &Stamp) -> Exact {
    if let Some(billed) = row.and_then(|row| row.billed).filter(|billed| !billed.is_zero()) {
        return billed;
    }
    let rate = attempt.machine.as_ref().and_then(|machine| machine.rate);
    let rate = rate.unwrap_or(attempt.ordered.ceiling);
    let until = row.and_then(|row| row.ended_at).unwrap_or(now.wall);
    let least_ms = attempt.ordered.minimum_minutes.saturating_mul(MS_PER_MINUTE);
    let cost = over(rate, between_ms(attempt.paid_from(), until).max(least_ms));
    // With more digits than can be kept, the worst is the honest figure.
    cost.map_or(attempt.worst, |cost| cost.max(attempt.upfront))
}

/// What a rate per hour comes to over some milliseconds; `None` with more
/// digits than can be kept.
pub(in crate::launch) fn over(rate: Exact, ms: u64) -> Option<Exact> {
    let hours = Exact::whole(ms).over(Exact::whole(MS_PER_HOUR))?;
    Some(rate.times(hours)?.rounded(12))
}

/// Milliseconds from one moment to another; none when it is not later.
pub(in crate::launch) fn between_ms(from: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(until.as_millisecond().saturating_sub(from.as_millisecond())).unwrap_or_default()
}
