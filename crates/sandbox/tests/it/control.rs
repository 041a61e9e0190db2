//! Behind the scenes: knobs and the truth.

use std::net::{IpAddr, Ipv4Addr};

use gpu_broker_sandbox::{Broker, Control, Fault, Request, Stranger, World};
use serde_json::{Value, json};

use crate::orders::{BOTH, names, options, prime, rent, seconds, text, world};

fn control(world: &World, broker: Broker, body: &Value) -> (u16, Value) {
    let reply = world.ask(broker, &Request::post("/sandbox/control", body.to_string()));
    (reply.status, reply.value())
}

#[test]
fn every_knob() {
    for broker in BOTH {
        let world = world(&options());
        let ids: Vec<String> = ["a", "b", "c", "d"].map(|name| rent(&world, broker, name)).into();
        let body = json!({
            "faults": ["list-500:1"],
            "advance_seconds": 10,
            "strangers": [{ "name": "gp-somebody" }, { "name": "=1+1", "broker": "prime", "team": "t" }],
            "reclaim": [ids[0]], "stop": [ids[1]], "fail": [ids[2]], "delete": [ids[3]],
            "balance": { "prime": "77.5", "team_other": "1" },
        });
        let (status, done) = control(&world, broker, &body);
        assert_eq!(
            (status, done["strangers"].as_array().map(Vec::len)),
            (200, Some(2)),
            "{done}"
        );
        let ledger = world.ledger().unwrap();
        assert_eq!(done["now_ms"], json!(ledger.now_ms));
        assert_eq!(ledger.now_ms - ledger.created[0].made_ms, 10_000);
        let phases: Vec<_> = ledger.created.iter().map(|machine| machine.phase).collect();
        assert_eq!(
            phases,
            ["reclaimed", "stopped", "failed", "ended", "running", "running"]
        );
        assert_eq!(world.list(broker).status, 500);
        assert_eq!(world.list(broker).status, 200);
        let wallet = world.ask(Broker::Prime, &Request::get("/api/v1/billing/wallet"));
        assert_eq!(wallet.value()["balance_usd"].to_string(), "77.5");
        control(&world, broker, &json!({ "revoke": true, "faults": ["list-500"] }));
        assert_eq!(world.list(broker).status, 401);
        control(&world, broker, &json!({ "revoke": false, "clear_faults": true }));
        assert_eq!(world.list(broker).status, 200);
    }
}

#[test]
fn knobs_that_are_none() {
    let world = world(&options());
    for (body, hint) in [
        (json!({ "fault": "stock" }), "unknown field"),
        (json!({ "faults": ["stok"] }), "no fault is called `stok`"),
        (json!({ "reclaim": ["none"] }), "/sandbox/ledger"),
        (json!({ "balance": { "nobody": "1" } }), "no purse"),
        (json!({ "balance": { "prime": "much" } }), "no amount"),
    ] {
        let (status, answer) = control(&world, Broker::Prime, &body);
        assert_eq!(status, 400, "{body}");
        assert!(answer["error"].as_str().unwrap().contains(hint), "{answer}");
    }
    let (status, _) = control(&world, Broker::Prime, &json!({ "faults": ["stock", "stok"] }));
    assert_eq!(status, 400);
    assert_eq!(
        world.create(Broker::Prime, &prime("a")).status,
        200,
        "no half of a list of faults"
    );
}

#[test]
fn the_scenes_are_for_this_machine_alone() {
    let world = world(&options());
    let far = Request {
        peer: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        ..Request::get("/sandbox/ledger")
    };
    assert_eq!(world.ask(Broker::Prime, &far).status, 403);
    let plain = Request {
        key: None,
        agent: None,
        ..Request::get("/sandbox/ledger")
    };
    assert_eq!(world.ask(Broker::Spheron, &plain).status, 200, "no key is needed");
    assert_eq!(world.ask(Broker::Spheron, &Request::get("/sandbox/none")).status, 404);
    let faults = world.ask(Broker::Prime, &Request::get("/sandbox/faults")).value();
    assert_eq!(faults.as_array().unwrap().len(), Fault::ALL.len());
}

