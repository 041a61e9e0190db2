//! What spends money: launching, ending, disks, and the account behind them.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ask, Deletion, DiskOrder, Listing, Order, Outcome, SourceError};
use crate::disk::{Disk, DiskId};
use crate::instance::{Instance, InstanceId};
use crate::money::Currency;
use crate::number::Exact;
use crate::offer::Offer;
use crate::quantity::Gb;

/// The account's machines.
///
/// Every call ends within its time. Errors say by their
/// [kind](super::ErrorKind) whether the key, the way or the answer is at fault.
/// Only [`create`](Self::create) begins to cost money.
#[async_trait]
pub trait Fleet: Debug + Send + Sync {
    /// What its rules are.
    fn traits(&self) -> FleetTraits;
    /// The account or team that is asked, as far as it was configured: what a
    /// listing shows depends on it.
    fn scope(&self) -> Option<&str>;
    /// Sends one request to launch a machine, once, whatever comes of it.
    /// Costs money from here on when it is accepted, and perhaps when it is
    /// not.
    async fn create(&self, order: &Order, within: Duration) -> Outcome<Instance>;
    /// One machine; `None` when the broker says that there is none, which is
    /// no proof that it ended. Costs nothing.
    async fn get(&self, id: &InstanceId, within: Duration) -> Result<Option<Instance>, SourceError>;
    /// Every machine that may cost money, and those that ended since `since`,
    /// as far as the broker still shows them. Costs nothing.
    async fn list(&self, ask: &Ask<'_>, since: Timestamp) -> Listing<Instance>;
    /// Asks to end a machine. Asking costs nothing; what it costs to end it
    /// early depends on its minimum runtime, and what is prepaid is not given
    /// back.
    async fn delete(&self, id: &InstanceId, within: Duration) -> Result<Deletion, SourceError>;
    /// Whether it may be ended now, or how long it may not. Costs nothing.
    async fn may_end(&self, id: &InstanceId, within: Duration) -> Result<Ending, SourceError>;
    /// The account that pays.
    fn account(&self) -> &dyn Account;
}

/// What a fleet's rules are, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetTraits {
    /// The longest name of a machine.
    pub name_len_max: usize,
    /// Whether a request to launch can state the most that it may cost.
    pub takes_ceiling: bool,
    /// Requests to launch that the broker allows in a time.
    pub creates: Option<Budget>,
    /// All other requests that it allows in a time.
    pub calls: Option<Budget>,
    /// Whether its listing goes on to show machines that ended.
    pub lists_ended: bool,
}

impl FleetTraits {
    /// No limits known, no ceiling taken.
    pub fn new(name_len_max: usize) -> Self {
        Self {
            name_len_max,
            takes_ceiling: false,
            creates: None,
            calls: None,
            lists_ended: false,
        }
    }
}

/// So many requests in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// How many.
    pub count: u32,
    /// In how long.
    pub window: Duration,
}

/// Whether a machine may be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Whether the broker would end it now.
    pub allowed: bool,
    /// How long it must run before, when the broker says.
    pub wait: Option<Duration>,
}

/// The account's disks. Time and errors are as with [`Fleet`]; only
/// [`create`](Self::create) begins to cost money.
#[async_trait]
pub trait Disks: Debug + Send + Sync {
    /// Every disk that the account owns. Costs nothing.
    async fn list(&self, ask: &Ask<'_>) -> Listing<Disk>;
    /// Sends one request to create a disk, once. It costs money until it is
    /// deleted.
    async fn create(&self, order: &DiskOrder, within: Duration) -> Outcome<Disk>;
    /// Asks to delete a disk and what is on it. Costs nothing.
    async fn delete(&self, id: &DiskId, within: Duration) -> Result<Deletion, SourceError>;
    /// Gives it another name. Costs nothing.
    async fn rename(&self, id: &DiskId, name: &str, within: Duration) -> Result<(), SourceError>;
    /// What can be done to disks beside running machines; `None` where disks
    /// are attached at launch or not at all.
    fn volumes(&self) -> Option<&dyn Volumes>;
}

/// Disks that come and go while machines run. Time and errors are as with
/// [`Fleet`].
#[async_trait]
pub trait Volumes: Debug + Send + Sync {
    /// Attaches a disk to a running machine. It costs what it did.
    async fn attach(&self, id: &DiskId, to: &InstanceId, within: Duration) -> Result<(), SourceError>;
    /// Detaches it. It costs what it did.
    async fn detach(&self, id: &DiskId, from: &InstanceId, within: Duration) -> Result<(), SourceError>;
    /// Makes it larger, which costs more; no broker makes one smaller.
    async fn resize(&self, id: &DiskId, size: Gb, within: Duration) -> Result<(), SourceError>;
}

/// The account that pays, and the keys that may log in. Time and errors are as
/// with [`Fleet`]; nothing here costs anything.
#[async_trait]
pub trait Account: Debug + Send + Sync {
    /// What there is to spend: one entry for each team that the key sees.
    async fn balances(&self, within: Duration) -> Result<Vec<Balance>, SourceError>;
    /// The public keys that machines can be given.
    async fn keys(&self, within: Duration) -> Result<Vec<AccountKey>, SourceError>;
    /// Adds a public key.
    async fn add_key(&self, name: &str, public_key: &str, within: Duration) -> Result<AccountKey, SourceError>;
    /// Removes a public key from the account; machines keep it.
    async fn remove_key(&self, id: &str, within: Duration) -> Result<Deletion, SourceError>;
    /// Versions of the Kubernetes add-on that can be ordered with this offer,
    /// newest first; none where there is no add-on.
    async fn kubernetes_versions(&self, offer: &Offer, within: Duration) -> Result<Vec<String>, SourceError>;
}

/// What a team has to spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// The team's id; `None` for the person's own account.
    pub team: Option<String>,
    /// Its name.
    pub name: String,
    /// What it has, in currency units.
    pub amount: Exact,
    /// In this currency.
    pub currency: Currency,
    /// Whether it is the one that pays when no team is named.
    pub current: bool,
}

/// A public key that the account knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountKey {
    /// Its id.
    pub id: String,
    /// The name that its owner gave it.
    pub name: String,
    /// The key, in the form of `authorized_keys`.
    pub public_key: String,
    /// Whether machines get it when no key is named.
    pub primary: bool,
}
