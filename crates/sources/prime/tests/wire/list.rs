//! All machines: what runs, and what ended.

use std::fmt::Write;

use gpu_broker_core::instance::{Instance, Phase};
use gpu_broker_core::source::{Coverage, ErrorKind, Fleet, Hint, Listing, Quiet};
use jiff::Timestamp;

use crate::stand::{Answer, Stand, ask, kind, number, ok};

const PODS: &str = "/api/v1/pods/";
const PAST: &str = "/api/v1/pods/history";
const NONE: &str = r#"{"data":[],"total_count":0}"#;

async fn list(stand: &Stand, since: &str) -> Listing<Instance> {
    let since: Timestamp = since.parse().unwrap();
    Fleet::list(&stand.prime, &ask(&Hint::default(), &Quiet), since).await
}

/// What the list holds, in short: `id phase`.
fn told(listing: &Listing<Instance>) -> Vec<String> {
    let machine = |machine: &Instance| format!("{} {}", machine.id, machine.phase.as_str());
    listing.items.iter().map(machine).collect()
}

/// Machines `from..to` of `announced` that run.
fn pods(from: u64, to: u64, announced: u64) -> Answer {
    let row = |row: u64| {
        format!(
            r#"{{"id":"pod-{row}","name":"n","providerType":"p","status":"PENDING","gpuName":"T4_16GB","gpuCount":1}}"#
        )
    };
    let rows: Vec<String> = (from..to).map(row).collect();
    ok(&format!(r#"{{"data":[{}],"total_count":{announced}}}"#, rows.join(",")))
}

/// Rows of the history: id, and the day on which it ended, when that is known.
fn history(rows: &[(&str, &str)], announced: u64) -> Answer {
    let mut data = String::new();
    for (id, day) in rows {
        let ended = match *day {
            "" => "null".to_owned(),
            day => format!(r#""2026-{day}T00:00:00Z""#),
        };
        let comma = if data.is_empty() { "" } else { "," };
        let _ = write!(
            data,
            r#"{comma}{{"id":"{id}","name":"n","providerType":"p","type":"Instance","createdAt":"2026-01-01T00:00:00Z","terminatedAt":{ended},"gpuName":"T4_16GB","gpuCount":1,"priceHr":0.2,"totalBilledPrice":1.5}}"#
        );
    }
    ok(&format!(r#"{{"data":[{data}],"total_count":{announced}}}"#))
}

#[tokio::test]
async fn what_runs_is_read_before_what_ended() {
    let stand = Stand::new(|path, query, _| match path {
        PODS => {
            // Smaller slices than were asked for.
            let from = number(query, "offset");
            pods(from, (from + 40).min(90), 90)
        }
        _ => ok(include_str!("../../fixtures/pods-history.json")),
    })
    .await;
    let listing = list(&stand, "2026-10-02T06:30:00Z").await;
    assert_eq!((listing.items.len(), listing.announced), (94, Some(90)));
    assert_eq!(kind(&listing), ("complete", None));
    let past = &told(&listing)[90..];
    assert_eq!(past, ["past-1 gone", "past-2 gone", "past-3 unclear", "past-4 gone"]);
    assert_eq!(
        listing.items[90].billed.map(|billed| billed.to_string()).as_deref(),
        Some("123.45")
    );
    let lines = stand.lines();
    assert_eq!(lines[0], "GET /api/v1/pods/?offset=0&limit=100 with key");
    assert_eq!(
        lines[3],
        "GET /api/v1/pods/history?offset=0&limit=100&sort_by=terminatedAt&sort_order=desc with key"
    );
    assert_eq!((lines.len(), listing.pages), (4, 4));
}

#[tokio::test]
async fn a_machine_that_cannot_be_read_may_be_ours() {
    let stand = Stand::new(|path, _, _| match path {
        PODS => ok(include_str!("../../fixtures/pods-bad-rows.json")),
        _ => ok(include_str!("../../fixtures/pods-history.json")),
    })
    .await;
    let listing = list(&stand, "2026-10-01T00:00:00Z").await;
    assert_eq!(kind(&listing), ("partial", Some(ErrorKind::Protocol)));
    let Coverage::Partial(error) = &listing.coverage else {
        panic!("it is partial")
    };
    assert_eq!(
        error.to_string(),
        "9 machines cannot be read, such as data[1].id: it is missing"
    );
    let paths: Vec<&str> = listing.rejects.iter().map(|reject| reject.path.as_str()).collect();
    // The row that ended long before is of no interest, odd as it is.
    let expected = [
        "data[1].id",
        "data[2].id",
        "data[3].id",
        "data[4](pod-4).providerType",
        "data[5](pod-5).gpuName",
        "data[6](pod-6).gpuCount",
        "data[7](pod-7).priceHr",
        "data[8](pod-8).sshConnection",
        "data[9]",
        "history page 1: data[6](past-6).totalBilledPrice",
    ];
    assert_eq!(paths, expected);
    assert_eq!(told(&listing)[0], "good unclear");
}

/// What the list says of its own completeness, and how often the history was asked for.
async fn check(
    running: fn(u64) -> Answer,
    ended: fn() -> Answer,
    items: usize,
    expected: (&str, Option<ErrorKind>),
) -> usize {
    let stand = Stand::new(move |path, query, _| match path {
        PODS => running(number(query, "offset")),
        _ => ended(),
    })
    .await;
    let listing = list(&stand, "2026-10-01T00:00:00Z").await;
    let coverage = &listing.coverage;
    assert_eq!((listing.items.len(), kind(&listing)), (items, expected), "{coverage:?}");
    stand.asked(PAST)
}

fn nothing() -> Answer {
    ok(NONE)
}

fn failing() -> Answer {
    (501, String::new())
}

fn partial(kind: ErrorKind) -> (&'static str, Option<ErrorKind>) {
    ("partial", Some(kind))
}

fn failed(kind: ErrorKind) -> (&'static str, Option<ErrorKind>) {
    ("failed", Some(kind))
}

const COMPLETE: (&str, Option<ErrorKind>) = ("complete", None);

#[tokio::test]
async fn a_list_says_what_it_lacks_of_what_runs() {
    use ErrorKind::{Incomplete, Protocol, Unauthorised, Unavailable};
    check(|_| nothing(), nothing, 0, COMPLETE).await;
    check(|_| pods(0, 3, 3), nothing, 3, COMPLETE).await;
    check(|_| pods(0, 3, 4), nothing, 3, partial(Incomplete)).await;
    check(|_| pods(0, 3, 2), nothing, 3, partial(Incomplete)).await;
    let uncounted = |offset| match offset {
        0 => ok(&pods(0, 3, 3).1.replace(r#","total_count":3"#, "")),
        _ => ok(r#"{"data":[]}"#),
    };
    check(uncounted, nothing, 3, partial(Incomplete)).await;
    let twice = |_| ok(&pods(0, 3, 3).1.replace("pod-2", "pod-1"));
    check(twice, nothing, 2, partial(Incomplete)).await;
    let cut = |offset| if offset == 0 { pods(0, 2, 4) } else { failing() };
    check(cut, nothing, 2, partial(Unavailable)).await;
    check(|_| ok("<html>"), nothing, 0, failed(Protocol)).await;
    check(|_| ok(r#"{"data":null,"total_count":0}"#), nothing, 0, failed(Protocol)).await;
    check(|_| failing(), nothing, 0, failed(Unavailable)).await;
    let refused = |_| (401, r#"{"detail":"Invalid token"}"#.to_owned());
    assert_eq!(check(refused, nothing, 0, failed(Unauthorised)).await, 0);
}

#[tokio::test]
async fn a_list_says_what_it_lacks_of_what_ended() {
    use ErrorKind::{Incomplete, Protocol, Unavailable};
    check(|_| pods(0, 1, 1), failing, 1, partial(Unavailable)).await;
    check(|_| nothing(), failing, 0, failed(Unavailable)).await;
    check(|_| pods(0, 1, 1), || ok("[]"), 1, partial(Protocol)).await;
    check(|_| pods(0, 1, 1), || ok(r#"{"data":[]}"#), 1, partial(Incomplete)).await;
    check(|_| pods(0, 1, 1), || history(&[], 2), 1, partial(Incomplete)).await;
    check(
        |_| pods(0, 1, 1),
        || ok(r#"{"data":[7],"total_count":1}"#),
        1,
        partial(Protocol),
    )
    .await;
}

#[tokio::test]
async fn the_history_is_read_until_it_is_old_enough() {
    let check = async |pages: &'static [&'static [(&'static str, &'static str)]],
                       announced: u64,
                       asked: usize,
                       ids: &[&str],
                       expected: (&str, Option<ErrorKind>)| {
        let stand = Stand::new(move |path, query, before| {
            if path == PODS {
                return ok(NONE);
            }
            let read: usize = pages.iter().take(before).map(|page| page.len()).sum();
            assert_eq!(u64::try_from(read), Ok(number(query, "offset")));
            history(pages.get(before).copied().unwrap_or_default(), announced)
        })
        .await;
        let listing = list(&stand, "2026-10-01T00:00:00Z").await;
        let found: Vec<&str> = listing.items.iter().map(|machine| machine.id.as_str()).collect();
        assert_eq!(
            (found.as_slice(), kind(&listing)),
            (ids, expected),
            "{:?}",
            listing.coverage
        );
        assert_eq!(stand.asked(PAST), asked);
    };
    let incomplete = partial(ErrorKind::Incomplete);
    // Far from the end, but below all that is asked for.
    check(&[&[("a", "10-02"), ("b", "09-02")]], 500, 1, &["a"], COMPLETE).await;
    check(
        &[
            &[("a", "10-03"), ("b", "10-02")],
            // One came twice, because another ended meanwhile.
            &[("b", "10-02"), ("c", "09-02")],
        ],
        500,
        2,
        &["a", "b"],
        COMPLETE,
    )
    .await;
    // In no order: then only the end is the end.
    check(
        &[&[("a", "08-02"), ("b", "09-02")], &[("c", "10-02")]],
        3,
        2,
        &["c"],
        COMPLETE,
    )
    .await;
    // Rows that do not say when they ended are no sign of anything.
    check(
        &[&[("a", ""), ("b", "")], &[("c", "")]],
        3,
        2,
        &["a", "b", "c"],
        COMPLETE,
    )
    .await;
    check(&[&[("a", "")]], 9, 2, &["a"], incomplete).await;
    check(&[&[("a", ""), ("b", "")]], 1, 1, &["a", "b"], incomplete).await;
}

#[tokio::test]
async fn what_still_runs_is_not_gone_because_the_history_has_it() {
    let stand = Stand::new(|path, _, _| match path {
        PODS => pods(0, 2, 2),
        _ => history(&[("pod-1", "10-02"), ("pod-7", "10-02")], 2),
    })
    .await;
    let listing = list(&stand, "2026-10-01T00:00:00Z").await;
    assert_eq!(told(&listing), ["pod-0 deploying", "pod-1 deploying", "pod-7 gone"]);
    assert_eq!(kind(&listing), ("complete", None));
    let of = |index: usize| {
        let machine: &Instance = &listing.items[index];
        (
            machine.billed.map(|billed| billed.to_string()),
            machine.ended_at.is_some(),
        )
    };
    assert_eq!(of(0), (None, false));
    assert_eq!(of(1), (Some("1.5".to_owned()), false));
    assert_eq!(of(2), (Some("1.5".to_owned()), true));
    assert!(!Phase::Gone.is_billable() && listing.items[1].phase.is_billable());
}
