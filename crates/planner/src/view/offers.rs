//! Offers as they are, unranked.

use std::sync::Arc;

use gpu_broker_core::market::Market;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{self, Broker, Dial, Offer, OfferId, Provider, Security, StockLevel};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::quantity::{Hours, Minutes};
use gpu_broker_core::source::Reject;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::columns::{Column, push};
use super::document::{GpuDocument, InterconnectDocument, PlaceDocument, SourceDocument, source};
use super::format::Sheet;
use super::paint;
use super::text::{count, gpu_name, seller, shown, stock};

/// For a terminal.
pub(crate) fn table(offers: &[&Arc<Offer>]) -> Vec<Column> {
    let mut columns = [
        Column::words("OFFER", 10, 0),
        Column::words("BROKER/PROVIDER", 12, 0),
        Column::words("PLACE", 8, 5),
        Column::words("REGION", 9, 4),
        Column::words("GPU", 9, 1),
        Column::numbers("N", 0),
        Column::numbers("vCPU", 8),
        Column::numbers("RAM", 7),
        Column::numbers("DISK", 6),
        Column::words("MARKET", 9, 3).toned(paint::terms),
        Column::words("SECURITY", 9, 9),
        Column::words("STOCK", 6, 2).toned(paint::stock),
        Column::numbers("BASE $/h", 0),
    ];
    for offer in offers {
        let usual = |dial: &Dial| count(dial.default.or(dial.min));
        let first = offer.places.first();
        let center = first
            .and_then(|place| place.data_center.as_ref())
            .map_or("?", |center| center.as_str());
        let more = if offer.places.len() > 1 {
            format!(" +{}", offer.places.len() - 1)
        } else {
            String::new()
        };
        let price = offer
            .price
            .map_or_else(|| "unpriced".to_owned(), |price| price.per_hour().to_fixed(4));
        let foreign = if offer.currency.as_str() == "USD" {
            String::new()
        } else {
            format!("{} ", offer.currency)
        };
        let cells = [
            shown(offer.id.as_str()).into_owned(),
            seller(&offer.broker, &offer.provider),
            format!("{}{more}", shown(center)),
            first.map_or_else(String::new, |place| shown(place.region_word()).into_owned()),
            gpu_name(&offer.gpu),
            offer.gpu.count.to_string(),
            usual(&offer.resources.vcpu),
            usual(&offer.resources.memory),
            usual(&offer.resources.disk),
            shown(offer.market.as_str()).replace('_', " "),
            shown(offer.security.as_str()).into_owned(),
            stock(&offer.stock),
            format!("{foreign}{price}"),
        ];
        push(&mut columns, cells);
    }
    columns.into()
}

/// Every digit, one row for each offer; several places are joined with `|`.
pub(crate) fn sheet(offers: &[&Arc<Offer>]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "broker",
        "provider",
        "offer_id",
        "gpu",
        "gpu_memory_gb",
        "socket",
        "gpus",
        "region",
        "country",
        "data_centers",
        "market",
        "security",
        "stock",
        "stock_units",
        "price",
        "currency",
        "prepaid_hours",
        "minimum_runtime_minutes",
        "vcpus",
        "memory_gb",
        "disk_gb",
    ]);
    for offer in offers {
        let first = offer.places.first();
        let centers = offer
            .places
            .iter()
            .filter_map(|place| place.data_center.as_ref())
            .map(DataCenter::as_str);
        let count = |dial: &Dial| dial.default.or(dial.min);
        sheet.word(offer.broker.as_str());
        sheet.word(offer.provider.as_str());
        sheet.word(offer.id.as_str());
        sheet.word(offer.gpu.model.as_str());
        sheet.maybe(offer.gpu.memory.map(|memory| memory.0));
        sheet.word(offer.gpu.socket.as_ref().map_or("", |socket| socket.as_str()));
        sheet.number(offer.gpu.count);
        sheet.word(first.map_or("", |place| place.region_word()));
        sheet.word(
            first
                .and_then(|place| place.country.as_ref())
                .map_or("", |country| country.as_str()),
        );
        sheet.word(&centers.collect::<Vec<_>>().join("|"));
        sheet.word(offer.market.as_str());
        sheet.word(offer.security.as_str());
        sheet.word(offer.stock.level.as_str());
        sheet.maybe(offer.stock.units);
        sheet.maybe(offer.price.map(Rate::per_hour));
        sheet.word(offer.currency.as_str());
        sheet.maybe(offer.terms.prepaid);
        sheet.number(offer.terms.minimum_runtime.0);
        sheet.maybe(count(&offer.resources.vcpu));
        sheet.maybe(count(&offer.resources.memory));
        sheet.maybe(count(&offer.resources.disk));
        sheet.end_row();
    }
    sheet
}

