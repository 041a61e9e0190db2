//! Public keys at both brokers.

use gpu_broker_sandbox::{Broker, Request};
use serde_json::json;

use crate::orders::{options, rows, send, text, world};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISandboxSandboxSandbox me@here";

#[test]
fn prime_keys_and_the_primary_one() {
    let world = world(&options());
    let path = "/api/v1/ssh_keys/";
    let made = send(
        &world,
        Broker::Prime,
        "POST",
        path,
        &json!({ "name": "mine", "publicKey": KEY }),
    );
    assert_eq!(made.status, 200, "{}", text(&made));
    let made = made.value();
    assert_eq!((&made["isPrimary"], &made["isUserKey"]), (&json!(false), &json!(true)));
    let one = format!("{path}{}", made["id"].as_str().unwrap());
    let primary = send(&world, Broker::Prime, "PATCH", &one, &json!({ "isPrimary": true }));
    assert_eq!(primary.value()["updated_fields"], json!({ "isPrimary": true }));
    let keys = rows(&world.ask(Broker::Prime, &Request::get(path)));
    let primaries: Vec<_> = keys.iter().filter(|key| key["isPrimary"] == true).collect();
    assert_eq!((primaries.len(), &primaries[0]["name"]), (1, &json!("mine")));
    for (method, at, body, status) in [
        ("POST", path, json!({ "name": "mine" }), 422),
        ("POST", path, json!({ "name": "mine", "publicKey": "junk" }), 400),
        ("PATCH", one.as_str(), json!({ "isPrimary": false }), 422),
        ("PATCH", "/api/v1/ssh_keys/none", json!({ "isPrimary": true }), 404),
        ("DELETE", one.as_str(), json!({}), 200),
        ("DELETE", one.as_str(), json!({}), 404),
    ] {
        let reply = send(&world, Broker::Prime, method, at, &body);
        assert_eq!(reply.status, status, "{method} {at} {body}: {}", text(&reply));
    }
    assert_eq!(rows(&world.ask(Broker::Prime, &Request::get(path))).len(), 1);
}

#[test]
fn spheron_keys() {
    let world = world(&options());
    let path = "/api/ssh-keys";
    let made = send(
        &world,
        Broker::Spheron,
        "POST",
        path,
        &json!({ "name": "mine", "publicKey": KEY }),
    );
    assert_eq!(made.status, 201, "{}", text(&made));
    let made = made.value();
    assert_eq!(made["teamId"], "team_sandbox", "the current team's, when none is named");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(world.ask(Broker::Spheron, &Request::get(one.as_str())).value(), made);
    let others = world.ask(Broker::Spheron, &Request::get("/api/ssh-keys?teamId=team_other"));
    assert_eq!(others.value(), json!([]));
    for (method, at, body, status) in [
        ("POST", path, json!({ "publicKey": KEY }), 400),
        ("POST", path, json!({ "name": "mine", "publicKey": "junk" }), 400),
        (
            "POST",
            path,
            json!({ "name": "mine", "publicKey": KEY, "teamId": "none" }),
            403,
        ),
        ("GET", "/api/ssh-keys?userId=somebody", json!(null), 403),
        ("DELETE", one.as_str(), json!({}), 200),
        ("DELETE", one.as_str(), json!({}), 404),
    ] {
        let reply = send(&world, Broker::Spheron, method, at, &body);
        assert_eq!(reply.status, status, "{method} {at} {body}: {}", text(&reply));
    }
}
