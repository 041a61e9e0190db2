//! `config.toml`: what wins, and what is no setting.

mod wrong;

use std::fs;

use gpu_broker_testkit::planner::Planner;
use serde_json::Value;

use crate::support::{list, planner, text};

const FILE: &str = r#"
[defaults]
hours = 48
region = ["eu_north", "canada"]
price_tolerance = "2%"
mixed = true
timeout = 20

[fx]
EUR = 1.0800000000000000000000001
GBP = 1.3

[providers]
deny = ["nobody"]

[profile.training]
gpu = "H100:8"
hours = 72
max_price = 20.000000000000000000001
mixed = false
spot = true
fx = { EUR = 1.09 }

[profile.small]
max_total = 5_0.5
"#;

/// A planner with this file in the usual place.
fn with(file: &str) -> Planner {
    let planner = planner();
    let folder = planner.home().join("planner");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), file).unwrap();
    planner
}

fn run(planner: &Planner, line: &str) -> gpu_broker_testkit::planner::Ran {
    planner.run(&line.split_whitespace().collect::<Vec<_>>())
}

/// A setting's value and where it comes from, in short.
fn setting(planner: &Planner, line: &str, key: &str) -> String {
    let shown = run(planner, &format!("config show {line} -o json")).expect(0).json();
    let found = list(&shown, "settings").iter().find(|one| one["key"] == key);
    let found = found.unwrap_or_else(|| panic!("no {key}"));
    let place = |part: &Value| {
        let name = part["name"].as_str().map(|name| format!(" {name}"));
        let line = part["line"].as_u64().map(|line| format!(":{line}"));
        let source = text(part, "source");
        format!("{source}{}{}", name.unwrap_or_default(), line.unwrap_or_default())
    };
    let parts = list(found, "parts");
    let value = found["value"].as_str().unwrap_or("-");
    let Some(first) = parts.first() else {
        return format!("{value} | {}", place(found));
    };
    let said: Vec<&str> = parts.iter().map(|part| text(part, "value")).collect();
    assert_eq!(said.join(","), value, "{found}");
    assert_eq!(place(first), place(found), "{found}");
    let places: Vec<String> = parts.iter().map(place).collect();
    format!("{value} | {}", places.join(", "))
}

#[test]
fn a_flag_wins_then_the_environment_the_profile_and_the_defaults() {
    let home = with(FILE);
    let check = |line: &str, key: &str, expected: &str| {
        assert_eq!(setting(&home, line, key), expected, "{line}: {key}");
    };
    check("", "hours", "48 | config:3");
    check("--profile training", "hours", "72 | profile training:18");
    check("--profile training --hours 5", "hours", "5 | flag");
    check("--no-config", "hours", "24 | built_in");
    check("", "mixed", "true | config:6");
    check("--profile training", "mixed", "false | profile training:20");
    check("--profile training", "spot", "true | profile training:21");
    // A flag does away with what cannot stand beside it.
    check("--profile training --spot-auto", "spot", "false | built_in");
    check("--profile training --spot-auto", "spot_auto", "true | flag");
    check("", "provider", "!nobody | config:14");
    check(
        "--provider hyperstack",
        "provider",
        "hyperstack,!nobody | flag, config:14",
    );
    check("--provider nobody", "provider", "nobody | flag");
    check("", "price_tolerance", "2% | config:5");
    check("", "alternatives", "20 | built_in");
    check("", "timeout", "20 | config:7");
    check("--timeout 9", "timeout", "9 | flag");
    check("", "fx", "EUR=1.0800000000000000000000001,GBP=1.3 | config:9");
    // What adds up is told part by part.
    check(
        "--profile training",
        "fx",
        "EUR=1.09,GBP=1.3 | profile training:22, config:9",
    );
    check("--fx eur=2", "fx", "eur=2,GBP=1.3 | flag, config:9");
    check("--fx EUR=2,GBP=3", "fx", "EUR=2,GBP=3 | flag");
    check(
        "--fx CHF=2 --profile training",
        "fx",
        "CHF=2,EUR=1.09,GBP=1.3 | flag, profile training:22, config:9",
    );
    check("--profile small", "max_total", "50.5 | profile small:25");
    check("", "max_total", "- | built_in");
    check(
        "",
        "data_dir",
        &format!("{} | environment XDG_DATA_HOME", home.home().join("planner").display()),
    );
    check("--data-dir /d", "data_dir", "/d | flag");

    // The environment stands between a flag and the file.
    let file = home.home().join("other.toml");
    fs::write(&file, "[defaults]\ndata_dir = \"kept\"\n").unwrap();
    let other = planner().set("PLANNER_CONFIG", file.to_str().unwrap());
    let kept = home.home().join("kept");
    assert_eq!(
        setting(&other, "", "data_dir"),
        format!("{} | config:2", kept.display())
    );
    let other = other.set("PLANNER_DATA_DIR", "/e");
    assert_eq!(setting(&other, "", "data_dir"), "/e | environment PLANNER_DATA_DIR");
    let named = planner();
    let line = format!("--config {}", file.display());
    assert_eq!(
        setting(&named, &line, "data_dir"),
        format!("{} | config:2", kept.display())
    );
    for form in ["table", "yaml", "csv", "markdown"] {
        let ran = run(&home, &format!("config show -o {form}"));
        assert!(ran.expect(0).stdout.contains("price"), "{form}");
    }
}

