//! Keys, wallets, teams.

use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider};
use gpu_broker_core::source::{Account, Deletion, ErrorKind, Source, SourceError};

use crate::stand::{Answer, Asked, Stand, WITHIN, not_found, number, ok};

const KEYS: &str = "/api/v1/ssh_keys/";
const TEAMS: &str = "/api/v1/user/teams";
const WALLET: &str = "/api/v1/billing/wallet";

fn wallet(asked: Asked<'_>) -> Answer {
    match asked.query {
        "limit=1" => {
            ok(r#"{"wallet_id":"w0","balance_usd":12.5,"currency":"USD","total_billings":0,"recent_billings":[]}"#)
        }
        "limit=1&teamId=t1" => ok(r#"{"wallet_id":"w1","team_id":"t1","balance_usd":100,"currency":"USD"}"#),
        "limit=1&teamId=t2" => (403, r#"{"detail":"not a member"}"#.to_owned()),
        _ => not_found(),
    }
}

fn teams() -> Answer {
    ok(
        r#"{"data":[{"teamId":"t1","name":"Lab","slug":"lab","role":"ADMIN"},{"teamId":"t2","name":"Other","role":"USER"}],"total_count":2}"#,
    )
}

#[tokio::test]
async fn there_is_a_balance_for_each_wallet_that_the_key_sees() {
    let check = async |team: Option<&str>, answer: fn() -> Answer, expected: Result<&[&str], ErrorKind>| {
        let stand = Stand::with_team(team, move |asked| match asked.path {
            TEAMS => answer(),
            WALLET => wallet(asked),
            _ => not_found(),
        })
        .await;
        let balances = stand.prime.fleet().unwrap().account().balances(WITHIN).await;
        let told = balances.map(|balances| {
            let balance = balances.iter().map(|balance| {
                let team = balance.team.as_deref().unwrap_or("-");
                let current = if balance.current { " current" } else { "" };
                format!("{team} {} {}{current}", balance.name, balance.amount)
            });
            balance.collect::<Vec<_>>()
        });
        let expected = expected.map(|lines| lines.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(told.map_err(|error| error.kind()), expected, "{team:?}");
    };
    check(None, teams, Ok(&["- personal 12.5 current", "t1 Lab 100"])).await;
    check(Some("t1"), teams, Ok(&["- personal 12.5", "t1 Lab 100 current"])).await;
    // A key that may not look at teams sees its own wallet, and that of the team that it was given.
    let refused = || (403, r#"{"detail":"missing permission"}"#.to_owned());
    check(None, refused, Ok(&["- personal 12.5 current"])).await;
    check(None, not_found, Ok(&["- personal 12.5 current"])).await;
    check(Some("t1"), not_found, Ok(&["- personal 12.5", "t1 t1 100 current"])).await;
    check(Some("t2"), teams, Err(ErrorKind::Unauthorised)).await;
    check(Some("t3"), teams, Err(ErrorKind::Protocol)).await;
    check(None, || ok("<html>"), Err(ErrorKind::Protocol)).await;
    check(None, || (501, String::new()), Err(ErrorKind::Unavailable)).await;
    check(
        None,
        || ok(r#"{"data":[{"name":"nameless"}],"total_count":1}"#),
        Err(ErrorKind::Protocol),
    )
    .await;
}

#[tokio::test]
async fn a_key_of_a_team_has_one_wallet() {
    let stand = Stand::with_team(Some("t1"), |asked| match asked.path {
        TEAMS => not_found(),
        _ => ok(r#"{"team_id":"t1","balance_usd":"7.25"}"#),
    })
    .await;
    let balances = stand.prime.balances(WITHIN).await.unwrap();
    let [only] = balances.as_slice() else {
        panic!("{balances:?}")
    };
    assert_eq!((only.team.as_deref(), only.current), (Some("t1"), true));
    assert_eq!(only.amount.to_string(), "7.25");
}

#[tokio::test]
async fn keys_are_listed_added_made_primary_and_removed() {
    let stand = Stand::with_team(None, |asked| match (asked.method, asked.path) {
        ("GET", KEYS) => {
            let (from, rows) = (number(asked.query, "offset"), ["a", "b", "c"]);
            let row = |row: &&str| format!(r#"{{"id":"{row}","name":"n","publicKey":"ssh-rsa AAAA{row}"}}"#);
            let data: Vec<String> = rows.iter().skip(from.try_into().unwrap()).take(2).map(row).collect();
            ok(&format!(r#"{{"data":[{}],"total_count":3}}"#, data.join(",")))
        }
        ("POST", KEYS) => ok(r#"{"id":"d","name":"me","publicKey":"ssh-rsa AAAAd","isPrimary":false}"#),
        ("PATCH", "/api/v1/ssh_keys/a") => ok(r#"{"message":"done","updated_fields":{"isPrimary":true}}"#),
        ("DELETE", "/api/v1/ssh_keys/a") => (204, String::new()),
        ("PATCH" | "DELETE", "/api/v1/ssh_keys/b") => (400, r#"{"detail":"it is the last one"}"#.to_owned()),
        _ => not_found(),
    })
    .await;
    let prime = &stand.prime;
    let ids: Vec<String> = prime
        .keys(WITHIN)
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.id)
        .collect();
    assert_eq!(ids, ["a", "b", "c"]);

    let added = prime.add_key("me", "ssh-rsa AAAAd me", WITHIN).await.unwrap();
    assert_eq!((added.id.as_str(), added.primary), ("d", false));
    assert!(
        stand
            .bodies(KEYS)
            .contains(&r#"{"name":"me","publicKey":"ssh-rsa AAAAd me"}"#.to_owned())
    );
    let refused = prime.add_key("me", "no key", WITHIN).await;
    assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::Refused));
    let other = prime.add_key("me", "ssh-rsa AAAAe", WITHIN).await;
    assert_eq!(other.map_err(|error| error.kind()), Err(ErrorKind::Protocol));

    assert_eq!(prime.set_primary_key("a", WITHIN).await, Ok(()));
    let primary = prime.set_primary_key("b", WITHIN).await;
    assert_eq!(primary.map_err(|error| error.kind()), Err(ErrorKind::Refused));
    assert_eq!(prime.remove_key("a", WITHIN).await, Ok(Deletion::Requested));
    assert_eq!(prime.remove_key("c", WITHIN).await, Ok(Deletion::Absent));
    let removed = prime.remove_key("b", WITHIN).await;
    assert_eq!(removed.map_err(|error| error.kind()), Err(ErrorKind::Refused));
    let sent = stand.bodies("/api/v1/ssh_keys/a");
    assert_eq!(sent, [r#"{"isPrimary":true}"#, ""]);
}

#[tokio::test]
async fn the_key_says_whose_it_is() {
    let check = async |answer: Answer, expected: Result<(&str, bool), ErrorKind>| {
        let stand = Stand::new(move |_, _, _| answer.clone()).await;
        let user = stand.prime.user(WITHIN).await;
        let told = user.as_ref().map(|user| (user.id.as_str(), user.banned));
        assert_eq!(told.map_err(SourceError::kind), expected);
        assert_eq!(stand.lines(), ["GET /api/v1/user/whoami with key"]);
    };
    check(
        ok(r#"{"data":{"id":"u1","isBanned":true},"status":null}"#),
        Ok(("u1", true)),
    )
    .await;
    check(ok(r#"{"data":null}"#), Err(ErrorKind::Protocol)).await;
    check(ok("{}"), Err(ErrorKind::Protocol)).await;
    check(
        (401, r#"{"detail":"Invalid token"}"#.to_owned()),
        Err(ErrorKind::Unauthorised),
    )
    .await;

    let stand = Stand::new(|_, _, _| teams()).await;
    let names: Vec<String> = stand
        .prime
        .teams(WITHIN)
        .await
        .unwrap()
        .into_iter()
        .map(|team| team.name)
        .collect();
    assert_eq!(names, ["Lab", "Other"]);
}

#[tokio::test]
async fn there_is_no_kubernetes() {
    let stand = Stand::new(|_, _, _| not_found()).await;
    let gpu = Gpu {
        model: GpuModel::new("T4"),
        memory: None,
        socket: None,
        count: 1,
    };
    let offer = Offer::new(Broker::new("prime"), Provider::new("p"), OfferId::new("o"), gpu);
    assert_eq!(stand.prime.kubernetes_versions(&offer, WITHIN).await, Ok(Vec::new()));
    assert!(stand.lines().is_empty());
}
