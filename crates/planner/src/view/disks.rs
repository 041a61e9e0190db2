//! Disks for sale and disks owned.

use gpu_broker_core::disk::{Disk, DiskOffer};
use gpu_broker_core::money::Rate;
use gpu_broker_core::number::Exact;
use serde_json::{Value, json};

use super::columns::{Column, push};
use super::document::place;
use super::format::Sheet;
use super::offers::dial;
use super::paint;
use super::text::{count, seller, shown, stock};

/// The most decimals that a price per GB and hour is shown with.
const UNIT_DECIMALS: u8 = 8;

fn center(place: &gpu_broker_core::place::Place) -> &str {
    place.data_center.as_ref().map_or("?", |center| center.as_str())
}

fn several(multi_node: Option<bool>) -> &'static str {
    match multi_node {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    }
}

/// Disks for sale, for a terminal.
pub(crate) fn for_sale(offers: &[DiskOffer]) -> Vec<Column> {
    let mut columns = [
        Column::words("BROKER/PROVIDER", 12, 0),
        Column::words("PLACE", 8, 0),
        Column::words("REGION", 9, 3),
        Column::numbers("MIN GB", 4),
        Column::numbers("MAX GB", 4),
        Column::words("SHARED", 6, 2),
        Column::words("STOCK", 6, 5).toned(paint::stock),
        Column::numbers("$/GB·h", 0),
        Column::numbers("$/TB·month", 1),
    ];
    for offer in offers {
        let price = offer.size.unit_price.map(Rate::per_hour);
        // A month is 730 hours and a TB 1000 GB, as brokers' price pages have it.
        let monthly = price.and_then(|price| price.times_count(730_000));
        let cells = [
            seller(&offer.broker, &offer.provider),
            shown(center(&offer.place)).into_owned(),
            shown(offer.place.region_word()).into_owned(),
            count(offer.size.min),
            count(offer.size.max),
            several(offer.multi_node).to_owned(),
            stock(&offer.stock),
            price.map_or_else(|| "?".to_owned(), |price| price.to_fixed(UNIT_DECIMALS)),
            monthly.map_or_else(|| "?".to_owned(), |price| price.to_fixed(2)),
        ];
        push(&mut columns, cells);
    }
    columns.into()
}

/// Disks owned, for a terminal.
pub(crate) fn owned(disks: &[Disk]) -> Vec<Column> {
    let mut columns = [
        Column {
            // Commands take it whole, and it is copied from here.
            least: None,
            ..Column::words("DISK", 0, 0)
        },
        Column::words("NAME", 6, 5),
        Column::words("BROKER/PROVIDER", 12, 3),
        Column::words("PLACE", 8, 2),
        Column::numbers("GB", 0),
        Column::words("STATUS", 9, 4),
        Column::words("SHARED", 6, 6),
        Column::numbers("$/h", 1),
    ];
    for disk in disks {
        let cells = [
            shown(disk.id.as_str()).into_owned(),
            shown(&disk.name).into_owned(),
            seller(&disk.broker, &disk.provider),
            shown(center(&disk.place)).into_owned(),
            disk.size.map_or_else(|| "?".to_owned(), |size| size.0.to_string()),
            shown(&disk.status).into_owned(),
            several(disk.multi_node).to_owned(),
            disk.rate
                .map_or_else(|| "?".to_owned(), |rate| rate.per_hour().to_fixed(4)),
        ];
        push(&mut columns, cells);
    }
    columns.into()
}

/// Every digit; disks for sale first, then disks owned.
pub(crate) fn sheet(offers: &[DiskOffer], disks: &[Disk]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "kind",
        "id",
        "broker",
        "provider",
        "region",
        "country",
        "data_center",
        "size_gb",
        "min_gb",
        "max_gb",
        "unit_price",
        "rate",
        "status",
    ]);
    let spot = |sheet: &mut Sheet, place: &gpu_broker_core::place::Place| {
        sheet.word(place.region_word());
        sheet.word(place.country.as_ref().map_or("", |country| country.as_str()));
        sheet.word(place.data_center.as_ref().map_or("", |center| center.as_str()));
    };
    for offer in offers {
        sheet.word("for_sale");
        sheet.word("");
        sheet.word(offer.broker.as_str());
        sheet.word(offer.provider.as_str());
        spot(&mut sheet, &offer.place);
        sheet.word("");
        sheet.maybe(offer.size.min);
        sheet.maybe(offer.size.max);
        sheet.maybe(offer.size.unit_price.map(Rate::per_hour));
        sheet.word("");
        sheet.word(offer.stock.level.as_str());
        sheet.end_row();
    }
    for disk in disks {
        sheet.word("owned");
        sheet.word(disk.id.as_str());
        sheet.word(disk.broker.as_str());
        sheet.word(disk.provider.as_str());
        spot(&mut sheet, &disk.place);
        sheet.maybe(disk.size.map(|size| size.0));
        sheet.maybe(None::<Exact>);
        sheet.maybe(None::<Exact>);
        sheet.maybe(None::<Exact>);
        sheet.maybe(disk.rate.map(Rate::per_hour));
        sheet.word(&disk.status);
        sheet.end_row();
    }
    sheet
}

/// A disk for sale, of `planner.disks/1`.
pub(crate) fn offer_document(offer: &DiskOffer) -> Value {
    json!({
        "broker": offer.broker,
        "provider": offer.provider,
        "place": place(&offer.place),
        "size_gb": dial(&offer.size),
        "currency": offer.size.unit_price.map(Rate::currency),
        "multi_node": offer.multi_node,
        "security": offer.security,
        "stock": offer.stock.level,
    })
}

/// A disk owned, of `planner.disks/1`.
pub(crate) fn disk_document(disk: &Disk) -> Value {
    json!({
        "broker": disk.broker,
        "id": disk.id,
        "name": disk.name,
        "provider": disk.provider,
        "place": place(&disk.place),
        "size_gb": disk.size,
        "rate": disk.rate.map(Rate::per_hour),
        "currency": disk.rate.map(Rate::currency),
        "multi_node": disk.multi_node,
        "status": disk.status,
        "attached_to": disk.attached_to,
    })
}