#[test]
fn what_the_environment_sets_is_told_and_no_key_is() {
    let check = |variables: &[(&str, &str)], expected: &[(&str, &str)]| {
        let start = planner().unset("NO_COLOR");
        let planner = variables
            .iter()
            .fold(start, |planner, (name, value)| planner.set(name, value));
        for (key, expected) in expected {
            assert_eq!(setting(&planner, "", key), *expected, "{variables:?}: {key}");
        }
        for form in ["table", "json", "yaml", "csv", "markdown"] {
            let ran = run(&planner, &format!("config show -o {form}"));
            assert!(!ran.expect(0).output().contains("hunter2"), "{form}");
        }
    };
    check(
        &[],
        &[
            ("no_color", "false | built_in"),
            ("prime_key", "- | built_in"),
            ("prime_url", "https://api.primeintellect.ai | built_in"),
            ("spheron_team", "- | built_in"),
        ],
    );
    check(
        &[
            ("NO_COLOR", "1"),
            ("PRIME_API_KEY", "hunter2"),
            ("PRIME_TEAM_ID", "t1"),
            ("SPHERON_API_KEY", "hunter2"),
            ("SPHERON_TEAM_ID", "t2"),
            ("SPHERON_API_BASE_URL", "http://127.0.0.1:9"),
            ("PRIME_API_BASE_URL", "hunter2"),
        ],
        &[
            ("no_color", "true | environment NO_COLOR"),
            ("prime_key", "set | environment PRIME_API_KEY"),
            ("prime_team", "t1 | environment PRIME_TEAM_ID"),
            ("prime_url", "no address | environment PRIME_API_BASE_URL"),
            ("spheron_key", "set | environment SPHERON_API_KEY"),
            ("spheron_team", "t2 | environment SPHERON_TEAM_ID"),
            ("spheron_url", "http://127.0.0.1:9 | environment SPHERON_API_BASE_URL"),
        ],
    );
}

fn request(planner: &Planner, line: &str) -> Value {
    run(planner, &format!("quote {line} --sandbox -o json")).json()["request"].clone()
}

#[test]
fn what_the_file_sets_is_asked() {
    let home = with(FILE);
    let asked = request(&home, "--profile training");
    assert_eq!(asked["gpu"], "H100:8");
    assert_eq!((&asked["hours"], &asked["mixed"]), (&"72".into(), &false.into()));
    assert_eq!(asked["max_price"], "20.000000000000000000001");
    assert_eq!(asked["fx"]["EUR"], "1.09");
    assert_eq!(asked["providers"], serde_json::json!(["!nobody"]));
    let asked = request(&home, "A100:1 --fx EUR=2 --provider !other,hyperstack");
    assert_eq!((&asked["hours"], &asked["mixed"]), (&"48".into(), &true.into()));
    assert_eq!(asked["fx"], serde_json::json!({ "EUR": "2", "GBP": "1.3" }));
    // Who is denied stays so, unless somebody names them.
    assert_eq!(
        asked["providers"],
        serde_json::json!(["hyperstack", "!other", "!nobody"])
    );
    assert_eq!(
        request(&home, "A100:1 --provider nobody")["providers"],
        serde_json::json!(["nobody"])
    );
    assert_eq!(request(&home, "A100:1 --no-config")["hours"], "24");
    run(&home, "quote --sandbox").expect(2);

    // What was kept is asked again as it was.
    run(&home, "quote H100:8 --hours 3 --sandbox --save market.json").expect(0);
    let again = run(&home, "quote --market market.json -o json").expect(0).json();
    assert_eq!(again["request"]["hours"], "3");
    // Caps hold for a launch from a quote as well; nothing else of a request does.
    let id = text(
        &run(&home, "quote H100:8 --hours 3 --sandbox -o json").expect(0).json(),
        "id",
    )
    .to_owned();
    run(&home, &format!("provision --quote {id} --sandbox --dry-run")).expect(0);
    let capped = run(
        &home,
        &format!("provision --quote {id} --profile small --sandbox --dry-run --hours 3"),
    );
    capped.expect(2);
    fs::write(
        home.home().join("planner/config.toml"),
        "[defaults]\nmax_price = 1\nhours = 9\n",
    )
    .unwrap();
    let capped = run(&home, &format!("provision --quote {id} --sandbox --dry-run"));
    capped.expect(5);
    assert!(
        capped.stderr.contains("above the cap of 1 (`--max-price`)"),
        "{}",
        capped.stderr
    );
}

