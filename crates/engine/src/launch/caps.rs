//! What launches may cost: checked in the same transaction that sets the money
//! aside, so that two processes cannot pass a cap together.

mod ahead;
mod burn;

use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use serde::{Deserialize, Serialize};

pub(crate) use self::ahead::Ahead;
pub(crate) use self::burn::Listed;
use super::event::Reserved;
use super::state::{Attempt, State};
use crate::clock::Stamp;

/// The most that may be spent, in the launch's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpendCaps {
    /// Per hour, by one launch.
    pub rate: Option<Exact>,
    /// Over the horizon, by one launch.
    pub total: Option<Exact>,
    /// When ordering, by one launch.
    pub upfront: Option<Exact>,
    /// By everything in the journal together: spent and set aside.
    pub budget: Option<Exact>,
    /// Per hour, by all that runs in the account that is ordered from, whosever
    /// it is: the one cap that two hosts with one key share (R12). It is a look
    /// at the broker's list before ordering, and holds nothing there: two hosts
    /// that order within seconds of each other can pass it together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burn: Option<Exact>,
}

/// What some attempts have cost and may still cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
) -> Result<(), String> {
    let too_many = || "the amounts have too many digits to be added".to_owned();
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
    let within = |what: &str, flag: &str, amount: Exact, cap: Option<Exact>| match cap {
        Some(cap) if amount > cap => Err(format!(
            "{what} would come to {amount} {}, above the cap of {cap} (`{flag}`)",
            launch.currency
        )),
        _ => Ok(()),
    };
    within("the launch's rate per hour", "--max-price", own.rate, caps.rate)?;
    within("the launch's total", "--max-total", own.total, caps.total)?;
    within(
        "the amount paid when ordering",
        "--max-upfront",
        own.upfront,
        caps.upfront,
    )?;
    if caps.budget.is_some() {
        one_currency(state, launch.currency)?;
        priced(state)?;
        let all = add(Commitment::of(state.attempts.values(), now))?;
        within("everything launched from here", "--budget", all.total, caps.budget)?;
    }
    if caps.burn.is_some() {
        let burn = burn::with(state, reserved, (ahead, listed), launch.currency)?;
        let what = format!("all that runs in the account at {}, per hour,", reserved.ordered.broker);
        within(&what, "--account-max-burn", burn, caps.burn)?;
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
) -> Result<(), String> {
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
            .ok_or_else(|| "the amounts have too many digits to be added".to_owned())
    };
    for (cap, of_launch, flag) in [(caps.total, true, "--max-total"), (budget, false, "--budget")] {
        let Some(cap) = cap else { continue };
        let amount = sum(of_launch)?;
        if amount > cap {
            let what = if of_launch {
                "the launch"
            } else {
                "everything launched from here"
            };
            return Err(format!(
                "{what} would come to {amount} {currency}, above the cap of {cap} (`{flag}`)"
            ));
        }
    }
    Ok(())
}

/// Amounts of several currencies cannot be held against one budget.
fn one_currency(state: &State, currency: Currency) -> Result<(), String> {
    match state.attempts.values().find(|one| one.ordered.currency != currency) {
        None => Ok(()),
        Some(other) => Err(format!(
            "a budget in {currency} cannot hold {}, which is paid in {}; leave out `--budget`",
            other.key, other.ordered.currency
        )),
    }
}

/// What a machine that nobody here ordered costs, only its broker can say.
fn priced(state: &State) -> Result<(), String> {
    let unpriced = |one: &&Attempt| {
        let rate = one.machine.as_ref().and_then(|machine| machine.rate);
        one.launch.is_empty() && one.stage.is_alive() && rate.is_none_or(Exact::is_zero)
    };
    match state.attempts.values().find(unpriced) {
        None => Ok(()),
        Some(one) => Err(format!(
            "{} is alive, and {} does not say what it costs, so no budget can hold it; end it, or leave out `--budget`",
            one.key, one.ordered.broker
        )),
    }
}
