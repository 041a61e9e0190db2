//! Why a request that costs money was not even sent.

use gpu_broker_core::disk::DiskId;
use gpu_broker_core::source::{Outcome, Refusal, SourceError};

use crate::request;

/// Why a request that costs money was not even sent.
pub(super) enum Unready {
    /// It would have been refused.
    Refused(Refusal),
    /// What it needs could not be asked.
    Failed(SourceError),
}

impl<T> From<Unready> for Outcome<T> {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Refused(refusal) => Self::Rejected(refusal),
            Unready::Failed(error) => Self::NotSent(error),
        }
    }
}

impl From<Refusal> for Unready {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SourceError> for Unready {
    fn from(error: SourceError) -> Self {
        Self::Failed(error)
    }
}

/// No volume of that id is in the account.
pub(super) fn no_volume(id: &DiskId) -> Refusal {
    request::refusal(format!(
        "there is no volume `{id}`; take its id from the listing of disks"
    ))
}
