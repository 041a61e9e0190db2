use std::sync::Arc;

use gpu_broker_core::disk::DiskId;
use gpu_broker_core::instance::Instance;
use gpu_broker_core::source::{CloudInit, Fleet, LoginKey, Order, Outcome};

use super::super::fake::CUT;
use super::*;
use crate::sample;

const KEYS: &str =
    r#"[{"id":"key_1","publicKey":"ssh-ed25519 AAAA laptop"},{"id":"key_2","publicKey":"ssh-rsa BBBB"}]"#;

fn order() -> Order {
    sample::order(sample::offer("1H100.80S.32V_FIN-03_500"))
}

fn machine(outcome: &Outcome<Instance>) -> String {
    told(outcome, |instance| format!("{} {}", instance.id, instance.status))
}

/// The balance, and something else to whatever else is asked.
fn after_balance(target: &str, answer: (u16, String)) -> (u16, String) {
    if target == "/api/balance" { ok(BALANCE) } else { answer }
}

#[tokio::test]
async fn a_launch_asks_for_what_it_lacks_and_is_sent_once() {
    let fake = Fake::start(|target, _| match target {
        "/api/balance" => ok(BALANCE),
        "/api/ssh-keys" => ok(KEYS),
        "POST /api/deployments" => (201, MADE.to_owned()),
        _ => not_found(),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    let mut order = order();
    order.key = LoginKey::Account;
    for _ in 0..2 {
        let outcome = source.fleet().unwrap().create(&order, WITHIN).await;
        assert_eq!(machine(&outcome), "accepted 6a01 deploying");
    }
    let mut targets = fake.targets();
    targets[..2].sort();
    assert_eq!(
        targets,
        [
            "/api/balance",
            "/api/ssh-keys",
            "POST /api/deployments",
            // The team is known by now; keys may have changed.
            "/api/ssh-keys",
            "POST /api/deployments",
        ]
    );
    let sent = &fake.seen()[2];
    assert!(
        sent.body
            .ends_with(r#""sshKeyId":"key_1","teamId":"team_1","name":"gp-test-1"}"#),
        "{}",
        sent.body
    );
    assert_eq!(sent.authorization.as_deref(), Some("Bearer sai_pk_1"));
}

#[tokio::test]
async fn an_answer_to_a_launch_is_one_of_four() {
    let check = async |answer: (u16, &str), expected: &str| {
        let (status, body) = (answer.0, answer.1.to_owned());
        let fake = Fake::start(move |_, _| (status, body.clone())).await;
        let source = fake.source(Some("sai_pk_1"), Some("team_1"));
        let found = machine(&Fleet::create(&source, &order(), WITHIN).await);
        assert!(found.starts_with(expected), "{answer:?}: {found}");
        assert_eq!(fake.targets(), ["POST /api/deployments"], "once: {answer:?}");
    };
    let named = |id: &str| MADE.replace(r#""6a01""#, id);
    check((201, MADE), "accepted 6a01 deploying").await;
    check((200, &MADE.replace("\"id\"", "\"_id\"")), "accepted 6a01 deploying").await;
    // Whatever it says, it does not say what it made.
    for id in ["null", "7", r#""""#, r#""..""#, r#""a/../b""#, r#""a b""#] {
        check((200, &named(id)), "unknown Protocol: ").await;
    }
    check(
        (200, r#"{"name":"gp-test-1","providerId":"p","gpuCount":1}"#),
        "unknown Protocol: the answer.id: it is missing",
    )
    .await;
    check(
        (200, &MADE.replace("gp-test-1", "gp-test-2")),
        "unknown Protocol: the answer is about another machine",
    )
    .await;
    check((200, &MADE.replace("gp-test-1", "GP-test-1")), "unknown Protocol: ").await;
    check(
        (200, r#"{"id":"6a01","providerId":"p","gpuCount":1}"#),
        "unknown Protocol: the answer is about",
    )
    .await;
    check((200, "<html><title>Sorry</title></html>"), "unknown Protocol: ").await;
    check((200, &MADE[..60]), "unknown Protocol: ").await;
    check((200, ""), "unknown Protocol: ").await;
    check((204, ""), "unknown Protocol: ").await;
    check((200, r#"{"error":"boom"}"#), "unknown Protocol: ").await;
    check((CUT, MADE), "unknown Transport: ").await;
    check((307, ""), "unknown Protocol: ").await;
    check(
        (500, r#"{"error":"Internal server error","code":"INTERNAL_ERROR"}"#),
        "unknown Unavailable: ",
    )
    .await;
    check((502, "<html>bad gateway</html>"), "unknown Unavailable: ").await;
    check(
        (500, r#"{"error":"Deployment failed: Spheron AI API error: 400 Bad Request - Not Enough Stock of RTX-A4000. Unable to launch virtual-machines."}"#),
        "rejected OutOfStock: POST /api/deployments: status 500 (Deployment failed",
    )
    .await;
    check(
        (
            400,
            r#"{"error":"Missing required field: gpuType","code":"VALIDATION_ERROR"}"#,
        ),
        "rejected Invalid: ",
    )
    .await;
    check((400, r#"{"error":"Insufficient balance"}"#), "rejected Funds: ").await;
    check(
        (401, r#"{"error":"Invalid API key","code":"UNAUTHORIZED"}"#),
        "rejected Key: ",
    )
    .await;
    check(
        (
            429,
            r#"{"error":"Rate limit exceeded. Try again in 15 minutes","code":"RATE_LIMIT_EXCEEDED"}"#,
        ),
        "rejected Busy: ",
    )
    .await;
}

#[tokio::test]
async fn a_broker_that_cannot_be_reached_was_not_asked() {
    let fake = Fake::start(|_, _| not_found()).await;
    let source = fake.source(Some("sai_pk_1"), Some("team_1"));
    drop(fake);
    tokio::task::yield_now().await;
    let found = machine(&Fleet::create(&source, &order(), WITHIN).await);
    assert!(
        found.starts_with("not sent Transport: POST /api/deployments: no connection"),
        "{found}"
    );
}

#[tokio::test]
async fn nothing_is_sent_before_all_is_known() {
    let check = async |script: fn(&str) -> (u16, String), change: fn(&mut Order), expected: &str| {
        let fake = Fake::start(move |target, _| script(target)).await;
        let mut order = order();
        change(&mut order);
        let found = machine(&Fleet::create(&fake.source(Some("sai_pk_1"), None), &order, WITHIN).await);
        assert!(found.starts_with(expected), "{found}");
        let targets = fake.targets();
        assert!(targets.iter().all(|target| !target.starts_with("POST")), "{targets:?}");
    };
    check(
        |_| (401, r#"{"error":"Invalid API key","code":"UNAUTHORIZED"}"#.to_owned()),
        |_| (),
        "not sent Unauthorised: GET /api/balance: status 401 ",
    )
    .await;
    check(|_| ok("<html>"), |_| (), "not sent Protocol: GET /api/balance").await;
    check(
        |_| ok(r#"{"teams":[{"teamId":"a"},{"teamId":"b"}]}"#),
        |_| (),
        "not sent Protocol: the answer.teams: none is said to be the current one; name the team to use",
    )
    .await;
    check(
        |target| after_balance(target, ok("[]")),
        |order| order.key = LoginKey::Account,
        "rejected Invalid: the account has no ssh key",
    )
    .await;
    check(
        |target| after_balance(target, ok(r#"[{"id":7}]"#)),
        |order| order.key = LoginKey::Account,
        "not sent Protocol: [0].id: ",
    )
    .await;
    check(
        |target| after_balance(target, not_found()),
        |order| order.disks = vec![DiskId::new("vol")],
        "rejected Invalid: there is no volume `vol`",
    )
    .await;
    check(
        |_| not_found(),
        |order| {
            Arc::make_mut(&mut order.offer).launch.cloud_init = Some(false);
            order.cloud_init = Some(CloudInit {
                runcmd: vec!["true".to_owned()],
                ..CloudInit::default()
            });
        },
        "rejected Invalid: the offer runs no cloud-init",
    )
    .await;
}

#[tokio::test]
async fn a_launch_without_any_team_names_none_and_knows_volumes_by_the_providers_id() {
    let fake = Fake::start(|target, _| match target {
        "/api/balance" => ok(r#"{"teams":[]}"#),
        "/api/ssh-keys" => ok(KEYS),
        "/api/volumes/vol_1" => ok(r#"{"id":"vol_1","volumeId":"computefilesystem-1"}"#),
        "/api/volumes/vol_2" => ok(r#"{"id":"vol_2","volumeId":"not an id"}"#),
        "POST /api/deployments" => ok(MADE),
        _ => not_found(),
    })
    .await;
    let mut order = order();
    order.disks = ["vol_1", "vol_2"].map(DiskId::new).to_vec();
    order.key = LoginKey::Public("ssh-rsa CCCC".to_owned());
    let source = fake.source(Some("sai_pk_1"), None);
    assert_eq!(
        machine(&Fleet::create(&source, &order, WITHIN).await),
        "accepted 6a01 deploying"
    );
    let body = fake.seen().pop().unwrap().body;
    let expected = r#""ssh_public_key":"ssh-rsa CCCC","name":"gp-test-1","volumeIds":["computefilesystem-1","vol_2"]}"#;
    assert!(body.ends_with(expected), "{body}");
}
