use gpu_broker_core::source::Account as _;

use super::*;

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
        "/api/balance" => ok(include_str!("../../../fixtures/balance.json")),
        "/api/balance?teamId=t" => ok(r#"{"teams":[{"teamId":"t","balance":"x"}]}"#),
        "/api/balance?teamId=euro" => ok(r#"{"teams":[],"currency":"euro"}"#),
        _ => (401, r#"{"error":"Invalid API key","code":"UNAUTHORIZED"}"#.to_owned()),
    })
    .await;
    let within = Duration::from_secs(5);
    let source = fake.source(Some("sai_pk_1"), None);
    assert_eq!(source.providers(within).await.unwrap().len(), 6);
    let teams = source.fleet().unwrap().account().balances(within).await.unwrap();
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
            .balances(within)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with(said), "{error}");
    }
}
