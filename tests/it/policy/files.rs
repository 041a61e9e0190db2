//! Files that rules stand in: that they add up, what each may say, and what is told of mistakes.

use super::{BIG, EU, decided, file, quote, regions, says, set, with};
use crate::launch::world::Home;
use crate::support::{count, list, text};

#[test]
fn no_flag_takes_a_rule_away() {
    let home = with(EU);
    let other = file(&home, "other.toml", "[defaults]\nhours = 2\n");
    let more = file(&home, "team.toml", BIG);
    let check = |line: &str, rules: &[&str]| {
        let document = quote(&home, &format!("H100:8 --max-offers 1 {line}"));
        let found: Vec<&str> = list(&document, "policy").iter().map(|one| text(one, "rule")).collect();
        assert_eq!(found, rules, "{line}");
        assert!(
            regions(&document).iter().all(|region| region.starts_with("eu_")),
            "{line}"
        );
    };
    check("", &["eu only"]);
    check("--no-config", &["eu only"]);
    check(&format!("--config {}", other.display()), &["eu only"]);
    check(&format!("--policy {}", more.display()), &["eu only", "big spend"]);
    check(
        &format!("--no-config --policy {}", more.display()),
        &["eu only", "big spend"],
    );
    // The same rule twice is one.
    let same = file(&home, "same.toml", EU);
    check(&format!("--policy {}", same.display()), &["eu only"]);

    // A mistake is passed over with the settings that it is in, and not where it may hide a rule.
    set(&home, "[defualts]\n");
    quote(&home, "H100:8 --no-config");
    set(&home, &format!("[defualts]\n{EU}"));
    check("--no-config", &["eu only"]);
    set(&home, &format!("[defaults\n{EU}"));
    says(&home.run("quote H100:8 --no-config"), 2, &["config.toml:1"]);
    // What ends machines does not depend on it.
    home.run("terminate --all --no-config").expect(0);
}

#[test]
fn suggested_commands_keep_the_rules() {
    let home = Home::new();
    let rules = file(&home, "team.toml", EU);
    let ran = home.run(&format!(
        "quote H100:8 --max-price 0.01 --policy {} -o json",
        rules.display()
    ));
    let document = ran.expect(3).json();
    let command = text(&list(&document, "relaxations")[0], "command");
    assert!(command.contains("--policy "), "{command}");
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    let again = home.planner.run(&words).expect(0).json();
    assert_eq!(text(decided(&again, "eu only"), "rule"), "eu only");
}

#[test]
fn settings_show_where_each_rule_stands() {
    let home = with(&format!("[defaults]\nhours = 2\n{EU}"));
    let rules = file(&home, "team.toml", BIG);
    let line = format!("config show --policy {}", rules.display());
    let shown = home
        .planner
        .run(&format!("{line} -o json").split(' ').collect::<Vec<_>>())
        .expect(0)
        .json();
    let found: Vec<(&str, u64)> = list(&shown, "policy")
        .iter()
        .map(|one| (text(one, "name"), count(one, "line")))
        .collect();
    assert_eq!(found, [("eu only", 5), ("big spend", 3)]);
    assert_eq!(list(&shown, "policy")[1]["file"], rules.to_str().unwrap());
    for form in ["table", "yaml", "csv", "markdown"] {
        let ran = home
            .planner
            .run(&format!("{line} -o {form}").split(' ').collect::<Vec<_>>());
        assert!(ran.expect(0).stdout.contains("big spend"), "{form}");
    }
}

#[test]
fn what_is_no_rule_is_named_with_its_line_and_what_is_near() {
    let check = |rules: &str, said: &[&str]| {
        let home = with(rules);
        says(&home.run("quote H100:8"), 2, said);
        let rules = file(&home, "team.toml", rules);
        set(&home, "");
        let line = format!("quote H100:8 --policy {}", rules.display());
        says(&home.run(&line), 2, said);
    };
    let rule = |body: &str| format!("[[policy]]\nname = \"a\"\nreason = \"b\"\n{body}\n");
    check(
        &rule("deny = { region_not_i = [\"canada\"] }"),
        &[":4: ", "did you mean `region_not_in`"],
    );
    check(
        &rule("deny = { region_in = [\"canda\"] }"),
        &[":4: ", "did you mean canada?"],
    );
    check(
        &rule("deny = { total_over = -1 }"),
        &[":4: total_over: an amount from 0"],
    );
    check(
        &rule("deny = { total_over = true }"),
        &[":4: total_over: texts or a number"],
    );
    check(
        &rule("deny = { total_over = 5, market_in = \"spot\" }"),
        &[":2: ", "`total_over` alone"],
    );
    check(&rule("deny = {}"), &[":2: a rule asks something"]);
    check(&rule("deny = 5"), &[":4: deny: a table is wanted"]);
    check(
        &rule("dny = { total_over = 5 }"),
        &[":4: a rule has no `dny`", "did you mean `deny`?"],
    );
    check(&rule(""), &[":2: a rule says what it denies"]);
    check(
        &rule("deny = { total_over = 5 }\nrequire_approval = { total_over = 3 }"),
        &[":5: a rule denies or requires approval"],
    );
    check(
        "[[policy]]\nname = \"a\"\ndeny = { total_over = 5 }\n",
        &[":2: a rule has a reason"],
    );
    check(
        "[[policy]]\nreason = \"a\"\ndeny = { total_over = 5 }\n",
        &[":2: a rule has a name"],
    );
    check("[policy]\nname = \"a\"\n", &[":1: ", "with two brackets"]);
    check("[[polcy]]\nname = \"a\"\n", &[":1: ", "did you mean `[[policy]]`?"]);
    let twice = rule("deny = { total_over = 5 }");
    check(&format!("{twice}{twice}"), &["line 2 has a rule `a` already"]);
    says(&Home::new().run("quote H100:8 --policy none.toml"), 2, &["none.toml"]);
}

#[test]
fn a_file_that_is_named_for_its_rules_has_some_and_nothing_else_that_counts() {
    let home = with(EU);
    let check = |rules: &str, status: i32, said: &[&str]| {
        let rules = file(&home, "team.toml", rules);
        says(
            &home.run(&format!("quote H100:8 --policy {}", rules.display())),
            status,
            said,
        );
    };
    let none = ["team.toml has no rules", "hint: write `[[policy]]`"];
    check("", 2, &none);
    check("# to be written\n", 2, &none);
    check("policy = []\n", 2, &none);
    check("[providers]\ndeny = [\"hyperstack\"]\n", 2, &none);
    check(
        &format!("{BIG}[providers]\ndeny = [\"hyperstack\"]\n[defaults]\nhours = 2\n"),
        0,
        &[
            "warning: of ",
            "team.toml only the rules hold, and not [defaults], [providers]",
        ],
    );
    // Nothing is warned of that was meant, and what ends machines goes on.
    let settings = file(&home, "settings.toml", &format!("{BIG}[defaults]\nhours = 2\n"));
    let silent = |line: &str| {
        let ran = home.run(&line.replace("FILE", &settings.display().to_string()));
        assert!(
            !ran.expect(0).stderr.contains("only the rules"),
            "{line}: {}",
            ran.stderr
        );
    };
    silent("quote H100:8 --policy FILE --config FILE");
    silent("quote H100:8 --policy FILE --no-config");
    let empty = file(&home, "empty.toml", "");
    let ended = home.run(&format!("terminate --all --policy {}", empty.display()));
    says(&ended, 0, &["has no rules; what ends machines goes on without it"]);
}
