//! What goes wrong on the wire, one broker at a time: the other one's plans, an honest status, in time, and never a
//! key where it does not belong.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use gpu_broker_testkit::fake::{CANARY, Face, Fake, Fault, Host, PRIME_KEY, SPHERON_KEY};
use gpu_broker_testkit::ware::{Shelf, Ware};
use serde_json::Value;

use crate::support::{list, planner, text, timeless};

/// `--timeout` of every run, in seconds.
const TIMEOUT: u64 = 3;
/// How long a run may take beyond it, on a machine that builds something else meanwhile.
const GRACE: Duration = Duration::from_secs(20);

/// What a fault leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// All of it: the fault was waited out, status 0.
    All,
    /// Some of the broker's offers, status 4.
    Some,
    /// None of them, status 4.
    None,
}

/// Each fault, with what it leaves. Listings come in pages of one item.
const FAULTS: &[(Fault, Left)] = &[
    (Fault::None, Left::All),
    (Fault::Down, Left::None),
    (Fault::SecondPage, Left::Some),
    (Fault::Status(401, r#"{"detail":"Invalid token"}"#), Left::None),
    (Fault::Status(403, r#"{"error":"Forbidden"}"#), Left::None),
    (Fault::Status(403, "<html>Attention required</html>"), Left::None),
    (Fault::Status(404, r#"{"detail":"Not Found"}"#), Left::None),
    (
        Fault::Status(422, r#"{"errors":[{"param":"page","details":"no"}]}"#),
        Left::None,
    ),
    (Fault::Status(500, ""), Left::None),
    (Fault::Status(503, "<html>busy</html>"), Left::None),
    (Fault::Status(204, ""), Left::None),
    (Fault::Status(200, ""), Left::None),
    (Fault::Status(200, "null"), Left::None),
    (Fault::Status(200, "[]"), Left::None),
    (Fault::Status(200, "{}"), Left::None),
    (
        Fault::Status(200, r#"{"items":null,"data":null,"totalCount":0,"total":0}"#),
        Left::None,
    ),
    (Fault::LimitedOnce, Left::All),
    (Fault::LimitedOnceInBody, Left::All),
    (Fault::LimitedForEver, Left::None),
    (Fault::Markup, Left::None),
    (Fault::Half, Left::None),
    (Fault::HungUp, Left::None),
    (Fault::Endless, Left::None),
    (Fault::Drip, Left::None),
    (Fault::Silence, Left::None),
    (Fault::EmptyOnce, Left::All),
    (Fault::EmptyForEver, Left::None),
    (Fault::Redirect(301), Left::None),
    (Fault::Redirect(302), Left::None),
    (Fault::Redirect(307), Left::None),
    (Fault::Redirect(308), Left::None),
    (Fault::Shrinks, Left::Some),
    (Fault::Exaggerates, Left::Some),
    (Fault::SamePage, Left::Some),
];

/// Three offers of each broker; Spheron's in a group each.
fn wares() -> Vec<Ware> {
    let ware = |shelf, id: &str, socket, price| Ware {
        socket,
        ..Ware::new(shelf, id, 8, price)
    };
    vec![
        ware(Shelf::Prime, "p-1", "PCIe", "15.2"),
        ware(Shelf::Prime, "p-2", "SXM5", "15.6"),
        ware(Shelf::Prime, "p-3", "SXM5", "19.12"),
        ware(Shelf::Spheron, "s-1", "PCIe", "16.0583"),
        ware(Shelf::Spheron, "s-2", "SXM5", "15.84"),
        ware(Shelf::Spheron, "s-3", "NVL", "16.4807"),
    ]
}

fn faces(host: Host, fault: Fault) -> Fake {
    let face = |shelf, own| {
        let face = Face::selling(shelf, &wares()).paged(1);
        if own == host { face.with(fault) } else { face }
    };
    Fake::start(face(Shelf::Prime, Host::Prime), face(Shelf::Spheron, Host::Spheron))
}

/// The offers of the plans, by broker.
fn offers(document: &Value, broker: &str) -> Vec<String> {
    let groups = list(document, "plans").iter().flat_map(|plan| list(plan, "groups"));
    let own = groups.filter(|group| text(group, "broker") == broker);
    let mut ids: Vec<String> = own.map(|group| text(group, "offer_id").to_owned()).collect();
    ids.sort();
    ids
}

fn check(host: Host, fault: Fault, left: Left) {
    let fake = faces(host, fault);
    let timeout = TIMEOUT.to_string();
    let planner = planner().asking(&fake);
    let ran = planner.run(&["quote", "H100:8", "-o", "json", "-vv", "--timeout", &timeout]);
    let case = format!("{fault:?} of {host:?}: {}", ran.stderr);
    assert_eq!(ran.status, Some(if left == Left::All { 0 } else { 4 }), "{case}");
    assert!(
        ran.took < Duration::from_secs(TIMEOUT) + GRACE,
        "{:?}, {case}",
        ran.took
    );

    let document = ran.json();
    let (broker, other) = match host {
        Host::Prime => ("prime", "spheron"),
        Host::Spheron | Host::Elsewhere => ("spheron", "prime"),
    };
    let all = |broker: &str| -> Vec<String> {
        let own = wares().into_iter().filter(|ware| ware.shelf.broker() == broker);
        own.map(|ware| ware.id).collect()
    };
    assert_eq!(offers(&document, other), all(other), "{case}");
    let own = offers(&document, broker);
    let source = list(&document, "sources")
        .iter()
        .find(|source| text(source, "broker") == broker);
    let source = source.expect("a source");
    match left {
        Left::All => assert_eq!((own, text(source, "status")), (all(broker), "ok"), "{case}"),
        Left::Some => {
            assert!(
                own.iter().all(|id| all(broker).contains(id)) && !own.is_empty(),
                "{own:?}, {case}"
            );
            assert_eq!(text(source, "status"), "partial", "{case}");
        }
        Left::None => assert_eq!((own.len(), text(source, "status")), (0, "failed"), "{case}"),
    }
    if left != Left::All {
        assert!(!text(source, "error").is_empty(), "{case}");
        assert!(ran.stderr.contains(&format!("warning: {broker} ")), "{case}");
    }
    keys_stay(&fake, &ran.output(), planner.home(), &case);
}

/// The keys are in no output and no file, and reach their own broker only; nobody follows a redirect.
fn keys_stay(fake: &Fake, output: &str, home: &Path, case: &str) {
    assert!(!output.contains(CANARY), "{case}");
    assert_eq!(fake.requests_to(Host::Elsewhere).len(), 0, "{case}");
    for (host, foreign) in [(Host::Prime, SPHERON_KEY), (Host::Spheron, PRIME_KEY)] {
        for request in fake.requests_to(host) {
            let headers = request.headers.iter().map(|(_, value)| value.as_str());
            let mut texts = headers.chain([request.query.as_str(), request.path.as_str()]);
            assert!(!texts.any(|text| text.contains(foreign)), "{case}");
            assert!(
                !request.query.contains(CANARY) && !request.path.contains(CANARY),
                "{case}"
            );
        }
    }
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                let holds = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
                assert!(!holds, "{} holds a key: {case}", path.display());
            }
        }
    }
}

/// Each fault in a thread of its own: most of the time is waiting.
fn check_all(host: Host) {
    for some in FAULTS.chunks(8) {
        thread::scope(|scope| {
            for (fault, left) in some {
                scope.spawn(move || check(host, *fault, *left));
            }
        });
    }
}

#[test]
fn primes_faults_are_told_and_spherons_plans_stand() {
    check_all(Host::Prime);
}

#[test]
fn spherons_faults_are_told_and_primes_plans_stand() {
    check_all(Host::Spheron);
}

#[test]
fn when_nobody_answers_it_is_no_empty_market() {
    for (fault, status) in [
        (Fault::Down, 4),
        (Fault::Status(500, ""), 4),
        (Fault::Markup, 4),
        (Fault::EmptyForEver, 4),
        (Fault::LimitedForEver, 4),
        (Fault::Status(401, r#"{"detail":"Invalid token"}"#), 6),
    ] {
        let face = |shelf| Face::selling(shelf, &wares()).with(fault);
        let fake = Fake::start(face(Shelf::Prime), face(Shelf::Spheron));
        for command in [&["quote", "H100:8"][..], &["offers"], &["gpus"]] {
            let ran = planner().asking(&fake).run(&[command, &["--timeout", "3"]].concat());
            assert_eq!(ran.status, Some(status), "{fault:?} {command:?}: {ran:?}");
            assert!(!ran.output().contains(CANARY), "{ran:?}");
        }
    }
}

#[test]
fn a_wait_that_does_not_fit_is_not_waited_for() {
    let fake = faces(Host::Prime, Fault::LimitedForEver);
    let ran = planner().asking(&fake).run(&["quote", "H100:8", "--timeout", "60"]);
    ran.expect(4);
    assert!(ran.took < GRACE, "{:?}", ran.took);
    // One request for each of the two listings, and none again.
    assert_eq!(
        fake.requests_to(Host::Prime).len(),
        2,
        "{:?}",
        fake.requests_to(Host::Prime)
    );
}

#[test]
fn fields_that_nobody_documented_change_nothing() {
    let plain = Fake::selling(&wares());
    let face = |shelf| Face::selling(shelf, &wares()).strange();
    let strange = Fake::start(face(Shelf::Prime), face(Shelf::Spheron));
    let ask = |fake| {
        timeless(
            planner()
                .asking(fake)
                .run(&["quote", "H100:8", "-o", "json"])
                .expect(0)
                .json(),
        )
    };
    assert_eq!(ask(&strange), ask(&plain));
}

/// What a broker says of an error reaches the terminal without its power, and without the key that it repeats.
#[test]
fn errors_are_quoted_inert() {
    let said = concat!(
        r#"{"detail":"\u001b]0;owned\u0007\u001b[2Jboom \u202egnp\nwarning: all is well for "#,
        "pit-canary-0bad5eed",
        r#""}"#
    );
    for status in [400, 401, 403, 500] {
        let fake = faces(Host::Prime, Fault::Status(status, said));
        for output in ["table", "json"] {
            let ran = planner().asking(&fake).run(&["quote", "H100:8", "-vv", "-o", output]);
            ran.expect(4);
            let active = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!ran.output().contains(active), "{ran:?}");
            assert!(!ran.output().contains(CANARY), "{ran:?}");
            assert!(
                !ran.stderr.lines().any(|line| line.starts_with("warning: all is well")),
                "{ran:?}"
            );
        }
    }
}
