//! Machines that exist, as their broker lists them.

mod ssh;

pub use ssh::{Ssh, SshError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::gpu::Gpu;
use crate::money::Rate;
use crate::number::Exact;
use crate::offer::{Broker, MarketType, Provider};
use crate::place::Place;

opaque_id!(
    /// The broker's id of a machine.
    InstanceId
);

/// A machine, as far as its broker tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Who rents it out.
    pub broker: Broker,
    /// Its id there.
    pub id: InstanceId,
    /// The name under which it was ordered; empty when the broker shows none.
    pub name: String,
    /// Whose machine it is.
    pub provider: Provider,
    /// Its GPUs.
    pub gpu: Gpu,
    /// Where it stands, as far as the broker says.
    pub place: Place,
    /// How it is bought; `None` when the broker does not say.
    pub market: Option<MarketType>,
    /// What becomes of it.
    pub phase: Phase,
    /// The broker's own word for that.
    pub status: String,
    /// What it costs per hour while it runs; `None` when the broker does not
    /// say.
    pub rate: Option<Rate>,
    /// What it has cost so far, in the currency of `rate`, when the broker
    /// says.
    pub billed: Option<Exact>,
    /// When it was ordered, by the broker's clock.
    pub created_at: Option<Timestamp>,
    /// When it ended, by the broker's clock.
    pub ended_at: Option<Timestamp>,
    /// How to reach it; one entry for each of its nodes.
    pub ssh: Vec<Ssh>,
    /// How far its installation has come, in percent, when the broker says.
    pub progress: Option<u8>,
    /// What went wrong with it, in the broker's words.
    pub trouble: Option<String>,
}

/// What becomes of a machine. Closed, because money hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Being made. Some brokers bill for it.
    Deploying,
    /// Ready to be used.
    Running,
    /// Switched off, and kept: billed at a rate of its own, or in full.
    Stopped,
    /// Broken. Whether it is billed is not documented, so it counts.
    Failed,
    /// Being ended, and not gone.
    Ending,
    /// Ended: the broker says that it is no more.
    Gone,
    /// A word that nobody knows. It counts as billed.
    Unclear,
}

impl Phase {
    /// Whether it may cost money: everything but what is gone.
    pub fn is_billable(self) -> bool {
        match self {
            Self::Deploying | Self::Running | Self::Stopped | Self::Failed | Self::Ending | Self::Unclear => true,
            Self::Gone => false,
        }
    }

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploying => "deploying",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Ending => "ending",
            Self::Gone => "gone",
            Self::Unclear => "unclear",
        }
    }
}
