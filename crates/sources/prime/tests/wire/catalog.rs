//! What is for sale.

use std::fmt::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Ask, Catalog, Coverage, Disks, ErrorKind, Hint, Progress, Quiet, Source};

use crate::stand::{Answer, SILENT, Stand, ask, kind, not_found, number, ok};

const GPUS: &str = "/api/v1/availability/gpus";
const MULTI: &str = "/api/v1/availability/multi-node";
const SUMMARY: &str = "/api/v1/availability/gpu-summary";
const MULTI_SUMMARY: &str = "/api/v1/availability/multi-node-summary";
const NOTHING: &str = r#"{"items":[],"totalCount":0}"#;

/// Rows `from..to` of a listing of `announced`.
fn rows(from: u64, to: u64, announced: u64) -> String {
    let mut items = String::new();
    for row in from..to {
        let comma = if row == from { "" } else { "," };
        let _ = write!(
            items,
            r#"{comma}{{"cloudId":"c{row}","gpuType":"H100_80GB","provider":"p","gpuCount":1,"security":"secure_cloud","prices":{{"onDemand":2.5}}}}"#
        );
    }
    format!(r#"{{"items":[{items}],"totalCount":{announced}}}"#)
}

#[derive(Debug, Default)]
struct Last(Mutex<(u32, u32)>);

impl Progress for Last {
    fn pages(&self, broker: &Broker, done: u32, of: u32) {
        assert_eq!(broker.as_str(), "prime");
        *self.0.lock().unwrap() = (done, of);
    }
}

#[tokio::test]
async fn all_pages_of_both_listings_are_read() {
    let stand = Stand::new(|path, query, _| match path {
        GPUS => {
            // Smaller pages than were asked for.
            let from = (number(query, "page") - 1) * 40;
            ok(&rows(from, (from + 40).min(250), 250))
        }
        MULTI => ok(include_str!("../../fixtures/multi-node.json")),
        _ => not_found(),
    })
    .await;
    let progress = Last::default();
    let listing = stand.prime.offers(&ask(&Hint::default(), &progress)).await;
    assert_eq!(kind(&listing), ("complete", None));
    assert_eq!(
        (listing.items.len(), listing.announced, listing.pages),
        (251, Some(251), 8)
    );
    assert_eq!(*progress.0.lock().unwrap(), (8, 8));
    let ids: Vec<&str> = listing.items.iter().map(|offer| offer.id.as_str()).collect();
    assert_eq!((ids[0], ids[249], ids[250]), ("c0", "c249", "nebius-16xh100"));
    assert!(listing.items[250].multi_node && !listing.items[249].multi_node);
    assert_eq!(stand.prime.broker().as_str(), "prime");
    let seen = stand.lines();
    assert!(
        seen.iter()
            .all(|line| line.ends_with("with key") && line.contains("page_size=100"))
    );
}

#[tokio::test]
async fn a_listing_says_what_it_lacks() {
    use ErrorKind::{Incomplete, Protocol, Unauthorised, Unavailable};
    let check = async |gpus: fn(u64) -> Answer, multi: Answer, items: usize, expected: (&str, Option<ErrorKind>)| {
        let stand = Stand::new(move |path, query, _| match path {
            GPUS => gpus(number(query, "page")),
            MULTI => multi.clone(),
            _ => not_found(),
        })
        .await;
        let listing = stand.offers().await;
        let coverage = &listing.coverage;
        assert_eq!((listing.items.len(), kind(&listing)), (items, expected), "{coverage:?}");
    };
    let (partial, failed) = (|kind| ("partial", Some(kind)), |kind| ("failed", Some(kind)));
    let cluster = || ok(include_str!("../../fixtures/multi-node.json"));
    let refused = || (401, r#"{"detail":"Invalid token"}"#.to_owned());
    // Without the listing of clusters there are none; without that of machines there is no answer.
    check(|_| ok(&rows(0, 3, 3)), not_found(), 3, ("complete", None)).await;
    check(|_| not_found(), not_found(), 0, failed(Protocol)).await;
    check(|_| not_found(), cluster(), 1, partial(Protocol)).await;
    // More announced than there is, from a broker that turns pages and from one that does not.
    let cut = |page| ok(&rows(0, if page == 1 { 8 } else { 0 }, 608));
    check(cut, not_found(), 8, partial(Incomplete)).await;
    check(|_| ok(&rows(0, 8, 608)), not_found(), 8, partial(Incomplete)).await;
    let second_fails = |page| {
        if page == 2 {
            return (501, String::new());
        }
        ok(&rows(page * 2, page * 2 + 2, 6))
    };
    check(second_fails, not_found(), 4, partial(Unavailable)).await;
    // Something else than an answer.
    check(|_| (401, String::new()), refused(), 0, failed(Unauthorised)).await;
    check(|_| ok("<html>maintenance</html>"), not_found(), 0, failed(Protocol)).await;
    check(|_| ok(r#"{"items":[{"clo"#), not_found(), 0, failed(Protocol)).await;
    check(|_| ok(r#"{"H100_80GB":[]}"#), cluster(), 1, partial(Protocol)).await;
    check(|_| (302, String::new()), cluster(), 1, partial(Protocol)).await;
}

#[tokio::test]
async fn an_empty_answer_is_not_believed_at_once() {
    let check = async |gpus: [&'static str; 2], summary: Answer, items: usize, expected: (&str, Option<ErrorKind>)| {
        let stand = Stand::new(move |path, _, before| match path {
            GPUS => ok(gpus[before.min(1)]),
            MULTI => ok(NOTHING),
            SUMMARY => summary.clone(),
            _ => not_found(),
        })
        .await;
        let listing = stand.offers().await;
        assert_eq!((listing.items.len(), kind(&listing)), (items, expected));
        let asked = [GPUS, MULTI, MULTI_SUMMARY].map(|path| stand.asked(path));
        assert_eq!(asked, [2, 1, 1]);
        listing
    };
    let listed = || ok(include_str!("../../fixtures/gpu-summary.json"));
    let one = r#"{"items":[{"cloudId":"c","gpuType":"T4_16GB","provider":"p","gpuCount":1,"security":"secure_cloud"}],"totalCount":1}"#;
    check([NOTHING, one], listed(), 1, ("complete", None)).await;
    check([NOTHING, NOTHING], ok("{}"), 0, ("complete", None)).await;
    check([NOTHING, NOTHING], not_found(), 0, ("complete", None)).await;
    check(
        [NOTHING, NOTHING],
        (422, String::new()),
        0,
        ("failed", Some(ErrorKind::Protocol)),
    )
    .await;
    check([NOTHING, "[]"], listed(), 0, ("failed", Some(ErrorKind::Protocol))).await;
    let doubted = check([NOTHING, NOTHING], listed(), 0, ("failed", Some(ErrorKind::Incomplete))).await;
    let Coverage::Failed(error) = doubted.coverage else {
        panic!("it failed")
    };
    assert_eq!(
        error.to_string(),
        "answered with no offers while its summary lists 2 GPU types"
    );
}

#[tokio::test]
async fn clusters_are_doubted_only_when_their_summary_lists_some() {
    let stand = Stand::new(|path, _, _| match path {
        GPUS => ok(&rows(0, 2, 2)),
        MULTI => ok(NOTHING),
        MULTI_SUMMARY => ok(include_str!("../../fixtures/gpu-summary.json")),
        _ => not_found(),
    })
    .await;
    let listing = stand.offers().await;
    assert_eq!(
        (listing.items.len(), kind(&listing)),
        (2, ("partial", Some(ErrorKind::Incomplete)))
    );
    assert_eq!(
        (stand.asked(MULTI), stand.asked(MULTI_SUMMARY), stand.asked(SUMMARY)),
        (2, 1, 0)
    );
}

#[tokio::test]
async fn a_narrowed_listing_may_be_empty() {
    let stand = Stand::new(|_, _, _| ok(NOTHING)).await;
    let mut hint = Hint::default();
    hint.regions = vec!["canada".to_owned(), "eu_north".to_owned()];
    hint.gpu_types = vec!["H100_80GB".to_owned()];
    hint.disks = vec!["disk 1".to_owned()];
    let listing = stand.prime.offers(&ask(&hint, &Quiet)).await;
    assert_eq!((listing.items.len(), kind(&listing)), (0, ("complete", None)));
    assert_eq!(
        [GPUS, MULTI, SUMMARY, MULTI_SUMMARY].map(|path| stand.asked(path)),
        [2, 1, 0, 0]
    );
    let seen = stand.lines();
    let narrowed = "page=1&page_size=100&regions=canada&regions=eu_north&gpu_type=H100_80GB&disks=disk+1";
    assert!(seen.iter().all(|line| line.contains(narrowed)), "{seen:?}");
}

#[tokio::test]
async fn a_hint_that_is_refused_is_dropped() {
    let stand = Stand::new(|path, query, _| match path {
        _ if query.contains("disks=") => (
            422,
            r#"{"errors":[{"param":"disks","details":"not found"}]}"#.to_owned(),
        ),
        GPUS => ok(&rows(0, 3, 3)),
        _ => not_found(),
    })
    .await;
    let mut hint = Hint::default();
    hint.disks = vec!["gone".to_owned()];
    let listing = stand.prime.offers(&ask(&hint, &Quiet)).await;
    assert_eq!((listing.items.len(), kind(&listing)), (3, ("complete", None)));
}

#[tokio::test]
async fn a_bad_row_is_reported_with_its_page() {
    let stand = Stand::new(|path, query, _| match (path, query.starts_with("page=1&")) {
        (GPUS, true) => ok(&rows(0, 25, 50)),
        (GPUS, false) => ok(
            &include_str!("../../fixtures/gpus-bad-rows.json").replace(r#""totalCount": 25"#, r#""totalCount": 50"#)
        ),
        (MULTI, _) => ok(r#"{"items":[7],"totalCount":1}"#),
        _ => not_found(),
    })
    .await;
    let listing = stand.offers().await;
    assert_eq!(kind(&listing), ("complete", None));
    assert_eq!(
        (listing.items.len(), listing.rejects.len(), listing.announced),
        (26, 25, Some(51))
    );
    assert_eq!(listing.rejects[0].path, "page 2: items[1].prices.onDemand");
    assert_eq!(listing.rejects[24].path, "multi-node page 1: items[0]");
}

#[tokio::test]
async fn no_question_outlives_its_time() {
    let stand = Stand::new(|path, _, _| {
        if path == GPUS {
            (SILENT, String::new())
        } else {
            ok(NOTHING)
        }
    })
    .await;
    let (start, hint) = (Instant::now(), Hint::default());
    let ask = Ask {
        within: Duration::from_millis(250),
        ..ask(&hint, &Quiet)
    };
    let listing = stand.prime.offers(&ask).await;
    assert_eq!(kind(&listing), ("failed", Some(ErrorKind::Timeout)));
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn disks_come_in_slices_of_whatever_size() {
    let stand = Stand::new(|path, query, before| match path {
        "/api/v1/disks/" => {
            let offset = number(query, "offset");
            let disk = |row: u64| format!(r#"{{"id":"d{row}","name":"n","providerType":"p"}}"#);
            let data: Vec<String> = (offset..7.min(offset + 3)).map(disk).collect();
            ok(&format!(
                r#"{{"total_count":7,"offset":{offset},"limit":3,"data":[{}]}}"#,
                data.join(",")
            ))
        }
        "/api/v1/availability/disks" if before == 0 => ok(NOTHING),
        "/api/v1/availability/disks" => ok(include_str!("../../fixtures/disk-offers.json")),
        _ => not_found(),
    })
    .await;
    let hint = Hint::default();
    let disks = Disks::list(&stand.prime, &ask(&hint, &Quiet)).await;
    assert_eq!(kind(&disks), ("complete", None));
    let ids: Vec<&str> = disks.items.iter().map(|disk| disk.id.as_str()).collect();
    assert_eq!((ids, disks.pages), (vec!["d0", "d1", "d2", "d3", "d4", "d5", "d6"], 3));
    assert!(stand.prime.disks().is_some());

    let offers = stand.prime.disk_offers(&ask(&hint, &Quiet)).await;
    assert_eq!(
        (offers.items.len(), offers.rejects.len(), kind(&offers)),
        (3, 2, ("complete", None))
    );
}
