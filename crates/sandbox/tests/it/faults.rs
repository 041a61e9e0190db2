//! What a create answers when something goes wrong, and what is true.

use gpu_broker_sandbox::Broker::{self, Prime, Spheron};
use gpu_broker_sandbox::Wire::{self, Closed, Cut, Drip, Hung, Reset, Whole};
use gpu_broker_sandbox::{Fault, Options, Request, Rule, Times};
use serde_json::{Value, json};

use crate::orders::{BOTH, created, ledger, options, order, rent, rows, text, world};

/// The next create: how its answer travels, its status at Prime and at Spheron, and the machines that are there after it.
const CREATES: &[(Fault, Wire, u16, u16, usize)] = &[
    (Fault::CloseBeforeRead, Closed, 0, 0, 0),
    (Fault::ResetBefore, Reset, 0, 0, 0),
    (Fault::HangBefore, Hung, 0, 0, 0),
    (Fault::CloseAfterEffect, Closed, 200, 201, 1),
    (Fault::ResetAfter, Reset, 200, 201, 1),
    (Fault::HangAfter, Hung, 200, 201, 1),
    (Fault::CutJson, Cut, 200, 201, 1),
    (Fault::SlowDrip, Drip, 200, 201, 1),
    (Fault::Redirect307Same, Whole, 307, 307, 1),
    (Fault::Redirect307Other, Whole, 307, 307, 0),
    (Fault::Redirect302, Whole, 302, 302, 1),
    (Fault::Status500Before, Whole, 500, 500, 0),
    (Fault::Status500After, Whole, 500, 500, 1),
    (Fault::Status4xxAfter, Whole, 400, 400, 1),
    (Fault::Stock, Whole, 400, 500, 0),
    (Fault::Status401, Whole, 401, 401, 0),
    (Fault::Status402, Whole, 402, 402, 0),
    (Fault::Status422, Whole, 422, 422, 0),
    (Fault::Status429, Whole, 429, 429, 0),
    (Fault::Status429Negative, Whole, 429, 429, 0),
    (Fault::Status429Huge, Whole, 429, 429, 0),
    (Fault::Status429Date, Whole, 429, 429, 0),
    (Fault::Status429Missing, Whole, 429, 429, 0),
    (Fault::Html200, Whole, 200, 200, 0),
    (Fault::Html200After, Whole, 200, 200, 1),
    (Fault::HostileError, Whole, 400, 400, 0),
    (Fault::HugeBody, Whole, 200, 200, 1),
    (Fault::GzipBomb, Whole, 200, 200, 1),
    (Fault::DeepNesting, Whole, 200, 200, 1),
    (Fault::NoId, Whole, 200, 201, 1),
    (Fault::NullId, Whole, 200, 201, 1),
    (Fault::NumberId, Whole, 200, 201, 1),
    (Fault::EvilId, Whole, 200, 201, 1),
    (Fault::KnownId, Whole, 200, 201, 1),
    (Fault::OtherBody, Whole, 200, 201, 1),
    (Fault::DuplicateKeys, Whole, 200, 201, 1),
    (Fault::OddNumbers, Whole, 200, 201, 1),
    (Fault::PerGpuRate, Whole, 200, 201, 1),
    (Fault::Secrets, Whole, 200, 201, 1),
    (Fault::FlappingStatus, Whole, 200, 201, 1),
    (Fault::Dearer, Whole, 200, 201, 1),
    (Fault::OtherGpu, Whole, 200, 201, 1),
    (Fault::FewerGpus, Whole, 200, 201, 1),
    (Fault::OtherRegion, Whole, 200, 201, 1),
    (Fault::OtherType, Whole, 200, 201, 1),
    (Fault::UnknownStatus, Whole, 200, 201, 1),
    (Fault::NeverReady, Whole, 200, 201, 1),
    (Fault::FailsLater, Whole, 200, 201, 1),
    (Fault::Duplicate, Whole, 200, 201, 2),
    (Fault::LateEffect, Whole, 504, 504, 0),
];

