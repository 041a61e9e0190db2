//! Machines one by one: looked at, ended, and what they wrote.

use std::time::Duration;

use gpu_broker_core::instance::{InstanceId, Phase};
use gpu_broker_core::source::{Deletion, Ending, ErrorKind, Fleet, Source, SourceError};

use crate::stand::{Answer, SILENT, Stand, WITHIN, not_found, ok};

fn pod(id: &str) -> InstanceId {
    InstanceId::new(id)
}

#[tokio::test]
async fn one_machine_is_there_or_not_or_in_doubt() {
    let check = async |id: &str, answer: Answer, line: &str, expected: Result<Option<&str>, ErrorKind>| {
        let shown = answer.clone();
        let stand = Stand::new(move |_, _, _| answer.clone()).await;
        let found = stand.prime.get(&pod(id), WITHIN).await;
        let told = match &found {
            Ok(found) => Ok(found.as_ref().map(|machine| machine.name.as_str())),
            Err(error) => Err(error.kind()),
        };
        assert_eq!(told, expected, "{shown:?}: {found:?}");
        let lines = stand.lines();
        assert_eq!(lines.first().map_or("", String::as_str), line);
        assert!(lines.len() <= 1);
    };
    let row = |id: &str| {
        ok(&format!(
            r#"{{"id":{id},"name":"one","providerType":"p","gpuName":"T4_16GB","gpuCount":1,"priceHr":0.2}}"#
        ))
    };
    let line = "GET /api/v1/pods/pod-1 with key";
    check("pod-1", row(r#""pod-1""#), line, Ok(Some("one"))).await;
    check("pod-1", not_found(), line, Ok(None)).await;
    check("pod-1", row(r#""pod-2""#), line, Err(ErrorKind::Protocol)).await;
    check("pod-1", row("null"), line, Err(ErrorKind::Protocol)).await;
    check("pod-1", ok("<html>"), line, Err(ErrorKind::Protocol)).await;
    check("pod-1", ok("{}"), line, Err(ErrorKind::Protocol)).await;
    check("pod-1", (302, String::new()), line, Err(ErrorKind::Protocol)).await;
    let no = |status: u16, detail: &str| (status, format!(r#"{{"detail":"{detail}"}}"#));
    check("pod-1", no(401, "Invalid token"), line, Err(ErrorKind::Unauthorised)).await;
    check(
        "pod-1",
        no(403, "Not authenticated"),
        line,
        Err(ErrorKind::Unauthorised),
    )
    .await;
    check("pod-1", (501, String::new()), line, Err(ErrorKind::Unavailable)).await;
    // An id stays one segment of the path, whatever it is.
    let evil = "GET /api/v1/pods/..%2Fssh_keys%2F%3Fx with key";
    check("../ssh_keys/?x", not_found(), evil, Ok(None)).await;
    check("", not_found(), "", Err(ErrorKind::Refused)).await;
    check("..", not_found(), "", Err(ErrorKind::Transport)).await;
}

#[tokio::test]
async fn ending_is_asked_for() {
    let check = async |id: &str, answer: Answer, line: &str, expected: Result<Deletion, ErrorKind>| {
        let shown = answer.clone();
        let stand = Stand::new(move |_, _, _| answer.clone()).await;
        let ended = Fleet::delete(&stand.prime, &pod(id), WITHIN).await;
        assert_eq!(ended.map_err(|error| error.kind()), expected, "{shown:?}");
        assert_eq!(stand.lines().first().map_or("", String::as_str), line);
    };
    let line = "DELETE /api/v1/pods/pod-1 with key";
    check("pod-1", ok(r#"{"status":"TERMINATED"}"#), line, Ok(Deletion::Requested)).await;
    check("pod-1", ok("<html>"), line, Ok(Deletion::Requested)).await;
    check("pod-1", (204, String::new()), line, Ok(Deletion::Requested)).await;
    check("pod-1", not_found(), line, Ok(Deletion::Absent)).await;
    let no = |status: u16, detail: &str| (status, format!(r#"{{"detail":"{detail}"}}"#));
    check("pod-1", no(400, "still provisioning"), line, Err(ErrorKind::Refused)).await;
    check("pod-1", no(409, "busy"), line, Err(ErrorKind::Refused)).await;
    check("pod-1", (409, "<html>".to_owned()), line, Err(ErrorKind::Protocol)).await;
    check("pod-1", no(401, "Invalid token"), line, Err(ErrorKind::Unauthorised)).await;
    check("pod-1", no(501, "no"), line, Err(ErrorKind::Unavailable)).await;
    check(
        "a/../b",
        not_found(),
        "DELETE /api/v1/pods/a%2F..%2Fb with key",
        Ok(Deletion::Absent),
    )
    .await;
    // Without an id, the path would be that of all machines.
    check("", ok("{}"), "", Err(ErrorKind::Refused)).await;
}

#[tokio::test]
async fn ending_is_always_allowed_and_nothing_is_asked() {
    let stand = Stand::new(|_, _, _| not_found()).await;
    let fleet = stand.prime.fleet().unwrap();
    let ending = fleet.may_end(&pod("pod-1"), WITHIN).await.unwrap();
    let allowed = Ending {
        allowed: true,
        wait: None,
    };
    assert_eq!((ending, fleet.scope()), (allowed, None));
    assert!(stand.lines().is_empty());
}

#[tokio::test]
async fn several_states_are_one_request() {
    let check = async |ids: &[&str], answer: Answer, expected: Result<&[(&str, Phase)], ErrorKind>| {
        let stand = Stand::new(move |_, _, _| answer.clone()).await;
        let ids: Vec<InstanceId> = ids.iter().map(|id| pod(id)).collect();
        let states = stand.prime.states(&ids, WITHIN).await;
        let told = states.map(|states| {
            let state = states.iter().map(|state| (state.id.as_str().to_owned(), state.phase));
            state.collect::<Vec<_>>()
        });
        let expected = expected.map(|expected| {
            let state = expected.iter().map(|(id, phase)| ((*id).to_owned(), *phase));
            state.collect::<Vec<_>>()
        });
        assert_eq!(told.map_err(|error| error.kind()), expected);
        stand.lines()
    };
    let both = [("pod-1", Phase::Running), ("pod-2", Phase::Deploying)];
    let answer = || ok(include_str!("../../fixtures/pods-status.json"));
    let lines = check(&["pod-1", "pod-2"], answer(), Ok(&both)).await;
    assert_eq!(lines, ["GET /api/v1/pods/status?pod_ids=pod-1&pod_ids=pod-2 with key"]);
    assert!(check(&[], answer(), Ok(&[])).await.is_empty());
    check(&["x"], ok(r#"{"data":null}"#), Ok(&[])).await;
    check(
        &["x"],
        ok(r#"{"data":[{"status":"ACTIVE"}]}"#),
        Err(ErrorKind::Protocol),
    )
    .await;
    check(&["x"], ok("[]"), Err(ErrorKind::Protocol)).await;
}

#[tokio::test]
async fn a_log_is_read_as_it_came() {
    let check = async |tail: Option<u32>, answer: Answer, line: &str, expected: Result<&str, ErrorKind>| {
        let stand = Stand::new(move |_, _, _| answer.clone()).await;
        let log = stand.prime.log(&pod("pod-1"), tail, WITHIN).await;
        assert_eq!(log.as_deref().map_err(SourceError::kind), expected);
        assert_eq!(stand.lines(), [line]);
    };
    let all = "GET /api/v1/pods/pod-1/log with key";
    check(None, ok(r#""a\nb""#), all, Ok("a\nb")).await;
    check(
        Some(7),
        ok(r#"["a","b"]"#),
        "GET /api/v1/pods/pod-1/log?tail=7 with key",
        Ok("a\nb"),
    )
    .await;
    check(None, not_found(), all, Err(ErrorKind::Refused)).await;
}

#[tokio::test]
async fn no_question_outlives_its_time() {
    let stand = Stand::new(|_, _, _| (SILENT, String::new())).await;
    let within = Duration::from_millis(200);
    let found = stand.prime.get(&pod("pod-1"), within).await;
    assert_eq!(found.map_err(|error| error.kind()), Err(ErrorKind::Timeout));
    let ended = Fleet::delete(&stand.prime, &pod("pod-1"), within).await;
    assert_eq!(ended.map_err(|error| error.kind()), Err(ErrorKind::Timeout));
}
