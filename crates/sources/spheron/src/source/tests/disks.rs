use gpu_broker_core::disk::{Disk, DiskId};
use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{Deletion, Disks, Outcome, Volumes};

use super::super::fake::CUT;
use super::*;
use crate::sample;

const REGIONS: &str = include_str!("../../../fixtures/volume-regions-data-crunch.json");
const MADE: &str = r#"{"id":"vol_1","volumeId":"vol_abc","name":"weights","providerId":"data-crunch","sizeInGb":200,"status":"available","hourlyRate":0.0274}"#;

fn volume(outcome: &Outcome<Disk>) -> String {
    told(outcome, |disk| disk.id.to_string())
}

fn id() -> DiskId {
    DiskId::new("vol_1")
}

#[tokio::test]
async fn a_volume_is_created_where_it_was_quoted() {
    let check = async |provider: &str, region: &str, expected: &str, body: &str| {
        let fake = Fake::start(|target, _| match target {
            "/api/volumes/regions?provider=data-crunch" => ok(REGIONS),
            "/api/volumes/regions?provider=voltage-park" => {
                ok(include_str!("../../../fixtures/volume-regions-voltage-park.json"))
            }
            "/api/balance" => ok(BALANCE),
            "POST /api/volumes" => (201, MADE.to_owned()),
            _ => not_found(),
        })
        .await;
        let order = sample::disk_order(provider, region);
        let found = volume(&fake.source(Some("sai_pk_1"), None).create(&order, WITHIN).await);
        assert!(found.starts_with(expected), "{found}");
        assert_eq!(fake.seen().pop().unwrap().body, body);
    };
    // The word of volumes, for the place that machines call `Finland 3`.
    check(
        "data-crunch",
        "Finland 3",
        "accepted vol_1",
        r#"{"name":"weights","sizeInGb":200,"provider":"data-crunch","region":"FIN-03","teamId":"team_1","deleteWithInstance":false}"#,
    )
    .await;
    check(
        "voltage-park",
        "Dallas, TX",
        "accepted vol_1",
        r#"{"name":"weights","sizeInGb":200,"provider":"voltage-park","teamId":"team_1","deleteWithInstance":false}"#,
    )
    .await;
    check(
        "data-crunch",
        "Finland 9",
        "rejected Invalid: the provider has no volumes in that place",
        "",
    )
    .await;
    check("else", "Finland 3", "not sent Protocol: GET /api/volumes/regions", "").await;
}

