//! `planner quote` in every format, over the simulated market.

use gpu_broker_testkit::fraction::Fraction;
use serde_json::Value;

use crate::support::{count, list, planner, text, timeless};

/// Requests that between them use every kind of plan: one instance, several, prices with lines, upper bounds, spot.
const REQUESTS: &[&[&str]] = &[
    &["H100:8"],
    &["H100:64", "--max-nodes", "any"],
    &["A100-80GB:1", "--security", "any", "--disk", "1TB", "--hours", "0.1"],
    &["any:48GB+:3", "--spot-auto", "--security", "any"],
    &["H100,H200:8", "--hours", "720", "--spread", "--max-nodes", "3"],
];

fn run(request: &[&str], more: &[&str]) -> String {
    let arguments: Vec<&str> = ["quote"]
        .iter()
        .chain(request)
        .chain(&["--sandbox"])
        .chain(more)
        .copied()
        .collect();
    let ran = planner().run(&arguments);
    ran.expect(0);
    ran.stdout
}

fn json(request: &[&str]) -> Value {
    serde_json::from_str(&run(request, &["-o", "json"])).expect("JSON")
}

/// What CSV, read back, says of each launch group.
fn sheet(text: &str) -> (Vec<String>, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heading = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (heading, reader.into_records().map(Result::unwrap).collect())
}

#[test]
fn json_is_one_document() {
    for request in REQUESTS {
        let document = json(request);
        assert_eq!(text(&document, "schema"), "planner.quote/1", "{request:?}");
        assert!(!list(&document, "plans").is_empty(), "{request:?}");
        assert_eq!(
            run(request, &["--json", "--max-offers", "1"])
                .matches("planner.quote/1")
                .count(),
            1
        );
    }
}

#[test]
fn yaml_says_what_json_says() {
    for request in REQUESTS {
        let yaml: Value = serde_yaml_ng::from_str(&run(request, &["-o", "yaml"])).expect("YAML");
        assert_eq!(timeless(yaml), timeless(json(request)), "{request:?}");
    }
}

#[test]
fn csv_says_what_json_says() {
    for request in REQUESTS {
        let document = json(request);
        let (heading, rows) = sheet(&run(request, &["-o", "csv"]));
        let plans = list(&document, "plans").iter();
        let groups: Vec<(&Value, &Value)> = plans
            .flat_map(|plan| list(plan, "groups").iter().map(move |group| (plan, group)))
            .collect();
        assert_eq!(rows.len(), groups.len(), "{request:?}");
        for (row, (plan, group)) in rows.iter().zip(groups) {
            let cell = |name: &str| {
                let at = heading.iter().position(|known| known == name);
                &row[at.unwrap_or_else(|| panic!("no column {name}"))]
            };
            for (name, value) in [
                ("broker", &group["broker"]),
                ("provider", &group["provider"]),
                ("offer_id", &group["offer_id"]),
                ("gpu", &group["gpu"]["model"]),
                ("region", &group["place"]["region"]),
                ("group_rate", &group["rate"]),
                ("plan_rate", &plan["rate"]),
                ("plan_upfront", &plan["upfront"]),
                ("plan_total", &plan["total"]),
                ("certainty", &plan["certainty"]),
                ("currency", &document["currency"]),
                ("hours", &document["hours"]),
            ] {
                assert_eq!(cell(name), value.as_str().expect(name), "{name} of {request:?}");
            }
            for (name, value) in [
                ("rank", &plan["rank"]),
                ("count", &group["count"]),
                ("gpus_per_instance", &group["gpu"]["count"]),
                ("plan_gpus", &plan["gpus"]),
            ] {
                assert_eq!(cell(name), value.to_string(), "{name} of {request:?}");
            }
        }
    }
}