#[test]
fn every_create_fault_has_its_answer_and_its_effect() {
    for &(fault, wire, prime, spheron, made) in CREATES {
        for (broker, status) in [(Prime, prime), (Spheron, spheron)] {
            let (world, reply) = created(broker, &[fault]);
            assert_eq!(
                (reply.wire, reply.status),
                (wire, status),
                "{fault} at {broker:?}: {}",
                text(&reply)
            );
            let ledger = ledger(&world);
            assert_eq!(ledger.live.len(), made, "{fault} at {broker:?}");
            assert_eq!(
                (ledger.posts.len(), ledger.posts[0].count),
                (1, 1),
                "{fault} at {broker:?}"
            );
            assert_eq!(ledger.posts[0].name, "one");
            // Once only.
            assert!(
                world.create(broker, &order(broker, "two")).status < 300,
                "{fault} at {broker:?}"
            );
        }
    }
}

/// Faults of a create that show in the life of what it makes; `fates` has them.
const FATES: &[Fault] = &[
    Fault::DearerLater,
    Fault::Reclaimed,
    Fault::HumanDeleted,
    Fault::ProviderStopped,
    Fault::BalanceEnds,
];

#[test]
fn no_fault_of_a_create_is_left_out() {
    let listed = |fault: &Fault| FATES.contains(fault) || CREATES.iter().any(|row| row.0 == *fault);
    let mut creates = Fault::ALL
        .iter()
        .filter(|fault| fault.op() == gpu_broker_sandbox::Op::Create);
    assert_eq!(creates.find(|fault| !listed(fault)), None);
}

#[test]
fn retries_are_asked_for_in_every_form() {
    let check = |fault, header: Option<&str>, value: Option<Value>| {
        for broker in BOTH {
            let (_, reply) = created(broker, &[fault]);
            assert_eq!(reply.header("retry-after"), header, "{fault}");
            if broker == Broker::Spheron {
                assert_eq!(reply.value().get("retryAfter"), value.as_ref(), "{fault}");
            }
        }
    };
    check(Fault::Status429, Some("900"), Some(json!(900)));
    check(Fault::Status429Negative, Some("-1"), Some(json!(-1)));
    check(Fault::Status429Huge, Some("1000000000"), Some(json!(1_000_000_000)));
    let date = "Sun, 22 Nov 2026 09:15:00 GMT";
    check(Fault::Status429Date, Some(date), Some(json!(date)));
    check(Fault::Status429Missing, None, None);
}

#[test]
fn ids_that_are_none() {
    let id = |fault, broker| created(broker, &[fault]).1.value().get("id").cloned();
    for broker in BOTH {
        assert_eq!(id(Fault::NoId, broker), None);
        assert_eq!(id(Fault::NullId, broker), Some(json!(null)));
        assert_eq!(id(Fault::NumberId, broker), Some(json!(12_345)));
        assert!(id(Fault::EvilId, broker).unwrap().as_str().unwrap().contains("../"));
        let world = world(&options());
        let first = rent(&world, broker, "first");
        for fault in [Fault::KnownId, Fault::OtherBody] {
            world.inject(Rule::next(fault, 1));
            let answer = world.create(broker, &order(broker, "second")).value();
            assert_eq!(answer["id"], json!(first), "{fault}");
            let other = fault == Fault::OtherBody;
            assert_eq!(answer["name"] == "first", other, "{fault}: {}", answer["name"]);
            let last = ledger(&world).created.last().unwrap().id.clone();
            world.delete(broker, &last);
        }
    }
}

