//! What is for sale: one offer is one kind of instance at one seller.

mod price;
mod seller;
mod stock;

pub use price::{PriceError, price};
pub use seller::{Broker, OfferId, Provider};
pub use stock::{Stock, StockLevel};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::gpu::Gpu;
use crate::money::{Currency, Rate};
use crate::number::Exact;
use crate::place::Place;
use crate::quantity::{Hours, Minutes};

open_enum! {
    /// On which terms an instance is sold: EC2 and others call this its market type.
    MarketType {
        /// Kept until terminated.
        OnDemand = "on_demand",
        /// Cheaper, and taken back whenever the seller likes.
        Spot = "spot",
    }
}

open_enum! {
    /// What is known of who runs the machine.
    Security {
        /// A provider that maintains security standards in its own data centre.
        Secure = "secure" | "secure_cloud",
        /// Anybody's machine.
        Community = "community" | "community_cloud",
    }
}

open_enum! {
    /// A network between GPUs or machines.
    InterconnectKind {
        /// Within one box.
        NvLink = "nvlink",
        /// Between boxes.
        InfiniBand = "infiniband",
        /// Ethernet.
        Ethernet = "ethernet",
        /// RDMA over Ethernet.
        Roce = "roce",
        /// No more than the PCI Express bus.
        Pcie = "pcie",
    }
}

/// How a resource of an instance can be sized and what it costs (P5, P6).
///
/// Counts are in the resource's unit: vCPUs, or GB of memory or disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    /// The smallest count; `None` means that only the default is valid.
    pub min: Option<u64>,
    /// The count one gets without asking.
    pub default: Option<u64>,
    /// The largest count; `None` means no limit.
    pub max: Option<u64>,
    /// Counts go up from `min` in steps of this; `None` and 0 mean 1.
    pub step: Option<u64>,
    /// Price of one unit; `None` or zero means that no count is charged.
    pub unit_price: Option<Rate>,
    /// Whether the default is in the offer's base price.
    pub included: bool,
}

impl Dial {
    /// A count that cannot be changed and is in the base price.
    pub fn fixed(count: Option<u64>) -> Self {
        Self {
            default: count,
            included: true,
            ..Self::default()
        }
    }
}

/// The resources of one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// Virtual CPUs.
    pub vcpu: Dial,
    /// Main memory in GB.
    pub memory: Dial,
    /// The instance's own disk in GB.
    pub disk: Dial,
    /// A disk shared by the instances of a cluster, in GB.
    pub shared_disk: Dial,
}

/// The network that an offer claims.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interconnect {
    /// Every kind that the broker names.
    pub kinds: Vec<InterconnectKind>,
    /// The speed in Gbps, when the broker says.
    pub gbps: Option<Exact>,
}

/// When an instance is paid for, beyond the time it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Hours charged when ordering, whatever is used (P9); more than zero, as
    /// `None` is nothing prepaid.
    pub prepaid: Option<Hours>,
    /// The least time charged (P11).
    pub minimum_runtime: Minutes,
}

/// One kind of instance at one seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Who sells it.
    pub broker: Broker,
    /// Whose machine it is.
    pub provider: Provider,
    /// The broker's own word for it.
    pub id: OfferId,
    /// Its GPUs.
    pub gpu: Gpu,
    /// Where it can be launched; never empty, and each entry is a place of its
    /// own (R9).
    pub places: Vec<Place>,
    /// How it is bought.
    pub market: MarketType,
    /// Who runs it.
    pub security: Security,
    /// The broker's claim about stock.
    pub stock: Stock,
    /// Price of the whole instance (all its GPUs, all its nodes) per hour in
    /// its own market and tier (P4); `None` is not free but unpriced (P3).
    pub price: Option<Rate>,
    /// Currency of every price of the offer.
    pub currency: Currency,
    /// What can be sized.
    pub resources: Resources,
    /// Prepayment and minimum runtime.
    pub terms: Terms,
    /// Price of the whole Kubernetes add-on per hour; `None` when the offer
    /// has none (P10).
    pub kubernetes: Option<Rate>,
    /// The network.
    pub interconnect: Interconnect,
    /// The broker's guess at how long a launch takes, in minutes.
    pub provisioning_minutes: Option<Exact>,
    /// Whether the broker says that the price may move (Prime `isVariable`).
    pub variable_price: bool,
    /// Whether the GPUs are spread over several machines of one cluster.
    pub multi_node: bool,
    /// What the broker wants to hear back, word for word, when launching.
    pub launch: LaunchWords,
}

/// The broker's own words that a launch repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchWords {
    /// The GPU type as the broker spells it.
    pub gpu_type: Arc<str>,
    /// Operating systems or images it boots; offers that boot the same ones
    /// may share the list.
    pub images: Arc<[Arc<str>]>,
    /// How it is bought, as the broker spells it; `None` when it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<Arc<str>>,
    /// Whether it runs cloud-init at its first start; `None` when the broker
    /// does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_init: Option<bool>,
    /// Other words of the broker's, by its name of the field, where this
    /// record keeps their meaning and not their letters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub echo: BTreeMap<Arc<str>, Arc<str>>,
}

impl Offer {
    /// An offer on demand, secure and available, in an unnamed place, with
    /// nothing priced apart and no price yet. Set what differs.
    pub fn new(broker: Broker, provider: Provider, id: OfferId, gpu: Gpu) -> Self {
        Self {
            broker,
            provider,
            id,
            gpu,
            places: vec![Place::default()],
            market: MarketType::OnDemand,
            security: Security::Secure,
            stock: Stock {
                level: StockLevel::Available,
                units: None,
            },
            price: None,
            currency: Currency::USD,
            resources: Resources::default(),
            terms: Terms::default(),
            kubernetes: None,
            interconnect: Interconnect::default(),
            provisioning_minutes: None,
            variable_price: false,
            multi_node: false,
            launch: LaunchWords::default(),
        }
    }

    /// One of its places by number; nowhere, where there is none.
    pub(crate) fn place(&self, number: usize) -> &Place {
        // `fit` only hands out numbers of places that exist.
        self.places.get(number).unwrap_or(&NOWHERE)
    }
}

static NOWHERE: Place = Place {
    region: None,
    country: None,
    data_center: None,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_broker_does_not_say_are_not_written() {
        let check = |json: &str, instance_type: Option<&str>, cloud_init: Option<bool>| {
            let words: LaunchWords = serde_json::from_str(json).unwrap();
            assert_eq!(
                (words.instance_type.as_deref(), words.cloud_init),
                (instance_type, cloud_init)
            );
            assert_eq!(serde_json::to_string(&words).unwrap(), json);
        };
        check(r#"{"gpu_type":"H100","images":["a"]}"#, None, None);
        check(
            r#"{"gpu_type":"H100","images":[],"instance_type":"CLUSTER","cloud_init":false}"#,
            Some("CLUSTER"),
            Some(false),
        );
    }
}
