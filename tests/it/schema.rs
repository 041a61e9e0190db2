//! Every document is as its schema says, to the last field.

use std::fs;

use gpu_broker_testkit::planner::Planner;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::list;

/// Every document, and what is read from files.
const NAMES: [&str; 14] = [
    "quote",
    "compare",
    "offers",
    "gpus",
    "disks",
    "diff",
    "verify",
    "launch",
    "instances",
    "audit",
    "doctor",
    "config",
    "market",
    "offers-file",
];

fn run(planner: &Planner, line: &str) -> gpu_broker_testkit::planner::Ran {
    planner.run(&line.split_whitespace().collect::<Vec<_>>())
}

fn schema(planner: &Planner, name: &str) -> Value {
    run(planner, &format!("schema {name}")).expect(0).json()
}

fn validator(planner: &Planner, name: &str) -> Validator {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema(planner, name))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[track_caller]
fn check(schema: &Validator, document: &Value, what: &str) {
    let wrong: Vec<String> = schema
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn there_is_a_schema_of_each_document() {
    let planner = crate::support::planner();
    let listed = run(&planner, "schema");
    listed.expect(0);
    let names: Vec<&str> = listed
        .stdout
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names, NAMES);
    for name in NAMES {
        let schema = schema(&planner, name);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(closed(&schema, name) > 0, "{name}");
        let text = run(&planner, &format!("schema {name}")).stdout;
        for part in schema["$defs"].as_object().into_iter().flatten() {
            assert!(
                text.contains(&format!("#/$defs/{}\"", part.0)),
                "{name}: {} is of no use",
                part.0
            );
        }
        assert_eq!(
            run(&planner, &format!("schema planner.{name}/1")).stdout,
            text,
            "{name}"
        );
    }
    let ran = run(&planner, "schema quotes");
    ran.expect(2);
    assert!(ran.stderr.contains("did you mean `quote`?"), "{}", ran.stderr);
}

/// How many objects a schema describes, each of which must say that it has no other fields.
fn closed(schema: &Value, path: &str) -> usize {
    match schema {
        Value::Object(fields) => {
            let is_object = fields.get("type").is_some_and(|it| it == "object");
            assert!(
                !is_object || fields.contains_key("additionalProperties"),
                "{path} takes any field"
            );
            usize::from(is_object)
                + fields
                    .iter()
                    .map(|(name, it)| closed(it, &format!("{path}/{name}")))
                    .sum::<usize>()
        }
        Value::Array(items) => items.iter().map(|it| closed(it, path)).sum(),
        _ => 0,
    }
}

/// Rules of a house, in this file.
fn rules(file: String) -> String {
    let rule = |name: &str, rest: &str| format!("[[policy]]\nname = \"{name}\"\nreason = \"why\"\n{rest}\n");
    let all = [
        rule("a", "deny = { region_in = [\"canada\"], hours_over = 12 }"),
        rule(
            "b",
            "require_approval = { total_over = 10, market_not_in = [\"spot\"] }",
        ),
        rule("c", "deny = { rate_over = 30.5 }"),
        rule("d", "deny = { gpus_over = 9 }"),
    ];
    fs::write(&file, all.concat()).unwrap();
    file
}

