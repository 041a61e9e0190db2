//! Disks that outlive an instance: for sale, and already owned.

use serde::{Deserialize, Serialize};

use crate::money::Rate;
use crate::offer::{Broker, Dial, OfferId, Provider, Security, Stock};
use crate::place::Place;
use crate::quantity::Gb;

opaque_id!(
    /// The broker's id of a disk that exists.
    DiskId
);

/// A kind of disk that can be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskOffer {
    /// Who sells it.
    pub broker: Broker,
    /// Whose storage it is.
    pub provider: Provider,
    /// Where it can be created, and attached from.
    pub place: Place,
    /// Its sizes in GB and the price of one GB per hour (P13).
    pub size: Dial,
    /// Whether several instances can attach it at once; `None` when the broker
    /// does not say.
    pub multi_node: Option<bool>,
    /// Who runs it.
    pub security: Security,
    /// The broker's claim about stock.
    pub stock: Stock,
    /// The broker's own word for it, when it has one and wants to hear it back
    /// (Prime's `cloudId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<OfferId>,
}

/// A disk that the account owns already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// Whose account it is in.
    pub broker: Broker,
    /// Its id there.
    pub id: DiskId,
    /// The name its owner gave it.
    pub name: String,
    /// Whose storage it is.
    pub provider: Provider,
    /// Where it is, as far as the broker says.
    pub place: Place,
    /// Its size; `None` when the broker does not say.
    pub size: Option<Gb>,
    /// What it costs per hour, attached or not; it is paid already and part of
    /// no total (P14). `None` when the broker does not say.
    pub rate: Option<Rate>,
    /// Whether several instances can attach it at once; `None` when the broker
    /// does not say.
    pub multi_node: Option<bool>,
    /// The broker's word for its state.
    pub status: String,
    /// Ids of the instances that it is attached to.
    pub attached_to: Vec<String>,
}
