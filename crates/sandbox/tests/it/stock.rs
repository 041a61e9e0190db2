//! Units go with creates and come back with deletes.

use gpu_broker_sandbox::{Broker, Request, World};
use serde_json::{Value, json};

use crate::orders::{changed, options, prime, text, world};

/// Two of 5×A40, whose stock is low.
fn scarce_prime() -> Value {
    json!({
        "pod": {
            "name": "a", "cloudId": "NVIDIA A40", "gpuType": "A40_48GB", "socket": "PCIe", "gpuCount": 5,
            "security": "secure_cloud",
        },
        "provider": { "type": "runpod" },
    })
}

/// The only 8×H200 there is.
fn scarce_spheron() -> Value {
    json!({
        "provider": "spheron-es", "offerId": "EU North 1::gpu-h200-sxm::8gpu-128vcpu-1600gb", "gpuType": "H200_SXM5",
        "gpuCount": 8, "region": "EU North 1", "operatingSystem": "ubuntu-22.04", "instanceType": "DEDICATED",
        "sshKeyId": "key_sandbox", "teamId": "team_sandbox",
    })
}

fn prime_status(world: &World) -> Value {
    let target = "/api/v1/availability/gpus?gpu_type=A40_48GB&gpu_count=5&security=secure_cloud";
    world.ask(Broker::Prime, &Request::get(target)).value()["items"][0]["stockStatus"].clone()
}

fn spheron_offer(world: &World, id: &Value) -> Value {
    let listed = world
        .ask(Broker::Spheron, &Request::get("/api/gpu-offers?limit=200"))
        .value();
    let groups = listed["data"].as_array().unwrap().iter();
    let mut offers = groups.flat_map(|group| group["offers"].as_array().unwrap());
    offers.find(|offer| offer["offerId"] == *id).unwrap().clone()
}

fn ids(world: &World) -> Vec<String> {
    world.ledger().unwrap().live.into_iter().map(|live| live.id).collect()
}

#[test]
fn prime_sells_out_and_restocks() {
    let world = world(&options());
    assert_eq!(prime_status(&world), "Low");
    for _ in 0..2 {
        assert_eq!(world.create(Broker::Prime, &scarce_prime()).status, 200);
    }
    assert_eq!(prime_status(&world), "Unavailable");
    let summary = |world: &World| {
        let summary = world
            .ask(Broker::Prime, &Request::get("/api/v1/availability/gpu-summary"))
            .value();
        summary["A40_48GB"]["5"]["cheapest"]["onDemand"].to_string()
    };
    assert_eq!(summary(&world), "null", "the summary leaves out what is gone");
    let refused = world.create(Broker::Prime, &scarce_prime());
    assert_eq!(refused.status, 400);
    assert!(
        refused.value()["detail"]
            .as_str()
            .unwrap()
            .starts_with("Not enough stock of A40_48GB")
    );
    world.delete(Broker::Prime, &ids(&world)[0]);
    assert_eq!(prime_status(&world), "Low");
    // How a double reads back depends on serde_json's features.
    assert!(summary(&world).starts_with("1.983"), "{}", summary(&world));
    assert_eq!(world.create(Broker::Prime, &scarce_prime()).status, 200);
}

#[test]
fn spheron_sells_out_and_restocks() {
    let world = world(&options());
    let order = scarce_spheron();
    let listed = spheron_offer(&world, &order["offerId"]);
    let order = changed(order, "operatingSystem", &listed["os_options"][0]);
    assert_eq!(listed["extras"]["technical"]["units_available"], 1);
    let made = world.create(Broker::Spheron, &order);
    assert_eq!(made.status, 201, "{}", text(&made));
    let gone = spheron_offer(&world, &order["offerId"]);
    assert_eq!(
        (&gone["available"], &gone["extras"]["technical"]["units_available"]),
        (&json!(false), &json!(0))
    );
    let refused = world.create(Broker::Spheron, &order);
    assert_eq!(refused.status, 500);
    assert_eq!(
        refused.value()["error"],
        "Deployment failed: Spheron AI API error: 400 Bad Request - Not Enough Stock of H200_SXM5. Unable to launch \
         virtual-machines."
    );
    world.delete(Broker::Spheron, &ids(&world)[0]);
    assert_eq!(spheron_offer(&world, &order["offerId"]), listed);
}

#[test]
fn what_nobody_took_is_as_it_was() {
    let world = world(&options());
    let target = "/api/v1/availability/gpus?gpu_type=A100_80GB";
    let before = text(&world.ask(Broker::Prime, &Request::get(target)));
    world.create(Broker::Prime, &prime("a"));
    assert_eq!(text(&world.ask(Broker::Prime, &Request::get(target))), before);
}
