//! Each odd row of the fixtures, and what becomes of it.

mod account;
mod pod;

use std::fmt::Write;
use std::path::Path;

use gpu_broker_core::disk::{Disk, DiskOffer};
use gpu_broker_core::offer::{Broker, Dial, InterconnectKind, MarketType, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::Reject;
use gpu_broker_http::decode;
use gpu_broker_source_kit::Batch;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::wire::{DiskRow, GpuRow, OwnedDisk, Page, Slice};

const GPUS: &str = include_str!("../../fixtures/gpus.json");
const BAD: &str = include_str!("../../fixtures/gpus-bad-rows.json");

fn read(json: &str, multi_node: bool) -> (Batch<Offer>, usize) {
    let broker = Broker::new("prime");
    let page: Page<'_, GpuRow<'_>> = decode(json.as_bytes()).unwrap();
    let (mut batch, mut words) = (Batch::new(&broker, ""), Words::default());
    let rows = batch.rows("items", page.items, |row| offer(&broker, &mut words, &row, multi_node));
    (batch, rows.unwrap())
}

/// One row with that much changed: `{"gpuCount":2}`.
fn changed(change: &str) -> Batch<Offer> {
    let mut row: Value = serde_json::from_str(
        r#"{"cloudId":"x","gpuType":"H100_80GB","provider":"p","gpuCount":1,"security":"secure_cloud","prices":{"onDemand":2}}"#,
    )
    .unwrap();
    let Value::Object(change) = serde_json::from_str(change).unwrap() else {
        panic!("an object")
    };
    row.as_object_mut().unwrap().extend(change);
    read(&format!(r#"{{"items":[{row}]}}"#), false).0
}

fn told(place: &Place) -> String {
    let country = place.country.map_or("-".to_owned(), |country| country.to_string());
    let data_center = place
        .data_center
        .as_ref()
        .map_or("-", |data_center| data_center.as_str());
    format!("{} {country} {data_center}", place.region_word())
}

fn count(number: Option<u64>) -> String {
    number.map_or("-".to_owned(), |number| number.to_string())
}

fn dialled(name: &str, dial: &Dial) -> String {
    if *dial == Dial::default() {
        return String::new();
    }
    let [min, default, max, step] = [dial.min, dial.default, dial.max, dial.step].map(count);
    let mut text = format!(" {name} {min}/{default}/{max}+{step}");
    if let Some(price) = dial.unit_price {
        let _ = write!(text, "@{}", price.per_hour());
    }
    if dial.included {
        text.push_str(" incl");
    }
    text
}

/// What matters of an offer, in one line.
fn line(offer: &Offer) -> String {
    let gpu = &offer.gpu;
    let socket = gpu.socket.as_ref().map_or("-", |socket| socket.as_str());
    let memory = gpu.memory.map_or("-".to_owned(), |memory| memory.to_string());
    let price = offer.price.map_or("unpriced".to_owned(), |price| {
        assert_eq!(price.currency(), offer.currency);
        format!("{} {}", price.per_hour(), offer.currency)
    });
    let mut text = format!("{} | {}x {} {memory} {socket} | ", offer.provider, gpu.count, gpu.model);
    let places: Vec<String> = offer.places.iter().map(told).collect();
    let _ = write!(
        text,
        "{} | {} {} {price}",
        places.join(", "),
        offer.market,
        offer.security
    );
    let resources = &offer.resources;
    text.push_str(&dialled("vcpu", &resources.vcpu));
    text.push_str(&dialled("mem", &resources.memory));
    text.push_str(&dialled("disk", &resources.disk));
    text.push_str(&dialled("shared", &resources.shared_disk));
    text
}

#[test]
fn every_odd_offer_is_understood() {
    let (batch, _) = read(GPUS, false);
    assert_eq!(batch.rejects, []);
    let expected = [
        "runpod | 1x A100 80 GB PCIe | unknown - - | on_demand secure 1.6568 USD vcpu -/8/-+- mem -/117/-+- disk 120/120/3000+1@0.00014",
        "runpod | 1x A100 80 GB PCIe | unknown - - | on_demand community 1.2068 USD disk 120/120/3000+1@0.00014",
        "tensordock | 1x A100 80 GB PCIe | eu_east CZ - | on_demand community 1.1 USD vcpu 2/50/50+2@0.0065 mem 4/170/170+10@0.004 disk 20/1870/1870+1@0.00025",
        "hyperstack | 1x A100 80 GB PCIe | canada CA CANADA-1 | on_demand secure 1.35 USD vcpu -/28/-+- mem -/120/-+- disk 750/750/-+-@0.000097 incl",
        "latitude | 8x A100 80 GB SXM4 | united_states US DAL | on_demand secure 11.51 USD",
        "datacrunch | 1x A100 80 GB SXM4 | eu_north FI FIN-01 | spot secure 0.54 USD vcpu -/22/-+- mem -/120/-+- disk 50/80/9999+1@0.0002739726027397",
        "runpod | 3x A40 48 GB PCIe | united_states US US-KS-2 | on_demand secure 1.3368 USD",
        "dc_gnu | 4x GB200 186 GB SXM6 | eu_north NO a3111bd4-0000-4000-8000-000000000000 | on_demand secure 40 USD",
        "nebius | 0x CPU - PCIe | eu_north FI eu-north1 | on_demand secure 0.05 USD",
        "crusoecloud | 10x L40S 48 GB PCIe | eu_north IS eu-iceland1-a | on_demand secure 14.5 USD disk 100/1920/10240+1@0.000115456110107527 incl",
        "lambdalabs | 8x A100 40 GB SXM4 | eu_north IS me-west-1 | on_demand secure 10.32 USD",
        "primecompute | 1x H100 80 GB SXM5 | eu_west - US | on_demand secure 1.49 USD",
        "datacrunch | 8x H100 80 GB SXM5 | eu_north FI FIN-02 | on_demand secure 18.32 EUR",
        "dc_newcomer | 2x R100X 288 GB SXM7 | atlantis - - | on_demand datacenter 12.5 USD",
        "nebius | 8x H200 141 GB SXM5 | united_states US us-central1 | on_demand community unpriced",
    ];
    let lines: Vec<String> = batch.items.iter().map(line).collect();
    assert_eq!(lines, expected);
}

#[test]
fn the_rest_of_an_offer_is_kept_too() {
    let (batch, _) = read(GPUS, false);
    let of = |id: &str| batch.items.iter().find(|offer| offer.id.as_str() == id).unwrap();
    let stock: Vec<&str> = batch.items.iter().map(|offer| offer.stock.level.as_str()).collect();
    assert_eq!(stock[..5], ["medium", "high", "available", "low", "available"]);
    assert_eq!(
        [stock[9], stock[13], stock[14]],
        ["unavailable", "ComingSoon", "available"]
    );
    assert!(
        batch
            .items
            .iter()
            .all(|offer| offer.stock.units.is_none() && !offer.multi_node)
    );
    let hours = |id: &str| of(id).terms.prepaid.map(|hours| hours.to_string());
    assert_eq!(
        (hours("prime-h100").as_deref(), hours("8H100.80S.176V")),
        (Some("720"), None)
    );

    let fast = of("8H100.80S.176V");
    let kinds: Vec<&str> = fast.interconnect.kinds.iter().map(InterconnectKind::as_str).collect();
    assert_eq!(kinds, ["nvlink", "infiniband"]);
    assert_eq!(fast.interconnect.gbps.unwrap().to_string(), "3200");
    assert_eq!(fast.provisioning_minutes.unwrap().to_string(), "15");
    assert!(fast.variable_price && !of("new-words").variable_price);
    let images: Vec<&str> = fast.launch.images.iter().map(|image| &**image).collect();
    assert_eq!((&*fast.launch.gpu_type, images), ("H100_80GB", vec!["custom_template"]));
    assert_eq!(of("new-words").interconnect.kinds[0].as_str(), "SuperLink");
    assert!(std::sync::Arc::ptr_eq(
        &batch.items[0].launch.gpu_type,
        &batch.items[1].launch.gpu_type
    ));

    let (clusters, _) = read(include_str!("../../fixtures/multi-node.json"), true);
    let cluster = &clusters.items[0];
    assert!(cluster.multi_node && cluster.market == MarketType::OnDemand);
    assert_eq!(
        line(cluster),
        "nebius | 16x H100 80 GB SXM5 | eu_north FI eu-north1 | on_demand secure 33.89 USD shared 0/0/8192+1@0.00007"
    );
}

#[test]
fn every_bad_row_is_reported_at_its_place() {
    let (batch, rows) = read(BAD, false);
    let [good] = batch.items.as_slice() else {
        panic!("one row is good")
    };
    assert_eq!(
        line(good),
        "vultr | 1x T4 16 GB - | unknown - - | on_demand secure 0.2 USD"
    );
    let expected = [
        "items[1].prices.onDemand: the price -0.2 is below zero",
        "items[2].prices.communityPrice: the price -1 is below zero",
        "items[3].prices.onDemand: expected a number, got the text \"NaN\"",
        "items[4].prices.onDemand: `1e400` is outside the range that can be reckoned exactly",
        "items[5].prices.onDemand: expected a number, got the text \"on request\"",
        "items[6].prices.currency: a currency is three letters, such as `EUR`",
        "items[7].prices.currency: it is null, so no price can be read",
        "items[8].prices.currency: a currency is three letters, such as `EUR`",
        "items[9].gpuCount: it is missing",
        "items[10].gpuCount: expected a whole number from 0 to 18446744073709551615, got -1",
        "items[11].gpuCount: expected a whole number from 0 to 18446744073709551615, got 0.5",
        "items[12].gpuCount: 4294967296 is no count of GPUs",
        "items[13].disk.pricePerUnit: the price -0.00007 is below zero",
        "items[14].disk.minCount: expected a whole number from 0 to 18446744073709551615, got -20",
        "items[15].disk: invalid type: integer `80`, expected an object of counts and a price",
        "items[16].prepaidTime: -1 is below zero",
        "items[17].interconnect: -400 is below zero",
        "items[18].provider: it is missing",
        "items[19].cloudId: it is missing",
        "items[20].gpuType: it is missing",
        "items[21].security: it is missing",
        "items[22].isSpot: invalid type: string \"yes\", expected a boolean",
        "items[23]: invalid type: string \"a text\", expected an offer",
        "items[24]: invalid type: null, expected an offer",
    ];
    let told = |reject: &Reject| format!("{}: {}", reject.path, reject.reason);
    assert_eq!(batch.rejects.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(batch.items.len() + batch.rejects.len(), rows);
}

#[test]
fn gpu_memory_is_that_of_one_gpu() {
    let check = |gpu_type: &str, count: u64, stated: &str, expected: Option<u64>| {
        let change = format!(r#"{{"gpuType":"{gpu_type}","gpuCount":{count},"gpuMemory":{stated}}}"#);
        let memory = changed(&change).items[0].gpu.memory.map(|memory| memory.0);
        assert_eq!(memory, expected, "{change}");
    };
    // The name wins, whatever the box says.
    check("B300_262GB", 1, "268", Some(262));
    check("H100_80GB", 8, "80", Some(80));
    check("H100_80GB", 2, "null", Some(80));
    // The total of the box, or that of one GPU.
    check("GB300", 4, "1152", Some(288));
    check("GB300", 4, "288", Some(288));
    check("H200", 2, "192", Some(96));
    check("H200", 1, "141", Some(141));
    // No size that is sold.
    check("GB300", 1, "279", Some(279));
    check("GB300", 2, "558", None);
    check("GB300", 1, "0", None);
    check("GB300", 0, "288", Some(288));
    check("GB300", 0, "0", None);
    check("R100X", 1, "288", Some(288));
    check("R100X", 2, "576", None);
    check("R100X", 2, "null", None);
    check("GB300", 2, "18446744073709551615", None);
}

#[test]
fn the_tier_says_which_price_counts() {
    let check = |security: &str, spot: &str, prices: &str, expected: Option<&str>| {
        let change = format!(r#"{{"security":"{security}","isSpot":{spot},"prices":{prices}}}"#);
        let price = changed(&change).items[0]
            .price
            .map(|price| price.per_hour().to_string());
        assert_eq!(price.as_deref(), expected, "{change}");
    };
    let both = r#"{"onDemand":2,"communityPrice":1}"#;
    check("secure_cloud", "null", both, Some("2"));
    check("secure_cloud", "true", both, Some("2"));
    check("community_cloud", "false", both, Some("1"));
    check("community_cloud", "true", both, Some("1"));
    check("sovereign_cloud", "null", both, None);
    check("sovereign_cloud", "null", r#"{"onDemand":2}"#, Some("2"));
    check("sovereign_cloud", "null", r#"{"communityPrice":"1.50"}"#, Some("1.5"));
    check("community_cloud", "null", r#"{"onDemand":2}"#, None);
    check("secure_cloud", "null", r#"{"onDemand":0}"#, Some("0"));
    check("secure_cloud", "null", "{}", None);
    check("secure_cloud", "null", "null", None);
}

#[test]
fn disks_for_sale() {
    let broker = Broker::new("prime");
    let page: Page<'_, DiskRow<'_>> = decode(include_bytes!("../../fixtures/disk-offers.json")).unwrap();
    let mut batch = Batch::new(&broker, "");
    batch
        .rows("items", page.items, |row| disk_offer(&broker, &row))
        .unwrap();
    let line = |disk: &DiskOffer| {
        let size = dialled("size", &disk.size);
        let attach = disk.multi_node;
        format!(
            "{} | {} | {} {}{size} {attach:?}",
            disk.provider,
            told(&disk.place),
            disk.security,
            disk.stock.level
        )
    };
    let expected = [
        "runpod | united_states US US-WA-1 | secure available size 0/0/8192+1@0.000111111111111111 Some(true)",
        "dc_roan | united_states US - | secure available size 0/-/8192+1@0.00007 None",
        "vultr | unknown - - | secure available None",
    ];
    assert_eq!(batch.items.iter().map(line).collect::<Vec<_>>(), expected);
    let paths: Vec<&str> = batch.rejects.iter().map(|reject| &*reject.path).collect();
    assert_eq!(paths, ["items[3].spec.pricePerUnit", "items[4].provider"]);
}

#[test]
fn disks_that_the_account_has() {
    let broker = Broker::new("prime");
    let page: Slice<'_, OwnedDisk<'_>> = decode(include_bytes!("../../fixtures/disks.json")).unwrap();
    let mut batch = Batch::new(&broker, "");
    batch.rows("data", page.data, |row| owned_disk(&broker, &row)).unwrap();
    let line = |disk: &Disk| {
        let size = disk.size.map_or("-".to_owned(), |size| size.to_string());
        let rate = disk.rate.map_or("-".to_owned(), |rate| rate.per_hour().to_string());
        let (id, name, provider, status) = (&disk.id, &disk.name, &disk.provider, &disk.status);
        let (place, attach, attached) = (told(&disk.place), disk.multi_node, disk.attached_to.join(","));
        format!("{id} `{name}` {provider} {status} | {place} | {size} {rate} {attach:?} [{attached}]")
    };
    let expected = [
        "disk-1 `checkpoints` runpod ACTIVE | united_states US US-WA-1 | 1000 GB 0.111111111111111 Some(true) [pod-1,cluster-1]",
        "disk-2 `` hyperstack UNKNOWN | unknown - - | 2000 GB - None []",
        "disk-3 `odd` vultr RESIZING | unknown - - | - - None []",
    ];
    assert_eq!(batch.items.iter().map(line).collect::<Vec<_>>(), expected);
    let paths: Vec<&str> = batch.rejects.iter().map(|reject| &*reject.path).collect();
    assert_eq!(paths, ["data[3].id", "data[4].priceHr"]);
}

/// Whole recorded answers, where a folder of them lies beside the checkout.
#[test]
fn recorded_answers_are_understood_to_the_last_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/reference/payloads");
    for file in ["prime-availability-gpus.json", "prime-availability-gpus-page.json"] {
        let Ok(json) = std::fs::read_to_string(folder.join(file)) else {
            continue;
        };
        let (batch, rows) = read(&json, false);
        assert_eq!((batch.rejects.as_slice(), batch.items.len()), (&[][..], rows), "{file}");
        assert!(
            batch
                .items
                .iter()
                .all(|offer| offer.price.is_some() && offer.gpu.model.is_known())
        );
        assert!(batch.items.iter().all(|offer| offer.gpu.memory.is_some()), "{file}");
    }
}

/// Values that no schema foresees, as JSON.
const ODD: &[&str] = &[
    "null",
    "true",
    "-1",
    "0.5",
    "1e400",
    "-0",
    "18446744073709551616",
    "\"\"",
    "\" \"",
    "\"NaN\"",
    "\"128\"",
    "\"\\u0000\\u202e\"",
    "[]",
    "{}",
    "[null]",
    "[[{}]]",
    "{\"minCount\":{}}",
];

/// Replaces the `at`-th value of the document, counted depth first.
fn replace(value: &mut Value, at: &mut usize) -> bool {
    if *at == 0 {
        *value = Value::String("ODD".to_owned());
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|inner| replace(inner, at)),
        Value::Object(map) => map.values_mut().any(|inner| replace(inner, at)),
        _ => false,
    }
}

proptest! {
    #[test]
    fn no_row_is_lost_and_nothing_panics(
        changes in proptest::collection::vec((1_usize..374, proptest::sample::select(ODD)), 1..6),
        multi_node: bool,
    ) {
        let mut json = GPUS.to_owned();
        for (at, odd) in changes {
            let Ok(mut value) = serde_json::from_str::<Value>(&json) else { break };
            replace(&mut value["items"], &mut { at });
            json = value.to_string().replace("\"ODD\"", odd);
        }
        if let Ok(page) = decode::<Page<'_, GpuRow<'_>>>(json.as_bytes()) {
            let (batch, rows) = read(&json, multi_node);
            let (readable, errors) = page.items.all(999).unwrap();
            prop_assert_eq!(rows, readable.len() + errors.len());
            prop_assert_eq!(batch.items.len() + batch.rejects.len(), rows);
            for offer in &batch.items {
                prop_assert!(offer.price.is_none_or(|price| !price.per_hour().is_negative()));
            }
        }
    }
}
