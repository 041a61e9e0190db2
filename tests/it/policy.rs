//! Rules of the house: what they take out of a quote, what they want approved, and that no flag takes one away.

mod files;
mod told;

use std::fs;
use std::path::PathBuf;

use gpu_broker_testkit::planner::Ran;
use serde_json::Value;

use crate::launch::world::Home;
use crate::support::{count, list, text};

const EU: &str = r#"
[[policy]]
name = "eu only"
deny = { region_not_in = ["eu_north", "eu_west", "eu_east"] }
reason = "customer data stays in Europe"
"#;

const BIG: &str = r#"
[[policy]]
name = "big spend"
require_approval = { total_over = 100 }
reason = "finance signs"
"#;

const LID: &str = r#"
[[policy]]
name = "lid"
deny = { rate_over = 15.9 }
reason = "that is the budget"
"#;

/// A home whose config.toml has these rules.
fn with(rules: &str) -> Home {
    let home = Home::new();
    set(&home, rules);
    home
}

fn set(home: &Home, rules: &str) {
    let folder = home.planner.home().join("planner");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), rules).unwrap();
}

/// A file beside it.
fn file(home: &Home, name: &str, rules: &str) -> PathBuf {
    let path = home.planner.home().join(name);
    fs::write(&path, rules).unwrap();
    path
}

#[track_caller]
fn says(ran: &Ran, status: i32, said: &[&str]) {
    ran.expect(status);
    for said in said {
        assert!(ran.stderr.contains(said), "`{said}` is not in {}", ran.stderr);
    }
}

fn quote(home: &Home, line: &str) -> Value {
    home.run(&format!("quote {line} -o json")).expect(0).json()
}

fn regions(document: &Value) -> Vec<&str> {
    let groups = list(document, "plans").iter().flat_map(|plan| list(plan, "groups"));
    groups.map(|group| text(&group["place"], "region")).collect()
}

/// How many offers were rejected for a reason.
fn rejected(document: &Value, reason: &str) -> u64 {
    let all = list(&document["market"], "rejected").iter();
    all.filter(|one| one["reason"] == reason)
        .map(|one| count(one, "offers"))
        .sum()
}

/// What a rule decided.
fn decided<'a>(document: &'a Value, rule: &str) -> &'a Value {
    let found = list(document, "policy").iter().find(|one| one["rule"] == rule);
    found.unwrap_or_else(|| panic!("no {rule} in {}", document["policy"]))
}

#[test]
fn what_a_rule_denies_does_not_compete() {
    let free = quote(&Home::new(), "H100:8");
    assert!(regions(&free).contains(&"canada"));

    let home = with(EU);
    let held = quote(&home, "H100:8");
    let found = regions(&held);
    assert!(
        !found.is_empty() && found.iter().all(|region| region.starts_with("eu_")),
        "{found:?}"
    );
    assert_eq!(held["optimal"], true);
    let denied = rejected(&held, "policy");
    let rule = decided(&held, "eu only");
    assert!(denied > 0);
    assert_eq!(
        (&rule["offers"], &rule["rejected_as"]),
        (&denied.into(), &"policy".into())
    );
    assert_eq!(rule["reason"], "customer data stays in Europe");
    // The rule is kept with the request that was answered.
    assert_eq!(
        list(&held["request"], "policy")[0]["when"]["region_not_in"][0],
        "eu_north"
    );
    // What is allowed is ranked as it was.
    let first = |document: &Value| {
        let plans = list(document, "plans").iter();
        let mut allowed = plans.filter(|plan| {
            let place = &list(plan, "groups")[0]["place"];
            text(place, "region").starts_with("eu_")
        });
        allowed.next().map(|plan| plan["id"].clone())
    };
    assert_eq!(first(&held), first(&free));

    let ran = home.run("quote H100:8 --why");
    says(
        &ran,
        0,
        &[
            "policy: `eu only` denies",
            "region not in eu_north, eu_west, eu_east (customer data stays in Europe)",
        ],
    );
    assert!(ran.stdout.contains("the policy denies them"), "{}", ran.stdout);
    // No request is suggested that the rule would deny.
    let nothing = home.run("quote H100:8 --region canada");
    says(&nothing, 3, &["nothing matches", "policy: `eu only` denies"]);
    assert!(!nothing.stderr.contains("!eu"), "{}", nothing.stderr);
}

