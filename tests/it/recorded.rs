//! Recorded answers of both brokers, where they are at hand, through the binary and against the reckoner.

use std::fs;
use std::path::Path;

use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::fake::{Face, Fake};
use gpu_broker_testkit::reckon::{best, judge};
use gpu_broker_testkit::ware::{Dial, Shelf, Site, Ware};
use gpu_broker_testkit::wish::{Only, Wish};
use serde_json::Value;

use crate::support::{count, list, planner, said};

/// Requests that are tried.
const REQUESTS: u64 = 40;

/// The rows of a recording; `None` where there is none.
fn recording(name: &str, field: &str) -> Option<Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/payloads");
    let text = fs::read_to_string(folder.join(name)).ok()?;
    let mut document: Value = serde_json::from_str(&text).expect("a recording is JSON");
    serde_json::from_value(document[field].take()).ok()
}

/// Recordings are few, and live as long as the test.
fn kept(value: &Value) -> &'static str {
    value.as_str().unwrap_or_default().to_owned().leak()
}

fn number(value: &Value) -> Option<String> {
    value.as_number().map(ToString::to_string)
}

fn dial(value: &Value) -> Dial {
    Dial {
        min: value["minCount"].as_u64(),
        default: value["defaultCount"].as_u64(),
        max: value["maxCount"].as_u64(),
        step: value["step"].as_u64(),
        unit: number(&value["pricePerUnit"]),
        included: value["defaultIncludedInPrice"].as_bool(),
    }
}

/// `A100_80GB` is 80 GB of an A100.
fn prime(row: &Value) -> Ware {
    let gpu_type = kept(&row["gpuType"]);
    let (model, size) = gpu_type.rsplit_once('_').unwrap_or((gpu_type, ""));
    let community = row["security"] == "community_cloud";
    let price = &row["prices"][if community { "communityPrice" } else { "onDemand" }];
    let mut ware = Ware::new(
        Shelf::Prime,
        kept(&row["cloudId"]),
        row["gpuCount"].as_u64().unwrap(),
        "",
    );
    ware.price = number(price);
    (ware.model, ware.provider, ware.socket) = (model, kept(&row["provider"]), kept(&row["socket"]));
    ware.memory = size.trim_end_matches("GB").parse().unwrap_or(0);
    ware.sites = vec![Site {
        region: row["region"].as_str().map(|_| kept(&row["region"])),
        country: row["country"].as_str().map(|_| kept(&row["country"])),
        center: row["dataCenter"].as_str().map(|_| kept(&row["dataCenter"])),
    }];
    (ware.community, ware.spot) = (community, row["isSpot"] == true);
    ware.stock = row["stockStatus"]
        .as_str()
        .map_or("Available", |_| kept(&row["stockStatus"]));
    ware.dials = ["vcpu", "memory", "disk", "sharedDisk"].map(|name| dial(&row[name]));
    ware.prepaid = number(&row["prepaidTime"]);
    ware
}

/// `A100_80G_SXM4` is an A100 in an SXM4 socket.
fn spheron(group: &Value, row: &Value) -> Ware {
    let mut parts = kept(&group["gpuType"]).split('_');
    let mut ware = Ware::new(
        Shelf::Spheron,
        kept(&row["offerId"]),
        row["gpuCount"].as_u64().unwrap(),
        "",
    );
    ware.model = parts.next().unwrap();
    ware.socket = parts
        .find(|part| part.starts_with("SXM") || ["PCIE", "NVL"].contains(part))
        .unwrap_or("");
    ware.price = number(&row["price"]);
    ware.provider = kept(&row["provider"]);
    ware.memory = row["gpu_memory"].as_u64().unwrap_or(0);
    let site = |center| Site {
        region: None,
        country: None,
        center: Some(center),
    };
    ware.sites = list(row, "clusters").iter().map(|name| site(kept(name))).collect();
    ware.spot = row["instanceType"] == "SPOT";
    ware.stock = match (&row["available"], &row["maintenance"]) {
        (Value::Bool(false), _) => "Unavailable",
        (_, Value::Bool(true)) => "Maintenance",
        _ => "Available",
    };
    ware.units = row["extras"]["technical"]["units_available"].as_u64();
    ware.runtime = row["minimumRuntimeMinutes"].as_u64();
    for (dial, name) in ware.dials.iter_mut().zip(["vcpus", "memory", "storage"]) {
        *dial = gpu_broker_testkit::ware::fixed(row[name].as_u64().unwrap_or(0));
    }
    ware
}

#[test]
fn recorded_markets_are_quoted_to_the_last_digit() {
    let recordings = [
        recording("prime-availability-gpus.json", "items"),
        recording("spheron-gpu-offers.json", "data"),
    ];
    // They are no part of the repository.
    let [Some(rows), Some(groups)] = recordings else { return };
    let mut wares: Vec<Ware> = rows.iter().map(prime).collect();
    for group in &groups {
        wares.extend(list(group, "offers").iter().map(|row| spheron(group, row)));
    }
    let texts = |values: &[Value]| values.iter().map(Value::to_string).collect();
    let fake = Fake::start(Face::of(texts(&rows)).paged(13), Face::of(texts(&groups)).paged(7));
    let (mut dice, mut met) = (Dice::new(2026), 0);
    for _ in 0..REQUESTS {
        let mut wish = Wish::new(dice.pick(&[1, 1, 2, 3, 4, 6, 8, 16, 24]));
        wish.models = vec![dice.pick(&["H100", "A100", "A100", "H200"])];
        wish.hours = dice.pick(&["0.1", "1", "24", "37.5", "720"]);
        wish.nodes = dice.pick(&[None, None, Some(0), Some(2)]);
        wish.market = dice.pick(&[Only::Usual, Only::Both]);
        wish.security = dice.pick(&[Only::Usual, Only::Both, Only::Other]);
        wish.sizes[2] = dice.percent(30).then(|| dice.pick(&[50, 300, 1000]));
        let mut arguments = wish.arguments();
        arguments.extend(["-o", "json", "--max-offers", "1"].map(str::to_owned));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = planner().asking(&fake).run(&arguments);
        let expected = best(&wares, &wish);
        ran.expect(if expected.is_some() { 0 } else { 3 });
        let document = ran.json();
        assert_eq!(count(&document["market"], "read"), u64::try_from(wares.len()).unwrap());
        let Some(plan) = list(&document, "plans").first() else {
            continue;
        };
        met += 1;
        // Prime repeats an id across tiers and places, so the rows that may be meant are those of the same price.
        let said = said(plan);
        let meant = wares.iter().filter(|ware| {
            let rates = said.groups.iter().map(|group| &group.rate);
            let rate = gpu_broker_testkit::reckon::price(ware, &wish).map(|priced| priced.rate);
            rate.is_some_and(|rate| rates.into_iter().any(|said| *said == rate.to_string()))
        });
        let meant: Vec<Ware> = meant.cloned().collect();
        let judged = judge(&meant, &wish, &said).unwrap_or_else(|error| panic!("{error}\n{wish:?}\n{plan:#}"));
        assert_eq!(Some(judged), expected, "{wish:?}");
    }
    assert!(met > 15, "only {met} requests could be met");
}
