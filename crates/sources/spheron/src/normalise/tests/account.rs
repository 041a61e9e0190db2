use gpu_broker_core::source::AccountKey;

use super::*;

#[test]
fn balances_are_exact() {
    let page: wire::Balance<'_> = decode(include_bytes!("../../../fixtures/balance.json")).unwrap();
    let mut batch = Batch::new(&broker(), "");
    batch.rows("teams", page.teams, |row| balance(&row, CURRENCY)).unwrap();
    let lines = batch.items.iter().map(|team| {
        format!(
            "{:?} {:?} {} {} {}",
            team.team, team.name, team.amount, team.currency, team.current
        )
    });
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            r#"Some("team_1") "My Personal Team" 25.5 USD true"#,
            r#"Some("team_2") "" -0.3 USD false"#
        ]
    );
}

#[test]
fn the_current_team_is_the_one_that_is_said_to_be_or_the_only_one() {
    let check = |teams: &str, expected: Result<Option<&str>, &str>| {
        let json = format!(r#"{{"teams":[{teams}]}}"#);
        let page: wire::Balance<'_> = decode(json.as_bytes()).unwrap();
        let mut batch = Batch::<()>::new(&broker(), "");
        let found = current_team(page).map_err(|fault| {
            batch.reject("", fault);
            said_of(&batch.rejects).join("")
        });
        assert_eq!(
            found,
            expected.map(|team| team.map(str::to_owned)).map_err(str::to_owned),
            "{teams}"
        );
    };
    let none = "teams | none is said to be the current one; name the team to use";
    check(
        r#"{"teamId":"a"},{"teamId":"b","isCurrentTeam":true,"balance":1}"#,
        Ok(Some("b")),
    );
    check(r#"{"id":"a","isCurrentTeam":true}"#, Ok(Some("a")));
    check(r#"{"teamId":"a"}"#, Ok(Some("a")));
    check(r#"{"teamId":"a","isCurrentTeam":"yes"}"#, Ok(Some("a")));
    check("", Ok(None));
    check(r#"{"teamId":"a"},{"teamId":"b"}"#, Err(none));
    // The other one may be the current one.
    check(r#"{"teamId":"a"},{"teamId":7}"#, Err(none));
    check("7", Err(none));
    check(r#"{"isCurrentTeam":true}"#, Err("teams.teamId | it is missing"));
}

#[test]
fn keys_are_known_by_either_id_and_the_first_is_the_usual_one() {
    let listed: wire::Listed<'_, wire::SshKey<'_>> = decode(include_bytes!("../../../fixtures/ssh-keys.json")).unwrap();
    let (mut batch, mut first) = (Batch::new(&broker(), ""), true);
    let rows = batch.rows(listed.name, listed.rows, |row| key(&row, std::mem::take(&mut first)));
    rows.unwrap();
    let expected = |id: &str, name: &str, public_key: &str, primary: bool| AccountKey {
        id: id.to_owned(),
        name: name.to_owned(),
        public_key: public_key.to_owned(),
        primary,
    };
    assert_eq!(
        batch.items,
        [
            expected("key_1", "laptop", "ssh-ed25519 AAAAC3laptop me@laptop", true),
            expected("66f0c0ffee", "", "ssh-rsa AAAAB3desk", false),
            expected("key_3", "no text", "", false),
        ]
    );
    assert_eq!(
        said_of(&batch.rejects),
        ["[3].id | it is missing", "[4].id | `../key` is not an id"]
    );
}
