//! A pool, sorted by the disks that its plans take along (R12, R13).
//!
//! A plan of one machine may do with a cheaper disk than one of several. A unit
//! that covers the wanted count alone is never part of a plan of several, so
//! the units sort into those whose plans are of one machine and the rest; and
//! in each part the disks cost every plan the same.

use std::sync::Arc;

use super::pool::Unit;
use crate::colocation::{Apart, DiskSet};
use crate::quantity::Range;

/// Units of one pool whose plans take the same disks along, or why they have
/// none.
pub(super) struct Part {
    pub(super) units: Vec<Unit>,
    pub(super) disks: Result<Option<Arc<DiskSet>>, Apart>,
}

/// The parts of a pool; all its units stand in one place where disks are asked
/// for.
pub(super) fn parts(units: Vec<Unit>, wanted: Range) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for unit in units {
        let alone = u64::from(unit.candidate.offer.gpu.count) >= wanted.least.max(1);
        let disks = unit
            .candidate
            .disks(unit.place, !alone)
            .map(Option::<&Arc<DiskSet>>::cloned);
        match parts.iter_mut().find(|part| part.disks == disks) {
            Some(part) => part.units.push(unit),
            None => parts.push(Part {
                units: vec![unit],
                disks,
            }),
        }
    }
    parts
}
