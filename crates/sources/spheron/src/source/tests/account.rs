use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::offer::{Offer, Provider};
use gpu_broker_core::source::{Account as _, Deletion};

use super::*;
use crate::sample;

#[tokio::test]
async fn disks_are_for_sale_in_each_region_of_each_provider() {
    let fake = Fake::start(|target, _| match target {
        "/api/volumes/regions?provider=voltage-park" => {
            ok(include_str!("../../../fixtures/volume-regions-voltage-park.json"))
        }
        "/api/volumes/regions?provider=data-crunch" => {
            ok(include_str!("../../../fixtures/volume-regions-data-crunch.json"))
        }
        "/api/volumes/pricing?provider=voltage-park" => ok(r#"{"hourlyRatePerGb":0.000137}"#),
        "/api/volumes/pricing?provider=data-crunch" => ok(r#"{"hourlyRatePerGb":2.74e-04}"#),
        _ => not_found(),
    })
    .await;
    let hint = Hint::default();
    let listing = fake.source(Some("sai_pk_1"), None).disk_offers(&ask(&hint)).await;
    assert_eq!((listing.items.len(), coverage(&listing).as_str()), (4, "complete"));
    assert_eq!(
        listing.items[3].size.unit_price.unwrap().per_hour().to_string(),
        "0.000274"
    );
    assert_eq!(listing.rejects[0].path, "data-crunch: regions[3].name");

    let listing = fake.source(None, None).disk_offers(&ask(&hint)).await;
    assert_eq!(
        (listing.items.len(), coverage(&listing).as_str()),
        (0, "no credentials")
    );
    assert_eq!(fake.targets().len(), 4);
}

#[tokio::test]
async fn a_provider_without_volumes_has_none_and_one_that_fails_is_told() {
    let check = async |status: u16, body: &'static str, count: usize, expected: &str| {
        let fake = Fake::start(move |target, _| match target {
            "/api/volumes/regions?provider=voltage-park" => {
                ok(include_str!("../../../fixtures/volume-regions-voltage-park.json"))
            }
            "/api/volumes/pricing?provider=voltage-park" => ok(r#"{"hourlyRatePerGb":0.000137}"#),
            "/api/volumes/regions?provider=data-crunch" => ok(r#"{"regions":[]}"#),
            _ => (status, body.to_owned()),
        })
        .await;
        let hint = Hint::default();
        let listing = fake.source(Some("sai_pk_1"), None).disk_offers(&ask(&hint)).await;
        assert_eq!(listing.items.len(), count);
        assert!(coverage(&listing).starts_with(expected), "{}", coverage(&listing));
    };
    check(
        400,
        r#"{"error":"Volumes are not supported for this provider"}"#,
        1,
        "complete",
    )
    .await;
    check(404, "", 1, "complete").await;
    check(
        403,
        r#"{"error":"no","code":"FORBIDDEN"}"#,
        1,
        "partial Unauthorised: GET /api/volumes/pricing",
    )
    .await;
    check(200, "<html>", 1, "partial Protocol: ").await;
}

#[tokio::test]
async fn disks_of_the_account_need_a_key() {
    let fake = Fake::start(|_, _| ok(include_str!("../../../fixtures/volumes.json"))).await;
    assert!(fake.source(None, None).disks().is_none());
    let source = fake.source(Some("sai_pk_1"), Some("team 1"));
    let hint = Hint::default();
    let listing = source.disks().unwrap().list(&ask(&hint)).await;
    assert_eq!(
        (listing.items.len(), listing.announced, coverage(&listing).as_str()),
        (1, Some(1), "complete")
    );
    assert_eq!(fake.targets(), ["/api/volumes?page=1&limit=100&teamId=team+1"]);
}

#[tokio::test]
async fn providers_and_balance_are_read() {
    let fake = Fake::start(|target, _| match target {
        "/api/providers" => ok(PROVIDERS),
        "/api/balance" => ok(BALANCE),
        "/api/balance?teamId=t" => ok(r#"{"teams":[{"teamId":"t","balance":"x"}]}"#),
        "/api/balance?teamId=euro" => ok(r#"{"teams":[],"currency":"euro"}"#),
        _ => (401, r#"{"error":"Invalid API key","code":"UNAUTHORIZED"}"#.to_owned()),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    assert_eq!(source.providers(WITHIN).await.unwrap().len(), 6);
    let teams = source.fleet().unwrap().account().balances(WITHIN).await.unwrap();
    assert_eq!(
        (teams.len(), teams[0].current, teams[0].amount.to_string().as_str()),
        (2, true, "25.5")
    );
    for (team, kind, said) in [
        (
            "t",
            ErrorKind::Protocol,
            "teams[0].balance: expected a number, got the text \"x\"",
        ),
        (
            "euro",
            ErrorKind::Protocol,
            "the currency of the balance cannot be read: ",
        ),
        ("other", ErrorKind::Unauthorised, "GET /api/balance: status 401 "),
    ] {
        let error = fake
            .source(Some("sai_pk_1"), Some(team))
            .balances(WITHIN)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with(said), "{error}");
    }
}

#[tokio::test]
async fn keys_come_and_go() {
    let fake = Fake::start(|target, _| match target {
        "/api/ssh-keys" => ok(r#"{"sshKeys":[{"id":"a","publicKey":"ssh-rsa A"},{"id":"b"}]}"#),
        "POST /api/ssh-keys" => (201, r#"{"id":"c","name":"n","publicKey":"ssh-rsa C"}"#.to_owned()),
        "/api/ssh-keys/a" | "DELETE /api/ssh-keys/a" => ok(r#"{"success":true,"id":"a"}"#),
        "DELETE /api/ssh-keys/b" => ok(r#"{"success":false}"#),
        _ => not_found(),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), Some("t"));
    let keys = source.keys(WITHIN).await.unwrap();
    let primary = keys.iter().map(|key| (key.id.as_str(), key.primary));
    assert_eq!(primary.collect::<Vec<_>>(), [("a", true), ("b", false)]);

    let added = source.add_key("n", "ssh-rsa C me\n", WITHIN).await.unwrap();
    assert_eq!((added.id.as_str(), added.public_key.as_str()), ("c", "ssh-rsa C"));
    assert_eq!(
        fake.seen().pop().unwrap().body,
        r#"{"name":"n","publicKey":"ssh-rsa C me","teamId":"t"}"#
    );
    let private = source.add_key("n", "-----BEGIN OPENSSH PRIVATE KEY-----", WITHIN).await;
    assert_eq!(private.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(fake.targets().len(), 2, "a private key is not sent");

    assert_eq!(source.key("a", WITHIN).await.unwrap().unwrap().id, "a");
    assert_eq!(source.key("z", WITHIN).await, Ok(None));
    assert_eq!(source.remove_key("a", WITHIN).await, Ok(Deletion::Requested));
    assert_eq!(source.remove_key("z", WITHIN).await, Ok(Deletion::Absent));
    assert_eq!(
        source.remove_key("b", WITHIN).await.unwrap_err().kind(),
        ErrorKind::Refused
    );
}

#[tokio::test]
async fn kubernetes_is_asked_about_only_where_there_is_an_add_on() {
    let fake = Fake::start(|target, _| match target {
        "/api/kubernetes/versions?provider=voltage-park" => {
            ok(r#"{"versions":[{"version":"1.9","available":true},{"version":"1.35","available":true},{"version":"1.36","available":false}]}"#)
        }
        _ => not_found(),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    let check = async |offer: Offer, expected: &[&str], calls: usize| {
        assert_eq!(source.kubernetes_versions(&offer, WITHIN).await.unwrap(), expected);
        assert_eq!(fake.targets().len(), calls);
    };
    let with = sample::offer("baremetal_h100_8_ethernet");
    check(with.clone(), &["1.35", "1.9"], 1).await;
    let mut without = with.clone();
    without.kubernetes = None;
    check(without, &[], 1).await;
    let mut elsewhere = with;
    elsewhere.provider = Provider::new("massed-compute");
    check(elsewhere, &[], 1).await;
}

#[tokio::test]
async fn the_health_of_a_cluster_is_that_of_its_machine() {
    let fake = Fake::start(|target, _| match target {
        "/api/deployments/with" => ok(r#"{"id":"with","kubernetesAddon":{"k8s_cluster_id":"550e-84"}}"#),
        "/api/deployments/new" => ok(r#"{"id":"new","kubernetesAddon":{"k8s_cluster_id":null}}"#),
        "/api/deployments/evil" => ok(r#"{"id":"evil","kubernetesAddon":{"k8s_cluster_id":"../../balance"}}"#),
        "/api/kubernetes/550e-84/health" => {
            ok(r#"{"health":{"workerNodes":{"healthy":8,"total":8,"status":"healthy"},"overallHealth":"healthy"}}"#)
        }
        _ => not_found(),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    let health = async |id: &str| source.cluster_health(&InstanceId::new(id), WITHIN).await;
    let found = health("with").await.unwrap().unwrap();
    assert_eq!((found.cluster.as_str(), found.overall.as_str()), ("550e-84", "healthy"));
    assert_eq!((found.workers.healthy, found.workers.total), (Some(8), Some(8)));
    assert_eq!(health("new").await, Ok(None));
    assert_eq!(health("none").await, Ok(None));
    assert_eq!(health("evil").await.unwrap_err().kind(), ErrorKind::Refused);
}
