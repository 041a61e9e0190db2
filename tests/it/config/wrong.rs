//! Mistakes in `config.toml`, and what they hinder.

use std::fs;

use super::{FILE, run, with};
use crate::support::{list, planner};

#[test]
fn what_is_no_setting_is_named_with_its_line_and_what_is_near() {
    let check = |file: &str, said: &[&str]| {
        let home = with(file);
        let ran = run(&home, "quote H100:8 --sandbox");
        ran.expect(2);
        assert_eq!(ran.stdout, "");
        for said in said.iter().chain(&["config.toml:", "hint: "]) {
            assert!(ran.stderr.contains(said), "{file}: `{said}` is not in {}", ran.stderr);
        }
        // Whoever is in a hurry can do without it.
        run(&home, "quote H100:8 --sandbox --no-config").expect(0);
    };
    check(
        "[defaults]\nhour = 3\n",
        &[":2: ", "no such setting as `hour`", "did you mean `hours`"],
    );
    check("[profile.a]\n\nmax-price = 3\n", &[":3: ", "did you mean `max_price`"]);
    check("[defualts]\nhours = 3\n", &[":1: ", "did you mean `[defaults]`?"]);
    check("hours = 3\n", &[":1: ", "put it below `[defaults]`"]);
    check("[defaults]\nyes = true\n", &[":2: ", "no such setting as `yes`"]);
    check("[defaults]\nhours = \"soon\"\n", &[":2: hours: ", "soon"]);
    check("[defaults]\nmax_price = -1\n", &[":2: max_price: ", "below zero"]);
    check("[defaults]\nmax_price = inf\n", &[":2: max_price: "]);
    check("[defaults]\nmax_price = 1e400\n", &[":2: max_price: "]);
    check(
        "[defaults]\nmax_price = 0x10\n",
        &[":2: max_price: one value is wanted"],
    );
    check(
        "[defaults]\nsecurity = \"none\"\n",
        &[":2: security: ", "secure, community, any"],
    );
    check("[defaults]\nspot = \"yes\"\n", &[":2: spot: it is a switch"]);
    check("[defaults]\nhours = true\n", &[":2: hours: it takes a value"]);
    check("[defaults]\nhours = [1, 2]\n", &[":2: hours: it takes one value"]);
    check("[defaults]\nregion = []\n", &[":2: region: it names nothing"]);
    check("[defaults]\nregion = [\"\"]\n", &[":2: region: ", "it names nothing"]);
    check("[defaults]\ngpu = \"H100:8..4\"\n", &[":2: gpu: ", "its count is not"]);
    check("[fx]\nGBP = 1.3\nEUR = 0\n", &[":3: fx: ", "above zero"]);
    check("[fx]\nUSD = 2\n", &[":2: fx: USD is the quote's own currency"]);
    check("[stock]\nlow = 1\nmedium = -1\n", &[":3: stock: "]);
    check("[defaults]\nregion = [\"eu_nort\"]\n", &[":2: region: ", "eu_north"]);
    check("[defaults]\nsocket = \"SXM9\"\n", &[":2: socket: "]);
    check(
        "[defaults]\n\nbroker = [\"prim\"]\n",
        &[":3: broker: no broker is called `prim`", "prime"],
    );
    check("[providers]\nallowed = [\"a\"]\n", &[":2: ", "`allow` and `deny`"]);
    check("[providers]\ndeny = [\"!a\"]\n", &[":2: ", "without `!`"]);
    check(
        "[fx]\nEUR = 1\n[defaults]\nfx = { EUR = 2 }\n",
        &[":4: `fx` is set on line 1 already"],
    );
    check("[stock]\nlow = -1\n", &[":2: stock: ", "low=2"]);
    check("[stock]\nmany = 1\n", &[":2: stock: `many` is no word of stock"]);
    check(
        "[stock]\nlow = 1\n[defaults]\nstock = \"low=2\"\n",
        &[":4: `stock` is set on line 1 already"],
    );
    check("[defaults]\nhours = 1\nhours = 2\n", &[":3: "]);
    check("[defaults\nhours = 1\n", &[":1: "]);
    check("[profile]\ntraining = 3\n", &[":2: a profile is a table"]);
}

