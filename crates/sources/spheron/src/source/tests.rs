mod account;
mod disks;
mod fleet;
mod launch;

use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Ask, Catalog as _, Coverage, ErrorKind, Hint, Listing, Outcome, Quiet, Source as _};

use super::Spheron;
use super::fake::Fake;

const OFFERS: &str = include_str!("../../fixtures/gpu-offers.json");
const BALANCE: &str = include_str!("../../fixtures/balance.json");
const PROVIDERS: &str = include_str!("../../fixtures/providers.json");
const EMPTY: &str = r#"{"data":[],"total":0,"page":1,"limit":100,"totalPages":0}"#;

/// The answer to a launch.
const MADE: &str = r#"{"id":"6a01","name":"gp-test-1","providerId":"data-crunch","gpuModelId":"H100_SXM5","gpuCount":1,"hourlyRate":2.9124,"status":"deploying"}"#;

const WITHIN: Duration = Duration::from_secs(5);

fn ok(body: impl Into<String>) -> (u16, String) {
    (200, body.into())
}

fn not_found() -> (u16, String) {
    (404, r#"{"error":"Not found","code":"NOT_FOUND"}"#.to_owned())
}

/// A page of one group with one offer of that id.
fn page(gpu_type: &str, id: &str, total: &str) -> (u16, String) {
    ok(format!(
        r#"{{"data":[{{"gpuType":"{gpu_type}","offers":[{{"provider":"p","offerId":"{id}","gpuCount":1,"price":1}}]}}],{total}}}"#
    ))
}

fn hint(gpu_types: &[&str]) -> Hint {
    let mut hint = Hint::default();
    hint.gpu_types = gpu_types.iter().map(|&word| word.to_owned()).collect();
    hint
}

fn ask(hint: &Hint) -> Ask<'_> {
    Ask {
        within: Duration::from_secs(5),
        hint,
        progress: &Quiet,
    }
}

async fn offers(source: &Spheron, gpu_types: &[&str]) -> Listing<Arc<Offer>> {
    source.offers(&ask(&hint(gpu_types))).await
}

fn coverage<T>(listing: &Listing<T>) -> String {
    match &listing.coverage {
        Coverage::Complete => "complete".to_owned(),
        Coverage::Partial(error) => format!("partial {:?}: {error}", error.kind()),
        Coverage::Failed(error) => format!("failed {:?}: {error}", error.kind()),
        Coverage::NoCredentials => "no credentials".to_owned(),
    }
}

/// An outcome, in one line.
fn told<T>(outcome: &Outcome<T>, accepted: impl Fn(&T) -> String) -> String {
    match outcome {
        Outcome::Accepted(item) => format!("accepted {}", accepted(item)),
        Outcome::Rejected(refusal) => format!("rejected {:?}: {refusal}", refusal.kind),
        Outcome::NotSent(error) => format!("not sent {:?}: {error}", error.kind()),
        Outcome::Unknown(error) => format!("unknown {:?}: {error}", error.kind()),
    }
}

fn ids(listing: &Listing<Arc<Offer>>) -> Vec<&str> {
    listing.items.iter().map(|offer| offer.id.as_str()).collect()
}

