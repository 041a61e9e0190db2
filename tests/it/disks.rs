//! Disks beside plans through the binary: over both brokers' sandbox, and over a broker whose disks cannot be listed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

use gpu_broker::core::number::Exact;
use serde_json::Value;

/// `planner quote …` in an environment of its own.
fn quote(arguments: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planner"));
    command
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("COLUMNS", "200");
    command.envs(environment.iter().copied());
    command
        .arg("quote")
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

fn sandbox(arguments: &str) -> Output {
    quote(&format!("{arguments} --sandbox"), &[])
}

/// The document and the exit status.
fn document(output: &Output) -> (Value, Option<i32>) {
    let text = String::from_utf8_lossy(&output.stderr);
    let document = serde_json::from_slice(&output.stdout);
    (
        document.unwrap_or_else(|error| panic!("{error}: {text}")),
        output.status.code(),
    )
}

fn exact(value: &Value) -> Exact {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no amount"))
        .parse()
        .unwrap()
}

fn all(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn sum(numbers: impl Iterator<Item = Exact>) -> Exact {
    numbers.fold(Exact::ZERO, |sum, number| sum.plus(number).unwrap())
}

/// The lines of a plan, disks included, add up to its rate and total (P13–P15).
fn check_sums(plan: &Value, hours: Exact) {
    let count = |group: &Value| group["count"].as_u64().unwrap();
    let groups = all(&plan["groups"])
        .iter()
        .map(|group| exact(&group["rate"]).times_count(count(group)).unwrap());
    let new = || all(&plan["disks"]).iter().filter(|disk| disk["kind"] == "new");
    let rate = sum(groups).plus(sum(new().map(|disk| exact(&disk["rate"])))).unwrap();
    assert_eq!(rate, exact(&plan["rate"]), "{plan}");
    for disk in new() {
        let size = disk["size_gb"].as_u64().unwrap();
        assert_eq!(
            exact(&disk["unit_price"]).times_count(size).unwrap(),
            exact(&disk["rate"])
        );
        assert_eq!(exact(&disk["rate"]).times(hours).unwrap(), exact(&disk["total"]));
        assert_eq!(disk["paid_rate"], Value::Null);
    }
    for disk in all(&plan["disks"]).iter().filter(|disk| disk["kind"] == "attached") {
        assert_eq!((&disk["rate"], &disk["total"]), (&Value::Null, &Value::Null), "{disk}");
    }
    let plain = all(&plan["groups"])
        .iter()
        .all(|group| group["prepaid_hours"].is_null());
    if plain {
        assert_eq!(rate.times(hours).unwrap(), exact(&plan["total"]), "{plan}");
    }
    let gpus = Exact::whole(plan["gpus"].as_u64().unwrap());
    let per_gpu = exact(&plan["total"]).over(hours.times(gpus).unwrap()).unwrap();
    assert_eq!(per_gpu, exact(&plan["per_gpu_hour"]));
}

/// Every disk is where every machine of its plan is.
fn check_places(plan: &Value) {
    for disk in all(&plan["disks"]) {
        for group in all(&plan["groups"]) {
            for (what, same) in [
                ("broker", disk["broker"] == group["broker"]),
                ("provider", disk["provider"] == group["provider"]),
                (
                    "data centre",
                    disk["place"]["data_center"] == group["place"]["data_center"],
                ),
            ] {
                assert!(same, "another {what}: {plan}");
            }
            let several = plan["nodes"] != 1 || group["multi_node"] == true;
            assert!(!several || disk["multi_node"] == true, "not for several: {plan}");
        }
    }
}

#[test]
fn plans_carry_their_disks_at_both_brokers() {
    let check = |arguments: &str, first: [&str; 3], disks: &[&str]| {
        let (document, status) = document(&sandbox(&format!("{arguments} --hours 10 -o json --max-offers 50")));
        assert_eq!(status, Some(0), "{arguments}");
        assert_eq!(document["optimal"], true);
        let plans = all(&document["plans"]);
        let (plan, group) = (&plans[0], &plans[0]["groups"][0]);
        let got = [&group["provider"], &group["place"]["data_center"], &plan["total"]]
            .map(|value| value.as_str().unwrap_or("-"));
        assert_eq!(got, first, "{arguments}");
        for plan in plans {
            check_sums(plan, Exact::whole(10));
            check_places(plan);
            let names = all(&plan["disks"]).iter().map(|disk| {
                disk["id"]
                    .as_str()
                    .map_or_else(|| format!("{} GB", disk["size_gb"]), str::to_owned)
            });
            assert_eq!(names.collect::<Vec<_>>(), disks, "{arguments}");
        }
        let market = &document["market"];
        let rejected: u64 = all(&market["rejected"])
            .iter()
            .map(|rejected| rejected["offers"].as_u64().unwrap())
            .sum();
        assert_eq!(
            market["read"].as_u64().unwrap(),
            market["ranked"].as_u64().unwrap() + rejected
        );
    };
    // Without a disk datacrunch's machine is the cheapest; with one it is not.
    check("A100:1", ["dc_gnu", "-", "9.9"], &[]);
    check(
        "A100:1 --new-disk 2TB",
        ["hyperstack", "CANADA-1", "15.44"],
        &["2000 GB"],
    );
    check(
        "A100:1 --new-disk 2TB,500GB",
        ["hyperstack", "CANADA-1", "15.925"],
        &["2000 GB", "500 GB"],
    );
    check(
        "A100:1 --attach disk-runpod-wa-1",
        ["runpod", "US-WA-1", "17.736"],
        &["disk-runpod-wa-1"],
    );
    check(
        "A4000:2 --attach disk-hyperstack-no-1 --new-disk 100GB",
        ["hyperstack", "NORWAY-1", "3.097"],
        &["disk-hyperstack-no-1", "100 GB"],
    );
    check(
        "H100:8 --attach 6a0f00000000000000000001",
        ["voltage-park", "dalas-united states", "158.4"],
        &["6a0f00000000000000000001"],
    );
    check(
        "H100:8 --broker spheron --new-disk 1TB",
        ["voltage-park", "dalas-united states", "159.77"],
        &["1000 GB"],
    );
    check(
        "H100:8 --attach disk-crusoe-is-1,6a0f00000000000000000001 --attach-any",
        ["voltage-park", "dalas-united states", "158.4"],
        &["6a0f00000000000000000001"],
    );
}

#[test]
fn several_machines_share_only_what_can_be_shared() {
    let (alone, _) = document(&sandbox(
        "A4000:2 --attach disk-hyperstack-no-1 --max-nodes any -o json",
    ));
    assert_eq!(all(&alone["plans"]).len(), 1, "one instance of two, and not two of one");
    let (shared, _) = document(&sandbox(
        "A100:2 --new-disk 1TB --max-nodes any -o json --max-offers 100",
    ));
    let plans = all(&shared["plans"]);
    assert!(plans.iter().any(|plan| plan["nodes"] != 1));
    plans.iter().for_each(check_places);
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let check = |arguments: &str, status: i32, expected: &str| {
        let output = sandbox(arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments}: {text}");
        assert!(text.contains(expected), "{arguments}: {text}");
    };
    check(
        "H100:1 --attach disk-runpod-wa-2",
        2,
        "did you mean disk-runpod-wa-1?; you own disk-crusoe-is-1, ",
    );
    check("H100:1 --attach checkpoints", 2, "did you mean disk-runpod-wa-1?");
    check("H100:1 --new-disk 1TB --spread", 2, "a disk in one");
    check("H100:1 --attach disk-runpod-wa-1 --spread", 2, "a disk in one");
    check("H100:1 --new-disk 0", 2, "holds nothing");
    check("H100:1 --attach-any", 2, "--attach");
    check("H100:1 --move-price 0.02/GB", 2, "--attach");
    check("H100:1 --attach ,", 2, "names no disk");
    check(
        "A100:1 --attach disk-crusoe-is-1",
        3,
        "cannot be attached: its status is PROVISIONING",
    );
    check(
        "A100:1 --attach 6a0f00000000000000000002",
        3,
        "does not say where it is",
    );
    check("A100:1 --attach disk-runpod-wa-1,disk-hyperstack-no-1", 3, "attach 86");
    check("A100:1 --new-disk 200TB", 3, "new_disk 86");
}

#[test]
fn disks_stand_in_every_format() {
    let check = |format: &str, expected: &[&str]| {
        let output = sandbox(&format!(
            "A4000:1 --attach disk-hyperstack-no-1 --new-disk 100GB {format}"
        ));
        let text = String::from_utf8_lossy(&output.stdout);
        for expected in expected {
            assert!(text.contains(expected), "{format}: no {expected} in {text}");
        }
    };
    let leaves = [
        "100 × 0.000097 = 0.0097",
        "paid already, 0.194 per hour; in no total",
        "0.1597 USD/h in all",
    ];
    check("--explain", &leaves);
    check("", &["+ disk-hyperstack-no-1", "+ new disk"]);
    check("-o markdown", &["+ disk-hyperstack-no-1", "+ new disk"]);
    check(
        "-o csv",
        &[
            "new_disks_gb,new_disks_rate,new_disks_total,attached_disks,approvals",
            "100,0.0097,0.2328,disk-hyperstack-no-1",
        ],
    );
    check("-o yaml", &["paid_rate: '0.194'", "kind: new"]);
}

#[test]
fn staying_and_moving_are_reckoned_whole() {
    let check = |arguments: &str, price: &str, hours: u64, verdict: Option<&str>| {
        let (document, _) = document(&sandbox(&format!(
            "A100:1 --attach disk-runpod-wa-1 {arguments} -o json"
        )));
        let compared = &document["stay_or_move"];
        let (stay, go) = (&compared["stay"], &compared["move"]);
        let (rate, size) = (
            exact(&compared["old_disks_rate"]),
            compared["size_gb"].as_u64().unwrap(),
        );
        assert_eq!((rate.to_string().as_str(), size), ("0.111111111111111", 1000));
        let price: Exact = price.parse().unwrap();
        for (side, old, transfer) in [(stay, 24, Exact::ZERO), (go, hours, price.times_count(size).unwrap())] {
            let plan = &side["plan"];
            check_sums(plan, Exact::whole(24));
            check_places(plan);
            assert_eq!(plan["total"], side["plan_total"]);
            let old = rate.times_count(old).unwrap();
            assert_eq!(exact(&side["old_disks"]), old);
            assert_eq!(
                exact(&side["total"]),
                sum([exact(&plan["total"]), old, transfer].into_iter())
            );
        }
        assert_eq!(stay["plan"]["id"], document["plans"][0]["id"]);
        assert_eq!(go["plan"]["disks"][0]["size_gb"], 1000);
        // At this price per GB both sides cost the same.
        let saved = exact(&stay["total"])
            .minus(exact(&go["total"]))
            .unwrap()
            .plus(exact(&go["transfer"]))
            .unwrap();
        let even = exact(&compared["break_even_per_gb"]);
        assert_eq!(saved.over(Exact::whole(size)).unwrap(), even);
        assert_eq!(compared["verdict"].as_str(), verdict);
    };
    check("", "0", 0, None);
    check("--move-price 0.02/GB --move-hours 3", "0.02", 3, Some("stay"));
    check("--move-price 10/TB --move-hours 3", "0.01", 3, Some("move"));
    check(
        "--move-price 0.010557866666666664",
        "0.010557866666666664",
        0,
        Some("stay"),
    );
    check(
        "--move-price 0.010557866666666663",
        "0.010557866666666663",
        0,
        Some("move"),
    );

    let (cheapest, _) = document(&sandbox("A4000:1 --attach disk-hyperstack-no-1 -o json"));
    assert_eq!(cheapest["stay_or_move"], Value::Null, "nowhere is cheaper");
}

/// A Prime that sells one machine and one disk, and does not let `forbidden` be read.
fn prime(forbidden: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let request = lines.next().unwrap_or_default();
            let _ = lines.take_while(|line| !line.is_empty()).count();
            let path = request.split([' ', '?']).nth(1).unwrap_or_default();
            let row = r#""provider": "nebius", "dataCenter": "eu-north1", "stockStatus": "Available", "security": "secure_cloud""#;
            let (status, body) = match path {
                path if path == forbidden => ("403 Forbidden", r#"{"detail": "no scope"}"#.to_owned()),
                "/api/v1/availability/gpus" => (
                    "200 OK",
                    format!(
                        r#"{{"items": [{{{row}, "cloudId": "h", "gpuType": "H100_80GB", "socket": "SXM5", "gpuCount": 8, "gpuMemory": 80, "prices": {{"onDemand": 16, "currency": "USD"}}}}], "totalCount": 1}}"#
                    ),
                ),
                "/api/v1/availability/disks" => (
                    "200 OK",
                    format!(
                        r#"{{"items": [{{{row}, "isMultinode": true, "spec": {{"minCount": 0, "step": 1, "pricePerUnit": 0.0001}}}}], "totalCount": 1}}"#
                    ),
                ),
                "/api/v1/disks/" => ("200 OK", r#"{"data": [], "total_count": 0}"#.to_owned()),
                _ => ("404 Not Found", "{}".to_owned()),
            };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
        }
    });
    address
}

#[test]
fn disks_that_cannot_be_listed_make_the_market_partial() {
    let check = |arguments: &str, forbidden: &'static str, status: i32, plans: usize, expected: &str| {
        let url = prime(forbidden);
        let output = quote(
            &format!("H100:8 {arguments} --broker prime -o json"),
            &[("PRIME_API_BASE_URL", &url), ("PRIME_API_KEY", "k")],
        );
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments}: {text}");
        assert!(text.contains(expected), "{arguments}: {text}");
        if status != 2 {
            let (document, _) = document(&output);
            assert_eq!(all(&document["plans"]).len(), plans, "{arguments}");
        }
    };
    let (for_sale, owned) = ("/api/v1/availability/disks", "/api/v1/disks/");
    check("--new-disk 1TB", "", 0, 1, "1 ranked");
    check("--new-disk 1TB", for_sale, 4, 0, "prime did not tell of the disks");
    // Whose disks are listed does not matter to buying one.
    check("--new-disk 1TB", owned, 0, 1, "1 ranked");
    check(
        "--attach disk-1",
        "",
        2,
        0,
        "no disk of yours is called `disk-1`; no broker told of any",
    );
    check("--attach disk-1", owned, 4, 0, "no broker that answered lists it");
    check("", owned, 0, 1, "1 ranked");
}

/// Nobody who was asked has none: to have asked nobody is another thing.
#[test]
fn where_no_key_is_configured_no_disks_are_counted() {
    for line in ["disks", "disks -o json"] {
        let ran = crate::support::planner().run(&line.split(' ').collect::<Vec<_>>());
        ran.expect(6);
        assert_eq!(ran.stdout, "", "{line}");
        for said in [
            "error: no key is configured, so no broker was asked for disks",
            "hint: set PRIME_API_KEY",
        ] {
            assert!(ran.stderr.contains(said), "{line}, {said}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("--new-disk"), "{line}: {}", ran.stderr);
    }
}
