//! Which plan to try next, given what is there already and what could not be
//! had.

use std::collections::BTreeSet;

use gpu_broker_core::offer::Broker;

use crate::launch::unit::{Unit, Ware};

/// What could not be had.
#[derive(Debug, Clone, Default)]
pub(super) struct Excluded {
    pub(super) wares: BTreeSet<Ware>,
    pub(super) brokers: BTreeSet<Broker>,
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
pub(super) fn choose<'a>(plans: &'a [Vec<Unit>], there: &[Ware], excluded: &Excluded) -> Option<Vec<&'a Unit>> {
    plans.iter().find_map(|plan| {
        let mut left: Vec<&Unit> = plan.iter().collect();
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
        Some(left)
    })
}
