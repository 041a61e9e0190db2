//! Set F: what answers say about limits, in every form.

use std::time::Duration;

use gpu_broker_http::{Call, Repeat, Scripted};
use tokio::time::Instant;

use super::limits::within_limits;
use crate::stand::{Stand, WITHIN};

/// The broker's clock.
const DATE: (&str, &str) = ("date", "Sun, 29 Nov 2026 13:59:30 GMT");

/// A status, header lines, a body, and the wait in seconds that it comes to.
type Case = (u16, &'static [(&'static str, &'static str)], &'static str, Option<u64>);

const CASES: [Case; 60] = [
    // The header, in seconds.
    (429, &[("retry-after", "0")], "{}", Some(0)),
    (429, &[("retry-after", "1")], "{}", Some(1)),
    (429, &[("retry-after", "900")], "{}", Some(900)),
    (429, &[("retry-after", "960")], "{}", Some(960)),
    (429, &[("retry-after", "961")], "{}", Some(960)),
    (429, &[("retry-after", "1000000000")], "{}", Some(960)),
    (429, &[("retry-after", "99999999999999999999999")], "{}", Some(960)),
    (429, &[("retry-after", "-1")], "{}", Some(0)),
    (429, &[("retry-after", "1.5")], "{}", Some(2)),
    (429, &[("retry-after", "  7  ")], "{}", Some(7)),
    (429, &[("retry-after", "1e3")], "{}", Some(960)),
    (429, &[("retry-after", "0x10")], "{}", None),
    (429, &[("retry-after", "NaN")], "{}", None),
    (429, &[("retry-after", "soon")], "{}", None),
    (429, &[("retry-after", "")], "{}", None),
    (429, &[("retry-after", "\u{663}")], "{}", None),
    (429, &[("retry-after", "5, 10")], "{}", None),
    // The header, as a moment.
    (
        429,
        &[DATE, ("retry-after", "Sun, 29 Nov 2026 14:00:00 GMT")],
        "{}",
        Some(30),
    ),
    (
        429,
        &[DATE, ("retry-after", "Sun, 29 Nov 2026 13:00:00 GMT")],
        "{}",
        Some(0),
    ),
    (
        429,
        &[DATE, ("retry-after", "Sun, 29 Nov 2099 14:00:00 GMT")],
        "{}",
        Some(960),
    ),
    (429, &[DATE, ("retry-after", "2026-11-29T14:00:00Z")], "{}", Some(30)),
    (429, &[DATE, ("retry-after", "9000-01-01T00:00:00Z")], "{}", Some(960)),
    (429, &[DATE, ("retry-after", "0001-01-01T00:00:00Z")], "{}", Some(0)),
    (429, &[("retry-after", "Sun, 29 Nov 2026 14:00:00 GMT")], "{}", None),
    (
        429,
        &[("date", "yesterday"), ("retry-after", "2026-11-29T14:00:00Z")],
        "{}",
        None,
    ),
    (
        429,
        &[DATE, ("retry-after", "Sun, 99 Nov 2026 14:00:00 GMT")],
        "{}",
        None,
    ),
    // The body.
    (429, &[], r#"{"retryAfter":900}"#, Some(900)),
    (429, &[], r#"{"retryAfter":"900"}"#, Some(900)),
    (429, &[], r#"{"retryAfter":0.2}"#, Some(1)),
    (429, &[], r#"{"retryAfter":-1}"#, Some(0)),
    (429, &[], r#"{"retryAfter":1e400}"#, None),
    (429, &[], r#"{"retryAfter":null}"#, None),
    (429, &[], r#"{"retryAfter":{}}"#, None),
    (429, &[], r#"{"retryAfter":true}"#, None),
    (429, &[], r#"{"retryAfter":999999999999}"#, Some(960)),
    (429, &[], r#"{"retry_after":12}"#, Some(12)),
    (429, &[], "<html>slow down</html>", None),
    (429, &[], "", None),
    (429, &[("retry-after", "5")], r#"{"retryAfter":900}"#, Some(5)),
    (429, &[("retry-after", "soon")], r#"{"retryAfter":900}"#, Some(900)),
    // The end of a window.
    (
        429,
        &[DATE, ("x-ratelimit-reset", "2026-11-29T14:00:00.000Z")],
        "{}",
        Some(30),
    ),
    (
        429,
        &[DATE, ("x-ratelimit-reset", "2026-11-29T15:00:00+01:00")],
        "{}",
        Some(30),
    ),
    (429, &[DATE, ("x-ratelimit-reset", "1795960800")], "{}", Some(30)),
    (429, &[DATE, ("x-ratelimit-reset", "1795960800000")], "{}", Some(960)),
    (429, &[("x-ratelimit-reset", "1795960800")], "{}", None),
    (429, &[("x-ratelimit-reset", "30")], "{}", Some(30)),
    (429, &[("x-ratelimit-reset", "-30")], "{}", Some(0)),
    (429, &[("x-ratelimit-reset", "tomorrow")], "{}", None),
    (
        429,
        &[DATE, ("x-ratelimit-reset", "2026-11-28T14:00:00Z")],
        "{}",
        Some(0),
    ),
    (429, &[("retry-after", "9"), ("x-ratelimit-reset", "30")], "{}", Some(9)),
    // What else is said.
    (429, &[("x-ratelimit-limit", "0")], "{}", None),
    (
        429,
        &[("x-ratelimit-limit", "-1"), ("x-ratelimit-remaining", "-1")],
        "{}",
        None,
    ),
    (429, &[("x-ratelimit-remaining", "18446744073709551616")], "{}", None),
    (
        429,
        &[
            ("x-ratelimit-limit", "4294967295"),
            ("x-ratelimit-remaining", "4294967295"),
        ],
        "{}",
        None,
    ),
    // Other statuses.
    (503, &[("retry-after", "5")], "{}", Some(5)),
    (503, &[], r#"{"retryAfter":5}"#, Some(5)),
    (408, &[("retry-after", "5")], "{}", Some(5)),
    (400, &[("retry-after", "5")], r#"{"retryAfter":5}"#, None),
    (
        302,
        &[("retry-after", "5"), ("location", "http://elsewhere.invalid/")],
        "{}",
        None,
    ),
    (500, &[("x-ratelimit-reset", "30")], "{}", None),
];

/// Runs the set; returns how many cases it has.
pub fn run() -> usize {
    for (at, (status, headers, body, expected)) in CASES.iter().enumerate() {
        // A stand of its own: what is said about limits holds for what is asked later.
        let stand = Stand::new();
        let scripted = Scripted {
            status: *status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            body: body.as_bytes().to_vec(),
        };
        stand.answers(move |_| Some(scripted.clone()));
        let call = Call::post("/create", b"{}".to_vec()).repeat(Repeat::Once);
        let send = || stand.ask(async { stand.client.send(&call, Instant::now() + WITHIN).await });
        let sent = within_limits(&format!("case {}", at + 1), send);
        let failure = sent.unwrap_err();
        assert_eq!(
            failure.retry_after,
            expected.map(Duration::from_secs),
            "case {}: {headers:?} {body}",
            at + 1
        );
        assert_eq!((failure.status, stand.calls()), (Some(*status), 1), "case {}", at + 1);
    }
    CASES.len()
}
