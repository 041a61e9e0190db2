//! Where machines and disks are: one listing shows all of an account's of one
//! kind.

use gpu_broker_core::offer::Broker;
use serde::{Deserialize, Serialize};

/// One listing that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Whose.
    pub broker: Broker,
    /// Of which team, as far as one was configured.
    pub scope: Option<String>,
    /// What it lists.
    pub kind: Kind,
}

/// What is rented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A machine. Brokers show those that ended.
    #[default]
    Machine,
    /// A disk that outlives machines. Brokers drop those that were deleted from
    /// their listing.
    Disk,
}
