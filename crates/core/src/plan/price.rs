//! What is weighed against what.

use crate::bill::Bill;
use crate::colocation::DiskSet;
use crate::money::{Money, Rate};

/// What something costs: an instance, or the disks of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    pub(super) rate: Rate,
    pub(super) upfront: Money,
    pub(super) total: Money,
}

impl Price {
    pub(super) fn of(bill: &Bill) -> Self {
        Self {
            rate: bill.rate,
            upfront: bill.upfront,
            total: bill.total,
        }
    }

    /// Nothing is paid for a disk when ordering.
    pub(super) fn of_disks(disks: &DiskSet) -> Self {
        Self {
            rate: disks.rate,
            upfront: Money::zero(disks.total.currency()),
            total: disks.total,
        }
    }
}
