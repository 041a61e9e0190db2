//! Disks at Prime, volumes at Spheron.

use gpu_broker_sandbox::{Broker, Request, World};
use serde_json::{Value, json};

use crate::orders::{changed, options, rent, rows, seconds, send, spheron, text, world};

const DISKS: &str = "/api/v1/disks/";
const VOLUMES: &str = "/api/volumes";

fn disk(size: u32, place: &str, provider: &str) -> Value {
    json!({ "disk": { "size": size, "name": "data", "dataCenterId": place }, "provider": { "type": provider } })
}

fn volume(world: &World, name: &str, size: u32) -> Value {
    let body = json!({ "name": name, "sizeInGb": size, "provider": "voltage-park" });
    let made = send(world, Broker::Spheron, "POST", VOLUMES, &body);
    assert_eq!(made.status, 201, "{}", text(&made));
    made.value()
}

fn get(world: &World, broker: Broker, path: &str) -> Value {
    world.ask(broker, &Request::get(path)).value()
}

#[test]
fn a_disk_from_create_to_delete() {
    let world = world(&options());
    let made = send(
        &world,
        Broker::Prime,
        "POST",
        DISKS,
        &disk(1_000, "NORWAY-1", "hyperstack"),
    );
    assert_eq!(made.status, 200, "{}", text(&made));
    let made = made.value();
    assert_eq!(
        (&made["status"], made["priceHr"].to_string().as_str()),
        (&json!("PROVISIONING"), "0.097")
    );
    assert_eq!(made["info"]["dataCenterId"], "NORWAY-1");
    let one = format!("{DISKS}{}", made["id"].as_str().unwrap());
    seconds(&world, 2);
    assert_eq!(get(&world, Broker::Prime, &one)["status"], "ACTIVE");
    assert_eq!(rows(&world.ask(Broker::Prime, &Request::get(DISKS))).len(), 4);
    let renamed = send(&world, Broker::Prime, "PATCH", &one, &json!({ "name": "new name" }));
    assert_eq!(renamed.value()["name"], "new name");
    seconds(&world, 36_000);
    let balance = get(&world, Broker::Prime, "/api/v1/billing/wallet")["balance_usd"].to_string();
    assert_eq!(
        balance, "249.03",
        "ten hours of a thousand GB; the disks that were there cost nothing"
    );
    assert_eq!(send(&world, Broker::Prime, "DELETE", &one, &json!({})).status, 200);
    assert_eq!(send(&world, Broker::Prime, "DELETE", &one, &json!({})).status, 404);
    seconds(&world, 36_000);
    assert_eq!(
        get(&world, Broker::Prime, "/api/v1/billing/wallet")["balance_usd"].to_string(),
        balance
    );
}

#[test]
fn disks_that_are_refused() {
    let world = world(&options());
    let good = disk(1_000, "NORWAY-1", "hyperstack");
    for (path, value, status, says) in [
        ("disk", json!(null), 422, "body.disk"),
        ("disk.size", json!(null), 422, "body.disk.size"),
        ("disk.size", json!(0), 422, "greater than 0"),
        ("disk.type", json!("ssd"), 422, "Extra inputs"),
        ("disk.name", json!("x".repeat(256)), 422, "255"),
        ("provider.type", json!("nobody"), 400, "No disk"),
        ("disk.dataCenterId", json!("NOWHERE"), 400, "No disk"),
        ("disk.size", json!(4_000_000), 400, "Invalid size"),
    ] {
        let reply = send(
            &world,
            Broker::Prime,
            "POST",
            DISKS,
            &changed(good.clone(), path, &value),
        );
        assert_eq!(reply.status, status, "{path} {value}: {}", text(&reply));
        assert!(text(&reply).contains(says), "{path} {value}: {}", text(&reply));
    }
    let lost = format!("{DISKS}none");
    assert_eq!(
        send(&world, Broker::Prime, "PATCH", &lost, &json!({ "name": "x" })).status,
        404
    );
}

