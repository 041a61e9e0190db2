//! Whether a pool can be covered at all, whatever it costs.

use super::pool::{Pool, Unit, Weight};
use super::search::Search;
use super::table::Table;
use crate::fit::Reason;

/// The first cap that no plan of a feasible pool keeps to, or none that keeps
/// to the caps before it.
pub(super) fn barred(pool: &Pool) -> Option<Reason> {
    alone(pool).or_else(|| together(pool))
}

/// The first cap that bars every plan by itself.
fn alone(pool: &Pool) -> Option<Reason> {
    let least = |at: usize| Table::of_spent(pool, at).to_go(0, pool.least, pool.limits.nodes).first;
    let base = |at: usize| pool.base.spent.get(at).copied().unwrap_or_default();
    pool.limits
        .caps()
        .find(|(at, _, most)| least(*at).saturating_add(base(*at)) > *most)
        .map(|(_, reason, _)| reason)
}

/// The first cap that bars every plan with those before it, though each could
/// be kept to: what is cheap per hour is dear when ordering, and so on. A search
/// that gives up bars nothing.
fn together(pool: &Pool) -> Option<Reason> {
    let caps = pool.limits.caps().map(|(_, reason, _)| reason).enumerate();
    caps.skip(1).find_map(|(before, reason)| {
        let some = Pool::new(pool.units().cloned().collect(), pool.wanted, pool.limits.up_to(before));
        let mut search = Search::new(some.based_on(pool.base));
        let found = search.next_plan(|_| true).is_some() || search.gave_up();
        (!found).then_some(reason)
    })
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
