//! Reports of quotes that were kept, and how to ask again.

use std::fs;

use serde_json::Value;

use super::{page, run};
use crate::support::{planner, text};

#[test]
fn quotes_that_were_kept_are_reported_where_they_hold() {
    let planner = planner();
    let file = |name: &str| planner.home().join(name).display().to_string();
    let (quote, market) = (file("quote.json"), file("market.json"));
    let asked = format!("quote H100:16 --max-nodes any --sandbox --save {market} -o json");
    let document = run(&planner, &asked).expect(0).stdout.clone();
    fs::write(&quote, &document).unwrap();
    let id = text(&serde_json::from_str(&document).unwrap(), "id").to_owned();

    // By its id, or beside what was kept of it, or with the market named: the same page.
    let by_id = page(&planner, &id, 0);
    assert!(by_id.contains("nothing better was overlooked") && by_id.contains("<figure>"));
    assert!(by_id.contains("WHAT WOULD ADMIT SOME"));
    assert_eq!(page(&planner, &quote, 0), by_id);
    let named = page(&crate::support::planner(), &format!("{quote} --market {market}"), 0);
    let split = |page: &String| -> [String; 2] {
        let (before, after) = page.split_once("<h2>Ask again</h2>").unwrap();
        [before.to_owned(), after.to_owned()]
    };
    let ([before, again], [known, kept]) = (split(&named), split(&by_id));
    assert_eq!(before, known);
    // What was read from a file is asked of it again.
    let command = "planner quote H100:16 --max-nodes any";
    assert!(kept.contains(&format!("{command} --sandbox<")), "{kept}");
    assert!(again.contains(&format!("{command} --market {market}<")), "{again}");
    // Somewhere else, and without the market, there is less to say.
    let elsewhere = page(&crate::support::planner(), &quote, 0);
    assert!(elsewhere.contains("--save market.json") && !elsewhere.contains("<figure>"));
    assert!(elsewhere.contains("WHICH MEANS") && !elsewhere.contains("WHAT WOULD ADMIT SOME"));
    assert!(elsewhere.contains("not known whether anything better was overlooked"));

    // With a figure changed, or another market, it does not hold.
    let changed = file("changed.json");
    let refused = |line: &str, complaint: &str| {
        let ran = run(&planner, &format!("report {line}"));
        ran.expect(5);
        assert!(
            ran.stderr.contains(complaint) && ran.stdout.is_empty(),
            "{line}: {ran:?}"
        );
    };
    let mut value: Value = serde_json::from_str(&document).unwrap();
    value["plans"][0]["total"] = "1".into();
    fs::write(&changed, value.to_string()).unwrap();
    refused(&changed, "the quote does not hold");
    let mut dearer: Value = serde_json::from_slice(&fs::read(&market).unwrap()).unwrap();
    let offers = dearer["offers"].as_array_mut().unwrap();
    offers.truncate(offers.len() / 2);
    fs::write(&changed, dearer.to_string()).unwrap();
    refused(&format!("{quote} --market {changed}"), "the quote does not hold");
    refused("q_0123456789abcdef", "no quote q_0123456789abcdef is kept");
}

#[test]
fn a_quote_that_breaks_a_rule_of_now_says_so_at_once() {
    let planner = planner();
    let id = text(
        &run(&planner, "quote H100:8 --max-offers 3 --sandbox -o json")
            .expect(0)
            .json(),
        "id",
    )
    .to_owned();
    let rules = planner.home().join("team.toml");
    let check = |rule: &str, said: Option<&str>| {
        fs::write(&rules, format!("[[policy]]\nname = \"x\"\nreason = \"why\"\n{rule}\n")).unwrap();
        let line = format!("report {id} --policy {}", rules.display());
        let ran = run(&planner, &line);
        let begins = ran.expect(0).stdout.lines().nth(2).unwrap_or_default().to_owned();
        let page = page(&planner, &format!("{id} --policy {}", rules.display()), 0);
        assert_eq!(page.contains("<p class=\"warning\">"), said.is_some(), "{rule}");
        let Some(said) = said else {
            return assert!(
                !begins.contains("may not be bought") && ran.stderr.is_empty(),
                "{rule}: {ran:?}"
            );
        };
        assert!(begins.starts_with("> **") && begins.contains(said), "{rule}: {begins}");
        assert!(
            ran.stderr.starts_with("warning: ") && ran.stderr.contains(said),
            "{rule}: {}",
            ran.stderr
        );
        assert!(page.contains(said), "{rule}");
    };
    check("deny = { region_in = [\"africa\"] }", None);
    check(
        "deny = { region_in = [\"canada\"] }",
        Some("of this quote may not be bought by now: the policy"),
    );
    check(
        "deny = { total_over = 1 }",
        Some("plans 1 to 3 of this quote may not be bought by now"),
    );
}

