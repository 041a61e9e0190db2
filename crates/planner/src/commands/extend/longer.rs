//! What a launch comes to when one of its machines runs for longer, as the rules of the house look at it.

use gpu_broker_core::money::{Money, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::policy::{Machine, Purchase};
use gpu_broker_core::quantity::Hours;
use gpu_broker_engine::launch::Kind;
use gpu_broker_engine::launch::state::{Attempt, State};
use jiff::Timestamp;

/// The whole launch, from its first request on, with this machine of it running until then and the others until they
/// end. Nothing is ordered, and so nothing paid when ordering. `None` when it cannot be reckoned.
pub(super) fn purchase<'a>(state: &'a State, extended: &'a Attempt, until: Timestamp) -> Option<Purchase<'a>> {
    let currency = extended.ordered.currency;
    let others = state.of_launch(&extended.launch);
    let others = others.filter(|one| one.key != extended.key && !one.stage.is_over());
    // A machine that the journal did not know is of no launch.
    let others = others.filter(|_| !extended.launch.is_empty());
    let mut purchase = Purchase {
        machines: Vec::new(),
        hours: Hours::ZERO,
        gpus: 0,
        rate: Rate::zero(currency),
        upfront: Money::zero(currency),
        total: Money::zero(currency),
    };
    for one in std::iter::once(extended).chain(others) {
        let ends = if one.key == extended.key {
            until
        } else {
            one.ends_at.unwrap_or(until)
        };
        let minutes = minutes(one.sent.as_ref().map_or(one.since.wall, |sent| sent.wall), ends)?;
        let charged = minutes
            .max(one.ordered.prepaid_hours.unwrap_or(Exact::ZERO).times_count(60)?)
            .max(Exact::whole(one.ordered.minimum_minutes));
        let said = one.machine.as_ref().and_then(|machine| machine.rate);
        let rate = Rate::new(said.unwrap_or(one.ordered.ceiling), currency);
        let total = rate.over_minutes(charged).ok()?;
        purchase.rate = purchase.rate.plus(rate).ok()?;
        purchase.total = purchase.total.plus(total).ok()?;
        if one.ordered.kind == Kind::Disk {
            continue;
        }
        purchase.hours = purchase.hours.max(Hours::of_minutes(minutes)?);
        purchase.gpus += u64::from(one.ordered.gpu.count);
        purchase.machines.push(Machine {
            broker: &one.ordered.broker,
            provider: &one.ordered.provider,
            place: &one.ordered.place,
            security: &one.ordered.security,
            market: &one.ordered.market,
            gpus: one.ordered.gpu.count.into(),
            total,
        });
    }
    Some(purchase)
}

/// The minutes between two moments, none where the second is not later.
fn minutes(from: Timestamp, to: Timestamp) -> Option<Exact> {
    let seconds = u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0);
    Exact::whole(seconds).over(Exact::whole(60))
}
