//! What somebody needs of disks that outlive the instances (R11–R13).

use crate::number::Exact;
use crate::quantity::{Gb, Hours};

/// Disks that a plan attaches or creates. A disk ties a plan to its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisksWanted {
    /// Ids of disks that exist: a plan's place is one where all of them can be
    /// attached (R11).
    pub attach: Vec<String>,
    /// Whether one of them is enough.
    pub attach_any: bool,
    /// Sizes of disks to create, at least (R12).
    pub create: Vec<Gb>,
    /// What moving the data of the attached disks elsewhere would cost, when
    /// somebody knows.
    pub moving: Moving,
}

/// What moving data costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moving {
    /// For one GB, in the quote's currency.
    pub price_per_gb: Option<Exact>,
    /// For how long the old disks are kept beside the new ones.
    pub hours: Option<Hours>,
}

impl DisksWanted {
    /// Whether no disk is asked for.
    pub fn is_empty(&self) -> bool {
        self.attach.is_empty() && self.create.is_empty()
    }
}

impl Moving {
    /// Whether anything is known of the move.
    pub fn is_known(self) -> bool {
        self.price_per_gb.is_some() || self.hours.is_some()
    }
}
