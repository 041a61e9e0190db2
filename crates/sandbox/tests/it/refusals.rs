//! Orders that are refused, each for the reason that the broker gives.

use gpu_broker_sandbox::{Broker, Catalogue, World};
use serde_json::{Value, json};

use crate::orders::{changed, options, prime, spheron, text, world};

/// An order with one change, and what comes of it.
fn check(world: &World, broker: Broker, body: &Value, status: u16, says: &str) {
    let reply = world.create(broker, body);
    assert_eq!(reply.status, status, "{body}: {}", text(&reply));
    assert!(text(&reply).contains(says), "{body}: {}", text(&reply));
    if status >= 400 {
        assert!(world.ledger().unwrap().created.is_empty(), "{body}");
    }
}

/// Checks an order that is as it should be but for one field, in a world of its own.
fn one_change(broker: Broker) -> impl Fn(&str, Value, u16, &str) {
    move |path, value, status, says| {
        let order = match broker {
            Broker::Prime => prime("a"),
            Broker::Spheron => spheron("a"),
        };
        check(&world(&options()), broker, &changed(order, path, &value), status, says);
    }
}

#[test]
fn prime_orders() {
    let refused = one_change(Broker::Prime);
    for field in [
        "pod",
        "provider",
        "pod.cloudId",
        "pod.gpuType",
        "pod.socket",
        "pod.gpuCount",
        "provider.type",
    ] {
        refused(
            field,
            json!(null),
            422,
            &format!("{{\"param\":\"body.{field}\",\"details\":\"Field required\"}}"),
        );
    }
    for (path, value, says) in [
        (
            "pod.os",
            json!("ubuntu"),
            "body.pod.os\",\"details\":\"Extra inputs are not permitted",
        ),
        ("pod.idempotencyKey", json!("x"), "Extra inputs"),
        ("pod.gpuCount", json!(0), "greater than 0"),
        ("pod.gpuCount", json!("8"), "valid integer"),
        ("pod.gpuCount", json!(8.5), "valid integer"),
        ("pod.diskSize", json!(-1), "greater than 0"),
        ("pod.maxPrice", json!("20"), "valid number"),
        ("pod.prepaidForHr", json!(0), "greater than 0"),
        ("pod.security", json!("secret"), "secure_cloud"),
        ("pod.autoRestart", json!("yes"), "valid boolean"),
        ("pod.name", json!("no spaces"), "letters, digits and dashes"),
        ("pod.name", json!("123-4"), "at least one letter"),
        ("disks", json!("one"), "list of strings"),
        ("team", json!({}), "body.team.teamId"),
        ("pod", json!([]), "dictionary"),
    ] {
        refused(path, value, 422, says);
    }
}

#[test]
fn prime_orders_that_fit_no_offer() {
    let refused = one_change(Broker::Prime);
    for (path, value, says) in [
        ("pod.cloudId", json!("none"), "No offer none"),
        ("provider.type", json!("runpod"), "No offer"),
        ("pod.gpuType", json!("H200_141GB"), "Invalid gpu_type"),
        ("pod.socket", json!("PCIe"), "Invalid socket"),
        ("pod.gpuCount", json!(4), "Invalid gpu_count"),
        ("pod.security", json!("community_cloud"), "Invalid security"),
        ("pod.country", json!("US"), "Invalid country"),
        ("pod.dataCenterId", json!(null), "Missing field: data_center_id"),
        ("pod.dataCenterId", json!("FIN-09"), "Invalid data_center_id"),
        ("pod.maxPrice", json!(16.0483), "higher than max_price"),
        ("pod.image", json!("windows"), "Image windows"),
        (
            "pod.image",
            json!("custom_template"),
            "Missing field: custom_template_id",
        ),
        ("pod.sshKeyId", json!("none"), "SSH key not found"),
        ("pod.prepaidForHr", json!(24), "Reserved instances are not available"),
        ("disks", json!(["none"]), "Disk none not found"),
        ("disks", json!(["disk-runpod-wa-1"]), "not available in the data center"),
    ] {
        refused(path, value, 400, says);
    }
    for (path, value) in [
        ("pod.gpuCount", json!(8.0)),
        ("pod.maxPrice", json!(16.0484)),
        ("pod.country", json!(null)),
        ("pod.security", json!(null)),
        ("pod.sshKeyId", json!(null)),
        ("pod.envVars", json!([{ "key": "A", "value": "b" }])),
        ("shared_with_team", json!(true)),
        ("team_member_ids", json!([])),
    ] {
        refused(path, value, 200, "PROVISIONING");
    }
}

