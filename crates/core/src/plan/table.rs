//! The least cost of covering what remains, for every remainder.
//!
//! Units of one pool that supply the same number of GPUs form a class. Within
//! a class the cheapest come first, so the cost of taking `m` of them is
//! convex in `m`, and the best `m` grows with the remainder along a residue
//! class: that is what makes a table cheap (divide and conquer over each
//! residue instead of trying every `m`).
//!
//! A limit on instances adds a dimension, the instances left; taking a unit
//! then moves along a diagonal, and the same holds there. Only remainders that
//! the larger classes can leave and the smaller ones can cover are kept.

mod cell;
mod fill;
mod grid;
mod line;

use super::pool::{Pool, Unit, Weight};
use cell::Packing;
use grid::Grid;

pub(super) use grid::Spot;

/// Costs to go, per class, instances left and remainder, in cells that are no
/// larger than the weights need.
pub(super) struct Table(Cells);

enum Cells {
    Short(Grid<u64>),
    Long(Grid<u128>),
    Whole(Grid<Weight>),
}

/// What all sizes of cells have in common.
macro_rules! each {
    ($table:expr, $grid:ident => $what:expr) => {
        match &$table.0 {
            Cells::Short($grid) => $what,
            Cells::Long($grid) => $what,
            Cells::Whole($grid) => $what,
        }
    };
}

impl Table {
    pub(super) fn new(pool: &Pool) -> Self {
        Self(match Packing::of(pool) {
            Some(packing) if packing.is_short() => Cells::Short(Grid::new(pool, packing)),
            Some(packing) => Cells::Long(Grid::new(pool, packing)),
            None => Cells::Whole(Grid::new(pool, Packing::default())),
        })
    }

    /// The table of the least that plans take of a cap, instead of what they
    /// weigh.
    pub(super) fn of_spent(pool: &Pool, cap: usize) -> Self {
        let spent = |unit: &Unit| {
            let first = unit.spent.get(cap).copied().unwrap_or_default();
            Unit {
                weight: Weight {
                    first,
                    nodes: 1,
                    ..Weight::ZERO
                },
                ..unit.clone()
            }
        };
        Self::new(&Pool::new(
            pool.units().map(spent).collect(),
            pool.wanted,
            pool.limits.without_caps(),
        ))
    }

    /// Whether what it tells is the least of all plans that keep to the limit
    /// on instances, and not only a bound.
    pub(super) fn is_exact(&self) -> bool {
        each!(self, grid => grid.is_exact())
    }

    /// The least weight that covers `remaining` more GPUs with classes
    /// `class..` and at most `left` instances.
    pub(super) fn to_go(&self, class: usize, remaining: usize, left: u64) -> Weight {
        each!(self, grid => grid.to_go(class, remaining, left))
    }

    /// A remainder of a class of so many GPUs, with at most `left` instances to
    /// cover it.
    pub(super) fn spot(&self, gpus: usize, remaining: usize, left: u64) -> Spot {
        each!(self, grid => grid.spot(gpus, remaining, left))
    }

    /// What remains to be paid after taking 0, 1, 2… to `most` units of a class:
    /// the least weights that cover the rest with `units`, the last of that
    /// class, and the later classes. One unit more than the spot's position
    /// covers all and leaves no rest.
    pub(super) fn rests(&self, class: usize, gpus: usize, units: &[Unit], spot: Spot, most: usize) -> Vec<Weight> {
        each!(self, grid => grid.rests(class, gpus, units, spot, most))
    }

    /// The least weight that covers a remainder with one or more of `units`, the
    /// last of a class, and the later classes.
    pub(super) fn with_one(&self, class: usize, gpus: usize, units: &[Unit], spot: Spot) -> Weight {
        each!(self, grid => grid.with_one(class, gpus, units, spot))
    }

    /// By how many GPUs a plan that ends in a class overshoots from this spot;
    /// `None` when it may not.
    pub(super) fn surplus(&self, gpus: usize, spot: Spot) -> Option<u64> {
        each!(self, grid => grid.surplus(gpus, spot))
    }
}
