//! What the plans of a pool weigh at the least, before anything is searched.
//!
//! A cover by fractions of instances: the cheapest per GPU first, as far as
//! there is stock. Where instances are limited, each pays a toll, which is given
//! back for as many as there may be: whatever the toll, no plan is cheaper than
//! that, and the best toll makes the bound a near one.

use super::pool::{Class, Pool, Unit};

/// Tolls tried at most.
const TOLLS_MAX: usize = 40;

/// The first part of what every plan of a pool weighs at the least, rounded
/// down.
pub(super) fn bound_below(pool: &Pool) -> i128 {
    let (mut best, nodes) = cover(pool, 0);
    let limit = pool.limits.nodes;
    if nodes <= limit {
        return pool.base.weight.first + best;
    }
    // The bound rises with the toll for as long as too many instances are
    // taken.
    let (mut low, mut high) = (0, dearest(pool).saturating_mul(2));
    for _ in 0..TOLLS_MAX {
        let toll = low + (high - low) / 2;
        let (cost, nodes) = cover(pool, toll);
        best = best.max(cost - toll * i128::from(limit));
        if nodes > limit {
            low = toll + 1;
        } else {
            high = toll;
        }
        if low >= high {
            break;
        }
    }
    pool.base.weight.first + best
}

fn dearest(pool: &Pool) -> i128 {
    pool.units().map(|unit| unit.weight.first).max().unwrap_or(0)
}

/// The cost of the cheapest fractional cover when each instance costs a toll
/// more, and how many instances it takes.
fn cover(pool: &Pool, toll: i128) -> (i128, u64) {
    let mut heads: Vec<Head<'_>> = pool.classes.iter().map(|class| Head::of(class, pool.least)).collect();
    let (mut cost, mut nodes, mut missing) = (0, 0, u64::try_from(pool.least).unwrap_or(u64::MAX));
    while missing > 0 {
        let cheapest = heads.iter_mut().filter(|head| !head.units.is_empty());
        let Some(head) =
            cheapest.min_by(|left, right| left.price_across(right, toll).cmp(&right.price_across(left, toll)))
        else {
            break;
        };
        let Some((unit, later)) = head.units.split_first() else {
            break;
        };
        head.units = later;
        let each = unit.weight.first + toll;
        let whole = unit.bound.min(missing / head.gpus);
        cost += each * i128::from(whole);
        nodes += whole;
        missing -= whole * head.gpus;
        if whole < unit.bound && missing > 0 {
            // Part of one more.
            cost += each * i128::from(missing) / i128::from(head.gpus);
            nodes += 1;
            missing = 0;
        }
    }
    (cost, nodes)
}

/// The units of a class that are not taken yet.
struct Head<'a> {
    /// GPUs of one that count.
    gpus: u64,
    units: &'a [Unit],
}

impl<'a> Head<'a> {
    fn of(class: &'a Class, least: usize) -> Self {
        Self {
            gpus: u64::try_from(class.gpus.min(least)).unwrap_or(u64::MAX),
            units: &class.units,
        }
    }

    /// The price of the cheapest unit per GPU, multiplied by another's GPUs.
    fn price_across(&self, other: &Self, toll: i128) -> i128 {
        let first = self.units.first().map_or(0, |unit| unit.weight.first);
        (first + toll).saturating_mul(other.gpus.into())
    }
}
