//! Keys, wallets, teams.

use gpu_broker_http::decode;

use super::super::{balance, key, team, user};
use crate::state::Team;
use crate::wire::{KeyRow, Slice, Wallet, Wrapped};

#[test]
fn keys_are_the_accounts() {
    let slice: Slice<'_, KeyRow<'_>> = decode(include_bytes!("../../../fixtures/ssh-keys.json")).unwrap();
    let (rows, _) = slice.data.all(9).unwrap();
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let key = key(row).unwrap();
            format!("{} `{}` {} {}", key.id, key.name, key.primary, key.public_key)
        })
        .collect();
    let expected = [
        "key-1 `laptop` true ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample1 me@laptop",
        "key-2 `` false ssh-rsa AAAAB3NzaC1yc2EAAAADAQABExample2",
    ];
    assert_eq!(told, expected);
    let check = |json: &str| assert!(key(&serde_json::from_str(json).unwrap()).is_err(), "{json}");
    check(r#"{"publicKey":"ssh-rsa AAAA"}"#);
    check(r#"{"id":"k/1","publicKey":"ssh-rsa AAAA"}"#);
    check(r#"{"id":"k1","publicKey":" "}"#);
}

#[test]
fn a_wallet_is_that_of_whom_it_was_asked_for() {
    let check = |asked: Option<&str>, json: &str, expected: Result<&str, &str>| {
        let wallet: Wallet<'_> = serde_json::from_str(json).unwrap();
        let asked = asked.map(Team::unnamed);
        let read = balance(asked.as_ref(), &wallet)
            .map(|balance| {
                let team = balance.team.as_deref().unwrap_or("-");
                format!("{team} {} {} {}", balance.name, balance.amount, balance.currency)
            })
            .map_err(|fault| format!("{fault:?}"));
        match (read, expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{json}"),
            (Err(read), Err(expected)) => assert!(read.contains(expected), "{read}"),
            (read, _) => panic!("{json}: {read:?}"),
        }
    };
    check(
        None,
        r#"{"balance_usd":12.3400000000000003}"#,
        Ok("- personal 12.34 USD"),
    );
    check(
        None,
        r#"{"balance_usd":-0.5,"currency":"usd","team_id":null}"#,
        Ok("- personal -0.5 USD"),
    );
    check(None, r#"{"balance_usd":1e2,"team_id":"t1"}"#, Ok("t1 t1 100 USD"));
    check(Some("t1"), r#"{"balance_usd":"7"}"#, Ok("t1 t1 7 USD"));
    check(Some("t1"), r#"{"balance_usd":7,"team_id":"t1"}"#, Ok("t1 t1 7 USD"));
    check(
        Some("t1"),
        r#"{"balance_usd":7,"team_id":"t2"}"#,
        Err("it is the wallet of t2, not of t1"),
    );
    check(None, "{}", Err("balance_usd"));
    check(None, r#"{"balance_usd":1e400}"#, Err("balance_usd"));
}

#[test]
fn teams_and_users_are_named() {
    let check = |json: &str, expected: Option<(&str, &str, Option<&str>)>| {
        let read = team(&serde_json::from_str(json).unwrap()).ok();
        let told = read.as_ref().map(|team| (&*team.id, &*team.name, team.role.as_deref()));
        assert_eq!(told, expected, "{json}");
    };
    check(
        r#"{"teamId":"t1","name":"Lab","slug":"lab","role":"ADMIN"}"#,
        Some(("t1", "Lab", Some("ADMIN"))),
    );
    check(r#"{"teamId":"t1","name":null}"#, Some(("t1", "t1", None)));
    check(r#"{"name":"Lab"}"#, None);

    let json = r#"{"data":{"id":"u1","name":"Ada","email":"canary@host.example","isBanned":false,"skipPrepay":true,
        "scope":{"availability":{"read":true,"write":false},"instances":{"read":true,"write":true},"disks":null}}}"#;
    let answer: Wrapped<crate::wire::User<'_>> = decode(json.as_bytes()).unwrap();
    let user = user(answer.data.unwrap()).unwrap();
    let permissions: Vec<String> = user
        .permissions
        .iter()
        .map(|(subject, may)| format!("{subject} {} {}", may.read, may.write))
        .collect();
    assert_eq!((&*user.id, user.name.as_deref()), ("u1", Some("Ada")));
    assert!(user.skips_prepay && !user.banned);
    assert_eq!(
        permissions,
        ["availability true false", "disks false false", "instances true true"]
    );
    assert!(!format!("{user:?}").contains("canary"));
}