#[test]
fn prime_orders_of_other_kinds() {
    let offer = |id: &str, gpu: &str, socket: &str, gpus: u32, place: Value, provider: &str| {
        json!({
            "pod": { "cloudId": id, "gpuType": gpu, "socket": socket, "gpuCount": gpus, "dataCenterId": place },
            "provider": { "type": provider },
        })
    };
    let variable = offer(
        "gpu_1x_h100",
        "H100_80GB",
        "PCIe",
        1,
        json!("us-central-2"),
        "massedcompute",
    );
    check(
        &world(&options()),
        Broker::Prime,
        &variable,
        400,
        "Missing field: max_price not specified",
    );
    let capped = changed(variable, "pod.maxPrice", &json!(2.35));
    check(&world(&options()), Broker::Prime, &capped, 200, "\"priceHr\":2.35,");
    let reserved = offer("A100_40GB_PREPAID", "A100_40GB", "SXM4", 1, json!("HOU1"), "denvr");
    let short = changed(reserved.clone(), "pod.prepaidForHr", &json!(24));
    check(&world(&options()), Broker::Prime, &short, 400, "at least 168 hours");
    check(&world(&options()), Broker::Prime, &reserved, 200, "\"priceHr\":0.69,");
}

#[test]
fn prime_prices_are_all_in() {
    let host = |changes: &[(&str, Value)]| {
        let order = json!({
            "pod": {
                "cloudId": "54160678-0c8a-401c-9a0c-fb6eb8116ecf_1", "gpuType": "A100_80GB", "socket": "SXM4",
                "gpuCount": 1, "security": "community_cloud", "country": "CZ",
            },
            "provider": { "type": "tensordock" },
        });
        changes
            .iter()
            .fold(order, |order, (path, value)| changed(order, path, value))
    };
    let price = |changes: &[(&str, Value)]| {
        let made = world(&options()).create(Broker::Prime, &host(changes));
        assert_eq!(made.status, 200, "{}", text(&made));
        made.value()["priceHr"].to_string()
    };
    // 1.1 + 1870 × 0.00025 + 50 × 0.0065 + 170 × 0.004.
    assert_eq!(price(&[]), "2.5725");
    assert_eq!(price(&[("pod.diskSize", json!(100))]), "2.13");
    assert_eq!(price(&[("pod.vcpus", json!(8)), ("pod.memory", json!(36))]), "1.7635");
    for change in [
        ("pod.diskSize", json!(10)),
        ("pod.diskSize", json!(9_999)),
        ("pod.memory", json!(1)),
    ] {
        let reply = world(&options()).create(Broker::Prime, &host(&[change]));
        assert_eq!(reply.status, 400);
        assert!(text(&reply).contains("is not between"), "{}", text(&reply));
    }
}

#[test]
fn every_prime_row_can_be_ordered_by_its_own_fields() {
    let catalogue = Catalogue::embedded().unwrap();
    let mut ordered = 0;
    for path in ["gpus", "multi-node"] {
        for page in 1..20 {
            let world = World::new(&catalogue, &options()).unwrap();
            let target = format!("/api/v1/availability/{path}?page={page}");
            let listed = world
                .ask(Broker::Prime, &gpu_broker_sandbox::Request::get(target))
                .value();
            let items = listed["items"].as_array().unwrap();
            if items.is_empty() {
                break;
            }
            for row in items {
                let order = json!({
                    "pod": {
                        "name": "a", "cloudId": row["cloudId"], "gpuType": row["gpuType"], "socket": row["socket"],
                        "gpuCount": row["gpuCount"], "dataCenterId": row["dataCenter"], "country": row["country"],
                        "security": row["security"], "maxPrice": 1_000,
                    },
                    "provider": { "type": row["provider"] },
                });
                let world = World::new(&catalogue, &options()).unwrap();
                let reply = world.create(Broker::Prime, &order);
                let unpriced = row["prices"]["onDemand"].is_null() && row["prices"]["communityPrice"].is_null();
                let sold_out = row["stockStatus"] == "Unavailable";
                let wanted = match (unpriced, sold_out, row["prepaidTime"].is_null()) {
                    (true, ..) | (_, true, _) => &[400][..],
                    // The wallet may not cover what is paid in advance.
                    (_, _, false) => &[200, 402],
                    _ => &[200],
                };
                assert!(wanted.contains(&reply.status), "{row}: {}", text(&reply));
                ordered += 1;
            }
        }
    }
    assert!(ordered > 150, "{ordered}");
}

#[test]
fn spheron_orders() {
    let refused = one_change(Broker::Spheron);
    for field in [
        "provider",
        "offerId",
        "gpuType",
        "gpuCount",
        "region",
        "operatingSystem",
        "instanceType",
    ] {
        let says = format!("{{\"error\":\"Missing required field: {field}\",\"code\":\"VALIDATION_ERROR\"}}");
        refused(field, json!(null), 400, &says);
    }
    for (path, value, says) in [
        (
            "teamId",
            json!(null),
            "Team ID is required for authenticated deployments",
        ),
        ("sshKeyId", json!(null), "sshKeyId or ssh_public_key"),
        ("offerId", json!("none"), "has no offer none"),
        ("provider", json!("sesterce"), "has no offer"),
        ("gpuType", json!("H100_PCIE"), "Invalid gpuType"),
        ("gpuCount", json!(4), "Invalid gpuCount"),
        ("gpuCount", json!("8"), "whole number"),
        ("region", json!("Dallas"), "Invalid region"),
        ("operatingSystem", json!("ubuntu-22.04"), "os_options"),
        ("instanceType", json!("DEDICATED"), "Invalid instanceType"),
        ("name", json!(5), "Invalid name"),
        ("cloudInit", json!("#cloud-config"), "Invalid cloudInit"),
        ("cloudInit", json!({ "runcmd": "ls" }), "Invalid cloudInit.runcmd"),
        ("kubernetesAddon", json!({}), "kubernetesAddon.version"),
        (
            "kubernetesAddon",
            json!({ "version": "0.9" }),
            "Invalid kubernetesAddon.version",
        ),
    ] {
        refused(path, value, 400, says);
    }
}

