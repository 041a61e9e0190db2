use gpu_broker_core::disk::DiskId;
use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::{Budget, Deletion, Disks, Ending, Fleet};
use jiff::Timestamp;

use super::*;

const DEPLOYMENTS: &str = include_str!("../../../fixtures/deployments.json");

#[tokio::test]
async fn machines_are_listed_where_they_are_launched() {
    let check = async |team: Option<&str>, balance: (u16, &'static str), target: &str, expected: &str| {
        let fake = Fake::start(move |target, _| match target {
            "/api/balance" => (balance.0, balance.1.to_owned()),
            _ => ok(DEPLOYMENTS),
        })
        .await;
        let (source, hint) = (fake.source(Some("sai_pk_1"), team), Hint::default());
        let fleet = source.fleet().unwrap();
        assert_eq!(fleet.scope(), team);
        let listing = fleet.list(&ask(&hint), Timestamp::MAX).await;
        assert_eq!(listing.items.len(), 4, "ended ones too");
        assert!(coverage(&listing).starts_with(expected), "{}", coverage(&listing));
        assert_eq!(fake.targets().pop().unwrap(), target);
    };
    check(Some("t 1"), (500, ""), "/api/deployments?teamId=t+1", "complete").await;
    check(None, (200, BALANCE), "/api/deployments?teamId=team_1", "complete").await;
    check(None, (200, r#"{"teams":[]}"#), "/api/deployments", "complete").await;
    check(
        None,
        (400, r#"{"error":"boom"}"#),
        "/api/deployments",
        "partial Protocol: the machines of some team, because the current one is unknown: GET /api/balance: status 400",
    )
    .await;
}

#[tokio::test]
async fn a_list_with_a_row_that_cannot_be_read_is_no_proof_of_absence() {
    let check = async |body: &str, count: usize, expected: &str| {
        let body = body.to_owned();
        let fake = Fake::start(move |_, _| ok(body.clone())).await;
        let (source, hint) = (fake.source(Some("sai_pk_1"), Some("t")), Hint::default());
        let listing = Fleet::list(&source, &ask(&hint), Timestamp::MIN).await;
        assert_eq!(listing.items.len(), count);
        assert!(coverage(&listing).starts_with(expected), "{}", coverage(&listing));
    };
    let list = format!("[{MADE}]");
    check("[]", 0, "complete").await;
    check(&list, 1, "complete").await;
    check(&format!(r#"{{"data":{list},"total":1}}"#), 1, "complete").await;
    check(&format!(r#"{{"deployments":{list}}}"#), 1, "complete").await;
    check(
        &format!(r#"{{"data":{list},"total":2}}"#),
        1,
        "partial Incomplete: 1 of 2 announced machines came",
    )
    .await;
    check(
        &format!(r#"[{MADE},{{"name":"gp-test-1"}}]"#),
        1,
        "partial Protocol: 1 of 2 machines cannot be read: [1].id: it is missing",
    )
    .await;
    check(
        &format!(r#"{{"deployments":[{MADE},{MADE}]}}"#),
        1,
        "partial Protocol: 1 of 2 machines cannot be read: deployments[1].id: a machine before it has the same one",
    )
    .await;
    check(r#"{"error":"boom"}"#, 0, "failed Protocol: ").await;
    check("<html>", 0, "failed Protocol: ").await;
    check(&list[..50], 0, "failed Protocol: ").await;
}

#[tokio::test]
async fn one_machine_is_there_or_not_or_nobody_knows() {
    let check = async |answer: (u16, &str), expected: Result<Option<&str>, ErrorKind>| {
        let (status, body) = (answer.0, answer.1.to_owned());
        let fake = Fake::start(move |_, _| (status, body.clone())).await;
        let found = fake
            .source(Some("sai_pk_1"), None)
            .get(&InstanceId::new("6a01"), WITHIN)
            .await;
        let found = found
            .map(|found| found.map(|machine| machine.status))
            .map_err(|error| error.kind());
        assert_eq!(found, expected.map(|status| status.map(str::to_owned)), "{answer:?}");
        assert_eq!(fake.targets()[0], "/api/deployments/6a01");
    };
    check((200, MADE), Ok(Some("deploying"))).await;
    check(
        (404, r#"{"error":"Deployment not found","code":"NOT_FOUND"}"#),
        Ok(None),
    )
    .await;
    check((404, "<html>not found</html>"), Err(ErrorKind::Protocol)).await;
    check((200, &MADE.replace("6a01", "6a02")), Err(ErrorKind::Protocol)).await;
    check((200, "{}"), Err(ErrorKind::Protocol)).await;
    check((401, ""), Err(ErrorKind::Unauthorised)).await;
}

#[tokio::test]
async fn an_id_that_cannot_be_one_reaches_no_endpoint() {
    let fake = Fake::start(|_, _| ok(MADE)).await;
    let source = fake.source(Some("sai_pk_1"), None);
    for id in ["", ".", "..", "a/b", "é", "\u{1b}[2J"] {
        let (machine, disk) = (InstanceId::new(id), DiskId::new(id));
        let errors = [
            source.get(&machine, WITHIN).await.unwrap_err(),
            Fleet::delete(&source, &machine, WITHIN).await.unwrap_err(),
            source.may_end(&machine, WITHIN).await.unwrap_err(),
            source.volume(&disk, WITHIN).await.unwrap_err(),
            Disks::delete(&source, &disk, WITHIN).await.unwrap_err(),
            source.rename(&disk, "n", WITHIN).await.unwrap_err(),
            source.key(id, WITHIN).await.unwrap_err(),
        ];
        for error in errors {
            let expected = format!("`{}` is no id of spheron; take it from a listing", id.escape_debug());
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Refused, expected));
        }
    }
    assert_eq!(fake.targets(), [""; 0]);
}

#[tokio::test]
async fn an_end_is_asked_for_and_never_taken_for_granted() {
    let check = async |answer: (u16, &str), expected: Result<Deletion, ErrorKind>| {
        let (status, body) = (answer.0, answer.1.to_owned());
        let fake = Fake::start(move |_, _| (status, body.clone())).await;
        let source = fake.source(Some("sai_pk_1"), None);
        let found = source.fleet().unwrap().delete(&InstanceId::new("6a01"), WITHIN).await;
        assert_eq!(found.map_err(|error| error.kind()), expected, "{answer:?}");
        assert_eq!(fake.targets()[0], "DELETE /api/deployments/6a01");
    };
    let early = |rest: &str| {
        format!(
            r#"{{"error":"Minimum runtime not met","message":"Instance must run for at least 20 minutes.","canTerminate":false{rest}}}"#
        )
    };
    let dead = |status: &str| {
        format!(r#"{{"error":"Cannot terminate instance","currentStatus":"{status}","canTerminate":false}}"#)
    };
    check(
        (
            200,
            r#"{"message":"Instance destruction initiated","deployment":{"id":"6a01","status":"terminated"}}"#,
        ),
        Ok(Deletion::Requested),
    )
    .await;
    check((204, ""), Ok(Deletion::Requested)).await;
    check(
        (404, r#"{"error":"Deployment not found","code":"NOT_FOUND"}"#),
        Ok(Deletion::Absent),
    )
    .await;
    check((404, "<html>"), Err(ErrorKind::Protocol)).await;
    check((400, &dead("terminated")), Ok(Deletion::Absent)).await;
    check((400, &dead("terminated-provider")), Ok(Deletion::Absent)).await;
    check((400, &dead("deploying")), Err(ErrorKind::Refused)).await;
    check(
        (400, &dead("terminated").replace("false", "true")),
        Err(ErrorKind::Refused),
    )
    .await;
    check((409, &dead("terminated")), Err(ErrorKind::Refused)).await;
    let wait = |seconds: u64| Ok(Deletion::TooEarly(Some(Duration::from_secs(seconds))));
    check((400, &early(r#","timeRemaining":7,"minimumRuntime":20"#)), wait(420)).await;
    check((400, &early(r#","timeRemaining":0.5"#)), wait(30)).await;
    check((400, &early("")), Ok(Deletion::TooEarly(None))).await;
    check((400, r#"{"error":"boom"}"#), Err(ErrorKind::Refused)).await;
    check(
        (403, r#"{"error":"Forbidden","code":"FORBIDDEN"}"#),
        Err(ErrorKind::Unauthorised),
    )
    .await;
}

#[tokio::test]
async fn an_end_that_failed_on_the_way_is_asked_for_again() {
    let fake = Fake::start(|_, nth| match nth {
        1 => (503, String::new()),
        _ => ok("{}"),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    let found = source.fleet().unwrap().delete(&InstanceId::new("6a01"), WITHIN).await;
    assert_eq!((found, fake.targets().len()), (Ok(Deletion::Requested), 2));
}

#[tokio::test]
async fn whether_it_may_be_ended_is_asked() {
    let fake = Fake::start(|target, _| match target {
        "/api/deployments/6a01/can-terminate" => ok(r#"{"canTerminate":false,"timeRemaining":3}"#),
        _ => not_found(),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    let ending = source.may_end(&InstanceId::new("6a01"), WITHIN).await;
    let wait = Some(Duration::from_secs(180));
    assert_eq!(ending, Ok(Ending { allowed: false, wait }));
    let other = source.may_end(&InstanceId::new("other"), WITHIN).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn the_rules_are_those_that_are_published() {
    let fake = Fake::start(|_, _| not_found()).await;
    assert!(fake.source(None, Some("t")).fleet().is_none());
    let traits = fake.source(Some("sai_pk_1"), None).fleet().unwrap().traits();
    let quarter = |count: u32| {
        Some(Budget {
            count,
            window: Duration::from_secs(900),
        })
    };
    assert_eq!((traits.creates, traits.calls), (quarter(10), quarter(100)));
    assert_eq!(
        (traits.name_len_max, traits.takes_ceiling, traits.lists_ended),
        (60, false, true)
    );
}
