//! Balances, and what happens when they end.

use gpu_broker_sandbox::{Broker, Control, Request, World};
use serde_json::json;

use crate::orders::{changed, options, order, prime, rent, rows, seconds, text, world};

fn wallet(world: &World) -> String {
    let wallet = world
        .ask(Broker::Prime, &Request::get("/api/v1/billing/wallet"))
        .value();
    wallet["balance_usd"].to_string()
}

fn team(world: &World) -> String {
    let balance = world
        .ask(Broker::Spheron, &Request::get("/api/balance?teamId=team_sandbox"))
        .value();
    balance["teams"][0]["balance"].to_string()
}

fn pour(world: &World, purse: &str, amount: &str) {
    let control = Control {
        balance: [(purse.to_owned(), amount.to_owned())].into(),
        ..Control::default()
    };
    world.control(Broker::Prime, control).unwrap();
}

fn prepaid() -> serde_json::Value {
    json!({
        "pod": {
            "name": "reserved", "cloudId": "A100_40GB_PREPAID", "gpuType": "A100_40GB", "socket": "SXM4", "gpuCount": 1,
            "dataCenterId": "HOU1",
        },
        "provider": { "type": "denvr" },
    })
}

#[test]
fn balances_fall_by_the_second() {
    let world = world(&options());
    assert_eq!((wallet(&world).as_str(), team(&world).as_str()), ("250", "100.5"));
    rent(&world, Broker::Prime, "a");
    rent(&world, Broker::Spheron, "a");
    // An hour of both, less the two seconds in which Prime provisions for nothing.
    seconds(&world, 3_602);
    assert_eq!(
        (wallet(&world).as_str(), team(&world).as_str()),
        ("233.9516", "84.6512")
    );
    for broker in [Broker::Prime, Broker::Spheron] {
        let id = world
            .ledger()
            .unwrap()
            .live
            .iter()
            .find(|live| live.broker == broker)
            .unwrap()
            .id
            .clone();
        world.delete(broker, &id);
    }
    seconds(&world, 36_000);
    assert_eq!(
        (wallet(&world).as_str(), team(&world).as_str()),
        ("233.9516", "84.6512")
    );
    let ledger = world.ledger().unwrap();
    assert_eq!(
        (ledger.billed["prime"].as_str(), ledger.billed["spheron"].as_str()),
        ("16.0484", "15.8488")
    );
}

#[test]
fn hours_in_advance_are_charged_at_once_and_used_up_first() {
    let world = world(&options());
    let made = world.create(Broker::Prime, &prepaid());
    assert_eq!(made.status, 200, "{}", text(&made));
    // 168 hours at 0.69.
    assert_eq!(wallet(&world), "134.08");
    seconds(&world, 168 * 3_600);
    assert_eq!(wallet(&world), "134.08");
    seconds(&world, 3_602);
    assert_eq!(wallet(&world), "133.39");
    let id = made.value()["id"].as_str().unwrap().to_owned();
    world.delete(Broker::Prime, &id);
    assert_eq!(
        rows(&world.history(Broker::Prime))[0]["totalBilledPrice"].to_string(),
        "116.61"
    );

    let early = crate::orders::world(&options());
    let id = early.create(Broker::Prime, &prepaid()).value()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    seconds(&early, 60);
    early.delete(Broker::Prime, &id);
    assert_eq!(wallet(&early), "134.08", "nothing comes back");
}

#[test]
fn who_cannot_pay_gets_nothing() {
    let check = |broker, purse: &str, amount: &str, body: &serde_json::Value, status: u16| {
        let world = world(&options());
        pour(&world, purse, amount);
        let reply = world.create(broker, body);
        assert_eq!(reply.status, status, "{purse} {amount}: {}", text(&reply));
        if status == 402 {
            assert!(text(&reply).to_lowercase().contains("balance"), "{}", text(&reply));
            assert!(world.ledger().unwrap().created.is_empty());
        }
    };
    check(Broker::Prime, "prime", "0", &prime("a"), 402);
    check(Broker::Prime, "prime", "0.01", &prime("a"), 200);
    check(Broker::Prime, "prime", "115.91", &prepaid(), 402);
    check(Broker::Prime, "prime", "115.93", &prepaid(), 200);
    let more = changed(prepaid(), "pod.prepaidForHr", &json!(200));
    check(Broker::Prime, "prime", "137.99", &more, 402);
    check(Broker::Prime, "prime", "138.01", &more, 200);
    let spheron = order(Broker::Spheron, "a");
    check(Broker::Spheron, "team_sandbox", "2.99", &spheron, 402);
    check(Broker::Spheron, "team_sandbox", "3", &spheron, 201);
    check(Broker::Spheron, "team_other", "0", &spheron, 201);
}

#[test]
fn an_empty_purse_ends_what_it_pays_for() {
    let world = world(&options());
    pour(&world, "prime", "16.0484");
    pour(&world, "team_sandbox", "15.84");
    let pod = rent(&world, Broker::Prime, "a");
    let deployment = rent(&world, Broker::Spheron, "a");
    seconds(&world, 3_599);
    assert_eq!(world.ledger().unwrap().live.len(), 2);
    seconds(&world, 86_400);
    let ledger = world.ledger().unwrap();
    assert!(ledger.live.is_empty(), "{:?}", ledger.live);
    assert_eq!(world.get(Broker::Prime, &pod).status, 404);
    assert_eq!(
        world.get(Broker::Spheron, &deployment).value()["status"],
        "terminated-provider"
    );
    let lived = |broker| {
        let machine = ledger.created.iter().find(|machine| machine.broker == broker).unwrap();
        (machine.ended_ms.unwrap() - machine.made_ms) / 1_000
    };
    // To the second: an hour, and two seconds of free provisioning at Prime.
    assert!(
        (3_602..=3_604).contains(&lived(Broker::Prime)),
        "{}",
        lived(Broker::Prime)
    );
    assert!(
        (3_600..=3_602).contains(&lived(Broker::Spheron)),
        "{}",
        lived(Broker::Spheron)
    );
}

#[test]
fn the_wallet_tells_what_was_billed() {
    let world = world(&options());
    rent(&world, Broker::Prime, "a");
    rent(&world, Broker::Prime, "b");
    seconds(&world, 3_602);
    let wallet = world
        .ask(Broker::Prime, &Request::get("/api/v1/billing/wallet?limit=1"))
        .value();
    assert_eq!(wallet["total_billings"], 2);
    let billings = wallet["recent_billings"].as_array().unwrap();
    assert_eq!((billings.len(), &billings[0]["name"]), (1, &json!("b")));
    assert_eq!(billings[0]["amount_usd"].to_string(), "16.0484");
}