/// `planner.offers/1`: made while it is written, because a market may hold hundreds of thousands of offers.
#[derive(Debug, Serialize)]
pub(crate) struct OffersDocument<'m> {
    schema: &'static str,
    created_at: Timestamp,
    #[serde(serialize_with = "each_offer")]
    offers: &'m [&'m Arc<Offer>],
    rejects: Vec<Value>,
    sources: Vec<SourceDocument>,
}

impl<'m> OffersDocument<'m> {
    /// Of these offers of the market, in their order.
    pub(crate) fn new(market: &Market, offers: &'m [&'m Arc<Offer>]) -> Self {
        let reject = |reject: &Reject| json!({ "broker": reject.broker, "path": reject.path, "reason": reject.reason });
        Self {
            schema: "planner.offers/1",
            created_at: market.taken_at,
            offers,
            rejects: market.rejects.iter().map(reject).collect(),
            sources: market.sources.iter().map(source).collect(),
        }
    }
}

fn each_offer<S: Serializer>(offers: &&[&Arc<Offer>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(offers.iter().map(|offer| OfferDocument::of(offer)))
}

/// One offer.
#[derive(Debug, Serialize)]
struct OfferDocument<'o> {
    broker: &'o Broker,
    provider: &'o Provider,
    offer_id: &'o OfferId,
    gpu: GpuDocument<'o>,
    #[serde(serialize_with = "each_place")]
    places: &'o [Place],
    market: &'o offer::MarketType,
    security: &'o Security,
    stock: &'o StockLevel,
    stock_units: Option<u32>,
    price: Option<Exact>,
    currency: Currency,
    variable_price: bool,
    prepaid_hours: Option<Hours>,
    minimum_runtime_minutes: Minutes,
    kubernetes_price: Option<Exact>,
    vcpu: DialDocument,
    memory_gb: DialDocument,
    disk_gb: DialDocument,
    shared_disk_gb: DialDocument,
    interconnect: Option<InterconnectDocument<'o>>,
    provisioning_minutes: Option<Exact>,
    multi_node: bool,
}

fn each_place<S: Serializer>(places: &&[Place], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(places.iter().map(PlaceDocument::of))
}

impl<'o> OfferDocument<'o> {
    fn of(offer: &'o Offer) -> Self {
        Self {
            broker: &offer.broker,
            provider: &offer.provider,
            offer_id: &offer.id,
            gpu: GpuDocument::of(&offer.gpu),
            places: &offer.places,
            market: &offer.market,
            security: &offer.security,
            stock: &offer.stock.level,
            stock_units: offer.stock.units,
            price: offer.price.map(Rate::per_hour),
            currency: offer.currency,
            variable_price: offer.variable_price,
            prepaid_hours: offer.terms.prepaid,
            minimum_runtime_minutes: offer.terms.minimum_runtime,
            kubernetes_price: offer.kubernetes.map(Rate::per_hour),
            vcpu: dial(&offer.resources.vcpu),
            memory_gb: dial(&offer.resources.memory),
            disk_gb: dial(&offer.resources.disk),
            shared_disk_gb: dial(&offer.resources.shared_disk),
            interconnect: InterconnectDocument::of(&offer.interconnect),
            provisioning_minutes: offer.provisioning_minutes,
            multi_node: offer.multi_node,
        }
    }
}
/// How a resource can be sized.
#[derive(Debug, Serialize)]
pub(crate) struct DialDocument {
    min: Option<u64>,
    default: Option<u64>,
    max: Option<u64>,
    step: Option<u64>,
    unit_price: Option<Exact>,
    default_included: bool,
}

/// How a resource can be sized.
pub(crate) fn dial(dial: &Dial) -> DialDocument {
    DialDocument {
        min: dial.min,
        default: dial.default,
        max: dial.max,
        step: dial.step,
        unit_price: dial.unit_price.map(Rate::per_hour),
        default_included: dial.included,
    }
}
