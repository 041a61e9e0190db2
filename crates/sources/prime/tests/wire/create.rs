//! Launching: one request, and every way in which it may be answered.

use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::gpu::{Gpu, GpuModel, Socket};
use gpu_broker_core::instance::{Instance, Phase};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{CloudInit, ErrorKind, Fleet, LoginKey, Order, Outcome, RefusalKind};
use tokio::net::TcpListener;

use crate::stand::{Answer, CUT, HANG_UP, SILENT, Stand, WITHIN, not_found, ok, prime};

const PODS: &str = "/api/v1/pods/";
const KEYS: &str = "/api/v1/ssh_keys/";

/// What Prime answers when it launched `gp-1a1`.
const LAUNCHED: &str = r#"{"id":"pod-1","userId":"u1","name":"gp-1a1","providerType":"hyperstack","status":"PROVISIONING","gpuName":"H100_80GB","gpuCount":1,"socket":"PCIe","priceHr":1.9,"provisioningPriceHr":0.0,"jupyterPassword":"canary"}"#;

fn order(key: LoginKey) -> Order {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: Some(Socket::Pcie),
        count: 1,
    };
    let id = OfferId::new("n3-H100x1");
    let mut offer = Offer::new(Broker::new("prime"), Provider::new("hyperstack"), id, gpu);
    let place = Place::new(None, "CA".parse().ok(), Some(DataCenter::new("CANADA-1")));
    offer.places = vec![place.clone()];
    offer.launch.gpu_type = "H100_80GB".into();
    offer.price = Some(Rate::new("1.9".parse().unwrap(), Currency::USD));
    Order {
        name: "gp-1a1".to_owned(),
        place,
        configuration: offer
            .configure(&Selection::default(), &Exchange::new(Currency::USD))
            .unwrap(),
        ceiling: Rate::new("1.95".parse().unwrap(), Currency::USD),
        image: Some("ubuntu_22_cuda_12".into()),
        key,
        cloud_init: None,
        disks: Vec::new(),
        kubernetes: None,
        offer: Arc::new(offer),
    }
}

/// An outcome in short: what it is, and what kind of it.
fn told(outcome: &Outcome<Instance>) -> String {
    match outcome {
        Outcome::Accepted(machine) => format!("accepted {}", machine.id),
        Outcome::Rejected(refusal) => format!("rejected {}", refusal.kind.as_str()),
        Outcome::NotSent(error) => format!("not sent {:?}", error.kind()),
        Outcome::Unknown(error) => format!("unknown {:?}", error.kind()),
    }
}

/// Launches, and looks at what becomes of an answer: always after one request.
async fn check(answer: Answer, expected: &str) {
    let shown = answer.clone();
    let stand = Stand::new(move |_, _, _| answer.clone()).await;
    let outcome = stand.prime.create(&order(LoginKey::Account), WITHIN).await;
    assert_eq!(told(&outcome), expected, "{shown:?}: {outcome:?}");
    assert_eq!(stand.lines(), ["POST /api/v1/pods/ with key"], "{shown:?}");
    assert!(!format!("{outcome:?}").contains("canary"), "{outcome:?}");
}

/// The usual answer with a part of it replaced.
fn changed(from: &str, to: &str) -> Answer {
    assert!(LAUNCHED.contains(from));
    ok(&LAUNCHED.replace(from, to))
}

