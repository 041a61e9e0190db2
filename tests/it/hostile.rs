//! Words of strangers that mean harm: to terminals, to spreadsheets, to tables.

use gpu_broker_testkit::fake::{Face, Fake};
use gpu_broker_testkit::planner::Planner;
use gpu_broker_testkit::ware::{Shelf, Ware};
use serde_json::json;

use crate::support::{list, planner, text};

/// Things that a broker, or somebody who sells through one, may write.
fn words() -> Vec<String> {
    let mut words: Vec<String> = [
        "\u{1b}[2J\u{1b}[1;1Howned",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]8;;http://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\",
        "\u{9b}31mred",
        "\u{202e}txt.exe",
        "\u{2066}isolated\u{2069}",
        "zero\u{200b}width\u{feff}",
        "two\nlines\r\n 1 cheap 0.0001",
        "nul\0tab\tbell\u{7}back\u{8}",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\u{ff1d}HYPERLINK(\"http://evil.example\")",
        "a|b|c",
        "\\|",
        "`code`",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "![x](http://evil.example/x.png)",
        "quote\"comma,semicolon;",
        "\u{2028}line\u{2029}paragraph",
        "日本語のデータセンター",
        "\u{e0001}\u{e0041}tagged",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    ]
    .map(str::to_owned)
    .into();
    words.push("x".repeat(64 * 1024));
    words.push("\u{1b}".repeat(64 * 1024));
    words
}

/// A row of each broker with the word wherever a word may stand.
fn rows(number: usize, word: &str) -> (String, String) {
    let prime = Ware::new(Shelf::Prime, "ID", 8, &format!("15.{number:03}")).row();
    let mut prime: serde_json::Value = serde_json::from_str(&prime).unwrap();
    for field in [
        "cloudId",
        "provider",
        "dataCenter",
        "region",
        "country",
        "interconnectType",
    ] {
        prime[field] = json!(word);
    }
    let mut own = prime.clone();
    // The GPU has to stay what is asked for; the tier and stock may be anything.
    own["stockStatus"] = json!(word);
    own["images"] = json!([word]);
    let spheron = Ware::new(Shelf::Spheron, "ID", 8, &format!("16.{number:03}")).row();
    let mut spheron: serde_json::Value = serde_json::from_str(&spheron).unwrap();
    for field in ["offerId", "provider", "name", "region", "interconnectType"] {
        spheron[field] = json!(word);
    }
    spheron["clusters"] = json!([word]);
    spheron["os_options"] = json!([word]);
    (own.to_string(), spheron.to_string())
}