#[test]
fn what_is_for_sale_is_as_its_schemas_say() {
    // Where nobody listens, a broker that is asked fails.
    let planner = crate::support::planner().set("SPHERON_API_BASE_URL", "http://127.0.0.1:9");
    let file = |name: &str| planner.home().join(name).display().to_string();
    let (early, late, kept) = (file("early.json"), file("late.json"), file("quote.json"));
    run(&planner, &format!("quote H100:8 --sandbox --save {early}")).expect(0);
    let mut moved: Value = serde_json::from_slice(&fs::read(&early).unwrap()).unwrap();
    let offers = moved["offers"].as_array_mut().unwrap();
    offers.truncate(offers.len() - 3);
    for offer in offers.iter_mut() {
        if offer["price"].is_object() {
            offer["price"]["per_hour"] = json!("99");
        }
    }
    fs::write(&late, moved.to_string()).unwrap();
    let quote = format!("quote H100:64 --max-nodes any --market {early} -o json");
    fs::write(&kept, run(&planner, &quote).expect(0).stdout.clone()).unwrap();

    let rules = rules(file("team.toml"));

    for (name, line) in [
        ("quote", "quote H100:8 --sandbox"),
        (
            "quote",
            "quote H100:8 --sandbox --why --spot-auto --interruptions-per-day 2 --checkpoint-minutes 30",
        ),
        (
            "quote",
            "quote H100:64 --sandbox --max-nodes 8 --security any --mixed --spread",
        ),
        (
            "quote",
            "quote H100:8 --sandbox --new-disk 100GB --max-price 10000 --region !unknown --socket SXM",
        ),
        (
            "quote",
            "quote H100:8 --sandbox --attach-any --attach disk-hyperstack-no-1,disk-crusoe-is-1 --move-price 0.02/GB --move-hours 3",
        ),
        (
            "quote",
            "quote H100:8 --sandbox --hours 20m --kubernetes --vcpus 8..400 --fx EUR=1.08",
        ),
        ("quote", "quote H100:8 --sandbox --max-price 0.01"),
        (
            "quote",
            &format!("quote H100:8 --sandbox --stock low=3,high=any,other=0 --policy {rules}"),
        ),
        (
            "compare",
            &format!("compare H100:8 --sandbox --stock low=0 --policy {rules}"),
        ),
        ("quote", "quote H100:8 --broker spheron --timeout 1"),
        ("compare", "compare H100:8 --sandbox"),
        (
            "compare",
            "compare H100:2000 --sandbox --interruptions-per-day 2 --checkpoint-minutes 30",
        ),
        ("offers", "offers --sandbox"),
        ("gpus", "gpus --sandbox"),
        ("disks", "disks --sandbox"),
        ("diff", &format!("diff {early} {late}")),
        ("diff", &format!("diff {early} {late} H100:8 --max-increase 5%")),
        ("diff", &format!("diff {early} {early}")),
        ("config", "config show"),
        ("config", &format!("config show --hours 3 --policy {rules}")),
        ("verify", &format!("verify {kept}")),
        ("verify", &format!("verify {kept} --market {late}")),
    ] {
        let document = run(&planner, &format!("{line} -o json")).json();
        check(&validator(&planner, name), &document, line);
        assert_eq!(document["schema"], format!("planner.{name}/1"), "{line}");
    }
}

#[test]
fn settings_of_a_file_are_as_their_schema_says() {
    let planner = crate::support::planner();
    let settings = planner.home().join("settings.toml");
    fs::write(&settings, "[defaults]\nhours = 48\n[profile.t]\nspot = true\n").unwrap();
    let line = format!("config show --profile t --config {} -o json", settings.display());
    let document = run(&planner, &line).expect(0).json();
    check(&validator(&planner, "config"), &document, &line);
    assert_eq!(document["profiles"], json!(["t"]));
}

#[test]
fn a_saved_market_is_as_its_schema_says() {
    let planner = crate::support::planner().set("SPHERON_API_BASE_URL", "http://127.0.0.1:9");
    let schema = validator(&planner, "market");
    let file = planner.home().join("market.json");
    let saved = |line: &str| -> Value {
        run(&planner, &format!("{line} --save {}", file.display()));
        serde_json::from_slice(&fs::read(&file).unwrap()).unwrap()
    };
    for (line, disks) in [
        ("quote H100:8 --sandbox", false),
        ("quote H100:8 --sandbox --new-disk 100GB", true),
        ("quote H100:8 --broker spheron --timeout 1", false),
    ] {
        let document = saved(line);
        check(&schema, &document, line);
        assert!(!disks || !list(&document["disks"], "offers").is_empty(), "{line}");
    }
    // A field that the schema does not know, planner does not read either.
    let mut other = saved("quote H100:8 --sandbox");
    other["offers"][0]["colour"] = json!("green");
    assert!(!schema.is_valid(&other));
    fs::write(&file, other.to_string()).unwrap();
    run(&planner, &format!("quote H100:8 --market {}", file.display())).expect(2);
}