#[test]
fn spheron_orders_of_others_and_good_ones() {
    let refused = one_change(Broker::Spheron);
    refused("teamId", json!("team_foreign"), 403, "FORBIDDEN");
    refused("sshKeyId", json!("none"), 404, "SSH key not found");
    refused("volumeIds", json!(["none"]), 404, "Volume not found");
    refused(
        "volumeIds",
        json!(["computefilesystem-e00sandbox"]),
        400,
        "same provider",
    );
    for (path, value) in [
        ("instanceType", json!("cluster")),
        ("name", json!(null)),
        ("somethingNew", json!(1)),
        (
            "cloudInit",
            json!({ "packages": ["git"], "runcmd": ["ls"], "writeFiles": [{ "path": "/a", "content": "" }] }),
        ),
        ("teamId", json!("team_other")),
    ] {
        refused(path, value, 201, "deploying");
    }
    let inline = changed(spheron("a"), "sshKeyId", &json!(null));
    let bad = changed(inline.clone(), "ssh_public_key", &json!("not a key"));
    check(&world(&options()), Broker::Spheron, &bad, 400, "Invalid ssh_public_key");
    let good = changed(
        inline,
        "ssh_public_key",
        &json!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISandbox me"),
    );
    check(
        &world(&options()),
        Broker::Spheron,
        &good,
        201,
        "\"sshKeyId\":null,\"tempSshKeyId\":\"",
    );
}

#[test]
fn every_spheron_offer_can_be_ordered_by_its_own_fields() {
    let world = world(&options());
    let listed = world.ask(
        Broker::Spheron,
        &gpu_broker_sandbox::Request::get("/api/gpu-offers?limit=200"),
    );
    let catalogue = Catalogue::embedded().unwrap();
    let mut ordered = 0;
    for group in listed.value()["data"].as_array().unwrap() {
        for offer in group["offers"].as_array().unwrap() {
            let order = json!({
                "provider": offer["provider"], "offerId": offer["offerId"], "gpuType": group["gpuType"],
                "gpuCount": offer["gpuCount"], "region": offer["clusters"][0], "operatingSystem": offer["os_options"][0],
                "instanceType": offer["instanceType"], "sshKeyId": "key_sandbox", "teamId": "team_sandbox",
            });
            let reply = World::new(&catalogue, &options())
                .unwrap()
                .create(Broker::Spheron, &order);
            let units = &offer["extras"]["technical"]["units_available"];
            let wanted = if offer["maintenance"] == true {
                400
            } else if offer["available"] == false || *units == json!(0) {
                500
            } else {
                201
            };
            assert_eq!(reply.status, wanted, "{offer}: {}", text(&reply));
            ordered += 1;
        }
    }
    assert!(ordered > 100, "{ordered}");
}

#[test]
fn bodies_that_are_none() {
    let world = world(&options());
    for broker in [Broker::Prime, Broker::Spheron] {
        for (body, says) in [("", "equired"), ("{", "JSON"), ("[]", "object")] {
            let path = match broker {
                Broker::Prime => "/api/v1/pods/",
                Broker::Spheron => "/api/deployments",
            };
            let reply = world.ask(broker, &gpu_broker_sandbox::Request::post(path, body));
            assert!([400, 422].contains(&reply.status), "{broker:?} {body:?}");
            assert!(text(&reply).contains(says), "{broker:?} {body:?}: {}", text(&reply));
        }
    }
}

#[test]
fn twins_under_one_id() {
    let twin = |ceiling: Value| {
        let order = json!({
            "pod": {
                "cloudId": "NVIDIA H100 80GB HBM3_8", "gpuType": "H100_80GB", "socket": "SXM5", "gpuCount": 8,
                "dataCenterId": "US", "maxPrice": ceiling,
            },
            "provider": { "type": "primecompute" },
        });
        let made = world(&options()).create(Broker::Prime, &order).value();
        (made["isSpot"].clone(), made["priceHr"].to_string())
    };
    let on_demand = (json!(false), "20".to_owned());
    assert_eq!(twin(json!(null)), on_demand);
    assert_eq!(twin(json!(20)), on_demand);
    assert_eq!(twin(json!(8)), (json!(true), "8".to_owned()));
}