#[tokio::test]
async fn offers_need_no_key_and_announce_no_records() {
    let fake = Fake::start(|_, _| ok(OFFERS)).await;
    let listing = offers(&fake.source(None, Some("team_1")), &[]).await;
    assert_eq!((listing.items.len(), listing.announced, listing.pages), (9, None, 1));
    assert_eq!(coverage(&listing), "complete");
    let seen = fake.seen();
    assert_eq!(seen[0].target, "/api/gpu-offers?page=1&limit=100");
    assert_eq!(
        (seen[0].authorization.clone(), seen[0].user_agent.as_deref()),
        (None, Some("gpu-broker/test"))
    );
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_key_is_sent_for_its_teams_discounts() {
    let fake = Fake::start(|_, _| ok(OFFERS)).await;
    offers(&fake.source(Some("sai_pk_1"), None), &[]).await;
    assert_eq!(fake.seen()[0].authorization.as_deref(), Some("Bearer sai_pk_1"));
}

#[tokio::test]
async fn smaller_pages_than_asked_for_are_all_read() {
    let fake = Fake::start(|target, _| match target {
        "/api/gpu-offers?page=1&limit=100" => page("A", "a", r#""total":3,"limit":1,"totalPages":3"#),
        "/api/gpu-offers?page=2&limit=100" => page("B", "b", r#""total":3,"limit":1,"totalPages":3"#),
        "/api/gpu-offers?page=3&limit=100" => {
            ok(r#"{"data":[{"gpuType":"C","offers":[{"offerId":"c"}]}],"total":3,"limit":1,"totalPages":3}"#)
        }
        _ => not_found(),
    })
    .await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!(
        (ids(&listing), listing.pages, coverage(&listing).as_str()),
        (vec!["a", "b"], 3, "complete")
    );
    let reject = &listing.rejects[0];
    assert_eq!(
        (reject.path.as_str(), reject.reason.as_str()),
        ("page 3: data[0].offers[0].provider", "it is missing")
    );
}

#[tokio::test]
async fn without_any_total_pages_are_read_until_a_smaller_one() {
    let fake = Fake::start(|target, _| match target {
        "/api/gpu-offers?page=1&limit=100" => page("A", "a", r#""total":"many""#),
        "/api/gpu-offers?page=2&limit=100" => page("B", "b", r#""total":null"#),
        _ => ok(EMPTY),
    })
    .await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!(ids(&listing), ["a", "b"]);
}

#[tokio::test]
async fn missing_groups_and_pages_make_the_answer_partial() {
    let fake = Fake::start(|target, _| match target {
        "/api/gpu-offers?page=1&limit=100" => page("A", "a", r#""total":2"#),
        "/api/gpu-offers?page=2&limit=100" => ok(r#"{"data":[],"total":2}"#),
        _ => not_found(),
    })
    .await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!(ids(&listing), ["a"]);
    assert_eq!(
        (coverage(&listing).as_str(), listing.announced),
        ("partial Incomplete: 1 of 2 announced rows came", None)
    );

    let fake = Fake::start(|target, _| match target {
        "/api/gpu-offers?page=1&limit=100" => page("A", "a", r#""total":2"#),
        _ => (400, r#"{"error":"boom","code":"VALIDATION_ERROR"}"#.to_owned()),
    })
    .await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!(ids(&listing), ["a"]);
    let said = coverage(&listing);
    assert!(
        said.starts_with("partial Protocol: page 2 is missing: GET /api/gpu-offers: status 400 (boom"),
        "{said}"
    );
}

#[tokio::test]
async fn groups_that_move_between_pages_are_counted_once() {
    let repeating = |until: usize| {
        move |target: &str, nth: usize| match target {
            "/api/gpu-offers?page=1&limit=100" => page("A", "a", r#""total":2"#),
            _ if nth <= until => page("A", "a", r#""total":2"#),
            _ => page("B", "b", r#""total":2"#),
        }
    };
    let fake = Fake::start(repeating(1)).await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!(
        (ids(&listing), coverage(&listing).as_str()),
        (vec!["a", "b"], "complete")
    );

    let fake = Fake::start(repeating(9)).await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!(ids(&listing), ["a"]);
    let expected = "partial Incomplete: page 2 brings the rows of page 1 again, so that others may be missing";
    assert_eq!(coverage(&listing), expected);
}

#[tokio::test]
async fn a_search_narrows_only_for_one_type_and_proves_nothing_by_finding_none() {
    let script = |target: &str, _: usize| match target {
        "/api/gpu-offers?page=1&limit=100&search=L4_PCIE" => page("L4_PCIE", "l4", r#""total":1"#),
        "/api/gpu-offers?page=1&limit=100" => ok(OFFERS),
        _ => ok(EMPTY),
    };
    for (gpu_types, count, targets) in [
        (
            &["L4_PCIE"][..],
            1,
            &["/api/gpu-offers?page=1&limit=100&search=L4_PCIE"][..],
        ),
        (&["L4_PCIE", "A100"], 9, &["/api/gpu-offers?page=1&limit=100"]),
        (
            &["H100 SXM5"],
            9,
            &[
                "/api/gpu-offers?page=1&limit=100&search=H100+SXM5",
                "/api/gpu-offers?page=1&limit=100",
            ],
        ),
    ] {
        let fake = Fake::start(script).await;
        let listing = offers(&fake.source(None, None), gpu_types).await;
        assert_eq!(
            (listing.items.len(), coverage(&listing).as_str()),
            (count, "complete"),
            "{gpu_types:?}"
        );
        assert_eq!(fake.targets(), targets);
    }
}

#[tokio::test]
async fn an_empty_answer_is_asked_for_again() {
    let fake = Fake::start(|_, nth| ok(if nth == 1 { EMPTY } else { OFFERS })).await;
    let listing = offers(&fake.source(None, None), &[]).await;
    assert_eq!((listing.items.len(), coverage(&listing).as_str()), (9, "complete"));
}

#[tokio::test]
async fn an_empty_market_is_believed_only_without_providers() {
    let check = async |providers: (u16, String), expected: &str| {
        let fake = Fake::start(move |target, _| match target {
            "/api/providers" => providers.clone(),
            _ => ok(EMPTY),
        })
        .await;
        let listing = offers(&fake.source(None, None), &[]).await;
        assert!(coverage(&listing).starts_with(expected), "{}", coverage(&listing));
        let twice = "/api/gpu-offers?page=1&limit=100";
        assert_eq!(fake.targets(), [twice, twice, "/api/providers"]);
    };
    check(ok("[]"), "complete").await;
    check(not_found(), "complete").await;
    check(
        ok(PROVIDERS),
        "failed Incomplete: no offers came, twice, while there are 6 providers",
    )
    .await;
    let html = ok("<html><title>Down</title></html>");
    check(
        html,
        "failed Incomplete: no offers came, twice, and why is unknown: GET /api/providers: ",
    )
    .await;
}

#[tokio::test]
async fn what_is_no_listing_is_a_failure() {
    for (answer, expected) in [
        (
            ok("<html></html>"),
            "failed Protocol: GET /api/gpu-offers: the answer cannot be read",
        ),
        (ok("[]"), "failed Protocol: "),
        (
            ok(r#"{"data":null}"#),
            "failed Protocol: GET /api/gpu-offers: the answer cannot be read (data: expected a list",
        ),
        (ok(&OFFERS[..900]), "failed Protocol: "),
        (
            (401, r#"{"error":"Invalid API key","code":"UNAUTHORIZED"}"#.to_owned()),
            "failed Unauthorised: ",
        ),
        ((302, String::new()), "failed Protocol: "),
    ] {
        let fake = Fake::start(move |_, _| answer.clone()).await;
        let listing = offers(&fake.source(None, None), &[]).await;
        assert!(coverage(&listing).starts_with(expected), "{}", coverage(&listing));
        assert_eq!((listing.items.len(), fake.targets().len()), (0, 1));
    }
}

#[tokio::test]
async fn the_time_that_was_given_is_kept() {
    let fake = Fake::start(|_, _| ok(EMPTY)).await;
    let source = fake.source(None, None);
    let hint = Hint::default();
    let listing = source
        .offers(&Ask {
            within: Duration::from_millis(100),
            ..ask(&hint)
        })
        .await;
    assert!(matches!(&listing.coverage, Coverage::Failed(error) if error.kind() == ErrorKind::Timeout));
}

#[tokio::test]
async fn nothing_prints_the_key() {
    let fake = Fake::start(|_, _| ok(OFFERS)).await;
    let source = fake.source(Some("sai_pk_secret"), None);
    assert!(!format!("{source:?}").contains("secret"));
}
