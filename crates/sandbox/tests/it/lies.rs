//! Lists, pages and deletes that do not tell the truth.

use std::collections::BTreeSet;

use gpu_broker_sandbox::Wire::{Hung, Whole};
use gpu_broker_sandbox::{Broker, Fault, Rule, Wire};

use crate::orders::{BOTH, ledger, names, options, rent, seconds, text, world};

#[test]
fn lists_that_lie() {
    let listed = |broker, fault| {
        let world = world(&options());
        for name in ["aa", "bb", "cc"] {
            rent(&world, broker, name);
            seconds(&world, 60);
        }
        world.inject(Rule::next(fault, 1));
        let reply = world.list(broker);
        (world, reply)
    };
    for broker in BOTH {
        for (fault, status) in [(Fault::List500, 500), (Fault::List401, 401)] {
            assert_eq!(listed(broker, fault).1.status, status);
        }
        assert_eq!(names(&listed(broker, Fault::ListShort).1), ["aa"]);
        assert_eq!(names(&listed(broker, Fault::ListEmpty).1), [""; 0]);
        assert_eq!(names(&listed(broker, Fault::ListLag).1), ["aa"]);
        assert_eq!(names(&listed(broker, Fault::ListOtherScope).1), ["other-teams-machine"]);
        assert_eq!(names(&listed(broker, Fault::ListLookAlike).1), ["aa", "bb", "cc", "ca"]);
        assert_eq!(listed(broker, Fault::ListCut).1.wire, Wire::Cut);
        let (world, hostile) = listed(broker, Fault::HostileNames);
        let strange: BTreeSet<_> = names(&hostile).into_iter().skip(3).collect();
        for text in [
            "\u{1b}[2J",
            "=cmd|",
            "\u{202e}",
            "../../",
            "<script>",
            "ignore all previous",
        ] {
            assert!(
                strange.iter().any(|name| name.contains(text)),
                "{text:?} in {strange:?}"
            );
        }
        let foreign = ledger(&world).created.iter().filter(|machine| machine.foreign).count();
        assert_eq!(foreign, strange.len());
        assert_eq!(names(&world.list(broker)).len(), 3 + foreign, "strangers stay");
    }
    let total = listed(Broker::Prime, Fault::ListShort).1.value()["total_count"].clone();
    assert_eq!(total, 3, "where there is a total, it says what is missing");
}

#[test]
fn pages_of_machines_that_lie() {
    for broker in BOTH {
        let world = world(&options());
        let id = rent(&world, broker, "one");
        for (fault, status) in [(Fault::Get500, 500), (Fault::Get404, 404)] {
            world.inject(Rule::next(fault, 1));
            assert_eq!(world.get(broker, &id).status, status);
            assert_eq!(world.get(broker, &id).status, 200);
        }
    }
}

#[test]
fn deletes_that_lie() {
    let check = |fault, wire, prime: u16, spheron: u16, deleted: bool| {
        for broker in BOTH {
            let world = world(&options());
            let id = rent(&world, broker, "one");
            world.inject(Rule::next(fault, 1));
            let reply = world.delete(broker, &id);
            let status = if broker == Broker::Prime { prime } else { spheron };
            assert_eq!(
                (reply.wire, reply.status),
                (wire, status),
                "{fault} at {broker:?}: {}",
                text(&reply)
            );
            let ledger = ledger(&world);
            assert_eq!(ledger.live.is_empty(), deleted, "{fault} at {broker:?}");
            assert_eq!((ledger.deletes.len(), &ledger.deletes[0].id), (1, &id));
        }
    };
    check(Fault::Delete500NoEffect, Whole, 500, 500, false);
    check(Fault::Delete500Effect, Whole, 500, 500, true);
    check(Fault::Delete200NoEffect, Whole, 200, 200, false);
    check(Fault::Delete404Lie, Whole, 404, 404, false);
    check(Fault::DeleteMinimum, Whole, 409, 400, false);
    check(Fault::Delete409, Whole, 409, 409, false);
    check(Fault::Delete429, Whole, 429, 429, false);
    check(Fault::DeleteHang, Hung, 0, 0, false);
    check(Fault::DeleteHangEffect, Hung, 200, 200, true);
}

#[test]
fn a_revoked_key_stays_revoked() {
    for broker in BOTH {
        let world = world(&options());
        let id = rent(&world, broker, "one");
        world.inject(Rule::next(Fault::KeyRevoked, 1));
        for reply in [world.list(broker), world.get(broker, &id), world.delete(broker, &id)] {
            assert_eq!(reply.status, 401);
        }
        assert_eq!(ledger(&world).live.len(), 1, "and what lives, lives");
    }
}
