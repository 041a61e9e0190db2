//! A quote as a document says it: `planner.quote/1`, as far as it can be right or wrong.

use serde::Deserialize;

use super::certificate::Certificate;
use crate::colocation::PlanDisk;
use crate::configuration::Item;
use crate::demand::Demand;
use crate::fit::Candidate;
use crate::gpu::{GpuModel, Socket};
use crate::money::{Currency, Money, Rate};
use crate::number::Exact;
use crate::offer::{Broker, MarketType, OfferId, Provider, Security, StockLevel};
use crate::place::{Country, DataCenter, Place};
use crate::plan::{Plan, Seller};
use crate::quantity::{Gb, Hours};
use crate::quote::Quote;

/// A quote, as a document tells it. Amounts are in its [`currency`](Self::currency),
/// rates per hour, sizes in GB.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Claim {
    /// The horizon in hours, rounded where it is no finite number of them.
    pub hours: Exact,
    /// The currency of every amount.
    pub currency: Currency,
    /// Whether the first plan is said to be the best there is.
    pub optimal: bool,
    /// The plans, best first.
    pub plans: Vec<ClaimedPlan>,
    /// How many offers became what.
    pub market: ClaimedMarket,
    /// Why the first plan is said to be the best.
    #[serde(default)]
    pub certificate: Option<Certificate>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClaimedPlan {
    /// Its place in the ranking, from 1.
    pub rank: u64,
    /// GPUs supplied.
    pub gpus: u64,
    /// GPUs beyond those asked for.
    pub surplus_gpus: u64,
    /// Instances.
    pub nodes: u64,
    /// Per hour.
    pub rate: Exact,
    /// Paid when ordering.
    pub upfront: Exact,
    /// Paid over the horizon.
    pub total: Exact,
    /// Per GPU and hour.
    pub per_gpu_hour: Option<Exact>,
    /// `exact` or `upper_bound`.
    pub certainty: String,
    /// The least the total may be.
    pub total_low: Option<Exact>,
    /// What is launched.
    pub groups: Vec<ClaimedGroup>,
    /// The disks that it attaches and creates.
    #[serde(default)]
    pub disks: Vec<ClaimedDisk>,
}

/// An offer in a place, launched some number of times.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[non_exhaustive]
pub struct ClaimedGroup {
    /// Who sells it.
    pub broker: Broker,
    /// Whose machine it is.
    pub provider: Provider,
    /// The broker's word for it.
    pub offer_id: OfferId,
    /// How many instances.
    pub count: u64,
    /// The GPUs of one instance.
    pub gpu: ClaimedGpu,
    /// Where.
    pub place: ClaimedPlace,
    /// On demand or spot.
    pub market: MarketType,
    /// The tier.
    pub security: Security,
    /// Hours paid when ordering.
    pub prepaid_hours: Option<Exact>,
    /// The claim about stock.
    pub stock: StockLevel,
    /// Instances in stock, where the broker states a number.
    pub stock_units: Option<u32>,
    /// vCPUs of one instance.
    pub vcpus: Option<u64>,
    /// Its memory, in GB.
    pub memory_gb: Option<u64>,
    /// Its disk, in GB.
    pub disk_gb: Option<u64>,
    /// Its share in a disk of the cluster, in GB.
    pub shared_disk_gb: Option<u64>,
    /// The least time charged.
    pub minimum_runtime_minutes: u64,
    /// Of one instance, per hour.
    pub rate: Exact,
    /// What the rate is the sum of.
    pub lines: Vec<ClaimedLine>,
    /// Who else sells the same machines (R17).
    #[serde(default)]
    pub also_sold_by: Vec<ClaimedSeller>,
}

/// A dearer seller of the same machines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[non_exhaustive]
pub struct ClaimedSeller {
    /// The broker.
    pub broker: Broker,
    /// Its name for the cloud.
    pub provider: Provider,
    /// Its name for the offer.
    pub offer_id: OfferId,
    /// What the same instances cost there over the horizon.
    pub total: Exact,
}

/// A disk beside a plan: attached, or created and then part of its rate and total.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClaimedDisk {
    /// `new` or `attached`.
    pub kind: String,
    /// Whose account it is in, or will be.
    pub broker: Broker,
    /// Whose storage it is.
    pub provider: Provider,
    /// Where it is.
    pub place: ClaimedPlace,
    /// The broker's word for an attached one.
    pub id: Option<String>,
    /// Its size.
    pub size_gb: Option<Gb>,
    /// The price of one GB of a new one.
    pub unit_price: Option<Exact>,
    /// Of a new one, per hour.
    pub rate: Option<Exact>,
    /// Of a new one, over the horizon.
    pub total: Option<Exact>,
}

/// The GPUs of one instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[non_exhaustive]
pub struct ClaimedGpu {
    /// The model.
    pub model: GpuModel,
    /// Memory of one GPU.
    pub memory_gb: Option<Gb>,
    /// The socket.
    pub socket: Option<Socket>,
    /// How many.
    pub count: u32,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[non_exhaustive]
pub struct ClaimedPlace {
    /// The region's word, `unknown` when it has none.
    pub region: String,
    /// The country.
    pub country: Option<Country>,
    /// The data centre.
    pub data_center: Option<DataCenter>,
}

/// One charge per hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[non_exhaustive]
pub struct ClaimedLine {
    /// What it is for.
    pub item: Item,
    /// How many units.
    pub quantity: Exact,
    /// The price of one.
    pub unit_price: Exact,
    /// The charge.
    pub rate: Exact,
    /// The least it may be.
    pub rate_low: Option<Exact>,
}

/// How many offers became what (R16).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClaimedMarket {
    /// Read.
    pub read: u64,
    /// Part of some plan.
    pub ranked: u64,
    /// Part of none, by reason.
    pub rejected: Vec<ClaimedReason>,
}