/// What words of stock promise decides which plans there are, and is told.
#[test]
fn what_stock_is_taken_to_promise_is_a_setting() {
    let home = with("[stock]\nlow = 3\nmedium = \"any\"\n\n[profile.sure]\nstock = { low = 0, available = 2 }\n");
    assert_eq!(setting(&home, "", "stock"), "low=3,medium=any | config:1");
    assert_eq!(
        setting(&home, "--profile sure", "stock"),
        "available=2,low=0,medium=any | profile sure:6, config:1"
    );
    assert_eq!(
        setting(&home, "--stock low=1 --profile sure", "stock"),
        "low=1,available=2,medium=any | flag, profile sure:6, config:1"
    );

    let asked = |line: &str| {
        let document = run(&home, &format!("quote H100:8 {line} --sandbox -o json"))
            .expect(0)
            .json();
        let plan = &list(&document, "plans")[0];
        let said: Vec<String> = list(plan, "assumptions")
            .iter()
            .map(|one| text(one, "text").to_owned())
            .collect();
        (document["request"]["stock"].clone(), said)
    };
    let usual = serde_json::json!({ "high": null, "medium": null, "available": null, "low": 1, "other": null });
    assert_eq!(asked("--stock low=1"), (usual.clone(), Vec::new()));
    let (stock, said) = asked("");
    assert_eq!(stock["low"], 3);
    assert_eq!(said, ["assumed: `low` stock is 3 machines and not one machine"]);
    let (stock, said) = asked("--profile sure");
    assert_eq!((&stock["low"], &stock["available"]), (&0.into(), &2.into()));
    assert_eq!(
        said,
        ["assumed: `available` stock is 2 machines and not any number, `low` stock is none and not one machine"]
    );
    let ran = run(&home, "quote H100:8 --sandbox");
    assert!(
        ran.stderr.contains("assumed: `low` stock is 3 machines"),
        "{}",
        ran.stderr
    );

    // No plan takes more of an offer than its word promises, and the quote verifies under what it assumed.
    let line =
        "quote H100:32 --max-nodes any --stock low=1,available=1,medium=1,high=1 --sandbox --save m.json -o json";
    let capped = run(&home, line).expect(0).json();
    let groups = list(&capped, "plans").iter().flat_map(|plan| list(plan, "groups"));
    let unstated = groups.filter(|group| group["stock_units"].is_null());
    let counts: Vec<u64> = unstated.map(|group| group["count"].as_u64().unwrap()).collect();
    assert!(
        !counts.is_empty() && counts.iter().all(|count| *count == 1),
        "{counts:?}"
    );
    fs::write(home.home().join("q.json"), capped.to_string()).unwrap();
    let (quote, market) = (home.home().join("q.json"), "m.json");
    let words = ["verify", quote.to_str().unwrap(), "--market", market];
    home.run(&words).expect(0);
    let mut other = capped.clone();
    other["request"]["stock"]["available"] = serde_json::json!(0);
    fs::write(home.home().join("q.json"), other.to_string()).unwrap();
    home.run(&words).expect(5);
    run(&home, "quote H100:8 --stock low=2,low=3 --sandbox").expect(2);
}

/// A command that is suggested means the same with the file and without it.
#[test]
fn suggested_commands_do_without_the_file() {
    let home = with("[defaults]\nregion = [\"africa\"]\nhours = 5\n");
    let ran = run(&home, "quote H100:8 --sandbox -o json");
    ran.expect(3);
    let document = ran.json();
    let command = text(&list(&document, "relaxations")[0], "command").to_owned();
    assert!(
        command.contains("--no-config") && command.contains("--hours 5"),
        "{command}"
    );
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    home.run(&words).expect(0);
}

/// A profile's end, budget and image are no part of a quote: the command that launches it has to name the profile.
#[test]
fn the_command_below_a_quote_launches_as_the_profile_says() {
    let home = with("[profile.t]\ngpu = \"H100:8\"\nmax_duration = \"8h\"\nbudget = 1\n");
    let rules = home.home().join("rules.toml");
    fs::write(
        &rules,
        "[[policy]]\nname = \"eu\"\ndeny = { country_in = [\"XX\"] }\nreason = \"r\"\n",
    )
    .unwrap();
    let check = |flags: &str, status: i32| {
        let ran = run(&home, &format!("quote {flags} --sandbox"));
        let stderr = &ran.expect(0).stderr;
        let command = stderr.lines().find(|line| line.contains("planner provision --quote"));
        let command = command.unwrap_or_else(|| panic!("no command in {stderr}")).trim();
        for flag in flags.split(' ').filter(|word| word.starts_with("--")) {
            assert!(command.contains(flag), "{flag} is not in {command}");
        }
        let line = command.trim_start_matches("planner ");
        let ran = run(&home, &format!("{line} --dry-run"));
        assert_eq!(ran.expect(status).stderr.contains("budget"), status != 0, "{ran:?}");
    };
    check("--profile t", 5);
    check("H100:8", 0);
    check(&format!("--profile t --policy {} --timeout 9", rules.display()), 5);
    let own = home.home().join("own.toml");
    fs::write(&own, "[profile.u]\ngpu = \"H100:8\"\nbudget = 1\n").unwrap();
    check(&format!("--profile u --config {}", own.display()), 5);
    check("H100:8 --no-config", 0);
}