#[test]
fn the_ledger_tells_the_truth() {
    let world = world(&options());
    let first = rent(&world, Broker::Spheron, "gp-1");
    seconds(&world, 30);
    rent(&world, Broker::Spheron, "gp-1");
    seconds(&world, 12);
    world.delete(Broker::Spheron, &first);
    seconds(&world, 100);
    world.delete(Broker::Spheron, "stranger/../id");
    let stranger = Stranger {
        name: "gp-1".to_owned(),
        team: None,
        broker: None,
    };
    let control = Control {
        strangers: vec![stranger],
        ..Control::default()
    };
    world.control(Broker::Spheron, control).unwrap();
    seconds(&world, 5);
    let ledger = world.ledger().unwrap();
    assert_eq!(ledger.posts[0].count, 2);
    assert_eq!(
        ledger.double_seconds,
        [("gp-1".to_owned(), 12)].into(),
        "strangers do not count"
    );
    assert_eq!(
        ledger.overlap(|name| name.strip_prefix("gp-").map(str::to_owned))["1"],
        12
    );
    assert_eq!(ledger.overlap(|_| None).len(), 0);
    assert_eq!(ledger.live.iter().filter(|live| live.foreign).count(), 1);
    assert_eq!(ledger.deletes.len(), 2);
    // Twenty minutes of the first, 117 seconds of the second.
    assert_eq!(ledger.billed["spheron"], "5.7948");
    let told = world.ask(Broker::Prime, &Request::get("/sandbox/ledger"));
    assert_eq!(told.value()["billed"]["spheron"], "5.7948", "{}", text(&told));
    assert_eq!(names(&world.list(Broker::Spheron)).len(), 3);
}

#[test]
fn prices_and_units_move() {
    let world = world(&options());
    let prime_row = |world: &World| {
        let target = "/api/v1/availability/gpus?cloud_id=8H100.80S.176V&data_center_id=FIN-02";
        world.ask(Broker::Prime, &Request::get(target)).value()["items"][0].clone()
    };
    let spheron_row = |world: &World| {
        let listed = world
            .ask(Broker::Spheron, &Request::get("/api/gpu-offers?limit=200"))
            .value();
        let groups = listed["data"].as_array().unwrap().iter();
        let mut offers = groups.flat_map(|group| group["offers"].as_array().unwrap());
        offers
            .find(|offer| offer["offerId"] == "baremetal_h100_8_ethernet")
            .unwrap()
            .clone()
    };
    let body = json!({ "prices": { "8H100.80S.176V": "99.90", "baremetal_h100_8_ethernet": "15.85" } });
    assert_eq!(control(&world, Broker::Prime, &body).0, 200);
    assert_eq!(prime_row(&world)["prices"]["onDemand"].to_string(), "99.9");
    assert_eq!(spheron_row(&world)["price"].to_string(), "15.85");
    rent(&world, Broker::Prime, "a");
    rent(&world, Broker::Spheron, "a");
    let rates: Vec<_> = world
        .ledger()
        .unwrap()
        .created
        .into_iter()
        .map(|machine| machine.rate)
        .collect();
    assert_eq!(rates, ["100.1784", "15.85"], "the first with its disk on top");
    let body = json!({ "units": { "8H100.80S.176V": 1, "baremetal_h100_8_ethernet": 1 } });
    assert_eq!(control(&world, Broker::Prime, &body).0, 200);
    assert_eq!(prime_row(&world)["stockStatus"], "Unavailable");
    assert_eq!(spheron_row(&world)["available"], false);
    assert_eq!(world.create(Broker::Prime, &prime("b")).status, 400);
    assert_eq!(world.create(Broker::Spheron, &crate::orders::spheron("b")).status, 500);
    assert_eq!(
        control(&world, Broker::Prime, &json!({ "prices": { "x": "cheap" } })).0,
        400
    );
}
