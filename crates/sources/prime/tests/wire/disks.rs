//! Disks of the account.

use gpu_broker_core::disk::{Disk, DiskId, DiskOffer};
use gpu_broker_core::offer::{Broker, Dial, OfferId, Provider, Security, Stock, StockLevel};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{Deletion, DiskOrder, Disks, ErrorKind, Outcome, Source};

use crate::stand::{Answer, CUT, HANG_UP, Stand, WITHIN, not_found, ok};

const DISKS: &str = "/api/v1/disks/";

/// What Prime answers when it made `gp-disk`.
const MADE: &str = r#"{"id":"disk-1","name":"gp-disk","providerType":"runpod","status":"PROVISIONING","size":500,"priceHr":0.055,"userId":"u1"}"#;

fn order() -> DiskOrder {
    DiskOrder {
        name: "gp-disk".to_owned(),
        offer: DiskOffer {
            broker: Broker::new("prime"),
            provider: Provider::new("runpod"),
            place: Place::new(None, "US".parse().ok(), Some(DataCenter::new("US-WA-1"))),
            size: Dial::default(),
            multi_node: None,
            security: Security::Secure,
            stock: Stock {
                level: StockLevel::Available,
                units: None,
            },
            id: Some(OfferId::new("vol 7")),
        },
        size: Gb(500),
    }
}

fn told(outcome: &Outcome<Disk>) -> String {
    match outcome {
        Outcome::Accepted(disk) => format!("accepted {} {:?}", disk.id, disk.size),
        Outcome::Rejected(refusal) => format!("rejected {}", refusal.kind.as_str()),
        Outcome::NotSent(error) => format!("not sent {:?}", error.kind()),
        Outcome::Unknown(error) => format!("unknown {:?}", error.kind()),
    }
}

#[tokio::test]
async fn one_request_makes_a_disk() {
    let check = async |answer: Answer, expected: &str| {
        let shown = answer.clone();
        let stand = Stand::with_team(Some("team-1"), move |_| answer.clone()).await;
        let outcome = Disks::create(&stand.prime, &order(), WITHIN).await;
        assert_eq!(told(&outcome), expected, "{shown:?}: {outcome:?}");
        let body = r#"{"disk":{"size":500,"name":"gp-disk","country":"US","cloudId":"vol 7","dataCenterId":"US-WA-1"},"provider":{"type":"runpod"},"team":{"teamId":"team-1"}}"#;
        assert_eq!(stand.lines(), ["POST /api/v1/disks/ with key"]);
        assert_eq!(stand.bodies(DISKS), [body]);
    };
    check(ok(MADE), "accepted disk-1 Some(Gb(500))").await;
    for (from, to) in [
        (r#""disk-1""#, "null"),
        (r#""disk-1""#, r#""../x""#),
        (r#""gp-disk""#, r#""other""#),
        (r#""name":"gp-disk","#, ""),
    ] {
        assert!(MADE.contains(from));
        check(ok(&MADE.replace(from, to)), "unknown Protocol").await;
    }
    check(ok("<html>"), "unknown Protocol").await;
    check((CUT, MADE.to_owned()), "unknown Transport").await;
    check((HANG_UP, String::new()), "unknown Transport").await;
    check((500, r#"{"detail":"boom"}"#.to_owned()), "unknown Unavailable").await;
    check((400, r#"{"detail":"size too small"}"#.to_owned()), "rejected invalid").await;
    check((402, r#"{"detail":"Payment required"}"#.to_owned()), "rejected funds").await;
    check(
        (500, r#"{"detail":"out of stock"}"#.to_owned()),
        "rejected out_of_stock",
    )
    .await;
}

#[tokio::test]
async fn an_impossible_disk_is_not_asked_for() {
    let check = async |name: &str, size: u64| {
        let stand = Stand::new(|_, _, _| ok(MADE)).await;
        let order = DiskOrder {
            name: name.to_owned(),
            size: Gb(size),
            ..order()
        };
        let outcome = Disks::create(&stand.prime, &order, WITHIN).await;
        assert_eq!(told(&outcome), "rejected invalid");
        let renamed = stand.prime.rename(&DiskId::new("d"), "", WITHIN).await;
        assert_eq!(renamed.map_err(|error| error.kind()), Err(ErrorKind::Refused));
        assert!(stand.lines().is_empty());
    };
    check("gp-disk", 0).await;
    check("", 500).await;
}

#[tokio::test]
async fn a_disk_is_looked_at_renamed_and_deleted() {
    let stand = Stand::with_team(None, |asked| match (asked.method, asked.path) {
        ("GET", "/api/v1/disks/disk-1" | "/api/v1/disks/disk-3") => ok(MADE),
        ("PATCH", "/api/v1/disks/disk-1") => ok(r#"{"anything":1}"#),
        ("PATCH", _) => (422, r#"{"errors":[{"param":"name","details":"taken"}]}"#.to_owned()),
        ("DELETE", "/api/v1/disks/disk-1") => ok(r#"{"status":"DELETING"}"#),
        ("DELETE", "/api/v1/disks/busy") => (400, r#"{"detail":"attached"}"#.to_owned()),
        _ => not_found(),
    })
    .await;
    let prime = &stand.prime;
    let id = DiskId::new;
    let found = prime.disk(&id("disk-1"), WITHIN).await.unwrap();
    assert_eq!(found.map(|disk| disk.name).as_deref(), Some("gp-disk"));
    assert_eq!(prime.disk(&id("disk-2"), WITHIN).await, Ok(None));
    let other = prime.disk(&id("disk-3"), WITHIN).await;
    assert_eq!(other.map_err(|error| error.kind()), Err(ErrorKind::Protocol));

    assert_eq!(prime.rename(&id("disk-1"), "new \"name\"", WITHIN).await, Ok(()));
    assert_eq!(stand.bodies("/api/v1/disks/disk-1"), ["", r#"{"name":"new \"name\""}"#]);
    let refused = prime.rename(&id("disk-2"), "x", WITHIN).await;
    assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::Refused));

    let deleted = async |name: &str| {
        let deleted = Disks::delete(prime, &id(name), WITHIN).await;
        deleted.map_err(|error| error.kind())
    };
    assert_eq!(deleted("disk-1").await, Ok(Deletion::Requested));
    assert_eq!(deleted("disk-2").await, Ok(Deletion::Absent));
    assert_eq!(deleted("busy").await, Err(ErrorKind::Refused));
    let before = stand.lines().len();
    assert_eq!(deleted("").await, Err(ErrorKind::Refused));
    assert_eq!(stand.lines().len(), before);
    assert!(prime.disks().unwrap().volumes().is_none());
}
