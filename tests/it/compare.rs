//! `planner compare`, and spot that may be interrupted, over the simulated
//! market.
#![expect(clippy::unwrap_used, reason = "what cannot be run has failed its test")]

pub(crate) mod xml;

use std::process::{Command, Output};

use serde_json::Value;

/// Runs planner in the sandbox and in an environment of its own.
fn planner(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_planner"))
        .args(arguments.split_whitespace())
        .arg("--sandbox")
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap()
}

fn text(arguments: &str) -> String {
    let output = planner(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &str) -> Value {
    serde_json::from_str(&text(&format!("{arguments} -o json"))).unwrap()
}

fn class<'a>(comparison: &'a Value, name: &str) -> &'a Value {
    let classes = comparison["classes"].as_array().unwrap();
    classes.iter().find(|class| class["class"] == name).unwrap()
}

/// The whole hours around a number of hours that is no whole one.
fn around(hours: &Value) -> (u64, u64) {
    let whole: u64 = hours.as_str().unwrap().split('.').next().unwrap().parse().unwrap();
    (whole, whole + 1)
}

#[test]
fn a_market_that_was_kept_keeps_what_was_asked() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compare-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("market.json");
    let run = |arguments: &str| {
        let ran = Command::new(env!("CARGO_BIN_EXE_planner"))
            .args(arguments.split_whitespace())
            .arg(&file)
            .env_clear()
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(0), "{arguments}: {complaint}");
        ran.stdout
    };
    run("quote H100:8 --hours 72 --sandbox --save");
    let again = run("compare -o csv --market");
    assert_eq!(again, run("compare H100:8 --hours 72 -o csv --market"));
    assert!(!again.is_empty());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn one_hour_less_and_one_hour_more_name_the_other_winner() {
    let check = |gpu: &str| {
        let comparison = json(&format!("compare {gpu}"));
        let crossings = comparison["crossings"].as_array().unwrap();
        let prepaid = crossings
            .iter()
            .find(|crossing| crossing["cheaper"] == "prepaid" && crossing["dearer"] == "on_demand")
            .unwrap();
        let (before, after) = around(&prepaid["hours"]);
        let is_prepaid = |hours: u64| {
            let quote = json(&format!("quote {gpu} --hours {hours} --max-offers 1"));
            !quote["plans"][0]["groups"][0]["prepaid_hours"].is_null()
        };
        assert_eq!(
            (is_prepaid(before), is_prepaid(after)),
            (false, true),
            "{gpu} {prepaid}"
        );
    };
    check("H100:1");
    check("H100:8");
    check("A100-40GB:8");
    check("H200:1");
}

#[test]
fn totals_are_those_of_quotes() {
    let check = |request: &str, class_name: &str, flags: &str| {
        let comparison = json(&format!("compare {request} --hours 100"));
        let totals = class(&comparison, class_name)["totals"].as_array().unwrap().clone();
        let hours: Vec<&str> = totals.iter().map(|total| total["hours"].as_str().unwrap()).collect();
        assert_eq!(hours, ["1", "24", "100", "168", "720", "2160"]);
        for total in &totals {
            let hours = total["hours"].as_str().unwrap();
            let quote = json(&format!("quote {request} {flags} --hours {hours} --max-offers 1"));
            assert_eq!(
                quote["plans"][0]["total"], total["total"],
                "{request} {flags} at {hours} h"
            );
        }
    };
    check("H100:8", "on_demand", "--no-prepaid");
    check("H100:8", "spot", "--spot");
    check("H100:16 --max-nodes any", "spot", "--spot");
    check("A100:1", "community", "--security community");
    check(
        "H100:8 --interruptions-per-day 3 --checkpoint-minutes 25",
        "spot",
        "--spot",
    );
}

#[test]
fn interruptions_make_spot_dearer_and_nothing_else() {
    let at = |per_day: &str| {
        let risk = format!("--interruptions-per-day {per_day} --checkpoint-minutes 30");
        json(&format!("compare H100:8 {risk}"))
    };
    let (none, calm, risky) = (json("compare H100:8"), at("0"), at("2"));
    for name in ["on_demand", "prepaid", "community"] {
        assert_eq!(class(&none, name), class(&risky, name), "{name}");
    }
    assert_eq!(class(&none, "spot")["totals"], class(&calm, "spot")["totals"]);
    // The cheapest spot is 7.1184 an hour; 2 × 30 / 2880 of the time is lost.
    let total = |comparison: &Value| class(comparison, "spot")["totals"][1]["total"].clone();
    assert_eq!((total(&none), total(&risky)), ("170.8416".into(), "174.4008".into()));

    let quote = json("quote H100:8 --spot --interruptions-per-day 2 --checkpoint-minutes 30");
    let plan = &quote["plans"][0];
    assert_eq!(plan["total"], "174.4008");
    assert_eq!(plan["rate"], "7.1184");
    assert_eq!(plan["assumptions"][0]["hours_factor"], "1.020833333333");
    let warnings = plan["warnings"].as_array().unwrap();
    let assumed = |warning: &&Value| warning.as_str().unwrap().starts_with("assumed: 2 interruptions a day");
    assert!(warnings.iter().any(|warning| assumed(&warning)), "{warnings:?}");

    let on_demand = "quote H100:8 -o csv";
    let risk = "--interruptions-per-day 2 --checkpoint-minutes 30";
    assert_eq!(text(on_demand), text(&format!("{on_demand} {risk}")));
}

