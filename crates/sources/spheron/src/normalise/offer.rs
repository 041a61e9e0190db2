//! A group of `/api/gpu-offers` as offers.

use std::sync::Arc;

use gpu_broker_core::gpu::{Gpu, GpuName, Socket};
use gpu_broker_core::money::Rate;
use gpu_broker_core::offer::{
    Broker, Dial, Interconnect, InterconnectKind, LaunchWords, MarketType, Offer, OfferId, Provider, Resources,
    Security, Stock, StockLevel, Terms,
};
use gpu_broker_core::place::Place;
use gpu_broker_core::quantity::{Gb, Minutes};
use gpu_broker_source_kit::{Batch, Fault, Text, said};

use super::{CURRENCY, floored, raised, rate};
use crate::{place, wire};

/// The least time that every instance is charged for (P11). Spheron's documentation, "Concepts".
const MINIMUM_RUNTIME_MINUTES: u64 = 20;

/// Instance types that are kept until terminated: the two of the API reference, and a third for bare metal, which no
/// answer has held so far.
const ON_DEMAND: [&str; 4] = ["DEDICATED", "CLUSTER", "BARE_METAL", "BAREMETAL"];

/// How ids of spot offers end; asked only when an offer states no instance type.
const SPOT_ENDINGS: [&str; 3] = ["::spot", "-spot", "_spot"];

/// Words for a network of no particular kind.
const NO_NETWORK: [&str; 3] = ["standard", "none", "unknown"];

/// What the offers of a group have in common.
struct Common<'a> {
    broker: &'a Broker,
    gpu: GpuName,
    /// The group's GPU type to the letter: an offer has none of its own, and a launch that states another is refused.
    gpu_type: Arc<str>,
}

/// Adds every offer of the group at `path` to the batch. A bad offer does not spoil the group.
///
/// # Errors
/// If it has more offers than are read of one answer.
pub(crate) fn group(
    batch: &mut Batch<Arc<Offer>>,
    broker: &Broker,
    path: &str,
    group: wire::Group<'_>,
) -> Result<(), Fault> {
    let Some(gpu_type) = said(group.gpu_type.as_ref()) else {
        batch.reject(path, Fault::missing("gpuType"));
        return Ok(());
    };
    let Some(offers) = group.offers else {
        batch.reject(path, Fault::missing("offers"));
        return Ok(());
    };
    let common = Common {
        broker,
        gpu: GpuName::read(gpu_type),
        gpu_type: gpu_type.into(),
    };
    let rows = batch.rows(&format!("{path}.offers"), offers, |offer| {
        common.offer(&offer).map(Arc::new)
    });
    rows.map(drop)
}

impl Common<'_> {
    fn offer(&self, row: &wire::Offer<'_>) -> Result<Offer, Fault> {
        let none = wire::Extras::default();
        let extras = row.extras.as_ref().unwrap_or(&none);
        let id = said(row.id.as_ref()).ok_or_else(|| Fault::missing("offerId"))?;
        Ok(Offer {
            broker: self.broker.clone(),
            provider: Provider::new(said(row.provider.as_ref()).ok_or_else(|| Fault::missing("provider"))?),
            id: OfferId::new(id),
            gpu: self.gpu(row)?,
            places: places(row),
            market: market(said(row.instance_type.as_ref()), id),
            security: Security::Secure,
            stock: stock(row, extras),
            price: rate("price", row.price)?,
            currency: CURRENCY,
            // P7: all of it is in the price, and none of it can be changed.
            resources: Resources {
                vcpu: Dial::fixed(floored("vcpus", row.vcpus)?),
                memory: Dial::fixed(floored("memory", row.memory)?),
                disk: Dial::fixed(floored("storage", row.storage)?),
                shared_disk: Dial::default(),
            },
            terms: Terms {
                prepaid: None,
                minimum_runtime: Minutes(
                    raised("minimumRuntimeMinutes", row.minimum_runtime_minutes)?
                        .map_or(MINIMUM_RUNTIME_MINUTES, |minutes| minutes.max(MINIMUM_RUNTIME_MINUTES)),
                ),
            },
            kubernetes: kubernetes(extras)?,
            interconnect: Interconnect {
                kinds: interconnect(row, extras),
                gbps: None,
            },
            provisioning_minutes: None,
            variable_price: false,
            // A `CLUSTER` is one box of eight GPUs.
            multi_node: false,
            launch: LaunchWords {
                gpu_type: Arc::clone(&self.gpu_type),
                images: images(row),
                instance_type: said(row.instance_type.as_ref()).map(Arc::from),
                cloud_init: row.supports_cloud_init.0,
                ..LaunchWords::default()
            },
        })
    }

    fn gpu(&self, row: &wire::Offer<'_>) -> Result<Gpu, Fault> {
        let count = row.gpu_count.ok_or_else(|| Fault::missing("gpuCount"))?.get();
        let count = u32::try_from(count)
            .map_err(|_| Fault::new("gpuCount", format_args!("{count} is more than any machine holds")))?;
        // P8: of one GPU, whatever the count.
        let memory = floored("gpu_memory", row.gpu_memory)?.filter(|size| *size > 0);
        let socket = || said(row.interconnect_type.0.as_ref()).and_then(socket);
        Ok(Gpu {
            model: self.gpu.model.clone(),
            memory: memory.map(Gb).or(self.gpu.memory),
            socket: self.gpu.socket.clone().or_else(socket),
            count,
        })
    }
}

