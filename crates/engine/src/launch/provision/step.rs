//! What the parts of a launch say to each other, and what they remember.

use gpu_broker_core::disk::DiskId;

use super::End;
use crate::launch::unit::DiskUnit;

/// What to do after one thing was ordered.
pub(super) enum Next {
    /// It is there.
    Go,
    /// It is not, and another plan may be tried.
    Elsewhere,
    /// No more may be ordered.
    Stop(End),
}

/// Whether something was ordered.
pub(super) enum Ordered {
    /// The attempt tells.
    Tried(String),
    /// Nothing was sent.
    Not(Next),
}

/// A disk that the launch created.
pub(super) struct Made {
    pub(super) key: String,
    pub(super) unit: DiskUnit,
}

/// Whether the disks of a plan are there.
pub(super) enum Prepared {
    /// They are.
    Disks(Vec<DiskId>),
    /// They are not.
    Not(Next),
}

/// Plans that are passed over for the same reason.
pub(super) struct Passed {
    pub(super) why: String,
    /// The first of them.
    pub(super) plan: String,
    /// How many came after it.
    pub(super) more: usize,
    /// Which of the notes tells of them.
    pub(super) note: usize,
}
