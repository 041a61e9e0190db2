//! Suggestions run as they are written, through the binary.

use std::process::Command;

use serde_json::Value;

/// Runs `planner` in the sandbox; its document and its exit status.
fn planner(arguments: &[String]) -> (Value, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_planner"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let document = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?} gives no document: {error}\n{said}"));
    (document, output.status.code())
}

/// The words of a command, as a shell splits them.
fn words(command: &str) -> Vec<String> {
    shlex::split(command).unwrap_or_else(|| panic!("{command} is no command"))
}

/// The row that a change promises is among those that its command prints.
fn keeps_its_promise(asked: &str, change: &Value) -> Value {
    let command = change["command"].as_str().unwrap();
    let arguments = words(command);
    assert_eq!(arguments[0], "planner", "{asked}");
    let (document, status) = planner(&arguments[1..]);
    assert_eq!(status, Some(0), "{asked}: {command}");
    assert!(change["admits"].as_u64() > Some(0), "{asked}: {command}");
    // A plan too far down to be listed is not promised.
    let promised = (&change["rate"], &change["total"]);
    match change["rank"].as_u64() {
        Some(rank) => {
            let row = &document["plans"][usize::try_from(rank).unwrap() - 1];
            assert!(row["rate"].is_string(), "{asked}: {command}");
            // Either the row is the plan, or it names who sells it.
            let mut sellers = row["groups"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|group| group["also_sold_by"].as_array());
            assert!(
                (&row["rate"], &row["total"]) == promised
                    || sellers.any(|list| list.iter().any(|seller| seller["total"] == change["total"])),
                "{asked}: {command}"
            );
        }
        None => assert_eq!(promised, (&Value::Null, &Value::Null), "{asked}: {command}"),
    }
    document
}

#[test]
fn every_reason_is_told_with_what_would_help() {
    let check = |asked: &str| {
        let asked = format!("quote {asked} --sandbox --why -o json");
        let (document, status) = planner(&words(&asked));
        assert_eq!(status, Some(0), "{asked}");
        let why = document["why"].as_array().unwrap();
        let market = &document["market"];
        let reasons = |list: &Value| {
            list.as_array()
                .unwrap()
                .iter()
                .map(|one| (one["reason"].clone(), one["offers"].clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(reasons(&document["why"]), reasons(&market["rejected"]), "{asked}");
        let rejected: u64 = why.iter().map(|one| one["offers"].as_u64().unwrap()).sum();
        assert_eq!(
            market["read"].as_u64(),
            Some(rejected + market["ranked"].as_u64().unwrap()),
            "{asked}"
        );
        assert_eq!(document["relaxations"], Value::Array(Vec::new()), "{asked}");
        let mut changes = 0;
        for change in why.iter().map(|one| &one["change"]).filter(|change| !change.is_null()) {
            keeps_its_promise(&asked, change);
            changes += 1;
        }
        assert!(changes >= 2, "{asked}");
    };
    check("H100:8");
    check("H100:8 --new-disk 1TB --region '!canada' --hours 20m");
    check("H100:8 --spot --interruptions-per-day 2 --checkpoint-minutes 30 --max-total 200");
    check("H100:8 --region 'canada,!eu_north' --vcpus 200 --max-price 20");
    check("H100:64 --max-nodes any --hours 37.5 --no-prepaid");
    check("H100,H200:16 --max-nodes 2 --sort-by rate --max-total 2000");
    check("A100-80GB:1 --security any --disk 1TB --memory 100GB --provider '!datacrunch'");
    check("any:48GB+:2 --max-price 2 --memory 100GB --country US");
}

#[test]
fn where_nothing_matches_the_smallest_changes_are_told() {
    let check = |asked: &str, changes: usize| {
        let asked = format!("quote {asked} --sandbox -o json");
        let (document, status) = planner(&words(&asked));
        assert_eq!(status, Some(3), "{asked}");
        assert_eq!(document["why"], Value::Null, "{asked}");
        let relaxations = document["relaxations"].as_array().unwrap();
        assert_eq!(relaxations.len(), changes, "{asked}: {relaxations:#?}");
        for change in relaxations {
            let after = keeps_its_promise(&asked, change);
            assert_eq!(after["plans"][0]["total"], change["total"], "{asked}");
            assert_eq!(after["market"]["ranked"], change["admits"], "{asked}");
        }
    };
    check("H100:8 --region africa", 1);
    check("H100:8 --max-price 5", 1);
    check("H100:8 --region canada --provider nebius", 2);
    check("H100:8 --region africa --vcpus 400 --max-price 5", 1);
    check("B200:64 --max-nodes 1", 1);
    check("H100:8 --provider hyperstack --data-center 'no where' --socket SXM5", 1);
}

#[test]
fn explanations_are_part_of_markdown_and_their_lack_in_csv_is_told() {
    let check = |line: &str, in_data: &[&str], beside: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_planner"))
            .args(words(&format!("quote H100:8 --sandbox {line}")))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}");
        let (data, said) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        for expected in in_data {
            assert!(data.contains(expected), "{line}: {expected}\n{data}");
        }
        for expected in beside {
            assert!(
                said.contains(expected) && !data.contains(expected),
                "{line}: {expected}\n{said}"
            );
        }
    };
    let currencies = "an exchange rate that you know: --fx EUR=RATE";
    check("-o markdown --explain", &["\n```text\n1  8 GPUs", "├─ ", "└─ "], &[]);
    check(
        "-o markdown --why",
        &["| REJECTED FOR | OFFERS |", currencies, "```text\n"],
        &[],
    );
    check("--why", &["REJECTED FOR", currencies], &[]);
    check("-o csv --explain", &["rank,"], &["`--explain` tells is no part of CSV"]);
    check(
        "-o csv --explain -q",
        &["rank,"],
        &["`--explain` tells is no part of CSV"],
    );
    check(
        "-o csv --why",
        &["rank,"],
        &["`--why` tells is no part of these rows", "REJECTED FOR"],
    );
    check(
        "-o csv --why -q",
        &["rank,"],
        &["`--why` tells is no part of these rows"],
    );
}