#[tokio::test]
async fn an_answer_to_a_new_volume_is_one_of_four() {
    let check = async |answer: (u16, &str), expected: &str| {
        let (status, body) = (answer.0, answer.1.to_owned());
        let fake = Fake::start(move |target, _| match target {
            "POST /api/volumes" => (status, body.clone()),
            _ => ok(REGIONS),
        })
        .await;
        let order = sample::disk_order("data-crunch", "Finland 1");
        let found = volume(&fake.source(Some("sai_pk_1"), Some("t")).create(&order, WITHIN).await);
        assert!(found.starts_with(expected), "{answer:?}: {found}");
        let posts = fake
            .targets()
            .iter()
            .filter(|target| target.starts_with("POST"))
            .count();
        assert_eq!(posts, 1, "{answer:?}");
    };
    check((201, MADE), "accepted vol_1").await;
    check(
        (200, &MADE.replace("weights", "other")),
        "unknown Protocol: the answer is not about",
    )
    .await;
    check((200, &MADE.replace("vol_1", "../x")), "unknown Protocol: ").await;
    check((200, &MADE.replace("available", "deleted")), "unknown Protocol: ").await;
    check((200, "{}"), "unknown Protocol: ").await;
    check((200, "<html>"), "unknown Protocol: ").await;
    check((CUT, MADE), "unknown Transport: ").await;
    check((503, ""), "unknown Unavailable: ").await;
    check((400, r#"{"error":"Volume name already exists"}"#), "rejected Invalid: ").await;
    check((402, r#"{"error":"Payment required"}"#), "rejected Funds: ").await;
}

#[tokio::test]
async fn a_volume_is_changed_and_the_answer_looked_at() {
    let check = async |answer: (u16, &str), expected: Result<(), ErrorKind>| {
        let (status, body) = (answer.0, answer.1.to_owned());
        let fake = Fake::start(move |_, _| (status, body.clone())).await;
        let source = fake.source(Some("sai_pk_1"), None);
        let disks = source.disks().unwrap();
        let renamed = disks.rename(&id(), "b", WITHIN).await;
        let resized = disks.volumes().unwrap().resize(&id(), Gb(300), WITHIN).await;
        for found in [renamed, resized] {
            assert_eq!(found.map_err(|error| error.kind()), expected, "{answer:?}");
        }
        let seen = fake.seen();
        assert!(
            seen.iter().all(|seen| seen.target == "PATCH /api/volumes/vol_1"),
            "{seen:?}"
        );
        assert_eq!(
            (seen[0].body.as_str(), seen[1].body.as_str()),
            (r#"{"name":"b"}"#, r#"{"sizeInGb":300}"#)
        );
    };
    check((200, MADE), Ok(())).await;
    check((200, "{}"), Ok(())).await;
    check((200, r#"{"_id":"else","volumeId":"vol_1"}"#), Ok(())).await;
    check((200, r#"{"id":"vol_2"}"#), Err(ErrorKind::Protocol)).await;
    check((200, "<html>"), Err(ErrorKind::Protocol)).await;
    check(
        (400, r#"{"error":"Volumes cannot be shrunk"}"#),
        Err(ErrorKind::Refused),
    )
    .await;
    check((404, r#"{"error":"Volume not found"}"#), Err(ErrorKind::Refused)).await;
    check((403, r#"{"error":"no permission"}"#), Err(ErrorKind::Unauthorised)).await;
}

#[tokio::test]
async fn machines_know_a_volume_by_its_providers_id() {
    let check = async |handle_works: bool, volume: &'static str, targets: &[&str], expected: Result<(), ErrorKind>| {
        let fake = Fake::start(move |target, _| match target {
            "/api/volumes/vol_1" => ok(volume),
            "POST /api/volumes/vol_abc/attach" | "POST /api/volumes/vol_abc/detach" if handle_works => ok(MADE),
            "POST /api/volumes/vol_1/attach" | "POST /api/volumes/vol_1/detach" => ok(MADE),
            _ => not_found(),
        })
        .await;
        let source = fake.source(Some("sai_pk_1"), None);
        let machine = InstanceId::new("6a01");
        let attached = source.attach(&id(), &machine, WITHIN).await;
        assert_eq!(attached.map_err(|error| error.kind()), expected);
        assert_eq!(fake.targets(), targets);
        let detached = source.detach(&id(), &machine, WITHIN).await;
        assert_eq!(detached.map_err(|error| error.kind()), expected);
        if expected.is_ok() {
            let last = fake.seen().pop().unwrap();
            assert!(last.target.ends_with("/detach"), "{}", last.target);
            assert_eq!(last.body, r#"{"deploymentId":"6a01"}"#);
        }
    };
    let (get, handle, own) = (
        "/api/volumes/vol_1",
        "POST /api/volumes/vol_abc/attach",
        "POST /api/volumes/vol_1/attach",
    );
    check(true, MADE, &[get, handle], Ok(())).await;
    check(false, MADE, &[get, handle, own], Ok(())).await;
    check(true, r#"{"id":"vol_1"}"#, &[get, own], Ok(())).await;
    check(true, "<html>", &[get], Err(ErrorKind::Protocol)).await;
}

#[tokio::test]
async fn a_volume_that_nobody_knows_is_not_attached() {
    let fake = Fake::start(|_, _| not_found()).await;
    let source = fake.source(Some("sai_pk_1"), None);
    let error = source
        .attach(&id(), &InstanceId::new("6a01"), WITHIN)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(fake.targets(), ["/api/volumes/vol_1"]);
    assert_eq!(source.volume(&id(), WITHIN).await, Ok(None));
}

#[tokio::test]
async fn an_attachment_is_never_asked_for_twice() {
    let fake = Fake::start(|target, _| match target {
        "/api/volumes/vol_1" => ok(MADE),
        _ => (503, String::new()),
    })
    .await;
    let source = fake.source(Some("sai_pk_1"), None);
    let error = source
        .attach(&id(), &InstanceId::new("6a01"), WITHIN)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), fake.targets().len()), (ErrorKind::Unavailable, 2));
}

#[tokio::test]
async fn a_volume_is_deleted_and_read() {
    let check = async |answer: (u16, &str), expected: Result<Deletion, ErrorKind>| {
        let (status, body) = (answer.0, answer.1.to_owned());
        let fake = Fake::start(move |_, _| (status, body.clone())).await;
        let source = fake.source(Some("sai_pk_1"), None);
        let found = source.disks().unwrap().delete(&id(), WITHIN).await;
        assert_eq!(found.map_err(|error| error.kind()), expected, "{answer:?}");
        assert_eq!(fake.targets()[0], "DELETE /api/volumes/vol_1");
    };
    check((200, r#"{"success":true}"#), Ok(Deletion::Requested)).await;
    check((200, "{}"), Ok(Deletion::Requested)).await;
    check((204, ""), Ok(Deletion::Requested)).await;
    check((200, r#"{"success":false}"#), Err(ErrorKind::Refused)).await;
    check((404, r#"{"error":"Volume not found"}"#), Ok(Deletion::Absent)).await;
    check((404, ""), Err(ErrorKind::Protocol)).await;
    check((400, r#"{"error":"Volume is attached"}"#), Err(ErrorKind::Refused)).await;

    let fake = Fake::start(|_, _| ok(MADE)).await;
    let disk = fake
        .source(Some("sai_pk_1"), None)
        .volume(&id(), WITHIN)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((disk.name.as_str(), disk.size), ("weights", Some(Gb(200))));
}