#[test]
fn the_plot_stands_alone() {
    let folder = std::env::temp_dir().join(format!("planner-compare-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("terms.svg");
    let name = file.to_str().unwrap();
    let check = |request: &str, crossings: usize, lines: usize| {
        text(&format!("compare {request} --plot {name}"));
        let drawn = std::fs::read_to_string(&file).unwrap();
        let elements = xml::elements(&drawn).unwrap();
        let count = |wanted: &str| elements.iter().filter(|element| *element == wanted).count();
        assert_eq!((count("polyline"), count("circle")), (lines, crossings), "{request}");
        assert_eq!(
            (count("svg"), count("style"), count("script"), count("image")),
            (1, 1, 0, 0)
        );
        assert!(drawn.contains("prefers-color-scheme:dark"));
        // The name space is the one address, and nobody fetches it.
        assert_eq!(drawn.matches("http").count(), 1);
        assert!(!drawn.contains("href") && !drawn.contains("url(") && !drawn.contains("@import"));
        drawn
    };
    let drawn = check("H100:1", 2, 3);
    assert!(drawn.contains("564.63 h") && drawn.contains("from 564.63 h prepaid overtakes on demand"));
    assert_eq!(drawn, check("H100:1", 2, 3));
    check("A100:1 --spot", 0, 1);
    check("H100:8 --interruptions-per-day 2 --checkpoint-minutes 600", 1, 3);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_terminal_plot_keeps_to_its_width() {
    for columns in ["40", "80", "133"] {
        let output = Command::new(env!("CARGO_BIN_EXE_planner"))
            .args(["compare", "H100:1", "--sandbox", "--plot", "-", "--quiet"])
            .env_clear()
            .env("COLUMNS", columns)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let plot: Vec<&str> = text
            .lines()
            .filter(|line| line.contains('│') || line.contains('└'))
            .collect();
        let widest = plot.iter().map(|line| line.chars().count()).max();
        assert!(widest <= columns.parse().ok(), "{text}");
        assert_eq!(plot.len(), 17, "{text}");
        for mark in ['D', 'P', 'S', '×'] {
            assert!(plot.iter().any(|line| line.contains(mark)), "{mark}\n{text}");
        }
    }
}

#[test]
fn every_format_tells_the_same() {
    let check = |output: &str, expected: &[&str]| {
        let text = text(&format!("compare H100:1 -o {output}"));
        for expected in expected {
            assert!(text.contains(expected), "{output}: {expected}\n{text}");
        }
    };
    check(
        "table",
        &[
            "from 564.63 h prepaid overtakes on demand, and is the cheapest of all",
            "*1072.80",
        ],
    );
    check(
        "json",
        &[
            "\"planner.compare/1\"",
            "\"hours_fraction\": \"10728/19\"",
            "\"total\": \"1072.8\"",
        ],
    );
    check("yaml", &["schema: planner.compare/1", "hours: '564.631578947368'"]);
    check(
        "csv",
        &[
            "crossing,prepaid,on_demand,564.631578947368,",
            "plan,on_demand,,1,2160,n3-H100x1,",
        ],
    );
    check("markdown", &["| 564.63 | prepaid | on demand | 1072.80 | yes |"]);
    let twice = || text("compare A100:4 --security any --max-nodes any -o csv");
    assert_eq!(twice(), twice());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let check = |arguments: &str, status: i32, complaint: &str| {
        let output = planner(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments}: {said}");
        assert!(said.contains(complaint), "{arguments}: {said}");
    };
    check("compare", 2, "no GPU is named");
    check("compare H1000", 2, "no GPU is called `H1000`");
    check("compare H100 --from 24 --to 1d", 2, "nothing between 24 and 24 hours");
    check("compare H100 --max-total 100", 2, "--max-total");
    check("compare H100 --sort-by rate", 2, "--sort-by");
    check("compare H100 --plot - -o json", 2, "a plot in the terminal");
    check(
        "compare H100 --plot no/such/folder.svg",
        2,
        "cannot be written to `no/such/folder.svg`",
    );
    check("compare H100 --interruptions-per-day 2", 2, "--checkpoint-minutes");
    check("quote H100 --checkpoint-minutes 2", 2, "--interruptions-per-day");
    check(
        "quote H100 --interruptions-per-day -1 --checkpoint-minutes 2",
        2,
        "error",
    );
    check("compare H100:8 --vcpus 100000", 3, "no on demand plan matches");
}