/// A report of a request heeds the settings that a quote of it does, and one of a kept quote none of them.
#[test]
fn a_report_heeds_the_settings_of_a_request() {
    let planner = planner();
    let settings = planner.home().join("settings.toml");
    let profile = "[profile.t]\ngpu = \"H100:8\"\nhours = 72\n";
    fs::write(&settings, format!("[defaults]\nhours = 48\nmax_price = 900\n{profile}")).unwrap();
    let check = |line: &str, title: &str| {
        let ran = run(
            &planner,
            &format!("report {line} --config {} --sandbox", settings.display()),
        );
        assert!(
            ran.expect(0).stdout.starts_with(&format!("## {title}\n")),
            "{line}: {}",
            ran.stdout
        );
    };
    let id = text(
        &run(&planner, "quote H100:8 --hours 5 --sandbox -o json")
            .expect(0)
            .json(),
        "id",
    )
    .to_owned();
    check("H100:8", "H100:8 for 48 h");
    check("H100:8 --hours 3", "H100:8 for 3 h");
    check("--profile t", "H100:8 for 72 h");
    check("A100:1 --profile t", "A100:1 for 72 h");
    check(&id, "H100:8 for 5 h");
    check(&format!("{id} --profile t"), "H100:8 for 5 h");
}

/// Whoever asks again as the report says gets to the same figures.
#[test]
fn a_report_says_how_to_ask_for_the_same() {
    let planner = planner();
    let own = planner.home().join("own.csv");
    fs::write(
        &own,
        "provider,offer_id,gpu,gpus,price,region,country\nours,o1,H100,8,9.5,eu_north,NO\n",
    )
    .unwrap();
    let rules = planner.home().join("eu.toml");
    fs::write(
        &rules,
        "[[policy]]\nname = \"eu\"\ndeny = { region_not_in = [\"eu_north\"] }\nreason = \"r\"\n",
    )
    .unwrap();
    let (own, rules, market) = (own.display(), rules.display(), planner.home().join("market.json"));
    run(&planner, &format!("quote H100:8 --sandbox --save {}", market.display())).expect(0);
    let plans = |line: &str| run(&planner, &format!("{line} -o json")).json()["plans"].clone();
    let check = |line: &str| {
        let report = run(&planner, &format!("report {line}"));
        let text = &report.expect(0).stdout;
        let (_, again) = text.split_once("Ask again").unwrap();
        let again = again
            .lines()
            .find(|line| line.contains("planner quote"))
            .unwrap()
            .trim();
        let again = again.trim_start_matches("planner ");
        let first = |line: &str| plans(line)[0]["total"].clone();
        assert_eq!(first(again), first(&format!("quote {line}")), "{line} became {again}");
        assert!(first(again).is_string(), "{again}");
    };
    check("H100:8 --sandbox");
    check(&format!("H100:8 --sandbox --policy {rules}"));
    check(&format!("H100:8 --offers {own} --sandbox --policy {rules}"));
    check(&format!("H100:8 --broker file --offers {own}"));
    check(&format!("H100:8 --market {} --broker prime", market.display()));
    // A quote that was kept here is known to be the sandbox's.
    let kept = run(&planner, "quote H100:8 --sandbox --broker prime -o json")
        .expect(0)
        .json();
    let report = run(&planner, &format!("report {}", text(&kept, "id")));
    let text = &report.expect(0).stdout;
    assert!(
        text.contains("planner quote H100:8 --broker prime --sandbox\n"),
        "{text}"
    );
}
