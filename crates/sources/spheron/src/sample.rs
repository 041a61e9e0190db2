//! Orders for the offers of a fixture, for tests.

use std::sync::Arc;

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::disk::DiskOffer;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::offer::{Broker, Offer, Provider};
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{DiskOrder, LoginKey, Order};
use gpu_broker_http::decode;
use gpu_broker_source_kit::Batch;

use crate::{normalise, wire};

/// The offer of that id in `gpu-offers.json`.
pub(crate) fn offer(id: &str) -> Offer {
    let page: wire::GroupPage<'_> = decode(include_bytes!("../fixtures/gpu-offers.json")).unwrap();
    let broker = Broker::new("spheron");
    let mut batch = Batch::new(&broker, "");
    let rows = batch.groups("data", page.data, |batch, path, row| {
        normalise::group(batch, &broker, path, row)
    });
    rows.unwrap();
    let found = batch.items.into_iter().find(|offer| offer.id.as_str() == id);
    Arc::unwrap_or_clone(found.unwrap())
}

/// One machine of that offer, in its first place, for the key `key_1`.
pub(crate) fn order(offer: Offer) -> Order {
    let exchange = Exchange::new(Currency::USD);
    Order {
        name: "gp-test-1".to_owned(),
        place: offer.places[0].clone(),
        configuration: offer.configure(&Selection::default(), &exchange).unwrap(),
        ceiling: offer.price.unwrap_or(Rate::zero(Currency::USD)),
        offer: Arc::new(offer),
        image: None,
        key: LoginKey::Id("key_1".to_owned()),
        cloud_init: None,
        disks: Vec::new(),
        kubernetes: None,
    }
}

/// A volume of 200 GB in the region of that name.
pub(crate) fn disk_order(provider: &str, region: &str) -> DiskOrder {
    let json = format!(r#"{{"name":"{region}","location":"code","country_code":"FI"}}"#);
    let row: wire::Region<'_> = decode(json.as_bytes()).unwrap();
    let price: wire::Pricing<'_> = decode(br#"{"hourlyRatePerGb":0.000137}"#).unwrap();
    let price = normalise::unit_price(&price);
    let offer: DiskOffer =
        normalise::disk_offer(&Broker::new("spheron"), &Provider::new(provider), price, &row).unwrap();
    DiskOrder {
        name: "weights".to_owned(),
        offer,
        size: Gb(200),
    }
}
