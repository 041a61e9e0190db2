//! What is said of rules: by `verify`, in comparisons and reports, while asking, and of what was approved.

use super::{BIG, EU, file, says, set, with};
use crate::launch::world::Home;
use crate::support::{count, list};

#[test]
fn a_quote_is_verified_under_the_rules_of_now() {
    let home = with(BIG);
    let kept = home.run("quote H100:8 -o json");
    kept.expect(0);
    let path = file(&home, "quote.json", &kept.stdout);
    let nowhere = EU.replace("\"eu_north\", \"eu_west\", \"eu_east\"", "\"africa\"");
    let rules = file(&home, "team.toml", &nowhere);
    let broken = file(&home, "broken.toml", "[[policy]]\nnme = 1\n");
    let check = |more: &str, expected: i32| {
        let line = format!("verify {} -o json {more}", path.display());
        let ran = home.run(line.trim_end());
        ran.expect(expected);
        if expected == 2 {
            assert!(ran.stderr.contains("broken.toml:2: "), "{}", ran.stderr);
            return;
        }
        let said = ran.json();
        let denied = list(&said, "findings").iter().filter(|one| {
            let one = one.as_str().unwrap();
            one.contains(
                "groups: the policy `eu only` denies them: region not in africa (customer data stays in Europe)",
            )
        });
        let all = list(&kept.json(), "plans").len();
        assert_eq!(denied.count(), if expected == 5 { all } else { 0 }, "{more}: {said}");
    };
    check("", 0);
    check(&format!("--policy {}", rules.display()), 5);
    check(&format!("--policy {}", broken.display()), 2);
    // A rule that was tightened in the settings holds as well.
    set(&home, &nowhere);
    check("", 5);
    check("--no-config", 5);
}

#[test]
fn a_file_of_rules_is_read_by_every_command() {
    let home = Home::new();
    let broken = file(&home, "broken.toml", "[[policy]]\nnme = 1\n");
    let check = |line: &str, expected: i32, said: &str| {
        says(
            &home.run(&format!("{line} --policy {}", broken.display())),
            expected,
            &[said],
        );
    };
    for line in ["ls", "doctor", "audit", "gpus", "quote H100", "config show"] {
        check(line, 2, "broken.toml:2: a rule has no `nme`");
    }
    // What ends machines goes on.
    for line in ["terminate --all", "reconcile"] {
        check(line, 0, "warning: ");
    }
    says(
        &home.run("quote H100 --policy -"),
        2,
        &["from a file, and not from standard input"],
    );
}

#[test]
fn a_comparison_says_what_rules_do_in_every_form() {
    let rules = "[[policy]]\nname = \"no spot\"\ndeny = { market_in = [\"spot\"] }\nreason = \"it is taken back\"\n\
                 [[policy]]\nname = \"lid\"\ndeny = { total_over = 500 }\nreason = \"the budget\"\n";
    let home = with(&format!("{rules}{BIG}"));
    let left = "compared without rules about one number of hours: `lid`: over 500 in all (the budget)";
    let asks = "what is launched may need `--approve 'big spend'`: over 100 in all (finance signs)";
    let ran = home.run("compare H100:8 -o json");
    says(
        &ran,
        0,
        &[
            "no spot plan matches; policy: `no spot` denies",
            "(it is taken back)",
            left,
            asks,
        ],
    );
    let document = ran.json();
    let ruled = list(&document, "assumptions")
        .iter()
        .find(|one| one["kind"] == "policy")
        .unwrap();
    assert_eq!(ruled["without"][0]["rule"], "lid");
    assert_eq!(ruled["approvals"][0]["flag"], "--approve 'big spend'");
    let spot = list(&document, "classes")
        .iter()
        .find(|one| one["class"] == "spot")
        .unwrap();
    assert_eq!(spot["denied"][0]["rule"], "no spot");
    assert!(count(&spot["denied"][0], "offers") > 0 && list(spot, "plans").is_empty());
    let markdown = home.run("compare H100:8 -o markdown");
    assert!(markdown.expect(0).stdout.contains(left), "{}", markdown.stdout);

    for form in ["", " --html -"] {
        let ran = home.run(&format!("report H100:1 --hours 2{form}"));
        let said = &ran.expect(0).stdout;
        let has = |part: &str| assert!(said.contains(part), "{form}: {part}");
        has("compared without rules about one number of hours");
        has("what is launched may need");
    }
    // Without rules nothing is said of them.
    let plain = Home::new().run("compare H100:8 -o json");
    assert!(!plain.expect(0).output().contains("policy:"), "{}", plain.output());
}

