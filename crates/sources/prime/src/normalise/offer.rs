//! Instances for sale.

use gpu_broker_core::gpu::{Gpu, GpuModel, GpuName, Socket};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::offer::{
    Broker, Interconnect, InterconnectKind, LaunchWords, MarketType, Offer, OfferId, Resources, Security, Terms,
};
use gpu_broker_core::quantity::{Gb, Hours, Minutes};
use gpu_broker_http::WireInt;
use gpu_broker_source_kit::{Fault, Text, said};

use super::words::{Words, dial, measure, place, provider, rate, security, stock};
use crate::request::{Said, remember};
use crate::wire::{CurrencyWord, GpuRow, Prices};

/// A row of `/availability/gpus`, or with `multi_node` one of `/availability/multi-node`, whose GPUs and price are
/// those of all nodes together.
pub(crate) fn offer(broker: &Broker, words: &mut Words, row: &GpuRow<'_>, multi_node: bool) -> Result<Offer, Fault> {
    let id = said(row.cloud_id.as_ref()).ok_or_else(|| Fault::missing("cloudId"))?;
    let provider = provider(row.provider.as_ref(), "provider")?;
    let (gpu_type, name) = words.gpu(said(row.gpu_type.as_ref()).ok_or_else(|| Fault::missing("gpuType"))?);
    let security = security(row.security.as_ref())?;
    let unpriced = Prices::default();
    let prices = row.prices.as_ref().unwrap_or(&unpriced);
    let currency = currency(&prices.currency)?;
    let place = place(row.region.as_ref(), row.country.as_ref(), row.data_center.as_ref());
    let mut offer = Offer {
        broker: broker.clone(),
        provider,
        id: OfferId::new(id),
        gpu: gpu(row, name)?,
        places: vec![place],
        market: if row.is_spot == Some(true) {
            MarketType::Spot
        } else {
            MarketType::OnDemand
        },
        stock: stock(row.stock_status.as_ref()),
        price: base(prices, &security, currency)?,
        security,
        currency,
        resources: Resources {
            vcpu: dial(row.vcpu.as_ref(), currency, "vcpu")?,
            memory: dial(row.memory.as_ref(), currency, "memory")?,
            disk: dial(row.disk.as_ref(), currency, "disk")?,
            shared_disk: dial(row.shared_disk.as_ref(), currency, "sharedDisk")?,
        },
        terms: Terms {
            prepaid: measure(row.prepaid_time, "prepaidTime")?
                .filter(|hours| !hours.is_zero())
                .and_then(Hours::new),
            // None is documented.
            minimum_runtime: Minutes(0),
        },
        kubernetes: None,
        interconnect: Interconnect {
            kinds: kinds(row.interconnect_type.as_ref()),
            gbps: measure(row.interconnect, "interconnect")?,
        },
        provisioning_minutes: measure(row.provisioning_time, "provisioningTime")?,
        variable_price: prices.is_variable == Some(true),
        multi_node,
        launch: LaunchWords {
            gpu_type,
            images: words.images(row.images)?,
            ..LaunchWords::default()
        },
    };
    let said = Said {
        socket: said(row.socket.as_ref()),
        gpu_count: row.gpu_count.map(WireInt::get),
        security: said(row.security.as_ref()),
        country: said(row.country.as_ref()),
    };
    remember(&mut offer, said);
    Ok(offer)
}

/// The schema's default stands for a key that is missing. Anything else that is no currency makes every price of the
/// row unreadable.
fn currency(word: &CurrencyWord<'_>) -> Result<Currency, Fault> {
    let fault = |reason: &str| Fault::new("prices.currency", reason);
    match word {
        CurrencyWord::Missing => Ok(Currency::USD),
        CurrencyWord::Null => Err(fault("it is null, so no price can be read")),
        CurrencyWord::Word(word) => word.as_str().trim().parse().map_err(fault),
    }
}

/// The price of the whole instance (P4): the tier says which of the two counts, also for a spot instance. In a tier
/// that nobody knows, a price that stands alone is the one, and of two neither.
fn base(prices: &Prices<'_>, security: &Security, currency: Currency) -> Result<Option<Rate>, Fault> {
    // Both are read, because a row with an impossible price is not to be trusted with the other one (P1).
    let on_demand = rate(prices.on_demand, currency, "prices.onDemand")?;
    let community = rate(prices.community_price, currency, "prices.communityPrice")?;
    Ok(match security {
        Security::Secure => on_demand,
        Security::Community => community,
        Security::Other(_) => on_demand.xor(community),
    })
}

fn gpu(row: &GpuRow<'_>, name: GpuName) -> Result<Gpu, Fault> {
    let stated = row.gpu_count.ok_or_else(|| Fault::missing("gpuCount"))?.get();
    let socket = said(row.socket.as_ref())
        .map(|word| Socket::new(word.trim()))
        .or(name.socket);
    // A CPU node reports one GPU, for the API has no other way to say "one machine".
    if name.model == GpuModel::new("CPU") {
        return Ok(Gpu {
            model: name.model,
            memory: None,
            socket,
            count: 0,
        });
    }
    let count =
        u32::try_from(stated).map_err(|_| Fault::new("gpuCount", format_args!("{stated} is no count of GPUs")))?;
    let memory = name
        .memory
        .or_else(|| memory(&name.model, stated, row.gpu_memory.map(WireInt::get)?));
    Ok(Gpu {
        model: name.model,
        memory,
        socket,
        count,
    })
}

/// Memory of one GPU when its name does not say (P8). The schema says that `gpuMemory` is per GPU; the rows give the
/// box's total. So it is read as whichever makes a size in which the model is sold, and as neither where both do.
fn memory(model: &GpuModel, count: u64, stated: u64) -> Option<Gb> {
    if stated == 0 {
        return None;
    }
    let sizes = model.memory_sizes();
    let share = sizes
        .iter()
        .copied()
        .find(|size| size.checked_mul(count) == Some(stated));
    let whole = (sizes.contains(&stated) || count == 1).then_some(stated);
    match (share, whole) {
        (Some(share), Some(whole)) if share != whole => None,
        (share, whole) => share.or(whole).map(Gb),
    }
}

/// Every network that is named; several stand in one text.
fn kinds(text: Option<&Text<'_>>) -> Vec<InterconnectKind> {
    let words = said(text).into_iter().flat_map(|text| text.split([',', '/', '+']));
    words
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(InterconnectKind::new)
        .collect()
}