#[test]
fn a_file_that_is_none_and_a_profile_that_is_none_are_refused() {
    let secret = "PRIME_API_KEY=sk-canary\n";
    let ran = run(&with(secret), "quote H100:8 --sandbox");
    ran.expect(2);
    assert!(!ran.output().contains("canary"), "{ran:?}");

    let home = with(FILE);
    let ran = run(&home, "quote --profile trainin --sandbox");
    ran.expect(2);
    assert!(ran.stderr.contains("did you mean training?"), "{}", ran.stderr);
    let ran = run(&planner(), "quote H100 --profile training --sandbox");
    ran.expect(2);
    assert!(ran.stderr.contains("there is no config.toml"), "{}", ran.stderr);
    run(&planner(), "quote H100 --config none.toml --sandbox").expect(2);
    let both = with("[defaults]\nspot = true\nspot_auto = true\n");
    let ran = run(&both, "quote H100 --sandbox");
    ran.expect(2);
    assert!(ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
}

/// What a mistake has nothing to do with goes on while something costs money.
#[test]
fn a_mistake_in_the_file_keeps_nobody_from_ending_machines() {
    let check = |file: &str, status: i32, said: &str| {
        let home = with(file);
        for line in ["ls --sandbox", "terminate --all --yes --sandbox"] {
            let ran = run(&home, line);
            assert!(
                ran.expect(status).stderr.contains(said),
                "{file}, {line}: {}",
                ran.stderr
            );
            assert!(ran.stderr.contains("config.toml:2: "), "{file}, {line}: {}", ran.stderr);
        }
        run(&home, "quote H100:8 --sandbox").expect(2);
    };
    let goes_on = "of the file only what every command heeds is taken";
    check("[defaults]\nhuors = 3\n", 0, goes_on);
    check("[profile.a]\nmax_price = \"much\"\n", 0, goes_on);
    check("[[policy]]\nname = 3\n", 0, goes_on);
    // Where the journal is might be what is misspelt.
    let way = "`--no-config` does without the file";
    check("[defaults]\ndata_dri = \"d\"\n", 2, way);
    check("[defaults]\nhours\n", 2, way);
    let home = with("[defaults]\nhuors = 3\ndata_dir = \"kept\"\n");
    run(&home, "provision H100:1 --yes --sandbox --no-config --data-dir kept").expect(0);
    let kept = home.home().join("planner/kept");
    fs::rename(home.home().join("kept"), kept).unwrap();
    let ran = run(&home, "ls --sandbox -o json");
    assert_eq!(list(&ran.expect(0).json(), "instances").len(), 1);
}

/// A name that only the market knows is looked up late, and told with its place all the same.
#[test]
fn a_gpu_that_nobody_sells_is_told_with_its_place() {
    let home = with("[defaults]\nhours = 3\n[profile.t]\ngpu = \"H1000:8\"\n");
    let ran = run(&home, "quote --profile t --sandbox");
    assert!(
        ran.expect(2)
            .stderr
            .contains("config.toml:4: gpu: no GPU is called `H1000`"),
        "{}",
        ran.stderr
    );
    let ran = run(&home, "quote H1000:8 --sandbox");
    assert!(!ran.expect(2).stderr.contains("config.toml"), "{}", ran.stderr);
}

#[test]
fn what_a_hint_names_can_be_typed_while_the_file_is_wrong() {
    let home = with("[defaults]\nzzz = 1\n");
    let ran = run(&home, "quote H100:8 --sandbox");
    ran.expect(2);
    assert!(
        ran.stderr.contains("`planner help config-file` shows some"),
        "{}",
        ran.stderr
    );
    run(&home, "help config-file").expect(0);
}

/// Whoever asks what stands in the way is told of the file beside all else.
#[test]
fn the_doctor_tells_of_a_wrong_file_and_goes_on() {
    let check = |file: &str, place: &str| {
        let home = with(file);
        let ran = run(&home, "doctor --sandbox -o json");
        let document = ran.expect(2).json();
        let findings = list(&document, "findings");
        let about = |about: &str| findings.iter().find(|one| one["about"] == about);
        let settings = about("settings").unwrap();
        assert_eq!(settings["health"], "bad", "{settings}");
        let found = settings["said"].as_str().unwrap();
        assert!(found.contains(place), "{found}");
        assert!(
            settings["hint"].as_str().is_some_and(|hint| !hint.is_empty()),
            "{settings}"
        );
        assert!(about("data folder").is_some() && findings.len() > 3, "{document}");
        assert!(!ran.stderr.contains("warning: "), "{}", ran.stderr);
    };
    check("[defaults]\nzzz = 1\n", "config.toml:2: ");
    check("[[policy]]\nname = 3\n", "config.toml:2: ");
    check("[defaults]\ndata_dri = \"d\"\n", "config.toml:2: ");
    check("[defaults]\nhours\n", "config.toml:2: ");
    let ran = run(&with("[defaults]\nhours = 3\n"), "doctor --sandbox");
    assert!(!ran.expect(0).stdout.contains("settings"), "{}", ran.stdout);
}
