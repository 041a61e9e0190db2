//! An offer as a line of JSON, which reads back as the same offer.

use gpu_broker_core::money::Rate;
use gpu_broker_core::offer::{Dial, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_core::quantity::Hours;
use serde_json::{Map, Value, json};

use crate::view::document::number;
use crate::view::format::{Wide, inert_json};

/// Offers as JSON Lines; what says nothing is left out.
pub(crate) fn lines<'a>(offers: impl IntoIterator<Item = &'a Offer>) -> String {
    let line = |offer| format!("{}\n", Value::Object(fields(offer)));
    inert_json(offers.into_iter().map(line).collect(), Wide::Pair)
}

fn fields(offer: &Offer) -> Map<String, Value> {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| {
        let silent = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !silent {
            row.insert(name.to_owned(), value);
        }
    };
    put("broker", json!(offer.broker));
    put("provider", json!(offer.provider));
    put("offer_id", json!(offer.id));
    put("gpu", json!(offer.gpu.model));
    put("gpu_memory_gb", json!(offer.gpu.memory));
    put("socket", json!(offer.gpu.socket));
    put("gpus", json!(offer.gpu.count));
    match offer.places.as_slice() {
        [place] => {
            for (name, value) in place_fields(place) {
                put(&name, value);
            }
        }
        places => put(
            "places",
            places.iter().map(|place| Value::Object(place_fields(place))).collect(),
        ),
    }
    put("market", json!(offer.market));
    put("security", json!(offer.security));
    put("stock", json!(offer.stock.level));
    put("units", json!(offer.stock.units));
    put("price", json!(offer.price.map(Rate::per_hour)));
    put("currency", json!(offer.currency));
    put(
        "prepaid_hours",
        json!(offer.terms.prepaid.map(Hours::number).map(number)),
    );
    let minimum = offer.terms.minimum_runtime.0;
    put("minimum_runtime_minutes", json!((minimum > 0).then_some(minimum)));
    put("kubernetes_price", json!(offer.kubernetes.map(Rate::per_hour)));
    let resources = &offer.resources;
    for (name, dial) in [
        ("vcpus", &resources.vcpu),
        ("memory_gb", &resources.memory),
        ("disk_gb", &resources.disk),
        ("shared_disk_gb", &resources.shared_disk),
    ] {
        for (name, value) in dial_fields(name, dial) {
            put(&name, value);
        }
    }
    put("interconnect", json!(offer.interconnect.kinds));
    put("interconnect_gbps", json!(offer.interconnect.gbps.map(number)));
    put("provisioning_minutes", json!(offer.provisioning_minutes.map(number)));
    put("variable_price", json!(offer.variable_price.then_some(true)));
    put("multi_node", json!(offer.multi_node.then_some(true)));
    let gpu_type = &*offer.launch.gpu_type;
    put("gpu_type", json!((!gpu_type.is_empty()).then_some(gpu_type)));
    put("images", json!(offer.launch.images));
    row
}

fn place_fields(place: &Place) -> Map<String, Value> {
    let all = [
        ("region", json!(place.region)),
        ("country", json!(place.country)),
        ("data_center", json!(place.data_center)),
    ];
    let said = all.into_iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn dial_fields(name: &str, dial: &Dial) -> [(String, Value); 6] {
    // What the reader would take for granted is left out.
    let included = (dial.included != dial.unit_price.is_none()).then_some(dial.included);
    [
        (name.to_owned(), json!(dial.default)),
        (format!("{name}_min"), json!(dial.min)),
        (format!("{name}_max"), json!(dial.max)),
        (format!("{name}_step"), json!(dial.step)),
        (format!("{name}_price"), json!(dial.unit_price.map(Rate::per_hour))),
        (format!("{name}_included"), json!(included)),
    ]
}