#[test]
fn a_cap_of_the_house_is_a_cap() {
    let home = with(LID);
    let held = quote(&home, "H100:8 --max-nodes any");
    assert!(count(decided(&held, "lid"), "offers") > 0);
    assert_eq!(decided(&held, "lid")["rejected_as"], "max_price");
    assert_eq!(decided(&held, "lid")["offers"], rejected(&held, "max_price"));
    let rates = list(&held, "plans")
        .iter()
        .map(|plan| text(plan, "rate").parse::<f64>().unwrap());
    assert!(rates.clone().count() > 0 && rates.into_iter().all(|rate| rate <= 15.9));
    // The request's own is told where it is the tighter one.
    let own = quote(&home, "H100:8 --max-price 15.5 --max-nodes any");
    assert_eq!(decided(&own, "lid")["rejected_as"], Value::Null);
    assert!(rejected(&own, "max_price") > 0);
    // More GPUs than a rule allows are not offered.
    set(
        &home,
        "[[policy]]\nname = \"small\"\ndeny = { gpus_over = 4 }\nreason = \"why\"\n",
    );
    let ran = home.run("quote H100:8 --max-nodes any -o json");
    says(
        &ran,
        3,
        &[
            "`small` holds the number of GPUs: over 4 GPUs (why)",
            "possible from",
            "planner quote H100:4",
        ],
    );
    assert_eq!(rejected(&ran.json(), "policy"), 0);
    set(
        &home,
        "[[policy]]\nname = \"short\"\ndeny = { hours_over = \"3d\" }\nreason = \"why\"\n",
    );
    quote(&home, "H100:8 --hours 72");
    says(
        &home.run("quote H100:8 --hours 73"),
        3,
        &["`short` denies", "over 72 hours (why)"],
    );
}

#[test]
fn what_wants_approval_is_launched_with_it_alone() {
    let home = with(BIG);
    let document = quote(&home, "H100:8");
    let plan = &list(&document, "plans")[0];
    let asking = &list(plan, "approvals")[0];
    assert_eq!(
        (&asking["rule"], &asking["flag"]),
        (&"big spend".into(), &"--approve 'big spend'".into())
    );
    let wants = |warning: &Value| {
        warning
            .as_str()
            .is_some_and(|text| text.starts_with("needs `--approve 'big spend'`"))
    };
    assert!(list(plan, "warnings").iter().any(wants), "{plan}");
    assert_eq!(decided(&document, "big spend")["plans"][0], 1);
    let ran = home.run("quote H100:8 --explain");
    says(
        &ran,
        0,
        &[
            "need `--approve 'big spend'`: over 100 in all (finance signs)",
            "--sandbox --approve 'big spend'",
        ],
    );
    assert!(ran.stdout.contains("needs `--approve 'big spend'`"), "{}", ran.stdout);

    let refused = home.run("provision H100:8 --yes --no-wait");
    let said = [
        "plan 1: the policy wants it approved, by `big spend`: over 100 in all (finance signs)",
        "nothing was sent",
    ];
    says(&refused, 5, &said);
    says(&home.run("provision H100:8 --dry-run"), 5, &said);
    assert_eq!(home.posts(), 0);
    // The command that goes on is the one that was typed, and the approval.
    let command = refused
        .stderr
        .lines()
        .find_map(|line| line.split('`').nth(1).filter(|_| line.contains("hint: ")));
    assert_eq!(
        command,
        Some("planner provision H100:8 --yes --no-wait --sandbox --approve 'big spend'")
    );
    let approving = [
        "provision",
        "H100:8",
        "--yes",
        "--no-wait",
        "--sandbox",
        "--approve",
        "big spend",
    ];
    home.planner.run(&approving).expect(0);
    assert_eq!(home.posts(), 1);
    says(
        &home.run("provision H100:8 --yes --approve big"),
        2,
        &["did you mean big spend?"],
    );
    says(
        &home.run("provision H100:8 --yes --approve big,spend"),
        2,
        &["`big,spend`"],
    );
    // What costs less wants none.
    home.run("provision H100:1 --hours 1 --yes --no-wait").expect(0);
    assert_eq!(home.posts(), 2);
    // At the most that it may come to, if it runs for as long as it may.
    says(
        &home.run("provision H100:1 --hours 1 --max-duration 9d --yes"),
        5,
        &["`big spend`"],
    );
    home.run("terminate --all").expect(0);
}

