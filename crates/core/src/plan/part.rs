//! Pools, sorted by the disks that their plans take along (R12, R13).
//!
//! A plan of one machine may do with a cheaper disk than one of several. A unit
//! that covers the wanted count alone is never part of a plan of several, so
//! the units sort into those whose plans are of one machine and the rest; and
//! in each part the disks cost every plan the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::Spent;
use super::pool::{Base, Unit, Weight};
use crate::colocation::{Apart, Beside, DiskSet};
use crate::fit::{Candidate, Reason};
use crate::quantity::Range;

/// Every set of disks beside some candidate, once.
pub(super) fn sets(candidates: &[Arc<Candidate>]) -> Vec<&Arc<DiskSet>> {
    let beside = candidates.iter().flat_map(|candidate| &candidate.beside);
    let all = beside.flat_map(Beside::sets).map(|set| (Arc::as_ptr(set).addr(), set));
    all.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// What each of some sets adds to a plan; `None` for one that cannot be
/// reckoned with.
pub(super) struct Bases(BTreeMap<usize, Option<Base>>);

impl Bases {
    /// What the sets weigh and take of the caps, in their order.
    pub(super) fn of(sets: &[&Arc<DiskSet>], counted: impl Iterator<Item = (Option<Weight>, Option<Spent>)>) -> Self {
        let base = |(weight, spent): (Option<Weight>, Option<Spent>)| {
            Some(Base {
                weight: weight?,
                spent: spent?,
            })
        };
        Self(
            sets.iter()
                .map(|set| Arc::as_ptr(set).addr())
                .zip(counted.map(base))
                .collect(),
        )
    }

    fn base(&self, disks: Result<Option<&Arc<DiskSet>>, Apart>) -> Result<Base, Reason> {
        match disks? {
            Some(set) => {
                let base = self.0.get(&Arc::as_ptr(set).addr()).copied().flatten();
                base.ok_or(Reason::Price)
            }
            None => Ok(Base::NOTHING),
        }
    }
}

/// Units of one pool whose plans take the same disks along, and what those add,
/// or why there are none.
pub(super) struct Part {
    pub(super) units: Vec<Unit>,
    pub(super) base: Result<Base, Reason>,
}

/// The parts of a pool; all its units stand in one place where disks are asked
/// for.
pub(super) fn parts(units: Vec<Unit>, wanted: Range, bases: &Bases) -> Vec<Part> {
    let mut parts: BTreeMap<bool, Part> = BTreeMap::new();
    for unit in units {
        let several = u64::from(unit.candidate.offer.gpu.count) < wanted.least.max(1);
        let dearer = unit.candidate.pays_for_sharing(unit.place, several);
        let part = parts.entry(dearer).or_insert_with(|| Part {
            units: Vec::new(),
            base: bases.base(unit.candidate.disks(unit.place, several)),
        });
        part.units.push(unit);
    }
    parts.into_values().collect()
}
