//! The best plan: a table over GPUs and instances, and for small markets every combination there is (R2, R8–R15).

use std::collections::BTreeMap;

use super::price::{Priced, bound, price};
use crate::fraction::Fraction;
use crate::ware::Ware;
use crate::wish::{Sort, Wish};

/// What tells the best plans: those that agree in all of it are equally good but for their machines (R14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    /// The first key of the ranking.
    pub first: First,
    /// The total over the horizon.
    pub total: Fraction,
    /// Instances.
    pub nodes: u64,
    /// GPUs beyond those asked for.
    pub surplus: u64,
}

/// The first key of the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum First {
    /// An amount of money, or nothing in particular.
    Money(Fraction),
    /// Minutes to launch; unknown comes last.
    Minutes(bool, u64),
}

/// An offer in one of its places.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) gpus: u64,
    pub(super) bound: u64,
    pub(super) priced: Priced,
    minutes: (bool, u64),
}

impl Best {
    fn key(&self) -> (First, Fraction, u64, u64) {
        (self.first, self.total, self.nodes, self.surplus)
    }

    /// The key of some instances of units that a wish allows.
    fn of(units: &[Unit], counts: &[u64], wish: &Wish) -> Self {
        let used = || units.iter().zip(counts).filter(|(_, count)| **count > 0);
        let sum = |of: &dyn Fn(&Unit) -> Fraction| -> Fraction {
            used().map(|(unit, count)| Fraction::whole(*count) * of(unit)).sum()
        };
        let gpus: u64 = used().map(|(unit, count)| unit.gpus * count).sum();
        let total = sum(&|unit| unit.priced.total);
        let first = match wish.sort {
            Sort::Total => First::Money(total),
            Sort::Rate => First::Money(sum(&|unit| unit.priced.rate)),
            Sort::Upfront => First::Money(sum(&|unit| unit.priced.upfront)),
            Sort::PerGpu => First::Money(total / Fraction::whole(gpus)),
            Sort::Provisioning => {
                let (unknown, minutes) = used().map(|(unit, _)| unit.minutes).max().unwrap_or_default();
                First::Minutes(unknown, minutes)
            }
        };
        Self {
            first,
            total,
            nodes: counts.iter().sum(),
            surplus: gpus - wish.least,
        }
    }
}

/// The best plan's key; `None` when there is no plan.
pub fn best(wares: &[Ware], wish: &Wish) -> Option<Best> {
    search(wares, wish, &|units, nodes| {
        if wish.caps.iter().any(Option::is_some) {
            return every(units, wish, nodes);
        }
        match wish.sort {
            Sort::Total | Sort::Rate | Sort::Upfront => cover(units, wish, wish.least..=top(units, wish), nodes),
            // For a known number of GPUs, the least per GPU is the least; no unit may be superfluous.
            Sort::PerGpu => (wish.least..=top(units, wish))
                .filter_map(|gpus| {
                    let needed: Vec<Unit> = units
                        .iter()
                        .filter(|unit| unit.gpus > gpus - wish.least)
                        .cloned()
                        .collect();
                    cover(&needed, wish, gpus..=gpus, nodes)
                })
                .min_by_key(Best::key),
            Sort::Provisioning => units
                .iter()
                .filter_map(|slowest| {
                    let fast: Vec<Unit> = units
                        .iter()
                        .filter(|unit| unit.minutes <= slowest.minutes)
                        .cloned()
                        .collect();
                    cover(&fast, wish, wish.least..=top(&fast, wish), nodes)
                })
                .min_by_key(Best::key),
        }
    })
}

/// As [`best`], by trying every combination.
pub fn by_force(wares: &[Ware], wish: &Wish) -> Option<Best> {
    search(wares, wish, &|units, nodes| every(units, wish, nodes))
}