#[test]
fn a_quote_is_launched_under_its_own_rules_and_those_of_now() {
    let home = with(BIG);
    let id = text(&quote(&home, "H100:8"), "id").to_owned();
    let launch = |more: &[&str]| {
        let line = format!("provision --quote {id} --yes --no-wait --sandbox");
        let words: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
        home.planner.run(&words)
    };
    // A rule that is gone holds for what was quoted under it.
    set(&home, "");
    says(&launch(&[]), 5, &["`big spend`"]);
    // A rule that has come since holds too: what it denies is passed over.
    set(&home, EU);
    let ran = launch(&["--approve", "big spend", "--dry-run"]);
    says(&ran, 0, &[]);
    assert!(!ran.stdout.contains("CANADA"), "{}", ran.stdout);
    assert!(
        ran.output().contains("left out: the policy denies it, by `eu only`"),
        "{}",
        ran.output()
    );
    set(
        &home,
        &EU.replace("\"eu_north\", \"eu_west\", \"eu_east\"", "\"africa\""),
    );
    says(&launch(&["--approve", "big spend"]), 5, &["denies it, by `eu only`"]);
    assert_eq!(home.posts(), 0);
    set(&home, "");
    launch(&["--approve", "big spend"]).expect(0);
    assert_eq!(home.posts(), 1);
    home.run("terminate --all").expect(0);
}

#[test]
fn what_a_quote_says_of_its_policy_is_verified() {
    let home = with(&format!("{EU}{BIG}"));
    let market = home.planner.home().join("market.json");
    let save = format!("quote H100:8 --save {} -o json", market.display());
    let kept = home.run(&save).expect(0).json();
    let verify = |document: &Value, with_market: bool| {
        let path = file(&home, "quote.json", &document.to_string());
        let mut words = vec!["verify", path.to_str().unwrap(), "-o", "json"];
        words.extend(
            with_market
                .then_some(["--market", market.to_str().unwrap()])
                .into_iter()
                .flatten(),
        );
        let said = home.planner.run(&words).json();
        list(&said, "findings")
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(verify(&kept, true), Vec::<String>::new());
    assert_eq!(verify(&kept, false), Vec::<String>::new());
    // What the plans break is found in the quote alone; what they do not say, beside the market.
    let mut broken = kept.clone();
    broken["request"]["policy"][0]["when"]["region_not_in"] = serde_json::json!(["africa"]);
    let found = verify(&broken, false);
    assert!(
        found
            .iter()
            .any(|one| one.contains("groups: the policy `eu only` denies them")),
        "{found:?}"
    );
    let mut silent = kept.clone();
    silent["plans"][0]["approvals"] = serde_json::json!([]);
    silent["policy"][0]["offers"] = serde_json::json!(0);
    let found = verify(&silent, true).join("\n");
    assert!(found.contains("id: it is the name of another quote"), "{found}");
    let mut lax = kept.clone();
    lax["request"]["policy"] = serde_json::json!([]);
    let found = verify(&lax, true).join("\n");
    assert!(
        found.contains("market.rejected: 0 offers are rejected for policy"),
        "{found}"
    );
}

#[test]
fn a_machine_is_let_run_within_the_rules() {
    let home = Home::new();
    home.run("provision H100:8 --yes --max-duration 1h").expect(0);
    let id = home.live().remove(0);
    let rules = file(
        &home,
        "team.toml",
        "[[policy]]\nname = \"a week\"\ndeny = { hours_over = \"7d\" }\nreason = \"nobody looks after it\"\n\
         [[policy]]\nname = \"big spend\"\nrequire_approval = { total_over = 100 }\nreason = \"finance signs\"\n",
    );
    let extend = |by: &str, more: &[&str]| {
        let line = format!("extend {id} --by {by} --yes --sandbox --policy {}", rules.display());
        let words: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
        home.planner.run(&words)
    };
    extend("2h", &[]).expect(0);
    says(
        &extend("8d", &["--approve", "big spend"]),
        5,
        &["denies it, by `a week`: over 168 hours"],
    );
    says(
        &extend("2d", &[]),
        5,
        &["approved, by `big spend`", "--approve 'big spend'`"],
    );
    extend("2d", &["--approve", "big spend"]).expect(0);
    home.run("terminate --all").expect(0);
}
