//! What becomes of machines that something is wrong with.

use gpu_broker_sandbox::Broker::{Prime, Spheron};
use gpu_broker_sandbox::{Fault, Wire};

use crate::orders::{BOTH, created, ledger, names, seconds};

#[test]
fn what_was_not_ordered() {
    let truth = |broker, fault: &[Fault]| ledger(&created(broker, fault).0).created.remove(0);
    for broker in BOTH {
        let right = truth(broker, &[Fault::SlowDrip]);
        let rate = if broker == Prime { "48.1452" } else { "47.52" };
        let dear = truth(broker, &[Fault::Dearer]);
        assert_eq!(dear.rate, rate);
        assert_ne!(truth(broker, &[Fault::OtherGpu]).gpu, right.gpu);
        assert_eq!(truth(broker, &[Fault::FewerGpus]).gpus, 7);
        assert_ne!(truth(broker, &[Fault::OtherRegion]).place, right.place);
        assert_ne!(truth(broker, &[Fault::OtherType]).kind, right.kind);
        let both = truth(broker, &[Fault::Dearer, Fault::CloseAfterEffect]);
        assert_eq!(both.rate, rate, "faults go together");
        let answer = created(broker, &[Fault::Dearer]).1.value();
        let field = if broker == Prime { "priceHr" } else { "hourlyRate" };
        assert_eq!(answer[field].to_string(), rate);
        let (world, _) = created(broker, &[Fault::DearerLater]);
        assert_eq!(ledger(&world).created[0].rate, right.rate);
        seconds(&world, 2);
        assert_eq!(ledger(&world).live[0].rate, rate);
    }
}

#[test]
fn what_becomes_of_machines() {
    // Two seconds to be up; the late things come 150 seconds after that.
    let check = |fault, broker, after: u64, phase: &str, word: Option<&str>| {
        let (world, _) = created(broker, &[fault]);
        let id = ledger(&world).created[0].id.clone();
        seconds(&world, after);
        assert_eq!(ledger(&world).created[0].phase, phase, "{fault} after {after}");
        let page = world.get(broker, &id);
        match word {
            Some(word) => assert_eq!(page.value()["status"], word, "{fault} after {after}"),
            None => assert_eq!(page.status, 404, "{fault} after {after}"),
        }
    };
    check(Fault::FailsLater, Prime, 1, "failed", Some("ERROR"));
    check(Fault::FailsLater, Spheron, 1, "failed", Some("failed"));
    check(Fault::NeverReady, Prime, 7_200, "deploying", Some("PROVISIONING"));
    check(Fault::NeverReady, Spheron, 7_200, "deploying", Some("deploying"));
    check(Fault::UnknownStatus, Prime, 60, "running", Some("migrating"));
    check(Fault::UnknownStatus, Spheron, 60, "running", Some("migrating"));
    {
        let (before, after) = (151, 152);
        check(Fault::Reclaimed, Prime, before, "running", Some("ACTIVE"));
        check(Fault::Reclaimed, Prime, after, "reclaimed", None);
        check(Fault::Reclaimed, Spheron, before, "running", Some("running"));
        check(
            Fault::Reclaimed,
            Spheron,
            after,
            "reclaimed",
            Some("terminated-provider"),
        );
        check(Fault::HumanDeleted, Prime, after, "ended", None);
        check(Fault::HumanDeleted, Spheron, after, "ended", Some("terminated"));
        check(Fault::ProviderStopped, Prime, after, "stopped", Some("STOPPED"));
        check(Fault::ProviderStopped, Spheron, after, "stopped", Some("stopped"));
        check(Fault::BalanceEnds, Prime, after, "ended", None);
        check(
            Fault::BalanceEnds,
            Spheron,
            after,
            "reclaimed",
            Some("terminated-provider"),
        );
    }
}

#[test]
fn a_stopped_machine_bills_on_and_a_failed_one_does_not() {
    for (fault, grows) in [(Fault::ProviderStopped, true), (Fault::FailsLater, false)] {
        for broker in BOTH {
            let (world, _) = created(broker, &[fault]);
            seconds(&world, 200);
            let before = ledger(&world).created[0].billed.clone();
            seconds(&world, 600);
            assert_eq!(
                ledger(&world).created[0].billed != before,
                grows,
                "{fault} at {broker:?}"
            );
            assert_eq!(ledger(&world).live.len(), usize::from(grows));
        }
    }
}

#[test]
fn a_late_effect_comes_late() {
    for broker in BOTH {
        let (world, _) = created(broker, &[Fault::LateEffect]);
        assert!(names(&world.list(broker)).is_empty());
        seconds(&world, 149);
        assert!(ledger(&world).created.is_empty());
        seconds(&world, 1);
        assert_eq!(names(&world.list(broker)), ["one"]);
        let ledger = ledger(&world);
        assert_eq!(ledger.created[0].made_ms + 150_000 - 150_000, ledger.now_ms);
        let (world, reply) = created(broker, &[Fault::LateEffect, Fault::HangBefore]);
        assert_eq!(reply.wire, Wire::Hung);
        seconds(&world, 150);
        assert_eq!(names(&world.list(broker)), ["one"], "with any answer");
    }
}

#[test]
fn a_status_goes_forward_and_back() {
    for (broker, words) in [(Prime, ["ACTIVE", "PROVISIONING"]), (Spheron, ["running", "deploying"])] {
        let (world, _) = created(broker, &[Fault::FlappingStatus]);
        let id = ledger(&world).created[0].id.clone();
        seconds(&world, 5);
        let seen = [(); 4].map(|()| {
            seconds(&world, 10);
            world.get(broker, &id).value()["status"].as_str().unwrap().to_owned()
        });
        let first = words.iter().position(|word| *word == seen[0]).unwrap();
        let wanted = [0, 1, 0, 1].map(|turn| words[(first + turn) % 2]);
        assert_eq!(seen, wanted);
    }
}