/// The best plans' keys in order, at most so many, by trying every combination.
pub fn ranked_by_force(wares: &[Ware], wish: &Wish, most: usize) -> Vec<Best> {
    let over = |nodes| {
        // Alone, an instance is another plan in each of its places, however far apart plans may stand.
        let spread = wish.spread && nodes > 1;
        let pools = pools(wares, &Wish { spread, ..wish.clone() });
        let mut plans = Vec::new();
        for units in &pools {
            descend(units, wish, nodes, &mut vec![0; units.len()], 0, &mut |plan| {
                plans.push(plan);
            });
        }
        plans.sort_by_key(Best::key);
        plans.truncate(most);
        plans
    };
    match wish.nodes {
        None => Some(over(1))
            .filter(|plans| !plans.is_empty())
            .unwrap_or_else(|| over(u64::MAX)),
        Some(0) => over(u64::MAX),
        Some(nodes) => over(nodes),
    }
}

/// Asks each pool for its best, single instances first where R2 says so.
fn search(wares: &[Ware], wish: &Wish, within: &dyn Fn(&[Unit], u64) -> Option<Best>) -> Option<Best> {
    let pools = pools(wares, wish);
    let over = |nodes| {
        pools
            .iter()
            .filter_map(|units| within(units, nodes))
            .min_by_key(Best::key)
    };
    match wish.nodes {
        None => over(1).or_else(|| over(u64::MAX)),
        Some(0) => over(u64::MAX),
        Some(nodes) => over(nodes),
    }
}

/// What may be combined (R8, R9).
pub(super) fn pools(wares: &[Ware], wish: &Wish) -> Vec<Vec<Unit>> {
    let mut pools: BTreeMap<_, Vec<Unit>> = BTreeMap::new();
    for (number, ware) in wares.iter().enumerate() {
        let Some(priced) = price(ware, wish) else { continue };
        let machine = (!wish.mixed).then_some((ware.model, ware.memory, ware.socket));
        // Of several places to choose from, one is as good as another when places do not matter.
        for site in ware.sites.iter().take(if wish.spread { 1 } else { ware.sites.len() }) {
            let place = match site.center {
                _ if wish.spread => None,
                Some(center) => Some((ware.shelf, ware.provider, center, 0)),
                // Shared with nothing but further copies of itself.
                None => Some((ware.shelf, ware.provider, "", number + 1)),
            };
            pools.entry((place, machine)).or_default().push(Unit {
                gpus: ware.gpus,
                bound: bound(ware),
                priced: priced.clone(),
                minutes: (ware.provisioning.is_none(), ware.provisioning.unwrap_or_default()),
            });
        }
    }
    pools.into_values().collect()
}

/// No plan without a superfluous instance supplies more.
fn top(units: &[Unit], wish: &Wish) -> u64 {
    let largest = units.iter().map(|unit| unit.gpus).max().unwrap_or(1);
    wish.most.unwrap_or(u64::MAX).min(wish.least + largest - 1)
}

/// First cost, total, instances: added up, and compared in that order.
type Cost = (i128, i128, u64);
/// The cheapest way to a state, and how many of each unit it takes.
type State = Option<(Cost, Vec<u64>)>;

