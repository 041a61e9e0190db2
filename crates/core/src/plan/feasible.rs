//! Whether a pool can be covered at all, whatever it costs.

use super::pool::{Pool, Unit, Weight};
use super::table::Table;
use crate::fit::Reason;

/// The first cap that no plan of a feasible pool keeps to.
pub(super) fn barred(pool: &Pool) -> Option<Reason> {
    let least = |at: usize| Table::of_spent(pool, at).to_go(0, pool.least, pool.limits.nodes).first;
    let base = |at: usize| pool.base.spent.get(at).copied().unwrap_or_default();
    pool.limits
        .caps()
        .find(|(at, _, most)| least(*at).saturating_add(base(*at)) > *most)
        .map(|(_, reason, _)| reason)
}

/// Whether any plan can be made at all, whatever it costs.
pub(super) fn is_feasible(pool: &Pool) -> bool {
    let largest = pool.classes.first().map_or(0, |class| class.gpus);
    if pool.slack < largest.saturating_sub(1) {
        return fewest_nodes(pool).is_some_and(|nodes| nodes <= pool.limits.nodes);
    }
    let (mut nodes, mut missing) = (pool.limits.nodes, u64::try_from(pool.least).unwrap_or(u64::MAX));
    for unit in pool.units() {
        let gpus = u64::from(unit.candidate.offer.gpu.count);
        let copies = unit.bound.min(nodes).min(missing.div_ceil(gpus));
        nodes -= copies;
        missing = missing.saturating_sub(copies.saturating_mul(gpus));
    }
    missing == 0
}

/// The fewest instances that hit the wanted range.
fn fewest_nodes(pool: &Pool) -> Option<u64> {
    let free = |unit: &Unit| Unit {
        weight: Weight {
            nodes: 1,
            ..Weight::ZERO
        },
        ..unit.clone()
    };
    let unlimited = pool.limits.without_nodes();
    let free = Pool::new(pool.units().map(free).collect(), pool.wanted, unlimited);
    let weight = Table::new(&free).to_go(0, pool.least, u64::MAX);
    (!weight.is_infinite()).then_some(weight.nodes)
}
