//! `planner report`: a page that stands alone, Markdown, and quotes that were kept.

mod browser;

use std::fs;

use gpu_broker_testkit::fake::Fake;
use gpu_broker_testkit::planner::Planner;
use serde_json::Value;

use crate::compare::xml;
use crate::support::{list, planner, text};

/// Runs a line of words.
fn run(planner: &Planner, line: &str) -> gpu_broker_testkit::planner::Ran {
    planner.run(&line.split_whitespace().collect::<Vec<_>>())
}

/// The elements of a page, which must be well-formed and of known kinds.
#[track_caller]
fn elements(page: &str) -> Vec<String> {
    let known = [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "article",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "dl",
        "div",
        "dt",
        "dd",
        "bdi",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "pre",
        "code",
        "figure",
        "figcaption",
        "span",
        "svg",
        "desc",
        "line",
        "text",
        "rect",
        "polyline",
        "circle",
    ];
    let document = page.strip_prefix("<!DOCTYPE html>\n").expect("a page begins so");
    let elements = xml::elements(document).unwrap();
    let strange = elements.iter().find(|name| !known.contains(&name.as_str()));
    assert_eq!(strange, None);
    elements
}

/// The page of a request or a quote.
#[track_caller]
fn page(planner: &Planner, line: &str, status: i32) -> String {
    run(planner, &format!("report {line} --html -"))
        .expect(status)
        .stdout
        .clone()
}

fn count(elements: &[String], name: &str) -> usize {
    elements.iter().filter(|element| *element == name).count()
}

#[test]
fn the_page_stands_alone() {
    let planner = planner();
    let check = |line: &str, status: i32, plots: usize, expected: &[&str]| {
        let page = page(&planner, &format!("{line} --sandbox"), status);
        let elements = elements(&page);
        for address in [
            "http:",
            "https:",
            "//",
            "src=",
            "href",
            "url(",
            "@import",
            "<script",
            "javascript:",
        ] {
            assert!(!page.contains(address), "{line}: {address}");
        }
        for (name, expected) in [("html", 1), ("style", 1), ("h1", 1), ("polyline", plots)] {
            assert_eq!(count(&elements, name), expected, "{line}: {name}");
        }
        for expected in [
            "prefers-color-scheme:dark",
            "@media print",
            "width=device-width",
            "default-src &#39;none&#39;",
        ]
        .iter()
        .chain(expected)
        {
            assert!(page.contains(expected), "{line}: {expected}\n{page}");
        }
    };
    // Every class is drawn twice: for wide and for narrow pages.
    check(
        "H100:8",
        0,
        6,
        &[
            "<h1>H100:8 for 24 h</h1>",
            "364.80 USD",
            "30 compete, 486 were rejected",
            "not in stock",
            "--spot-auto",
        ],
    );
    check(
        "H100:64 --max-nodes any --spot --interruptions-per-day 2 --checkpoint-minutes 30",
        0,
        2,
        &[
            "so an hour of work takes 1.0208 hours on spot",
            "1395.2064 USD",
            "no GPU of it is cheap enough",
        ],
    );
    check(
        "H100:8 --max-total 400 --sort-by rate",
        0,
        6,
        &["drawn without --max-total and --sort-by"],
    );
    check("A100:2 --new-disk 2TB", 0, 8, &["new disk", "without disks"]);
    check("H100:8 --fx EUR=1.08", 0, 6, &["1 EUR is taken to be worth 1.08 USD"]);
    check("H100:8 --max-price 0.01", 3, 0, &["Nothing matches.", "would match"]);
}

/// The figures are those of the quote, to the last digit.
#[test]
fn every_figure_of_the_quote_is_there() {
    let planner = planner();
    for request in [
        "H100:8 --max-offers 4",
        "H100:64 --max-nodes any --spot-auto",
        "A100:2 --new-disk 2TB",
    ] {
        let quote = run(&planner, &format!("quote {request} --sandbox --why -o json")).json();
        let page = page(&planner, &format!("{request} --sandbox"), 0);
        let has = |figure: &str| assert!(page.contains(figure), "{request}: {figure}");
        assert!(!list(&quote, "plans").is_empty());
        for plan in list(&quote, "plans") {
            has(&format!(">{} USD for 24 h, to the last digit<", text(plan, "total")));
            for group in list(plan, "groups") {
                has(&format!(">{}<", text(group, "offer_id")));
                for line in list(group, "lines") {
                    // Padded, so that points stand below each other.
                    has(&format!(">{}", text(line, "unit_price")));
                    has(&format!(">{}", text(line, "rate")));
                }
            }
        }
        for rejected in list(&quote["market"], "rejected") {
            has(&format!("<bdi>{}</bdi>", rejected["offers"]));
        }
    }
}

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

#[test]
fn what_makes_no_sense_is_refused() {
    let planner = planner();
    let check = |line: &str, complaint: &str| {
        let ran = run(&planner, &format!("report {line}"));
        ran.expect(2);
        assert!(ran.stderr.contains(complaint), "{line}: {}", ran.stderr);
    };
    check("", "no GPU is named");
    check("H100:8 --sandbox -o json", "a report is Markdown, or a page");
    check(
        "H100:8 --sandbox --json --html x.html",
        "a report is Markdown, or a page",
    );
    check("H100:8 --sandbox -o markdown --html -", "cannot both be printed");
    check("H100:8 --sandbox --html no/such/folder.html", "cannot be written");
    check("nothing.json", "cannot be read");
    check("quote.json --hours 72", "flags of a request");
    check("quote.json --max-offers 3", "flags of a request");
    fs::write(planner.home().join("empty.json"), "{}").unwrap();
    check("empty.json", "it is no quote");
}

#[test]
fn both_forms_at_once() {
    let planner = planner();
    let ran = run(&planner, "report H100:8 --sandbox -o markdown --html report.html");
    ran.expect(0);
    assert!(ran.stdout.starts_with("## H100:8 for 24 h\n") && ran.stderr.contains("report.html"));
    elements(&fs::read_to_string(planner.home().join("report.html")).unwrap());
    // What is folded is unfolded again, and every table is one.
    assert_eq!(
        ran.stdout.matches("<details>").count(),
        ran.stdout.matches("</details>").count()
    );
    let mut columns = None;
    for line in ran.stdout.lines() {
        let bars = line
            .starts_with('|')
            .then(|| line.replace("\\|", "").matches('|').count());
        assert!(bars.is_none() || columns.is_none() || bars == columns, "{line}");
        columns = bars;
    }
}

/// Two brokers whose every word is hostile.
fn hostile() -> Fake {
    crate::hostile::fake()
}

#[test]
fn strangers_words_are_words() {
    let fake = hostile();
    let planner = planner().asking(&fake);
    let line = "H100:8 --security any --max-offers 100";
    let page = page(&planner, line, 0);
    let elements = elements(&page);
    // A row for each word and broker, and a card.
    assert!(count(&elements, "article") > 40, "{}", count(&elements, "article"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    // No word is longer than anybody reads.
    let longest = page.split(['<', '>', ' ']).map(str::len).max();
    assert!(longest < Some(2_000), "{longest:?}");

    let markdown = run(&planner, &format!("report {line}")).expect(0).stdout.clone();
    let bad = markdown.chars().find(|c| crate::hostile::is_active(*c));
    assert_eq!(bad, None);
    let plain = markdown.replace("\\[", "").replace("\\]", "").replace("\\`", "");
    for markup in ["<script", "<img", "](", "![", "://", "@", "`"] {
        assert!(!plain.contains(markup), "{markup}");
    }
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
