//! What launches may cost: checked in the same transaction that sets the money
//! aside, so that two processes cannot pass a cap together.

mod ahead;
mod burn;

use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;

pub(crate) use self::ahead::Ahead;
pub(crate) use self::burn::Listed;
use super::event::Reserved;
use super::spend::{Cap, Forbidden, SpendCaps};
use super::state::{Attempt, State};
use crate::clock::Stamp;

/// What some attempts have cost and may still cost, in the one currency that
/// they are paid in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commitment {
    /// Per hour, at most.
    pub rate: Exact,
    /// Paid when ordering.
    pub upfront: Exact,
    /// Spent by machines that are gone, and for all others what was set aside,
    /// or what they have cost where that is more.
    pub total: Exact,
}

impl Commitment {
    const NOTHING: Self = Self {
        rate: Exact::ZERO,
        upfront: Exact::ZERO,
        total: Exact::ZERO,
    };

    /// What these attempts come to by now; `None` when that has too many digits.
    pub fn of<'a>(attempts: impl IntoIterator<Item = &'a Attempt>, now: &Stamp) -> Option<Self> {
        attempts.into_iter().try_fold(Self::NOTHING, |sum, attempt| {
            if let Some(cost) = attempt.cost {
                let total = sum.total.plus(cost)?;
                return Some(Self { total, ..sum });
            }
            if !attempt.stage.is_reserved() {
                return Some(sum);
            }
            sum.plus(attempt.ordered.ceiling, attempt.upfront, attempt.reckoned(now))
        })
    }

    fn plus(self, rate: Exact, upfront: Exact, total: Exact) -> Option<Self> {
        Some(Self {
            rate: self.rate.plus(rate)?,
            upfront: self.upfront.plus(upfront)?,
            total: self.total.plus(total)?,
        })
    }
}

/// Why `reserved` may not be set aside on top of all that is, or `Ok`: where it
/// is of no use without what is `ahead`, that must be within the caps too, or
/// else it would be rented to be given back. `listed` is what its account listed
/// a moment ago, where all of it could be seen.
pub(crate) fn allow(
    state: &State,
    reserved: &Reserved,
    (ahead, listed): (&[Ahead], Option<&Listed>),
    now: &Stamp,
) -> Result<(), Forbidden> {
    let launch = state
        .launches
        .get(&reserved.launch)
        .ok_or_else(|| format!("launch {} is not in the journal", reserved.launch))?;
    let caps = launch.caps;
    let add = |sum: Option<Commitment>| {
        sum.and_then(|sum| sum.plus(reserved.ordered.ceiling, reserved.upfront, reserved.worst))
            .and_then(|sum| {
                ahead
                    .iter()
                    .try_fold(sum, |sum, one| sum.plus(one.rate, one.upfront, one.worst))
            })
            .ok_or_else(too_many)
    };
    let own = add(Commitment::of(
        state.attempts.values().filter(|one| one.launch == reserved.launch),
        now,
    ))?;
    let within = |what: &str, cap: Cap, amount: Exact, most: Option<Exact>| match most {
        Some(most) if amount > most => Err(Forbidden::Above {
            cap,
            what: what.to_owned(),
            amount,
            currency: launch.currency,
            most,
        }),
        _ => Ok(()),
    };
    within("the launch's rate per hour", Cap::Rate, own.rate, caps.rate)?;
    within("the launch's total", Cap::Total, own.total, caps.total)?;
    within("the amount paid when ordering", Cap::Upfront, own.upfront, caps.upfront)?;
    if caps.budget.is_some() {
        one_currency(state, launch.currency)?;
        priced(state)?;
        let all = add(Commitment::of(state.attempts.values(), now))?;
        within("everything launched from here", Cap::Budget, all.total, caps.budget)?;
    }
    if caps.burn.is_some() {
        let burn = burn::with(state, reserved, (ahead, listed), launch.currency)?;
        let what = format!("all that runs in the account at {}, per hour,", reserved.ordered.broker);
        within(&what, Cap::Burn, burn, caps.burn)?;
    }
    Ok(())
}

/// Why an attempt may not come to cost `worst`, or `Ok`. The caps of its launch
/// hold, and `budget`, whichever budget is less: it is for everything in the
/// journal, whatever its launch was given.
pub(crate) fn allow_more(
    state: &State,
    attempt: &Attempt,
    (worst, budget): (Exact, Option<Exact>),
    now: &Stamp,
) -> Result<(), Forbidden> {
    let caps = state
        .launches
        .get(&attempt.launch)
        .map_or_else(SpendCaps::default, |launch| launch.caps);
    let currency = attempt.ordered.currency;
    let budget = [caps.budget, budget].into_iter().flatten().min();
    if budget.is_some() {
        one_currency(state, currency)?;
        priced(state)?;
    }
    let sum = |of_launch: bool| {
        let others = state.attempts.values().filter(|one| one.key != attempt.key);
        let others = others.filter(|one| !of_launch || one.launch == attempt.launch);
        Commitment::of(others, now)
            .and_then(|sum| sum.total.plus(worst))
            .ok_or_else(too_many)
    };
    let everything = "everything launched from here";
    for (most, cap, what) in [
        (caps.total, Cap::Total, "the launch"),
        (budget, Cap::Budget, everything),
    ] {
        let Some(most) = most else { continue };
        let amount = sum(cap == Cap::Total)?;
        if amount > most {
            return Err(Forbidden::Above {
                cap,
                what: what.to_owned(),
                amount,
                currency,
                most,
            });
        }
    }
    Ok(())
}

fn too_many() -> Forbidden {
    Forbidden::Otherwise("the amounts have too many digits to be added".to_owned())
}

/// Amounts of several currencies cannot be held against one budget.
fn one_currency(state: &State, currency: Currency) -> Result<(), Forbidden> {
    match state.attempts.values().find(|one| one.ordered.currency != currency) {
        None => Ok(()),
        Some(other) => Err(Forbidden::Untold {
            cap: Cap::Budget,
            why: format!(
                "a budget in {currency} cannot hold {}, which is paid in {}",
                other.key, other.ordered.currency
            ),
            instead: "",
        }),
    }
}

/// What a machine that nobody here ordered costs, only its broker can say.
fn priced(state: &State) -> Result<(), Forbidden> {
    let unpriced = |one: &&Attempt| {
        let rate = one.machine.as_ref().and_then(|machine| machine.rate);
        one.launch.is_empty() && one.stage.is_alive() && rate.is_none_or(Exact::is_zero)
    };
    match state.attempts.values().find(unpriced) {
        None => Ok(()),
        Some(one) => Err(Forbidden::Untold {
            cap: Cap::Budget,
            why: format!(
                "{} is alive, and {} does not say what it costs, so no budget can hold it",
                one.key, one.ordered.broker
            ),
            instead: "end it, or ",
        }),
    }
}
