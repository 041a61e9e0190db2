//! `planner report`: a page that stands alone, Markdown, and quotes that were kept.

mod browser;
mod kept;

use std::fs;

use gpu_broker_testkit::fake::Fake;
use gpu_broker_testkit::planner::Planner;

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
    // Commands are fenced, with nothing of a stranger's in them.
    assert!(
        markdown.contains("\n```sh\nplanner quote H100:8 --security any"),
        "{markdown}"
    );
    let plain = markdown.replace("\n```sh\nplanner ", "\n").replace("\n```\n", "\n");
    let plain = plain.replace("\\[", "").replace("\\]", "").replace("\\`", "");
    for markup in ["<script", "<img", "](", "![", "://", "@", "`"] {
        assert!(!plain.contains(markup), "{markup}");
    }
}