/// The cheapest way to supply a number of GPUs in a range: a knapsack with a bound for each unit.
fn cover(units: &[Unit], wish: &Wish, gpus: std::ops::RangeInclusive<u64>, nodes: u64) -> Option<Best> {
    let size = |count: u64| usize::try_from(count).expect("a small number");
    let (least, top) = (*gpus.start(), *gpus.end());
    let nodes = nodes.min(top);
    let first = |unit: &Unit| match wish.sort {
        Sort::Rate => unit.priced.rate,
        Sort::Upfront => unit.priced.upfront,
        Sort::Total | Sort::PerGpu | Sort::Provisioning => unit.priced.total,
    };
    let under = Fraction::denominator(units.iter().flat_map(|unit| [first(unit), unit.priced.total]));
    let mut table: Vec<Vec<State>> = vec![vec![None; size(nodes) + 1]; size(top) + 1];
    table[0][0] = Some(((0, 0, 0), vec![0; units.len()]));
    for (at, unit) in units.iter().enumerate() {
        let cost = (first(unit).over(under), unit.priced.total.over(under));
        // From the top down, each state is still what it was before this unit.
        for have in (0..=size(top)).rev() {
            for used in (0..=size(nodes)).rev() {
                let Some(before) = table[have][used].clone() else {
                    continue;
                };
                let mut next = before;
                for copies in 1..=size(unit.bound.min(nodes)) {
                    let (have, used) = (have + copies * size(unit.gpus), used + copies);
                    if have > size(top) || used > size(nodes) {
                        break;
                    }
                    next.0 = (next.0.0 + cost.0, next.0.1 + cost.1, next.0.2 + 1);
                    next.1[at] += 1;
                    let slot = &mut table[have][used];
                    if slot.as_ref().is_none_or(|slot| next.0 < slot.0) {
                        *slot = Some(next.clone());
                    }
                }
            }
        }
    }
    let found = (least..=top).flat_map(|gpus| table[size(gpus)].iter().flatten());
    found
        .map(|(_, counts)| Best::of(units, counts, wish))
        .min_by_key(Best::key)
}

/// Every combination without a superfluous instance, within the caps (R7).
fn every(units: &[Unit], wish: &Wish, nodes: u64) -> Option<Best> {
    let mut found: Option<Best> = None;
    descend(units, wish, nodes, &mut vec![0; units.len()], 0, &mut |plan| {
        if found.as_ref().is_none_or(|best| plan.key() < best.key()) {
            found = Some(plan);
        }
    });
    found
}

fn descend(units: &[Unit], wish: &Wish, nodes: u64, counts: &mut [u64], at: usize, found: &mut impl FnMut(Best)) {
    let used = || units.iter().zip(counts.iter()).filter(|(_, count)| **count > 0);
    let gpus: u64 = used().map(|(unit, count)| unit.gpus * count).sum();
    if gpus >= wish.least {
        let smallest = used().map(|(unit, _)| unit.gpus).min().unwrap_or(0);
        if gpus - smallest < wish.least && wish.most.is_none_or(|most| gpus <= most) && affordable(units, counts, wish)
        {
            found(Best::of(units, counts, wish));
        }
        return;
    }
    if at == units.len() {
        return;
    }
    descend(units, wish, nodes, counts, at + 1, found);
    if counts[at] < units[at].bound && counts.iter().sum::<u64>() < nodes {
        counts[at] += 1;
        // Once more from the same unit; the branch above goes on without it.
        descend(units, wish, nodes, counts, at, found);
        counts[at] -= 1;
    }
}

fn affordable(units: &[Unit], counts: &[u64], wish: &Wish) -> bool {
    let sum = |of: &dyn Fn(&Priced) -> Fraction| -> Fraction {
        let each = units.iter().zip(counts);
        each.map(|(unit, count)| Fraction::whole(*count) * of(&unit.priced))
            .sum()
    };
    let within = |cap: &Option<String>, amount: Fraction| {
        cap.as_deref()
            .is_none_or(|cap| amount <= Fraction::read(cap).expect("a cap"))
    };
    within(&wish.caps[0], sum(&|priced| priced.rate))
        && within(&wish.caps[1], sum(&|priced| priced.total))
        && within(&wish.caps[2], sum(&|priced| priced.upfront))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::market;

    /// The reckoner's two methods against each other.
    #[test]
    fn the_table_finds_what_trying_everything_finds() {
        let mut plans = 0;
        for seed in 0..400 {
            let mut dice = Dice::new(seed);
            let wares = market::wares(&mut dice, 7);
            let mut wish = market::wish(&mut dice);
            wish.least = wish.least.min(6);
            wish.most = wish.most.map(|most| most.clamp(wish.least, 7));
            wish.caps = [const { None }; 3];
            let (table, all) = (best(&wares, &wish), by_force(&wares, &wish));
            assert_eq!(table, all, "seed {seed}: {wish:?}");
            plans += u32::from(all.is_some());
        }
        assert!(plans > 100, "{plans} of 400 requests could be met");
    }
}
