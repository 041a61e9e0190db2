//! Which plan to try next, given what is there already and what could not be
//! had.

use std::collections::BTreeSet;

use gpu_broker_core::offer::Broker;

use crate::launch::unit::{DiskUnit, Package, Unit, Ware};

/// What could not be had.
#[derive(Debug, Clone, Default)]
pub(super) struct Excluded {
    pub(super) wares: BTreeSet<Ware>,
    pub(super) brokers: BTreeSet<Broker>,
    /// Plans by their number.
    pub(super) plans: BTreeSet<usize>,
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
    fn allows(&self, unit: &Unit) -> bool {
        !self.brokers.contains(&unit.order.offer.broker) && !self.wares.contains(&unit.ware())
    }
}

/// The units that are still to be ordered for the first plan that contains all
/// that is there and nothing that could not be had.
///
/// They come in the order in which to order them: what is likeliest to be gone
/// soon first, and what is prepaid last, since that money does not come back
/// when the others cannot be had (R10).
pub(super) fn choose(plans: &[Package], there: &[Ware], excluded: &Excluded) -> Option<Choice> {
    let allowed = |number: &usize| !excluded.plans.contains(number);
    plans
        .iter()
        .enumerate()
        .filter(|(number, _)| allowed(number))
        .find_map(|(number, plan)| {
            let mut left: Vec<&Unit> = plan.machines.iter().collect();
            for ware in there {
                let at = left.iter().position(|unit| unit.ware() == *ware)?;
                left.swap_remove(at);
            }
            if !left.iter().all(|unit| excluded.allows(unit)) {
                return None;
            }
            left.sort_by_key(|unit| {
                let offer = &unit.order.offer;
                let scarce = offer.stock.bound().unwrap_or(u64::MAX);
                (offer.terms.prepaid.is_some(), scarce, unit.ware())
            });
            Some(Choice {
                plan: number,
                machines: left.into_iter().cloned().collect(),
                disks: plan.disks.clone(),
            })
        })
}
