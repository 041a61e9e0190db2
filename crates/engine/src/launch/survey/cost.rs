//! What a machine cost, once it is gone.

use gpu_broker_core::instance::Instance;
use gpu_broker_core::number::Exact;

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
    let from = attempt.sent.as_ref().unwrap_or(&attempt.since);
    let until = row.and_then(|row| row.ended_at).unwrap_or(now.wall);
    let ran_ms = u64::try_from(until.as_millisecond().saturating_sub(from.wall.as_millisecond())).unwrap_or_default();
    let least_ms = attempt.ordered.minimum_minutes.saturating_mul(MS_PER_MINUTE);
    let hours = Exact::whole(ran_ms.max(least_ms)).over(Exact::whole(MS_PER_HOUR));
    let cost = hours.and_then(|hours| rate.times(hours)).map(|cost| cost.rounded(12));
    // With more digits than can be kept, the worst is the honest figure.
    cost.map_or(attempt.worst, |cost| cost.max(attempt.upfront))
}
