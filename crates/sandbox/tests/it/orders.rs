//! Orders that can be carried out, and worlds in which time is driven.

use std::time::{Duration, UNIX_EPOCH};

use gpu_broker_sandbox::{Broker, Catalogue, Fault, Ledger, Limits, Options, Reply, Request, Rule, Time, World};
use serde_json::{Value, json};

use crate::client::NOW;

pub(crate) const BOTH: [Broker; 2] = [Broker::Prime, Broker::Spheron];

pub(crate) fn options() -> Options {
    Options {
        time: Time::Driven,
        limits: Limits::Off,
        ..Options::new(UNIX_EPOCH + Duration::from_secs(NOW))
    }
}

pub(crate) fn world(options: &Options) -> World {
    World::new(&Catalogue::embedded().unwrap(), options).unwrap()
}

/// 8×H100 in FIN-02 at 16.0484 an hour, all-in.
pub(crate) fn prime(name: &str) -> Value {
    json!({
        "pod": {
            "name": name, "cloudId": "8H100.80S.176V", "gpuType": "H100_80GB", "socket": "SXM5", "gpuCount": 8,
            "dataCenterId": "FIN-02", "country": "FI", "security": "secure_cloud", "sshKeyId": "key_sandbox",
        },
        "provider": { "type": "datacrunch" },
    })
}

/// 8×H100 with Kubernetes, at 15.84 an hour and 0.384 for the add-on.
pub(crate) fn spheron(name: &str) -> Value {
    json!({
        "provider": "voltage-park", "offerId": "baremetal_h100_8_ethernet", "gpuType": "H100_SXM5",
        "gpuCount": 8, "region": "dalas-united states", "operatingSystem": "Ubuntu 22.04 LTS",
        "instanceType": "CLUSTER", "sshKeyId": "key_sandbox", "teamId": "team_sandbox", "name": name,
    })
}

pub(crate) fn order(broker: Broker, name: &str) -> Value {
    match broker {
        Broker::Prime => prime(name),
        Broker::Spheron => spheron(name),
    }
}

/// Rents a machine and returns its id.
pub(crate) fn rent(world: &World, broker: Broker, name: &str) -> String {
    let made = world.create(broker, &order(broker, name));
    assert!([200, 201].contains(&made.status), "{}", text(&made));
    made.value()["id"].as_str().unwrap().to_owned()
}

/// The rows of a list of either broker.
pub(crate) fn rows(reply: &Reply) -> Vec<Value> {
    let value = reply.value();
    let rows = value.get("data").unwrap_or(&value);
    rows.as_array().unwrap_or_else(|| panic!("{}", text(reply))).clone()
}

/// The names in a list of either broker.
pub(crate) fn names(reply: &Reply) -> Vec<String> {
    let name = |row: &Value| row["name"].as_str().unwrap().to_owned();
    rows(reply).iter().map(name).collect()
}

pub(crate) fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// A request with a JSON body.
pub(crate) fn send(world: &World, broker: Broker, method: &'static str, path: &str, body: &Value) -> Reply {
    let request = Request {
        body: body.to_string().into_bytes(),
        ..Request::new(method, path)
    };
    world.ask(broker, &request)
}

pub(crate) fn seconds(world: &World, seconds: u64) {
    world.advance(Duration::from_secs(seconds)).unwrap();
}

/// A deep change of one value: `pod.maxPrice`; `null` takes it away.
pub(crate) fn changed(mut body: Value, path: &str, value: &Value) -> Value {
    let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if parent.is_empty() {
        String::new()
    } else {
        format!("/{parent}")
    };
    let map = body.pointer_mut(&pointer).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        map.remove(key);
    } else {
        map.insert(key.to_owned(), value.clone());
    }
    body
}

/// A world in which the next create fails so, and what that create answers.
pub(crate) fn created(broker: Broker, faults: &[Fault]) -> (World, Reply) {
    let world = world(&options());
    world.inject(Rule {
        faults: Some(faults.to_vec()),
        ..Rule::next(faults[0], 1)
    });
    let reply = world.create(broker, &order(broker, "one"));
    (world, reply)
}

pub(crate) fn ledger(world: &World) -> Ledger {
    world.ledger().unwrap()
}
