//! What an account costs per hour: what was launched from here, and what its broker lists beside, whosever it is.

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::source::Listing;

use super::{Ahead, too_many};
use crate::launch::account::Kind;
use crate::launch::event::Reserved;
use crate::launch::spend::{Cap, Forbidden};
use crate::launch::state::{Attempt, State};

/// The machines of an account that cost money, and their rates, as far as their broker says what those are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed(Vec<(InstanceId, Option<Rate>)>);

impl Listed {
    pub(crate) fn of(listing: &Listing<Instance>) -> Self {
        let billed = listing.items.iter().filter(|one| one.phase.is_billable());
        Self(billed.map(|one| (one.id.clone(), one.rate)).collect())
    }
}

/// The hourly cost of an account with `reserved` on top, and what is ahead of it. What was launched from here counts until it is certain that it
/// does not run; what it is listed at counts once, whoever launched it.
///
/// # Errors
/// When that cannot be told: a listing that is not whole, a machine without a price, or one in another currency.
pub(super) fn with(
    state: &State,
    reserved: &Reserved,
    (ahead, listed): (&[Ahead], Option<&Listed>),
    currency: Currency,
) -> Result<Exact, Forbidden> {
    let (broker, scope) = (&reserved.ordered.broker, &reserved.ordered.scope);
    let listed = listed.ok_or_else(|| Forbidden::Untold {
        cap: Cap::Burn,
        why: format!("what runs in the account at {broker} could not be seen in full"),
        instead: "look again later, or ",
    })?;
    let of_account = |one: &&Attempt| one.ordered.broker == *broker && one.ordered.scope == *scope;
    let reserving = |one: &&Attempt| one.stage.is_reserved();
    let mut rates = vec![reserved.ordered.ceiling];
    rates.extend(ahead.iter().filter(|one| one.broker == *broker).map(|one| one.rate));
    for one in state.attempts.values().filter(of_account).filter(reserving) {
        let listed_at = one.machine.as_ref().and_then(|machine| machine.rate);
        let rate = listed_at.unwrap_or(one.ordered.ceiling);
        rates.push(priced(&one.key, rate, one.ordered.currency, currency)?);
    }
    for (id, rate) in &listed.0 {
        if state.find(broker, Kind::Machine, id).is_some() {
            continue;
        }
        let (amount, of) = rate.map_or((Exact::ZERO, currency), |rate| (rate.per_hour(), rate.currency()));
        rates.push(priced(id.as_str(), amount, of, currency)?);
    }
    let sum = rates.into_iter().try_fold(Exact::ZERO, Exact::plus);
    sum.ok_or_else(too_many)
}

/// A rate that can be held against a cap.
fn priced(what: &str, rate: Exact, of: Currency, currency: Currency) -> Result<Exact, Forbidden> {
    let why = if rate.is_zero() {
        format!("{what} runs, and its broker does not say what it costs")
    } else if of != currency {
        format!("{what} is paid in {of}, and the cap is in {currency}")
    } else {
        return Ok(rate);
    };
    Err(Forbidden::Untold {
        cap: Cap::Burn,
        why,
        instead: "end it, or ",
    })
}
