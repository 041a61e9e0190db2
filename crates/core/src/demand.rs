//! What somebody needs (R1–R7): hard limits, and what counts as best.

mod disks;
mod held;
mod stock;
mod whereabouts;
mod words;

pub use disks::{DisksWanted, Moving};
pub use stock::{StockAssumed, StockWord};
pub use whereabouts::Where;
pub use words::Words;

use serde::{Deserialize, Serialize};

use crate::bill::Interruptions;
use crate::configuration::{Exchange, Selection};
use crate::gpu::{GpuRequest, Socket};
use crate::money::Currency;
use crate::number::Exact;
use crate::offer::{InterconnectKind, MarketType, Offer, Security};
use crate::policy::Policy;
use crate::quantity::{Hours, Range};

/// A request for GPUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Which GPUs, and how many in all (R1).
    pub gpus: GpuRequest,
    /// For how long.
    pub hours: Hours,
    /// What every instance must have (R2).
    pub instance: Selection,
    /// How many GPUs every instance must have (R2).
    pub gpus_per_node: Option<Range>,
    /// How many instances a plan may have (R2).
    pub nodes: Nodes,
    /// Where (R3).
    pub wanted_where: Where,
    /// On demand or spot (R4).
    pub market: MarketWanted,
    /// Who may run the machines (R4).
    pub security: SecurityWanted,
    /// Whether prepaid offers compete (R5).
    pub prepaid: bool,
    /// The network (R6).
    pub network: Network,
    /// What a plan may cost (R7), in the quote's currency.
    pub caps: Caps,
    /// Whether instances of one plan may differ in GPU model, memory and
    /// socket (R8).
    pub mixed: bool,
    /// Whether instances of one plan may stand in several places (R9).
    pub spread: bool,
    /// Disks to attach and to create (R11–R13).
    pub disks: DisksWanted,
    /// The quote's currency and what others are worth in it (P2).
    pub exchange: Exchange,
    /// What best means (R14).
    pub objective: Objective,
    /// How often spot machines are expected to be taken back; `None` counts
    /// spot hours as if none were lost.
    pub interruptions: Option<Interruptions>,
    /// What a broker's words of stock are taken to promise (R10).
    pub stock: StockAssumed,
    /// The rules of the house: offers and plans that they deny do not compete.
    pub policy: Policy,
}

/// How many instances a plan may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nodes {
    /// One, if any accepted offer supplies the count alone; else any number.
    OneIfPossible,
    /// At most this many.
    AtMost(u64),
    /// Any number.
    Any,
}

/// Which markets compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketWanted {
    /// On demand only.
    OnDemand,
    /// Spot only.
    Spot,
    /// Both.
    Both,
}

/// Which tiers compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityWanted {
    /// Secure only.
    Secure,
    /// Community only.
    Community,
    /// All, the unknown ones included.
    Any,
}

/// What the network must be. A broker's silence is no promise: an offer that
/// does not say is not meant (R6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// Any of these kinds; empty when it does not matter.
    pub kinds: Vec<InterconnectKind>,
    /// At least this fast, in Gbps.
    pub gbps: Option<Exact>,
    /// The GPUs' socket.
    pub socket: Option<Socket>,
}

/// The most that a plan may cost, in the quote's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// Per hour, for the whole plan.
    pub rate: Option<Exact>,
    /// Over the horizon.
    pub total: Option<Exact>,
    /// When ordering.
    pub upfront: Option<Exact>,
}

/// What plans are ranked by first (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The total over the horizon.
    #[default]
    Total,
    /// The price per hour.
    Rate,
    /// The total per GPU and hour, surplus GPUs included.
    PerGpu,
    /// What is paid when ordering.
    Upfront,
    /// The brokers' guess at the launch time; unknown comes last.
    Provisioning,
}

impl Demand {
    /// A request for GPUs over some hours with the usual limits: on demand,
    /// secure, prepaid or not, one instance if possible, in USD, anywhere. Set
    /// what differs.
    pub fn new(gpus: GpuRequest, hours: Hours) -> Self {
        Self {
            gpus,
            hours,
            instance: Selection::default(),
            gpus_per_node: None,
            nodes: Nodes::OneIfPossible,
            wanted_where: Where::default(),
            market: MarketWanted::OnDemand,
            security: SecurityWanted::Secure,
            prepaid: true,
            network: Network::default(),
            caps: Caps::default(),
            mixed: false,
            spread: false,
            disks: DisksWanted::default(),
            exchange: Exchange::new(Currency::USD),
            objective: Objective::Total,
            interruptions: None,
            stock: StockAssumed::default(),
            policy: Policy::default(),
        }
    }

    /// What is expected to interrupt work on an offer: nothing but on spot.
    pub fn interruptions_of(&self, offer: &Offer) -> Option<&Interruptions> {
        self.interruptions.as_ref().filter(|_| offer.market == MarketType::Spot)
    }
}

impl MarketWanted {
    /// Whether the market is meant; one that nobody knows never is.
    pub fn admits(self, market: &MarketType) -> bool {
        match self {
            Self::OnDemand => *market == MarketType::OnDemand,
            Self::Spot => *market == MarketType::Spot,
            Self::Both => market.is_known(),
        }
    }
}

impl SecurityWanted {
    /// Whether the tier is meant; one that nobody knows only by [`Self::Any`].
    pub fn admits(self, security: &Security) -> bool {
        match self {
            Self::Secure => *security == Security::Secure,
            Self::Community => *security == Security::Community,
            Self::Any => true,
        }
    }
}

impl Network {
    /// Whether the offer's network is meant.
    pub fn admits(&self, offer: &Offer) -> bool {
        let interconnect = &offer.interconnect;
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| interconnect.kinds.contains(kind)))
            && self
                .gbps
                .is_none_or(|least| interconnect.gbps.is_some_and(|gbps| gbps >= least))
    }
}
