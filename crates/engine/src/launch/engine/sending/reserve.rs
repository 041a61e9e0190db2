//! What the journal keeps of an order before it is sent.

use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{MarketType, OfferId};
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::source::{LoginKey, Order};

use super::SlotOf;
use crate::launch::account::Kind;
use crate::launch::event::{Ordered, Reserved};
use crate::launch::unit::{DiskUnit, Item};

pub(super) fn reserved(of: &SlotOf<'_>, item: &Item, key: &str, scope: Option<String>) -> Reserved {
    let (ordered, worst, upfront, digest) = match item {
        Item::Machine(unit) => (
            machine(&unit.order, scope),
            unit.worst,
            unit.upfront,
            digest(&unit.order),
        ),
        Item::Disk(unit) => (disk(unit, scope), unit.worst, Exact::ZERO, String::new()),
    };
    Reserved {
        key: key.to_owned(),
        launch: of.launch.to_owned(),
        slot: of.slot,
        number: of.number,
        ordered,
        worst,
        upfront,
        ends_at: of.ends_at,
        digest,
    }
}

fn machine(order: &Order, scope: Option<String>) -> Ordered {
    let offer = &order.offer;
    Ordered {
        broker: offer.broker.clone(),
        scope,
        kind: Kind::Machine,
        provider: offer.provider.clone(),
        offer: offer.id.clone(),
        gpu: offer.gpu.clone(),
        place: order.place.clone(),
        market: offer.market.clone(),
        security: offer.security.clone(),
        ceiling: order.ceiling.per_hour(),
        currency: order.ceiling.currency(),
        prepaid_hours: offer.terms.prepaid.map(Hours::number),
        minimum_minutes: offer.terms.minimum_runtime.0,
        provisioning_minutes: offer.provisioning_minutes,
        image: order.image.as_ref().map(ToString::to_string),
    }
}

fn disk(unit: &DiskUnit, scope: Option<String>) -> Ordered {
    let offer = &unit.order.offer;
    let currency = offer.size.unit_price.map(Rate::currency);
    Ordered {
        broker: offer.broker.clone(),
        scope,
        kind: Kind::Disk,
        provider: offer.provider.clone(),
        offer: OfferId::new(&format!("disk of {}", unit.order.size)),
        gpu: Gpu {
            model: GpuModel::new(""),
            memory: None,
            socket: None,
            count: 0,
        },
        place: offer.place.clone(),
        market: MarketType::OnDemand,
        security: offer.security.clone(),
        ceiling: unit.ceiling,
        currency: currency.unwrap_or(Currency::USD),
        prepaid_hours: None,
        minimum_minutes: 0,
        provisioning_minutes: None,
        image: None,
    }
}

/// A digest of all that is sent, what may be secret in it included.
fn digest(order: &Order) -> String {
    let key = match &order.key {
        LoginKey::Account => "",
        LoginKey::Id(id) => id,
        LoginKey::Public(key) => key,
    };
    let parts = (
        &order.name,
        &*order.offer,
        &order.place,
        &order.cloud_init,
        &order.disks,
        key,
    );
    // What cannot be written has no digest, and is not sent either: the
    // adapter has to write it too.
    let bytes = serde_json::to_vec(&parts).unwrap_or_default();
    blake3::hash(&bytes).to_hex().to_string()
}