/// Every cluster is a place of its own (R9). One without a name is shared with nothing.
fn places(row: &wire::Offer<'_>) -> Vec<Place> {
    let mut names: Vec<&str> = Vec::new();
    for name in texts(row.clusters.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.extend(said(row.region.as_ref()));
    }
    if names.is_empty() {
        return vec![Place::default()];
    }
    names.into_iter().map(place::named).collect()
}

/// P4: the instance type alone decides, and never whether there is a `spot_price`.
pub(super) fn market(instance_type: Option<&str>, id: &str) -> MarketType {
    match instance_type {
        Some(word) if ON_DEMAND.iter().any(|known| word.eq_ignore_ascii_case(known)) => MarketType::OnDemand,
        Some(word) => MarketType::new(word),
        None if SPOT_ENDINGS.iter().any(|ending| ends_with(id, ending)) => MarketType::Spot,
        None => MarketType::OnDemand,
    }
}

fn ends_with(text: &str, ending: &str) -> bool {
    let start = text.len().checked_sub(ending.len());
    start
        .and_then(|start| text.get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

fn stock(row: &wire::Offer<'_>, extras: &wire::Extras<'_>) -> Stock {
    let level = match (row.available, row.maintenance) {
        (Some(false), _) => StockLevel::Unavailable,
        (_, Some(true)) => StockLevel::Maintenance,
        _ => StockLevel::Available,
    };
    let units = extras
        .technical
        .as_ref()
        .and_then(|technical| technical.units_available);
    // More than can be counted is not a smaller bound.
    let units = units.map(|units| u32::try_from(units.get()).unwrap_or(u32::MAX));
    Stock { level, units }
}

/// P10: the whole add-on, once; none when it is said not to be available.
fn kubernetes(extras: &wire::Extras<'_>) -> Result<Option<Rate>, Fault> {
    match &extras.kubernetes_addon {
        Some(addon) if addon.available != Some(false) => {
            rate("extras.kubernetes_addon.total_cost_per_hour", addon.total_cost_per_hour)
        }
        _ => Ok(None),
    }
}

/// Every network that is named: `interconnectType` unless it only names a socket, and two of the extras.
fn interconnect(row: &wire::Offer<'_>, extras: &wire::Extras<'_>) -> Vec<InterconnectKind> {
    let mut kinds = Vec::new();
    let mut add = |kind: InterconnectKind| {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    if let Some(word) = said(row.interconnect_type.0.as_ref()).filter(|word| names_network(word)) {
        let kind = InterconnectKind::new(word);
        if kind.is_known() || socket(word).is_none() {
            add(kind);
        }
    }
    if let Some(word) = said(extras.networking_type.0.as_ref()).filter(|word| names_network(word)) {
        add(InterconnectKind::new(word));
    }
    if extras.nvlink.0 == Some(true) {
        add(InterconnectKind::NvLink);
    }
    kinds
}

fn names_network(word: &str) -> bool {
    !NO_NETWORK.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// The socket that an `interconnectType` names, also one of a generation to come: `SXM7`.
fn socket(word: &str) -> Option<Socket> {
    GpuName::read(word).socket
}

fn images(row: &wire::Offer<'_>) -> Arc<[Arc<str>]> {
    texts(row.os_options.as_deref()).map(Arc::from).collect()
}

/// The texts of a list, without those that say nothing.
fn texts<'t>(list: Option<&'t [Option<Text<'_>>]>) -> impl Iterator<Item = &'t str> {
    list.unwrap_or_default().iter().filter_map(|text| said(text.as_ref()))
}