#[tokio::test]
async fn an_answer_is_believed_only_if_it_is_about_what_was_launched() {
    check(ok(LAUNCHED), "accepted pod-1").await;
    check((201, LAUNCHED.to_owned()), "accepted pod-1").await;
    check(
        changed(r#""pod-1""#, r#""7d0f9a52-5d1c-4c7e-9d53-0c6f1f3a2b10""#),
        "accepted 7d0f9a52-5d1c-4c7e-9d53-0c6f1f3a2b10",
    )
    .await;
    // An answer, but not one that says what was launched.
    for id in [
        "null",
        "7",
        r#""""#,
        r#"" ""#,
        r#""a/b""#,
        r#""..""#,
        r#""../pods""#,
        r#""a b""#,
        r#""a\u0000""#,
        r#""é""#,
        "{}",
    ] {
        check(changed(r#""pod-1""#, id), "unknown Protocol").await;
    }
    let long = |length: usize| format!(r#""{}""#, "a".repeat(length));
    check(changed(r#""pod-1""#, &long(129)), "unknown Protocol").await;
    check(
        changed(r#""pod-1""#, &long(128)),
        &format!("accepted {}", "a".repeat(128)),
    )
    .await;
    check(changed(r#""id":"pod-1","#, ""), "unknown Protocol").await;
    for name in [r#""gp-2a1""#, "null", r#""GP-1A1""#, r#"" gp-1a1""#] {
        check(changed(r#""gp-1a1""#, name), "unknown Protocol").await;
    }
    check(changed(r#""name":"gp-1a1","#, ""), "unknown Protocol").await;
    check(changed("1.9,", r#""dear","#), "unknown Protocol").await;
    check(changed("1.9,", "-1.9,"), "unknown Protocol").await;
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "<html>ok</html>",
        r#"{"data":{"id":"pod-1"}}"#,
        &LAUNCHED[..40],
    ] {
        check(ok(body), "unknown Protocol").await;
    }
    check((204, String::new()), "unknown Protocol").await;
    check((CUT, LAUNCHED.to_owned()), "unknown Transport").await;
    check((200, format!("{LAUNCHED}{}", " ".repeat(2 << 20))), "unknown Protocol").await;
}

#[tokio::test]
async fn a_launch_without_a_clear_answer_is_unknown() {
    check((HANG_UP, String::new()), "unknown Transport").await;
    check((302, String::new()), "unknown Protocol").await;
    check(
        (500, r#"{"detail":"Internal Server Error"}"#.to_owned()),
        "unknown Unavailable",
    )
    .await;
    check((502, "<html>Bad Gateway</html>".to_owned()), "unknown Unavailable").await;
    check((503, r#"{"detail":"try later"}"#.to_owned()), "unknown Unavailable").await;
    check((409, r#"{"detail":"conflict"}"#.to_owned()), "unknown Protocol").await;
    check((400, "<html>Bad Request</html>".to_owned()), "unknown Protocol").await;
    check((401, String::new()), "unknown Unauthorised").await;
}

#[tokio::test]
async fn a_no_of_primes_own_is_a_no() {
    let no = |status: u16, detail: &str| (status, format!(r#"{{"detail":"{detail}"}}"#));
    check(no(400, "Missing field: data_center_id"), "rejected invalid").await;
    check(no(400, "Reserved instances are not available"), "rejected invalid").await;
    check(no(400, "Missing field: max_price not specified"), "rejected price").await;
    check(no(400, "Insufficient funds"), "rejected funds").await;
    check(no(401, "Invalid token"), "rejected key").await;
    check(no(403, "Not authenticated"), "rejected key").await;
    check(no(402, "Payment required"), "rejected funds").await;
    check(no(404, "Offer not found"), "rejected offer_gone").await;
    check(no(429, "Too many requests."), "rejected busy").await;
    check(no(500, "Not enough stock"), "rejected out_of_stock").await;
    let errors = r#"{"errors":[{"param":"body.pod.cloudId","details":"field required"}]}"#;
    check((422, errors.to_owned()), "rejected invalid").await;
}

#[tokio::test]
async fn what_was_launched_is_told() {
    let stand = Stand::with_team(Some("team-1"), |_| ok(LAUNCHED)).await;
    let outcome = stand
        .prime
        .create(&order(LoginKey::Id("key-9".to_owned())), WITHIN)
        .await;
    let Outcome::Accepted(machine) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (machine.phase, machine.status.as_str()),
        (Phase::Deploying, "PROVISIONING")
    );
    assert_eq!(machine.rate, Some(Rate::new("1.9".parse().unwrap(), Currency::USD)));
    let body = r#"{"pod":{"name":"gp-1a1","cloudId":"n3-H100x1","gpuType":"H100_80GB","socket":"PCIe","gpuCount":1,"maxPrice":1.950000001,"image":"ubuntu_22_cuda_12","dataCenterId":"CANADA-1","country":"CA","security":"secure_cloud","sshKeyId":"key-9"},"provider":{"type":"hyperstack"},"team":{"teamId":"team-1"}}"#;
    assert_eq!(stand.bodies(PODS), [body]);
    let fleet: &dyn Fleet = &stand.prime;
    assert_eq!(fleet.scope(), Some("team-1"));
    let traits = fleet.traits();
    assert!(traits.takes_ceiling && traits.lists_ended && traits.calls.is_none() && traits.creates.is_none());
    assert_eq!(traits.name_len_max, 255);
}

#[tokio::test]
async fn what_prime_cannot_do_is_refused_before_anything_is_sent() {
    let check = async |change: &dyn Fn(&mut Order), expected: &str| {
        let stand = Stand::new(|_, _, _| ok(LAUNCHED)).await;
        let mut order = order(LoginKey::Public("ssh-ed25519 AAAAC3Nz me".to_owned()));
        change(&mut order);
        let outcome = stand.prime.create(&order, WITHIN).await;
        let Outcome::Rejected(refusal) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert!(refusal.message.contains(expected), "{refusal}");
        assert!(stand.lines().is_empty(), "{expected}");
    };
    check(&|order| order.cloud_init = Some(CloudInit::default()), "cloud-init").await;
    check(&|order| order.kubernetes = Some("1.33".to_owned()), "kubernetes").await;
    check(&|order| order.name = "no spaces".to_owned(), "name").await;
    check(
        &|order| order.key = LoginKey::Id(" ".to_owned()),
        "the key's id is empty",
    )
    .await;
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----";
    check(
        &|order| order.key = LoginKey::Public(private.to_owned()),
        "no public key",
    )
    .await;
}

#[tokio::test]
async fn nothing_is_known_to_have_been_sent_without_a_connection() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let outcome = prime(&base, None).create(&order(LoginKey::Account), WITHIN).await;
    assert_eq!(told(&outcome), "not sent Transport");

    let stand = Stand::new(|_, _, _| (SILENT, String::new())).await;
    let outcome = stand
        .prime
        .create(&order(LoginKey::Account), Duration::from_millis(200))
        .await;
    assert_eq!((told(&outcome).as_str(), stand.asked(PODS)), ("unknown Timeout", 1));
    let outcome = stand.prime.create(&order(LoginKey::Account), Duration::ZERO).await;
    assert_eq!((told(&outcome).as_str(), stand.asked(PODS)), ("not sent Timeout", 1));
}

#[tokio::test]
async fn a_public_key_is_found_in_the_account_or_added() {
    let check = async |line: &str, added: Answer, expected: &str, bodies: &[&str], key: &str| {
        let stand = Stand::with_team(None, move |asked| match (asked.method, asked.path) {
            ("GET", KEYS) => ok(include_str!("../../fixtures/ssh-keys.json")),
            ("POST", KEYS) => added.clone(),
            ("POST", PODS) => ok(LAUNCHED),
            _ => not_found(),
        })
        .await;
        let outcome = stand
            .prime
            .create(&order(LoginKey::Public(line.to_owned())), WITHIN)
            .await;
        assert_eq!(told(&outcome), expected, "{outcome:?}");
        let sent: Vec<String> = stand.bodies(KEYS).into_iter().filter(|body| !body.is_empty()).collect();
        assert_eq!(sent, bodies);
        let launches = stand.bodies(PODS);
        assert_eq!(launches.len(), usize::from(!key.is_empty()));
        assert!(
            launches
                .iter()
                .all(|body| body.contains(&format!(r#""sshKeyId":"{key}""#))),
            "{launches:?}"
        );
    };
    let known = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample1 another comment";
    check(known, not_found(), "accepted pod-1", &[], "key-1").await;
    check(
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABExample2",
        not_found(),
        "accepted pod-1",
        &[],
        "key-2",
    )
    .await;
    let new = "ssh-ed25519 AAAANew me@home";
    let reply = |id: &str, key: &str| ok(&format!(r#"{{"id":{id},"name":"me@home","publicKey":"{key}"}}"#));
    let body = r#"{"name":"me@home","publicKey":"ssh-ed25519 AAAANew me@home"}"#;
    check(new, reply(r#""key-3""#, new), "accepted pod-1", &[body], "key-3").await;
    let bare = r#"{"name":"gpu-broker","publicKey":"ssh-ed25519 AAAANew"}"#;
    let bare_line = "ssh-ed25519 AAAANew\n";
    check(
        bare_line,
        reply(r#""key-3""#, "ssh-ed25519 AAAANew"),
        "accepted pod-1",
        &[bare],
        "key-3",
    )
    .await;
    // Without the key, nobody could log in: nothing is launched.
    check(new, reply(r#""key-1""#, known), "not sent Protocol", &[body], "").await;
    check(new, reply("null", new), "not sent Protocol", &[body], "").await;
    check(
        new,
        (422, r#"{"detail":"bad key"}"#.to_owned()),
        "not sent Refused",
        &[body],
        "",
    )
    .await;
    check(new, (HANG_UP, String::new()), "not sent Transport", &[body], "").await;
}

#[tokio::test]
async fn keys_that_cannot_be_read_keep_a_launch_from_being_sent() {
    let check = async |answer: Answer, expected: ErrorKind| {
        let stand = Stand::new(move |path, _, _| if path == KEYS { answer.clone() } else { ok(LAUNCHED) }).await;
        let key = LoginKey::Public("ssh-ed25519 AAAANew me".to_owned());
        let outcome = stand.prime.create(&order(key), WITHIN).await;
        assert_eq!(told(&outcome), format!("not sent {expected:?}"), "{outcome:?}");
        assert_eq!(stand.asked(PODS), 0);
    };
    check(
        (401, r#"{"detail":"Invalid token"}"#.to_owned()),
        ErrorKind::Unauthorised,
    )
    .await;
    check((501, String::new()), ErrorKind::Unavailable).await;
    check(ok("<html>"), ErrorKind::Protocol).await;
    check(ok(r#"{"data":[{"id":"k1"}],"total_count":1}"#), ErrorKind::Protocol).await;
    check(ok(r#"{"data":[],"total_count":3}"#), ErrorKind::Incomplete).await;
}