pub(crate) fn fake() -> Fake {
    let (prime, spheron): (Vec<_>, Vec<_>) = words().iter().enumerate().map(|(at, word)| rows(at, word)).unzip();
    let group = format!(r#"{{"gpuType":"H100_PCIE","offers":[{}]}}"#, spheron.join(","));
    Fake::start(Face::of(prime), Face::of(vec![group]))
}

/// Commands and formats that show the words.
fn shown(fake: &Fake, output: &str, mut check: impl FnMut(&str, &str)) {
    let quote = ["quote", "H100:8", "--security", "any", "--max-offers", "100"];
    for (command, explain) in [(&quote[..], &["--explain"][..]), (&["offers"], &[]), (&["gpus"], &[])] {
        let more = if output == "table" { explain } else { &[] };
        let arguments = [command, more, &["-o", output]].concat();
        let ran = Planner::asking(planner(), fake).run(&arguments);
        ran.expect(0);
        check(&ran.stdout, &ran.stderr);
    }
}

/// What moves a cursor, turns a line round, or cannot be seen.
pub(crate) fn is_active(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
}

#[test]
fn a_terminal_sees_nothing_active() {
    let fake = fake();
    for output in ["table", "markdown", "csv"] {
        shown(&fake, output, |stdout, stderr| {
            for text in [stdout, stderr] {
                let bad = text.chars().find(|c| is_active(*c));
                assert_eq!(bad, None, "{output}: {text:.2000}");
            }
        });
    }
}

#[test]
fn a_table_keeps_its_lines_and_its_width() {
    let ran = planner().set("COLUMNS", "120").asking(&fake()).run(&[
        "quote",
        "H100:8",
        "--security",
        "any",
        "--max-offers",
        "100",
    ]);
    ran.expect(0);
    assert_eq!(ran.stdout.lines().count(), 2 * words().len() + 1);
    for line in ran.stdout.lines() {
        // Characters of East Asia take two columns, accents that combine none.
        let columns = |c: char| match c {
            '\u{300}'..='\u{36f}' => 0,
            '\u{2e80}'.. => 2,
            _ => 1,
        };
        let width: usize = line.chars().map(columns).sum();
        assert!(width <= 120, "{width}: {line}");
    }
}

#[test]
fn a_spreadsheet_sees_no_formula() {
    shown(&fake(), "csv", |stdout, _| {
        let mut reader = csv::Reader::from_reader(stdout.as_bytes());
        let mut rows = 0;
        for record in reader.records() {
            for cell in &record.unwrap() {
                let start = cell.trim_start();
                let formula = start.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
                assert!(!formula && !cell.contains(['\n', '\r', '\t']), "{cell:?}");
            }
            rows += 1;
        }
        assert!(rows > 0);
    });
}

#[test]
fn markdown_stays_one_table() {
    shown(&fake(), "markdown", |stdout, _| {
        let bars = |line: &str| {
            let mut escaped = false;
            let mut count = 0;
            for c in line.chars() {
                count += usize::from(c == '|' && !escaped);
                escaped = c == '\\' && !escaped;
            }
            count
        };
        let first = bars(stdout.lines().next().unwrap());
        for line in stdout.lines() {
            assert!(
                bars(line) == first && line.starts_with("| ") && line.ends_with(" |"),
                "{line:.300}"
            );
            // Escaped brackets are no link.
            let plain = line.replace("\\[", "").replace("\\]", "");
            let markup = ["<script", "<img", "](javascript", "![", "]("];
            assert!(!markup.iter().any(|markup| plain.contains(markup)), "{line:.300}");
        }
    });
}

#[test]
fn json_and_yaml_keep_every_word_to_the_letter() {
    let fake = fake();
    let ask = |output| {
        let ran = planner()
            .asking(&fake)
            .run(&["quote", "H100:8", "--max-offers", "100", "-o", output]);
        ran.expect(0);
        ran
    };
    let yaml: serde_json::Value = serde_yaml_ng::from_str(&ask("yaml").stdout).unwrap();
    for document in [ask("json").json(), yaml] {
        for broker in ["prime", "spheron"] {
            let groups = list(&document, "plans").iter().flat_map(|plan| list(plan, "groups"));
            let own: Vec<_> = groups.filter(|group| text(group, "broker") == broker).collect();
            for word in words() {
                let kept = |group: &&serde_json::Value| {
                    group["offer_id"] == word && group["provider"] == word && group["place"]["data_center"] == word
                };
                assert!(own.iter().any(kept), "{broker} {word:.80?}");
            }
        }
    }
}

/// Half of a pair of surrogates is no text: the row is refused, or read without it, and the others stand.
#[test]
fn lone_surrogates_spoil_their_own_row_at_most() {
    let good = |shelf, id: &str| Ware::new(shelf, id, 8, "15").row();
    let bad = |shelf| good(shelf, "BAD").replace("\"BAD\"", r#""\ud800 id""#);
    let group = |rows: [String; 2]| format!(r#"{{"gpuType":"H100_PCIE","offers":[{}]}}"#, rows.join(","));
    let fake = Fake::start(
        Face::of(vec![bad(Shelf::Prime), good(Shelf::Prime, "good-p")]),
        Face::of(vec![group([bad(Shelf::Spheron), good(Shelf::Spheron, "good-s")])]),
    );
    for output in ["json", "table", "csv"] {
        let ran = planner().asking(&fake).run(&["quote", "H100:8", "-o", output]);
        ran.expect(0);
        assert!(
            ran.stdout.contains("good-p") && ran.stdout.contains("good-s"),
            "{output}: {ran:?}"
        );
        if output == "json" {
            let market = &ran.json()["market"];
            assert_eq!(market["read"], 4, "{market}");
        }
    }
}

/// Counts and prices that no machine has are refused one by one, quickly, and in bounded memory.
#[test]
fn absurd_numbers_spoil_their_own_row_at_most() {
    let numbers = [
        "1e308",
        "1e-300",
        "-1",
        "99999999999999999999",
        "4294967295",
        "4294967296",
        "1e400",
        "0.1e-30",
        "1E+2",
        "NaN1",
    ];
    let plain = Ware::new(Shelf::Prime, "good", 8, "15").row();
    let mut rows = vec![plain.clone()];
    for number in numbers.iter().filter(|number| !number.contains("NaN")) {
        rows.push(plain.replace("\"gpuCount\":8", &format!("\"gpuCount\":{number}")));
        rows.push(plain.replace("\"onDemand\":15", &format!("\"onDemand\":{number}")));
        rows.push(plain.replace("\"defaultCount\":512", &format!("\"defaultCount\":{number}")));
        rows.push(plain.replace("\"prepaidTime\":null", &format!("\"prepaidTime\":{number}")));
    }
    let read = rows.len();
    let fake = Fake::start(Face::of(rows), Face::of(Vec::new()));
    for more in [
        &[][..],
        &["--max-nodes", "any"],
        &["--max-nodes", "any", "--sort-by", "per-gpu"],
        &["--sort-by", "upfront"],
    ] {
        let arguments = [&["quote", "H100:8", "-o", "json", "--max-offers", "100"], more].concat();
        let ran = planner().asking(&fake).run(&arguments);
        ran.expect(0);
        let document = ran.json();
        assert_eq!(document["market"]["read"], read, "{more:?}");
        let groups = list(&document, "plans").iter().flat_map(|plan| list(plan, "groups"));
        assert!(groups.into_iter().any(|group| group["offer_id"] == "good"), "{more:?}");
    }
}