#[test]
fn a_pod_holds_its_disk() {
    let world = world(&options());
    // The account's own disk in Norway, and a machine beside it.
    let offers = get(
        &world,
        Broker::Prime,
        "/api/v1/availability/gpus?data_center_id=NORWAY-1",
    );
    let offer = offers["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["provider"] == "hyperstack")
        .unwrap();
    let order = json!({
        "pod": {
            "name": "a", "cloudId": offer["cloudId"], "gpuType": offer["gpuType"], "socket": offer["socket"],
            "gpuCount": offer["gpuCount"], "dataCenterId": "NORWAY-1", "security": offer["security"],
        },
        "provider": { "type": "hyperstack" },
        "disks": ["disk-hyperstack-no-1"],
    });
    let made = world.create(Broker::Prime, &order);
    assert_eq!(made.status, 200, "{}", text(&made));
    let pod = made.value();
    assert_eq!(pod["attachedResources"][0]["id"], "disk-hyperstack-no-1");
    assert_eq!(pod["attachedResources"][0]["size"], 2_000);
    let path = format!("{DISKS}disk-hyperstack-no-1");
    assert_eq!(get(&world, Broker::Prime, &path)["pods"], json!([pod["id"]]));
    let second = world.create(Broker::Prime, &order);
    assert!(text(&second).contains("already attached"), "{}", text(&second));
    let held = send(&world, Broker::Prime, "DELETE", &path, &json!({}));
    assert_eq!(
        (held.status, held.value()["detail"].as_str().unwrap()),
        (400, "Disk is attached to a pod")
    );
    world.delete(Broker::Prime, pod["id"].as_str().unwrap());
    assert_eq!(get(&world, Broker::Prime, &path)["pods"], json!([]));
    assert_eq!(send(&world, Broker::Prime, "DELETE", &path, &json!({})).status, 200);
}

#[test]
fn a_volume_from_create_to_delete() {
    let world = world(&options());
    let made = volume(&world, "my-data", 100);
    assert_eq!(
        (&made["status"], made["hourlyRate"].to_string().as_str()),
        (&json!("available"), "0.0137")
    );
    let one = format!("{VOLUMES}/{}", made["id"].as_str().unwrap());
    let by_handle = format!("{VOLUMES}/{}", made["volumeId"].as_str().unwrap());
    assert_eq!(get(&world, Broker::Spheron, &by_handle), made);
    seconds(&world, 36_000);
    let patch = json!({ "name": "renamed", "sizeInGb": 200, "deleteWithInstance": true });
    let grown = send(&world, Broker::Spheron, "PATCH", &one, &patch).value();
    assert_eq!(
        (&grown["name"], grown["hourlyRate"].to_string().as_str()),
        (&json!("renamed"), "0.0274")
    );
    assert_eq!(
        send(&world, Broker::Spheron, "PATCH", &one, &json!({ "sizeInGb": 100 })).status,
        400
    );
    seconds(&world, 36_000);
    let balance = get(&world, Broker::Spheron, "/api/balance")["teams"][0]["balance"].to_string();
    assert_eq!(balance, "100.089", "ten hours of 100 GB, ten of 200");
    assert_eq!(
        send(&world, Broker::Spheron, "DELETE", &one, &json!({})).value(),
        json!({ "success": true })
    );
    assert_eq!(send(&world, Broker::Spheron, "DELETE", &one, &json!({})).status, 404);
}

#[test]
fn volumes_come_and_go_with_machines() {
    let world = world(&options());
    let keep = volume(&world, "keep", 10);
    let fall = volume(&world, "fall", 10);
    let (keep, fall) = (keep["id"].as_str().unwrap(), fall["id"].as_str().unwrap());
    let path = |id: &str, rest: &str| format!("{VOLUMES}/{id}{rest}");
    send(
        &world,
        Broker::Spheron,
        "PATCH",
        &path(fall, ""),
        &json!({ "deleteWithInstance": true }),
    );
    let machine = rent(&world, Broker::Spheron, "a");
    let to = json!({ "deploymentId": machine });
    let early = send(&world, Broker::Spheron, "POST", &path(keep, "/attach"), &to);
    assert!(text(&early).contains("must be running"), "{}", text(&early));
    seconds(&world, 2);
    for id in [keep, fall] {
        let attached = send(&world, Broker::Spheron, "POST", &path(id, "/attach"), &to).value();
        assert_eq!(
            (&attached["status"], &attached["attachedToDeploymentIds"]),
            (&json!("attached"), &json!([machine]))
        );
    }
    assert_eq!(
        send(&world, Broker::Spheron, "DELETE", &path(keep, ""), &json!({})).status,
        400
    );
    let detached = send(&world, Broker::Spheron, "POST", &path(keep, "/detach"), &to).value();
    assert_eq!(
        (&detached["status"], &detached["attachedToDeploymentIds"]),
        (&json!("available"), &json!([]))
    );
    assert_eq!(
        send(&world, Broker::Spheron, "POST", &path(keep, "/detach"), &to).status,
        400
    );
    world.delete(Broker::Spheron, &machine);
    assert_eq!(world.ask(Broker::Spheron, &Request::get(path(fall, ""))).status, 404);
    assert_eq!(get(&world, Broker::Spheron, &path(keep, ""))["status"], "available");
    // With the create, by the provider's id.
    let handle = get(&world, Broker::Spheron, &path(keep, ""))["volumeId"].clone();
    let made = world
        .create(Broker::Spheron, &changed(spheron("b"), "volumeIds", &json!([handle])))
        .value();
    assert_eq!(
        get(&world, Broker::Spheron, &path(keep, ""))["attachedToDeploymentIds"],
        json!([made["id"]])
    );
}

#[test]
fn volumes_that_are_refused() {
    let world = world(&options());
    let good = json!({ "name": "my-data", "sizeInGb": 100, "provider": "voltage-park" });
    for (path, value, status, says) in [
        ("name", json!(null), 400, "Missing required field: name"),
        ("name", json!("My Data"), 400, "Invalid name"),
        ("name", json!("x".repeat(61)), 400, "Invalid name"),
        ("name", json!("model-cache"), 400, "already exists"),
        ("sizeInGb", json!(0), 400, "1 to 10000"),
        ("sizeInGb", json!(10_001), 400, "1 to 10000"),
        ("sizeInGb", json!("100"), 400, "whole number"),
        ("provider", json!("sesterce"), 400, "not supported"),
        ("teamId", json!("none"), 403, "FORBIDDEN"),
        ("deploymentId", json!("none"), 404, "Deployment not found"),
    ] {
        let reply = send(
            &world,
            Broker::Spheron,
            "POST",
            VOLUMES,
            &changed(good.clone(), path, &value),
        );
        assert_eq!(reply.status, status, "{path} {value}: {}", text(&reply));
        assert!(text(&reply).contains(says), "{path} {value}: {}", text(&reply));
    }
    let machine = rent(&world, Broker::Spheron, "a");
    seconds(&world, 2);
    let other = format!("{VOLUMES}/computefilesystem-e00sandbox/attach");
    let reply = send(
        &world,
        Broker::Spheron,
        "POST",
        &other,
        &json!({ "deploymentId": machine }),
    );
    assert!(text(&reply).contains("same provider"), "{}", text(&reply));
}
