//! From create to end, in time that is driven.

use std::time::Duration;

use gpu_broker_sandbox::{Broker, MinimumRuntime, Options, Request};
use serde_json::{Value, json};

use crate::orders::{BOTH, names, options, prime, rent, rows, seconds, send, spheron, text, world};

#[test]
fn prime_from_create_to_history() {
    let world = world(&options());
    let made = world.create(Broker::Prime, &prime("one")).value();
    let id = made["id"].as_str().unwrap();
    for (field, value) in [
        ("name", json!("one")),
        ("status", json!("PROVISIONING")),
        ("installationStatus", json!("PENDING")),
        ("gpuName", json!("H100_80GB")),
        ("gpuCount", json!(8)),
        ("socket", json!("SXM5")),
        ("provisioningPriceHr", json!(0)),
        ("environmentType", json!("ubuntu_22_cuda_12")),
        ("sshConnection", json!(null)),
        (
            "resources",
            json!({ "memory": 1480, "disk": 960, "shared_disk": null, "vcpus": 176 }),
        ),
        ("isSpot", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(made["priceHr"].to_string(), "16.0484");
    // Two seconds to be up: one until there is a machine, one to install.
    let mut seen = Vec::new();
    for _ in 0..3 {
        let pod = world.get(Broker::Prime, id).value();
        seen.push(format!(
            "{} {}",
            pod["status"].as_str().unwrap(),
            pod["installationProgress"]
        ));
        world.advance(Duration::from_millis(1_500)).unwrap();
    }
    assert_eq!(seen, ["PROVISIONING null", "ACTIVE 50", "ACTIVE 100"]);
    let pod = world.get(Broker::Prime, id).value();
    assert_eq!(pod["sshConnection"], "root@127.0.0.1 -p 2222");
    assert_eq!(pod["ip"], "127.0.0.1");
    assert_eq!(rows(&world.list(Broker::Prime)), std::slice::from_ref(&pod));
    let status = world.ask(
        Broker::Prime,
        &Request::get(format!("/api/v1/pods/status?pod_ids={id}&pod_ids=none")),
    );
    assert_eq!(status.value()["data"].as_array().unwrap().len(), 1);
    assert_eq!(status.value()["data"][0]["podId"], id);
    let log = world.ask(Broker::Prime, &Request::get(format!("/api/v1/pods/{id}/log?tail=1")));
    assert_eq!(log.value().as_array().unwrap().len(), 1);

    let ended = world.delete(Broker::Prime, id);
    assert_eq!((ended.status, ended.value()), (200, json!({ "status": "TERMINATED" })));
    assert_eq!(world.get(Broker::Prime, id).status, 404);
    assert_eq!(world.delete(Broker::Prime, id).status, 404);
    assert_eq!(world.list(Broker::Prime).value()["total_count"], 0);
    let past = rows(&world.history(Broker::Prime));
    assert_eq!((past.len(), &past[0]["id"]), (1, &json!(id)));
    // Two and a half seconds at 16.0484 an hour, counted in whole seconds.
    assert_eq!(past[0]["totalBilledPrice"].to_string(), "0.008915778");
    let status = world.ask(
        Broker::Prime,
        &Request::get(format!("/api/v1/pods/status?pod_ids={id}")),
    );
    assert_eq!(status.value()["data"][0]["status"], "TERMINATED");
}

#[test]
fn spheron_from_create_to_terminated_row() {
    let world = world(&options());
    let made = world.create(Broker::Spheron, &spheron("one"));
    assert_eq!(made.status, 201, "{}", text(&made));
    let made = made.value();
    let id = made["id"].as_str().unwrap();
    for (field, value) in [
        ("name", json!("one")),
        ("status", json!("deploying")),
        ("teamId", json!("team_sandbox")),
        ("gpuModelId", json!("H100_SXM5")),
        ("providerId", json!("voltage-park")),
        ("instanceType", json!("CLUSTER")),
        ("region", json!("dalas-united states")),
        ("ipAddress", json!(null)),
        ("sshKeyName", json!("sandbox")),
        ("tempSshKeyId", json!(null)),
        ("totalCost", json!(0)),
        ("lastCreditDeduction", json!(null)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(made["hourlyRate"].to_string(), "15.84");
    assert!(made.get("kubernetesAddon").is_none());
    seconds(&world, 1);
    let early = world.get(Broker::Spheron, id).value();
    assert_eq!(
        (&early["status"], &early["ipAddress"]),
        (&json!("deploying"), &json!("127.0.0.1"))
    );
    // Deploying counts: a second at 15.84 an hour.
    assert_eq!(early["totalCost"].to_string(), "0.0044");
    seconds(&world, 1);
    let up = world.get(Broker::Spheron, id).value();
    assert_eq!((&up["status"], &up["sshPort"]), (&json!("running"), &json!(2222)));
    assert_eq!(up["sshCommand"], "ssh ubuntu@127.0.0.1 -p 2222");

    let ended = world.delete(Broker::Spheron, id);
    let ended = ended.value();
    assert_eq!(ended["message"], "Instance destruction initiated");
    assert_eq!(ended["deployment"]["status"], "terminated");
    assert!(ended["note"].as_str().unwrap().contains("bills the minimum"));
    let row = rows(&world.list(Broker::Spheron)).remove(0);
    assert_eq!(
        (&row["status"], row["totalCost"].to_string().as_str()),
        (&json!("terminated"), "5.28")
    );
    let again = world.delete(Broker::Spheron, id);
    assert_eq!(again.status, 400);
    assert_eq!(again.value()["error"], "Cannot terminate instance");
    assert_eq!(again.value()["currentStatus"], "terminated");
    assert_eq!(world.delete(Broker::Spheron, "none").status, 404);
}

#[test]
fn the_minimum_runtime() {
    let check = |minimum_runtime, after: u64, ends: bool, remaining: u64, cost: &str| {
        let world = world(&Options {
            minimum_runtime,
            ..options()
        });
        let id = rent(&world, Broker::Spheron, "one");
        seconds(&world, after);
        let path = format!("/api/deployments/{id}/can-terminate");
        let may = world.ask(Broker::Spheron, &Request::get(path)).value();
        assert_eq!(may["canTerminate"], ends, "{minimum_runtime:?} after {after}: {may}");
        assert_eq!(may["timeRemaining"], remaining);
        let reply = world.delete(Broker::Spheron, &id);
        assert_eq!(reply.status == 200, ends, "{minimum_runtime:?} after {after}");
        if !ends {
            assert_eq!(reply.status, 400);
            let refusal = reply.value();
            assert_eq!(refusal["error"], "Minimum runtime not met");
            assert_eq!(
                (&refusal["timeRemaining"], &refusal["minimumRuntime"]),
                (&json!(remaining), &json!(20))
            );
        }
        let row = world.get(Broker::Spheron, &id).value();
        assert_eq!(row["totalCost"].to_string(), cost, "{minimum_runtime:?} after {after}");
    };
    check(MinimumRuntime::Billed, 10, true, 0, "5.28");
    check(MinimumRuntime::Billed, 1_500, true, 0, "6.6");
    check(MinimumRuntime::Enforced, 780, false, 7, "3.432");
    check(MinimumRuntime::Enforced, 1_199, false, 1, "5.2756");
    check(MinimumRuntime::Enforced, 1_200, true, 0, "5.28");
    check(MinimumRuntime::Off, 10, true, 0, "0.044");
}

#[test]
fn lists_come_late_and_by_team() {
    let options = Options {
        listing_lag: Duration::from_secs(30),
        ..options()
    };
    for broker in BOTH {
        let world = world(&options);
        let id = rent(&world, broker, "one");
        assert!(names(&world.list(broker)).is_empty(), "{broker:?}");
        assert_eq!(world.get(broker, &id).status, 200, "its own page is there at once");
        seconds(&world, 30);
        assert_eq!(names(&world.list(broker)), ["one"]);
        let path = match broker {
            Broker::Prime => "/api/v1/pods/",
            Broker::Spheron => "/api/deployments",
        };
        let other = world.ask(broker, &Request::get(format!("{path}?teamId=team_other")));
        assert!(names(&other).is_empty(), "{broker:?}");
    }
    let world = world(&options);
    let personal = rent(&world, Broker::Prime, "mine");
    let mut order = prime("ours");
    order["team"] = json!({ "teamId": "team_a" });
    assert_eq!(world.create(Broker::Prime, &order).value()["teamId"], "team_a");
    seconds(&world, 30);
    assert_eq!(names(&world.list(Broker::Prime)), ["mine", "ours"]);
    let team = Request {
        team: Some("team_a".to_owned()),
        ..Request::get("/api/v1/pods/")
    };
    assert_eq!(names(&world.ask(Broker::Prime, &team)), ["ours"]);
    assert_eq!(world.get(Broker::Prime, &personal).status, 200);
}

#[test]
fn spheron_lists_by_status_and_user() {
    let world = world(&options());
    let gone = rent(&world, Broker::Spheron, "gone");
    seconds(&world, 5);
    world.delete(Broker::Spheron, &gone);
    rent(&world, Broker::Spheron, "up");
    seconds(&world, 5);
    rent(&world, Broker::Spheron, "new");
    let list = |query: &str| world.ask(Broker::Spheron, &Request::get(format!("/api/deployments?{query}")));
    for (query, wanted) in [
        ("", &["gone", "up", "new"][..]),
        ("status=active", &["up", "new"]),
        ("status=inactive", &["gone"]),
        ("status=running", &["up"]),
        ("status=deploying", &["new"]),
        ("userId=user_sandbox", &["gone", "up", "new"]),
    ] {
        assert_eq!(names(&list(query)), wanted, "{query}");
    }
    assert_eq!(list("userId=somebody").status, 403);
}

#[test]
fn prime_pages_and_history_in_order() {
    let world = world(&options());
    for name in ["a", "b", "c"] {
        rent(&world, Broker::Prime, name);
        seconds(&world, 1);
    }
    let page = world.ask(Broker::Prime, &Request::get("/api/v1/pods/?offset=1&limit=1"));
    assert_eq!(
        (names(&page), &page.value()["total_count"]),
        (vec!["b".to_owned()], &json!(3))
    );
    assert_eq!(
        world.ask(Broker::Prime, &Request::get("/api/v1/pods/?limit=x")).status,
        422
    );
    let pods = rows(&world.list(Broker::Prime));
    for place in [2, 0, 1] {
        world.delete(Broker::Prime, pods[place]["id"].as_str().unwrap());
        seconds(&world, 1);
    }
    let history = |query: &str| world.ask(Broker::Prime, &Request::get(format!("/api/v1/pods/history?{query}")));
    for (query, wanted) in [
        ("", ["b", "a", "c"]),
        ("sort_order=asc", ["c", "a", "b"]),
        ("sort_by=createdAt", ["c", "b", "a"]),
        ("sort_by=createdAt&sort_order=asc", ["a", "b", "c"]),
    ] {
        assert_eq!(names(&history(query)), wanted, "{query}");
    }
    assert_eq!(names(&history("offset=1&limit=1")), ["a"]);
    for query in ["sort_by=name", "sort_order=up"] {
        assert_eq!(history(query).status, 422, "{query}");
    }
}

#[test]
fn several_nodes_have_several_addresses() {
    let world = world(&options());
    let offers = world
        .ask(Broker::Prime, &Request::get("/api/v1/availability/multi-node"))
        .value();
    let offer = offers["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|offer| offer["gpuCount"] == 16)
        .unwrap();
    let order = json!({
        "pod": {
            "cloudId": offer["cloudId"], "gpuType": offer["gpuType"], "socket": offer["socket"], "gpuCount": 16,
            "dataCenterId": offer["dataCenter"], "security": offer["security"],
        },
        "provider": { "type": offer["provider"] },
    });
    let made = world.create(Broker::Prime, &order);
    assert_eq!(made.status, 200, "{}", text(&made));
    let id = made.value()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.value()["ip"], json!([null]));
    assert!(
        made.value()["name"].as_str().unwrap().starts_with("sandbox-"),
        "an order without a name gets one"
    );
    seconds(&world, 2);
    assert_eq!(
        world.get(Broker::Prime, &id).value()["ip"],
        json!(["127.0.0.1", "127.0.0.1"])
    );
}

#[test]
fn kubernetes_comes_with_a_cluster() {
    let world = world(&options());
    let mut order = spheron("k8s");
    order["kubernetesAddon"] = json!({ "version": "1.34" });
    let made = world.create(Broker::Spheron, &order).value();
    assert_eq!(made["hourlyRate"].to_string(), "16.224");
    assert_eq!(made["kubernetesAddon"]["version"], "1.34");
    assert_eq!(made["kubernetesAddon"]["kubeconfig"], Value::Null);
    seconds(&world, 2);
    let up = world.get(Broker::Spheron, made["id"].as_str().unwrap()).value();
    let cluster = up["kubernetesAddon"]["k8s_cluster_id"].as_str().unwrap();
    let health = send(
        &world,
        Broker::Spheron,
        "GET",
        &format!("/api/kubernetes/{cluster}/health"),
        &json!(null),
    );
    assert_eq!(health.value()["health"]["overallHealth"], "healthy");
    assert_eq!(health.value()["health"]["workerNodes"]["total"], 8);
    let none = send(
        &world,
        Broker::Spheron,
        "GET",
        "/api/kubernetes/none/health",
        &json!(null),
    );
    assert_eq!(none.status, 404);
}

#[test]
fn the_same_world_twice() {
    let run = |seed| {
        let world = world(&Options { seed, ..options() });
        let mut all = Vec::new();
        for broker in BOTH {
            let id = rent(&world, broker, "one");
            seconds(&world, 7);
            all.push(text(&world.get(broker, &id)));
            all.push(text(&world.delete(broker, &id)));
            all.push(text(&world.list(broker)));
        }
        all
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