#[test]
fn tables_say_what_json_says() {
    for request in REQUESTS {
        let document = json(request);
        let groups: usize = list(&document, "plans")
            .iter()
            .map(|plan| list(plan, "groups").len())
            .sum();
        let table = run(request, &["-o", "table"]);
        // Other sellers of the same machines are named below the table (R17).
        let rows = table.lines().filter(|line| !line.contains(" also "));
        assert_eq!(rows.count(), groups + 1, "{table}");
        let markdown = run(request, &["-o", "markdown"]);
        assert_eq!(markdown.lines().count(), groups + 2, "{markdown}");
        assert!(
            markdown.lines().nth(1).unwrap().chars().all(|c| "|-: ".contains(c)),
            "{markdown}"
        );
        let width = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(
            markdown
                .lines()
                .all(|line| width(line) == width(&markdown[..markdown.find('\n').unwrap()]))
        );
        for plan in list(&document, "plans") {
            // Money for people: four decimals of a rate, two of an amount (P12).
            let rounded = |name: &str, decimals: u32| {
                let number = Fraction::read(text(plan, name)).unwrap().rounded(decimals).to_string();
                let (whole, digits) = number.split_once('.').unwrap_or((&number, ""));
                format!("{whole}.{digits:0<width$}", width = usize::try_from(decimals).unwrap())
            };
            let (rate, total) = (rounded("rate", 4), rounded("total", 2));
            for printed in [&table, &markdown] {
                let found = printed
                    .lines()
                    .any(|line| line.contains(&rate) && line.contains(&total));
                assert!(found, "{rate} and {total} in\n{printed}");
            }
        }
    }
}

/// The branches of `--explain`: its lines add up to each instance, the instances to each plan, and time to its total.
#[test]
fn the_leaves_of_explain_add_up() {
    let number = |text: &str| Fraction::read(text).unwrap_or_else(|| panic!("`{text}` is no number"));
    for request in REQUESTS {
        let document = json(request);
        let explained = run(request, &["--explain"]);
        let trees: Vec<&str> = explained.split("\n\n").skip(1).collect();
        let plans = list(&document, "plans");
        assert_eq!(trees.len(), plans.len(), "{explained}");
        for (tree, plan) in trees.iter().zip(plans) {
            let (mut rate, mut copies, mut lines, mut each) = (Fraction::ZERO, 0, Fraction::ZERO, Fraction::ZERO);
            for line in tree.lines() {
                let leaf = line.trim_start_matches(|c: char| !c.is_alphanumeric());
                if line.starts_with("   ├─ ") && line.ends_with("/h each") {
                    assert_eq!(lines, each, "{tree}");
                    lines = Fraction::ZERO;
                    let (count, _) = leaf.split_once(" × ").unwrap();
                    copies += count.parse::<u64>().unwrap();
                    each = number(leaf.rsplit_once(": ").unwrap().1.trim_end_matches("/h each"));
                    rate = rate + each * number(count);
                } else if line.starts_with("   │  ") && leaf.contains(" = ") {
                    let (sum, product) = leaf.split_once(" = ").unwrap();
                    let product = number(product.split(',').next().unwrap().trim());
                    let (quantity, unit) = sum.split_once(" × ").unwrap();
                    let quantity = number(quantity.split_whitespace().last().unwrap());
                    assert_eq!(quantity * number(unit.trim()), product, "{tree}");
                    lines = lines + product;
                }
            }
            assert_eq!(lines, each, "{tree}");
            assert_eq!(copies, count(plan, "nodes"), "{tree}");
            assert_eq!(rate, number(text(plan, "rate")), "{tree}");
            let total = tree.lines().next().unwrap().split(", ").nth(1).unwrap();
            assert_eq!(
                number(total.split(' ').next().unwrap()),
                number(text(plan, "total")),
                "{tree}"
            );
        }
    }
}

#[test]
fn the_footer_goes_to_standard_error_and_quiet_silences_it() {
    for output in ["table", "json", "csv", "yaml", "markdown"] {
        let loud = planner().run(&["quote", "H100:8", "--sandbox", "-o", output]);
        let quiet = planner().run(&["quote", "H100:8", "--sandbox", "-o", output, "-q"]);
        loud.expect(0);
        quiet.expect(0);
        assert!(
            loud.stderr.contains("offers read") && !loud.stdout.contains("offers read"),
            "{loud:?}"
        );
        assert_eq!(quiet.stderr, "", "{output}");
        if !["json", "yaml"].contains(&output) {
            assert_eq!(loud.stdout, quiet.stdout, "{output}");
        }
    }
}
