//! Which plan to try next, given what is there already and what could not be
//! had.

use std::collections::{BTreeMap, BTreeSet};

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;

use crate::launch::unit::{DiskUnit, Package, Unit, Ware};

/// What could not be had, and why: one line each.
#[derive(Debug, Clone, Default)]
pub(super) struct Excluded {
    pub(super) wares: BTreeMap<Ware, String>,
    pub(super) brokers: BTreeMap<Broker, String>,
    /// The least amount that an account was too poor for.
    pub(super) funds: BTreeMap<Broker, Exact>,
    /// Of these brokers, those that did not answer or were busy: what they sell is not known to be gone.
    pub(super) unasked: BTreeSet<Broker>,
    /// Plans by their number.
    pub(super) plans: BTreeMap<usize, String>,
}

/// What to order next.
#[derive(Debug)]
pub(super) struct Choice {
    /// Which plan.
    pub(super) plan: usize,
    /// Those of its machines that are not there yet.
    pub(super) machines: Vec<Unit>,
    /// All of its disks.
    pub(super) disks: Vec<DiskUnit>,
}

impl Excluded {
    /// Why a machine is not ordered.
    fn forbids(&self, unit: &Unit) -> Option<String> {
        let broker = &unit.order.offer.broker;
        if let Some(why) = self.brokers.get(broker).or_else(|| self.wares.get(&unit.ware())) {
            return Some(why.clone());
        }
        let (needs, lacked) = (needs_now(unit), self.funds.get(broker)?);
        let currency = unit.order.ceiling.currency();
        (needs >= *lacked).then(|| {
            format!("{broker} has too little money in the account for {lacked} {currency}, and it needs {needs}")
        })
    }

    /// The account of a broker is too poor for a machine: what needs as much now
    /// is not tried.
    pub(super) fn too_poor(&mut self, unit: &Unit) {
        let needs = needs_now(unit);
        let broker = unit.order.offer.broker.clone();
        let lacked = self.funds.entry(broker).or_insert(needs);
        *lacked = needs.min(*lacked);
    }
}

/// What an account must hold to order a machine, as far as that can be told: what
/// is paid when ordering, and no less than an hour of it.
fn needs_now(unit: &Unit) -> Exact {
    unit.upfront.max(unit.order.ceiling.per_hour())
}

/// Why a plan is not tried; nothing when it may be. The machines that are
/// missing of it come with it.
fn missing<'a>(plan: &'a Package, there: &[Ware], excluded: &Excluded) -> Result<Vec<&'a Unit>, String> {
    let mut left: Vec<&Unit> = plan.machines.iter().collect();
    for ware in there {
        let at = left.iter().position(|unit| unit.ware() == *ware);
        let at = at.ok_or_else(|| format!("{} runs already, and is no part of it", ware.1))?;
        left.swap_remove(at);
    }
    match left.iter().find_map(|unit| excluded.forbids(unit)) {
        Some(why) => Err(why),
        None => Ok(left),
    }
}

/// The units that are still to be ordered for the first plan that contains all
/// that is there and nothing that could not be had; and why the plans before it
/// are passed over, by their numbers.
///
/// They come in the order in which to order them: what is likeliest to be gone
/// soon first, and what is prepaid last, since that money does not come back
/// when the others cannot be had (R10).
pub(super) fn choose(plans: &[Package], there: &[Ware], excluded: &Excluded) -> (Option<Choice>, Vec<(usize, String)>) {
    let mut passed = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        let why = excluded.plans.get(&number).cloned().map_or(Ok(()), Err);
        let mut left = match why.and_then(|()| missing(plan, there, excluded)) {
            Ok(left) => left,
            Err(why) => {
                passed.push((number, why));
                continue;
            }
        };
        left.sort_by_key(|unit| {
            let offer = &unit.order.offer;
            let scarce = offer.stock.bound().unwrap_or(u64::MAX);
            (offer.terms.prepaid.is_some(), scarce, unit.ware())
        });
        let choice = Choice {
            plan: number,
            machines: left.into_iter().cloned().collect(),
            disks: plan.disks.clone(),
        };
        return (Some(choice), passed);
    }
    (None, passed)
}