#[test]
fn rules_by_request_count_broker_and_header() {
    let world = world(&Options {
        faults: vec!["spheron:list/500-before:2".parse().unwrap()],
        ..options()
    });
    let statuses = |broker| [(); 3].map(|()| world.list(broker).status);
    assert_eq!(statuses(Broker::Prime), [200, 200, 200]);
    assert_eq!(statuses(Broker::Spheron), [500, 500, 200]);
    let with = |header: &str| {
        let request = Request {
            fault: Some(header.to_owned()),
            ..Request::get("/api/v1/pods/")
        };
        world.ask(Broker::Prime, &request)
    };
    assert_eq!(with("list-500").status, 500);
    assert_eq!(with("slow-drip+list-empty").wire, Wire::Drip);
    let unknown = with("list-5000");
    assert_eq!(unknown.status, 400);
    assert!(text(&unknown).contains("list-500"), "{}", text(&unknown));
    assert_eq!(world.list(Broker::Prime).status, 200);
}

#[test]
fn random_faults_come_from_the_seed() {
    let run = |seed| {
        let world = world(&Options {
            seed,
            faults: vec![Rule {
                broker: None,
                op: None,
                faults: None,
                times: Times::PerMillion(300_000),
            }],
            ..options()
        });
        let mut seen = Vec::new();
        for _ in 0..60 {
            let reply = world.create(Broker::Spheron, &order(Broker::Spheron, "one"));
            seen.push((reply.status, reply.wire, reply.body.len()));
            if let Some(live) = world.ledger().unwrap().live.first() {
                world.delete(Broker::Spheron, &live.id);
            }
        }
        seen
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let plain = run(1)
        .iter()
        .filter(|(status, wire, _)| *status == 201 && *wire == Wire::Whole)
        .count();
    assert!((20..60).contains(&plain), "{plain}");
}

#[test]
fn bodies_that_a_client_should_survive() {
    for broker in BOTH {
        let world = world(&options());
        rent(&world, broker, "one");
        let with = |fault| {
            world.inject(Rule {
                op: Some(gpu_broker_sandbox::Op::List),
                ..Rule::next(fault, 1)
            });
            world.list(broker)
        };
        assert!(with(Fault::HugeBody).body.len() > 8 * 1024 * 1024);
        let bomb = with(Fault::GzipBomb);
        assert_eq!(bomb.header("content-encoding"), Some("gzip"));
        assert!(bomb.body.starts_with(&[0x1f, 0x8b]) && bomb.body.len() < 300_000);
        assert!(with(Fault::DeepNesting).body.starts_with(&b"[".repeat(100_000)));
        assert!(text(&with(Fault::DuplicateKeys)).matches("\"id\":").count() == 2);
        assert!(text(&with(Fault::OddNumbers)).contains("1e400"));
        assert!(text(&with(Fault::HostileError)).contains("ignore all previous"));
        assert_eq!(rows(&world.list(broker)).len(), 1);
    }
}

#[test]
fn a_rate_of_one_gpu_where_all_are_billed() {
    for (broker, field, rate) in [(Prime, "priceHr", "2.0061"), (Spheron, "hourlyRate", "1.98")] {
        let (world, reply) = created(broker, &[Fault::PerGpuRate]);
        assert_eq!(reply.value()[field].to_string(), rate);
        assert_ne!(ledger(&world).created[0].rate, rate);
    }
}

#[test]
fn secrets_where_nobody_asked_for_them() {
    for broker in BOTH {
        let (_, reply) = created(broker, &[Fault::Secrets]);
        assert_eq!(text(&reply).matches("sandbox-secret-").count(), 3);
        assert_eq!(reply.value()["name"], "one", "and the rest is as it was");
    }
}

#[test]
fn nothing_on_offer_for_once() {
    for (broker, path, total) in [
        (Prime, "/api/v1/availability/gpus", "totalCount"),
        (Spheron, "/api/gpu-offers", "total"),
    ] {
        let world = world(&options());
        world.inject(Rule::next(Fault::OffersEmpty, 1));
        let totals = [(); 2].map(|()| world.ask(broker, &Request::get(path)).value()[total].as_u64().unwrap());
        assert!(totals[0] == 0 && totals[1] > 0, "{totals:?}");
    }
}
