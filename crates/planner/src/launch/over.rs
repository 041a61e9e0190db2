//! Which caps a launch would break, before anything is sent.

use std::collections::BTreeSet;

use gpu_broker_core::money::Rate;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::State;
use gpu_broker_engine::launch::{Cap, Commitment, Kind, Package, Shown, SpendCaps};

use super::forbidden::flag;
use crate::view::text::shown as shown_id;

/// Which cap a plan would break at its ceilings, in words.
pub(crate) fn over(package: &Package, caps: &SpendCaps) -> Option<String> {
    let machines = || package.machines.iter();
    let rates = machines().map(|unit| unit.order.ceiling.per_hour());
    let rate = sum(rates.chain(package.disks.iter().map(|disk| disk.ceiling)));
    let totals = machines().map(|unit| unit.worst);
    let total = sum(totals.chain(package.disks.iter().map(|disk| disk.worst)));
    let upfront = sum(machines().map(|unit| unit.upfront));
    let over = |what: &str, cap: Cap, amount: Option<Exact>, most: Option<Exact>| {
        let most = most?;
        match amount {
            Some(amount) if amount <= most => None,
            Some(amount) => Some(format!(
                "it costs up to {} {what}, above the cap of {most} (`{}`)",
                above(amount, most),
                flag(cap)
            )),
            None => Some("what it costs has too many digits".to_owned()),
        }
    };
    let burn = |broker: &Broker| {
        let of_broker = machines().filter(|unit| unit.order.offer.broker == *broker);
        sum(of_broker.map(|unit| unit.order.ceiling.per_hour()))
    };
    let brokers: BTreeSet<&Broker> = machines().map(|unit| &unit.order.offer.broker).collect();
    let mut accounts = brokers.into_iter();
    over("per hour", Cap::Rate, rate, caps.rate)
        .or_else(|| accounts.find_map(|one| over("per hour", Cap::Burn, burn(one), caps.burn)))
        .or_else(|| over("in all", Cap::Total, total, caps.total))
        .or_else(|| over("when ordering", Cap::Upfront, upfront, caps.upfront))
}

/// Why a plan breaks the budget on top of what `state` knows, in words.
pub(crate) fn beyond(budget: Exact, package: &Package, state: &State, now: &Stamp) -> Option<String> {
    let worst = package.machines.iter().map(|unit| unit.worst);
    let worst = sum(worst.chain(package.disks.iter().map(|disk| disk.worst)));
    let all = Commitment::of(state.attempts.values(), now).and_then(|known| known.total.plus(worst?));
    match all {
        Some(all) if all <= budget => None,
        Some(all) => Some(format!(
            "everything launched from here would come to {}, above the cap of {budget} (`--budget`)",
            above(all, budget)
        )),
        None => Some("what it costs has too many digits".to_owned()),
    }
}

/// Why a plan on top of what its accounts list now costs more per hour than `cap`, or cannot be held against it, in words.
pub(crate) fn burning(cap: Exact, package: &Package, shown: &[Shown]) -> Option<String> {
    let brokers: BTreeSet<&Broker> = package.machines.iter().map(|unit| &unit.order.offer.broker).collect();
    brokers.into_iter().find_map(|broker| {
        let of_broker = package.machines.iter().filter(|unit| unit.order.offer.broker == *broker);
        let mut rates: Vec<_> = of_broker.map(|unit| unit.order.ceiling).collect();
        let currency = rates.first()?.currency();
        let listed = shown.iter().find(|one| one.broker == *broker && one.kind == Kind::Machine);
        let Some(listed) = listed.filter(|one| one.whole) else {
            return Some(format!(
                "what runs in the account at {broker} could not be seen in full (`--account-max-burn`)"
            ));
        };
        for item in listed.listing.items.iter().filter(|item| item.phase.is_billable()) {
            match item.rate.filter(|rate| rate.currency() == currency) {
                Some(rate) => rates.push(rate),
                None => {
                    return Some(format!(
                        "{} runs, and {broker} does not say what it costs in {currency} (`--account-max-burn`)",
                        shown_id(item.id.as_str())
                    ));
                }
            }
        }
        match sum(rates.into_iter().map(Rate::per_hour)) {
            Some(all) if all <= cap => None,
            Some(all) => Some(format!(
                "all that runs in the account at {broker}, per hour, would come to {} {currency}, above the cap of {cap} \
                 (`--account-max-burn`)",
                above(all, cap)
            )),
            None => Some("what it costs has too many digits".to_owned()),
        }
    })
}

/// Decimals of an amount that is told.
const DECIMALS: u8 = 4;

/// An amount above a cap, rounded as far as that still shows.
pub(super) fn above(amount: Exact, cap: Exact) -> Exact {
    let short = amount.rounded(DECIMALS);
    if short > cap { short } else { amount }
}

pub(super) fn sum(amounts: impl IntoIterator<Item = Exact>) -> Option<Exact> {
    amounts.into_iter().try_fold(Exact::ZERO, Exact::plus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_a_cap_is_told_as_above_it() {
        let check = |amount: &str, cap: &str, expected: &str| {
            let told = above(amount.parse().unwrap(), cap.parse().unwrap());
            assert_eq!(told.to_string(), expected, "{amount} {cap}");
        };
        check("0.830701111113", "0.5", "0.8307");
        check("45.233066666666664", "45", "45.2331");
        check("10.00001", "10", "10.00001");
        check("10.5", "10", "10.5");
    }
}
