//! Which plan follows on a refusal, and what is told of those that do not.

use gpu_broker_core::source::{Refusal, RefusalKind};

use super::*;

fn no(kind: RefusalKind, wait_s: Option<u64>) -> Refusal {
    Refusal {
        kind,
        message: kind.as_str().to_owned(),
        retry_after: wait_s.map(Duration::from_secs),
    }
}

/// A machine that is paid for in advance.
fn prepaid(offer: &str, price: &str, upfront: &str) -> Unit {
    Unit {
        upfront: upfront.parse().unwrap(),
        ..unit(offer, price)
    }
}

/// The offers that were ordered, in turn.
fn ordered(report: &Report) -> Vec<&str> {
    let mut attempts: Vec<_> = report.attempts.iter().collect();
    attempts.sort_by_key(|one| (one.slot, one.number));
    attempts.iter().map(|one| one.ordered.offer.as_str()).collect()
}

#[tokio::test]
async fn an_account_that_is_too_poor_is_asked_for_what_needs_less() {
    let plans = || {
        wish(vec![
            vec![prepaid("year", "1", "1000")],
            vec![prepaid("two-years", "0.9", "1900")],
            vec![prepaid("month", "1.2", "90")],
            vec![unit("hourly", "2")],
        ])
    };
    for (refusals, expected, passed) in [
        (1, vec!["year", "month"], vec!["two-years"]),
        (2, vec!["year", "month", "hourly"], vec!["two-years"]),
        (3, vec!["year", "month", "hourly"], vec!["two-years"]),
    ] {
        let world = World::new(Vec::new());
        world.broker.refuse(vec![no(RefusalKind::Funds, None); refusals]);
        let report = world.provision(&plans()).await;
        assert_eq!(ordered(&report), expected, "{report:#?}");
        assert_eq!(report.end == End::Ready, refusals < 3, "{report:#?}");
        for offer in passed {
            let told = |note: &&String| note.contains(&format!("b/{offer} at")) && note.contains("too little money");
            assert_eq!(report.notes.iter().filter(told).count(), 1, "{:?}", report.notes);
        }
    }
}

#[tokio::test]
async fn a_busy_broker_is_waited_for_as_long_as_there_is_time() {
    let two = |wait_s| Wish {
        wait: Some(Duration::from_secs(wait_s)),
        ..wish(vec![vec![unit("best", "10")], vec![unit("next", "11")]])
    };
    for (refusals, retry_after, wait_s, expected, least_s) in [
        (1, Some(90), 1_200, vec!["best", "best"], 90),
        (1, None, 1_200, vec!["best", "best"], 30),
        (2, Some(90), 1_200, vec!["best", "best", "best"], 180),
        // Held between a second and sixteen minutes.
        (1, Some(0), 1_200, vec!["best", "best"], 1),
        (1, Some(100_000), 1_200, vec!["best", "best"], 960),
        (1, Some(90), 60, vec!["best"], 0),
    ] {
        let world = World::new(Vec::new());
        world.broker.refuse(vec![no(RefusalKind::Busy, retry_after); refusals]);
        let report = world.provision(&two(wait_s)).await;
        assert_eq!(ordered(&report), expected, "{report:#?}");
        assert_eq!(report.end == End::Ready, expected.len() > 1, "{report:#?}");
        assert!(world.clock.now_ms() >= least_s * 1_000, "{retry_after:?}");
        let left_out = report
            .notes
            .iter()
            .any(|note| note.contains("b/next at 11 USD per hour is passed over: b is busy"));
        assert_eq!(left_out, expected.len() == 1, "{:?}", report.notes);
    }
}

#[tokio::test]
async fn a_key_that_is_refused_stops_its_broker_and_that_is_told() {
    let world = World::new(Vec::new());
    world.broker.refuse([no(RefusalKind::Key, None)]);
    let plans = wish(vec![vec![unit("best", "10")], vec![unit("next", "11")]]);
    let report = world.provision(&plans).await;
    assert!(matches!(report.end, End::Key(_)), "{report:#?}");
    assert_eq!(world.broker.posts(), 1);
    let told = |what: &str| report.notes.iter().any(|note| note.contains(what));
    assert!(
        told("b refuses the key, so nothing more is ordered from it"),
        "{:?}",
        report.notes
    );
    assert!(
        told("b/next at 11 USD per hour is passed over: b refuses the key"),
        "{:?}",
        report.notes
    );
}

#[tokio::test]
async fn three_requests_for_one_machine_are_enough_and_the_rest_is_counted() {
    let world = World::new(Vec::new());
    world.broker.refuse(vec![no(RefusalKind::OutOfStock, None); 9]);
    let plans = (0..20)
        .map(|number| vec![unit(&format!("offer-{number}"), "10")])
        .collect();
    let report = world.provision(&wish(plans)).await;
    assert_eq!((report.end.clone(), world.broker.posts()), (End::Nothing, 3));
    let told = "3 requests for one machine are enough; 17 plans were not tried";
    assert_eq!(report.notes.last().map(String::as_str), Some(told));
}

#[tokio::test]
async fn whoever_asks_to_stop_before_the_request_is_told_no_more() {
    let world = World::new(Vec::new());
    let mut engine = world.engine();
    engine.parts().interrupt.set();
    let report = engine.provision(&wish(vec![vec![unit("best", "10")]])).await.unwrap();
    assert_eq!((report.end, world.broker.posts()), (End::Interrupted, 0));
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}

#[tokio::test]
async fn a_broker_that_does_not_tell_what_there_is_was_not_asked_and_that_is_told_once() {
    for (list, unasked) in [(List::Fails, 1), (List::Whole, 0)] {
        let world = World::new(Vec::new());
        world.broker.list_as(list);
        world.broker.refuse(vec![no(RefusalKind::OutOfStock, None); 9]);
        let plans = (0..3).map(|number| vec![unit(&format!("offer-{number}"), "10")]);
        let report = world.provision(&wish(plans.collect())).await;
        assert_eq!(report.end, End::Nothing, "{report:#?}");
        assert_eq!(report.unasked.len(), unasked, "{report:#?}");
        let passed: Vec<&String> = report
            .notes
            .iter()
            .filter(|note| note.contains("passed over"))
            .collect();
        assert_eq!(passed.len(), unasked, "{:?}", report.notes);
        let told = "b/offer-1 at 10 USD per hour and another plan are passed over: b does not tell what there is";
        assert!(passed.iter().all(|note| note.starts_with(told)), "{passed:?}");
    }
}