#[test]
fn programs_read_what_was_not_launched_and_what_was_approved() {
    let home = with(BIG);
    let check = |line: &str, status: i32, outcome: &str, reason: &str| {
        let ran = home.run(&format!("{line} -o json"));
        ran.expect(status);
        let document = ran.json();
        assert_eq!(
            (&document["schema"], &document["outcome"]),
            (&"planner.launch/1".into(), &outcome.into()),
            "{line}"
        );
        let said = document["reason"].as_str().unwrap_or_default();
        assert!(said.contains(reason), "{line}: {document}");
        assert!(list(&document, "instances").is_empty());
        document
    };
    check(
        "provision H100:8 --max-price 0.01 --yes",
        3,
        "nothing",
        "nothing matches",
    );
    check(
        "provision H100:8 --yes",
        5,
        "guarded",
        "wants it approved, by `big spend`",
    );
    check(
        "provision H100:8 --dry-run",
        5,
        "guarded",
        "wants it approved, by `big spend`",
    );
    check("provision H100:1 --hours 1", 5, "not_confirmed", "not confirmed");
    assert_eq!(home.posts(), 0);
    set(&home, EU);
    let nothing = check(
        "provision H100:8 --region canada --yes",
        3,
        "nothing",
        "nothing matches",
    );
    let note = list(&nothing, "notes")[0].as_str().unwrap();
    assert!(note.contains("`eu only` denies"), "{note}");

    set(&home, BIG);
    let words = [
        "provision",
        "H100:8",
        "--yes",
        "--no-wait",
        "-o",
        "json",
        "--sandbox",
        "--approve",
        "big spend",
    ];
    let launched = home.planner.run(&words).expect(0).json();
    assert_eq!(
        list(&launched, "notes")[0],
        "approved: `big spend`: over 100 in all (finance signs)"
    );
    home.run("terminate --all").expect(0);
    // What has ended leaves nothing to end, which programs are told as well.
    let none = home.run("terminate --all -o json").expect(0).json();
    assert!(list(&none, "instances").is_empty(), "{none}");
}

#[test]
fn reasons_that_many_plans_share_are_told_once() {
    let home = with("[[policy]]\nname = \"big\"\nrequire_approval = { hours_over = 1 }\nreason = \"why\"\n");
    let ran = home.run("quote H100:8");
    says(&ran, 0, &["plans 1 to ", " need `--approve big`: over 1 hour (why)"]);
    assert!(!ran.stderr.contains("1, 2"), "{}", ran.stderr);
    let id = home.run("quote H100:8 -o json").expect(0).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    set(
        &home,
        "[[policy]]\nname = \"no\"\ndeny = { hours_over = 1 }\nreason = \"why\"\n",
    );
    let ran = home.run(&format!("provision --quote {id} --approve big --dry-run"));
    says(
        &ran,
        5,
        &["plans 1 to ", " are left out: the policy denies it, by `no`"],
    );
}

#[test]
fn a_name_that_nobody_has_is_told() {
    let check = |condition: &str, status: i32, said: &[&str]| {
        let home = with(&format!(
            "[[policy]]\nname = \"x\"\ndeny = {{ {condition} }}\nreason = \"why\"\n"
        ));
        let ran = home.run("quote H100:8");
        says(&ran, status, said);
        if said.is_empty() {
            assert!(!ran.stderr.contains("names nothing"), "{condition}: {}", ran.stderr);
        }
    };
    check(
        "broker_in = [\"prim\"]",
        2,
        &[
            "config.toml:2: broker_in: no broker is called `prim`",
            "did you mean `prime`?",
        ],
    );
    check(
        "broker_in = [\"ours\"]",
        0,
        &["`x` names nothing for sale with broker_in `ours`"],
    );
    check(
        "provider_in = [\"hyperstak\"]",
        0,
        &["with provider_in `hyperstak` (did you mean hyperstack"],
    );
    check(
        "provider_in = [\"runpod\", \"hyperstak\"]",
        0,
        &["with provider_in `hyperstak` (did you mean hyperstack"],
    );
    check(
        "country_in = [\"XX\"]",
        0,
        &["`x` names nothing for sale with country_in `XX`"],
    );
    // Lists name more than is for sale.
    check("country_in = [\"XX\", \"CA\"]", 0, &[]);
    check("provider_in = [\"Hyper-Stack\", \"zzzzzz\"]", 0, &[]);
    check("broker_in = [\"Prime\"]", 0, &[]);
}

#[test]
fn where_a_rule_is_the_limit_no_flag_is_said_to_help() {
    for (body, reason) in [
        ("total_over = 0", "max_total"),
        ("rate_over = 0", "max_price"),
        ("gpus_over = 0", "gpu_count"),
    ] {
        let home = with(&format!(
            "[[policy]]\nname = \"x\"\ndeny = {{ {body} }}\nreason = \"why\"\n"
        ));
        let ran = home.run("quote H100:8 --why");
        ran.expect(3);
        let row = ran.stdout.lines().find(|line| line.starts_with(reason));
        assert!(
            row.is_some_and(|row| row.contains("none: the policy denies them")),
            "{body}: {}",
            ran.stdout
        );
        let report = home.run("report H100:8");
        let row = report
            .stdout
            .lines()
            .find(|line| line.contains(&reason.replace('_', " ")));
        assert!(
            row.is_some_and(|row| row.contains("the policy denies it")),
            "{body}: {}",
            report.output()
        );
    }
}

#[test]
fn tables_for_others_say_what_a_plan_needs() {
    let home = with(BIG);
    let csv = home.run("quote H100:8 -o csv");
    let mut lines = csv.expect(0).stdout.lines();
    assert!(
        lines.next().is_some_and(|line| line.ends_with(",approvals")),
        "{}",
        csv.stdout
    );
    assert!(
        lines.next().is_some_and(|line| line.ends_with(",big spend")),
        "{}",
        csv.stdout
    );
    let markdown = home.run("quote H100:8 -o markdown");
    let said = &markdown.expect(0).stdout;
    assert!(
        said.contains("NEEDS") && said.contains("--approve 'big spend'"),
        "{said}"
    );
    set(&home, "");
    let free = home.run("quote H100:8 -o markdown");
    assert!(!free.expect(0).stdout.contains("NEEDS"), "{}", free.stdout);
}