/// How many offers were rejected for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClaimedReason {
    /// The reason's word.
    pub reason: String,
    /// How many.
    pub offers: u64,
}

impl Claim {
    /// What a quote claims.
    pub fn of(quote: &Quote, demand: &Demand) -> Self {
        let plan = |(at, plan): (usize, &Plan)| ClaimedPlan {
            rank: u64::try_from(at + 1).unwrap_or(u64::MAX),
            gpus: plan.gpus,
            surplus_gpus: plan.surplus,
            nodes: plan.nodes,
            rate: plan.rate.per_hour(),
            upfront: plan.upfront.amount(),
            total: plan.total.amount(),
            per_gpu_hour: plan.per_gpu_hour(demand.hours),
            certainty: if plan.is_exact() { "exact" } else { "upper_bound" }.to_owned(),
            total_low: plan.total_low.map(Money::amount),
            groups: plan
                .groups
                .iter()
                .map(|group| ClaimedGroup {
                    also_sold_by: plan.also_sold_by.iter().map(ClaimedSeller::of).collect(),
                    ..ClaimedGroup::of(&group.candidate, group.place(), group.count)
                })
                .collect(),
            disks: plan.disks().iter().map(ClaimedDisk::of).collect(),
        };
        Self {
            hours: demand.hours.number(),
            currency: demand.exchange.quote(),
            optimal: quote.optimal && !quote.plans.is_empty(),
            plans: quote.plans.iter().enumerate().map(plan).collect(),
            market: ClaimedMarket {
                read: quote.read,
                ranked: quote.ranked,
                rejected: quote
                    .rejected
                    .iter()
                    .map(|(reason, offers)| ClaimedReason {
                        reason: reason.to_string(),
                        offers: *offers,
                    })
                    .collect(),
            },
            certificate: None,
        }
    }
}

impl ClaimedGroup {
    /// What a quote says of `count` instances of a candidate in one of its places.
    pub(super) fn of(candidate: &Candidate, place: &Place, count: u64) -> Self {
        let (offer, configuration) = (&candidate.offer, &candidate.configuration);
        Self {
            broker: offer.broker.clone(),
            provider: offer.provider.clone(),
            offer_id: offer.id.clone(),
            count,
            gpu: ClaimedGpu {
                model: offer.gpu.model.clone(),
                memory_gb: offer.gpu.memory,
                socket: offer.gpu.socket.clone(),
                count: offer.gpu.count,
            },
            place: ClaimedPlace::of(place),
            market: offer.market.clone(),
            security: offer.security.clone(),
            prepaid_hours: offer.terms.prepaid.map(Hours::number),
            stock: offer.stock.level.clone(),
            stock_units: offer.stock.units,
            vcpus: configuration.vcpus,
            memory_gb: configuration.memory_gb,
            disk_gb: configuration.disk_gb,
            shared_disk_gb: configuration.shared_disk_gb,
            minimum_runtime_minutes: offer.terms.minimum_runtime.0,
            rate: candidate.bill.rate.per_hour(),
            lines: configuration
                .lines
                .iter()
                .map(|line| ClaimedLine {
                    item: line.item,
                    quantity: Exact::whole(line.quantity),
                    unit_price: line.unit_price.per_hour(),
                    rate: line.rate.per_hour(),
                    rate_low: line.rate_low.map(Rate::per_hour),
                })
                .collect(),
            also_sold_by: Vec::new(),
        }
    }

    /// The same without other sellers, which are no part of what is launched.
    pub(super) fn bare(&self) -> Self {
        Self {
            also_sold_by: Vec::new(),
            ..self.clone()
        }
    }
}

impl ClaimedPlace {
    fn of(place: &Place) -> Self {
        Self {
            region: place.region_word().to_owned(),
            country: place.country,
            data_center: place.data_center.clone(),
        }
    }
}

impl ClaimedSeller {
    fn of(seller: &Seller) -> Self {
        Self {
            broker: seller.broker.clone(),
            provider: seller.provider.clone(),
            offer_id: seller.id.clone(),
            total: seller.total,
        }
    }
}

impl ClaimedDisk {
    pub(super) fn of(disk: &PlanDisk) -> Self {
        let (id, new) = match disk {
            PlanDisk::Attached(attached) => (Some(attached.disk.id.to_string()), None),
            PlanDisk::New(new) => (None, Some(new)),
        };
        Self {
            kind: if new.is_some() { "new" } else { "attached" }.to_owned(),
            broker: disk.broker().clone(),
            provider: disk.provider().clone(),
            place: ClaimedPlace::of(disk.place()),
            id,
            size_gb: disk.size(),
            unit_price: new.map(|new| new.unit_price.per_hour()),
            rate: new.map(|new| new.rate.per_hour()),
            total: new.map(|new| new.total.amount()),
        }
    }
}