#[test]
fn what_was_launched_is_as_its_schemas_say() {
    let home = crate::launch::world::Home::troubled(&["500-before:1"]);
    let planner = &home.planner;
    let says = |name: &str, line: &str| {
        let document = run(planner, &format!("{line} -o json")).json();
        check(&validator(planner, name), &document, line);
        document
    };
    says(
        "launch",
        "provision H100:8 --dry-run --max-duration 3h --new-disk 100GB",
    );
    let rules = planner.home().join("rules.toml");
    fs::write(
        &rules,
        "[[policy]]\nname = \"big\"\nrequire_approval = { total_over = 100 }\nreason = \"why\"\n",
    )
    .unwrap();
    for (line, outcome) in [
        ("provision H100:8 --yes --max-total 0.01", "nothing"),
        ("provision H100:8", "not_confirmed"),
        (&format!("provision H100:8 --policy {}", rules.display()), "guarded"),
    ] {
        let document = says("launch", line);
        assert_eq!(document["outcome"], outcome, "{line}");
        assert_eq!(document["plan"].is_null(), outcome == "nothing", "{line}");
    }
    let open = says("launch", "provision H100:1 --yes --resolve-for 1s");
    assert_eq!(list(&open, "unresolved").len(), 1);
    says("instances", "ls");
    says("launch", "provision H100:1 --yes --broker prime --max-duration 2h");
    home.control(r#"{"strangers": [{"name": "somebody-elses"}]}"#);
    let audit = says("audit", "audit");
    assert_eq!(list(&audit, "machines").len(), 2);
    let listed = says("instances", "ls --all");
    let id = crate::support::text(&list(&listed, "instances")[0], "id").to_owned();
    says("instances", &format!("show {id}"));
    says("instances", &format!("extend {id} --by 1h --yes"));
    says("doctor", "doctor");
    home.control(r#"{"faults": ["prime:list-empty"]}"#);
    assert_eq!(says("instances", "reconcile --within 1s")["settled"], false);
    says("audit", "audit");
    home.control(r#"{"clear_faults": true}"#);
    says("instances", &format!("terminate {id} --yes --within 20s"));
    says("instances", "ls --offline --all");
}

#[test]
fn lines_of_offers_are_as_their_schema_says() {
    let planner = crate::support::planner();
    let schema = validator(&planner, "offers-file");
    let lines = run(&planner, "offers --sandbox -o jsonl");
    lines.expect(0);
    assert!(lines.stdout.lines().count() > 100);
    for line in lines.stdout.lines() {
        check(&schema, &serde_json::from_str(line).unwrap(), line);
    }
    // What the schema takes is read, and what it does not take is not.
    let file = planner.home().join("own.jsonl");
    let own = |more: &str| format!(r#"{{"provider":"p","offer_id":"o","gpu":"H100","gpus":8{more}}}"#);
    for (more, taken) in [
        ("", true),
        (r#","price":"15.2","units":2,"note":null"#, true),
        (
            r#","price":15.2,"vcpus":"8","vcpus_price":0.01,"vcpus_included":true"#,
            true,
        ),
        (
            r#","interconnect":"nvlink,infiniband","multi_node":"false","images":["a"]"#,
            true,
        ),
        (
            r#","places":[{"region":"eu_north","country":"NO"},{"data_center":"d"}]"#,
            true,
        ),
        (r#","prise":15"#, false),
        (r#","price":[15]"#, false),
        (r#","places":[{"planet":"earth"}]"#, false),
        (r#","places":"eu_north""#, false),
    ] {
        let line = own(more);
        assert_eq!(schema.is_valid(&serde_json::from_str(&line).unwrap()), taken, "{line}");
        fs::write(&file, &line).unwrap();
        let ran = run(
            &planner,
            &format!("offers --broker file --offers {} -o json", file.display()),
        );
        // A file of which no line can be read is no file of offers.
        assert_eq!(ran.status, Some(if taken { 0 } else { 2 }), "{line}: {ran:?}");
        assert!(!taken || list(&ran.json(), "offers").len() == 1, "{line}");
    }
}
