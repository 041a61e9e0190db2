//! Every screen in a terminal, narrow and wide: no row is broken by the terminal, and colour says nothing alone.

use gpu_broker_testkit::fake::{Face, Fake, Fault};
use gpu_broker_testkit::planner::Planner;
use gpu_broker_testkit::terminal::{Screen, Terminal};
use gpu_broker_testkit::ware::{Shelf, Ware};

use crate::launch::world::{Home, only};
use crate::support::text;

/// What a command shows in a terminal; `None` where the system has none to give.
fn shown(planner: &Planner, line: &str, columns: u16) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (_, shown) = Terminal::start(planner.command(&words), columns)?.end();
    Some(shown)
}

/// The text without colours, and without what was overwritten.
fn plain(shown: &str) -> String {
    Screen::of(shown).text()
}

const COMMANDS: [&str; 18] = [
    "gpus",
    "offers H100 --max-offers 9",
    "disks",
    "quote H100:8",
    "quote H100:8 --why --explain --max-offers 2",
    "quote A100:3 --spread --mixed --max-nodes any",
    "quote A100:1 --new-disk 2TB --explain --max-offers 2",
    "quote A100:1 --attach disk-runpod-wa-1 --move-price 0.02/GB --move-hours 3",
    "quote H100:8 --region canada --provider nebius",
    "quote H10",
    "compare H100:1",
    "provision H100:8 --dry-run --max-duration 8h",
    "ls",
    "reconcile",
    "audit",
    "doctor",
    "config show",
    "resolve nothing --absent",
];

fn home() -> Home {
    let mut home = Home::new();
    home.set("TERM", "xterm-256color");
    home.planner.clear("NO_COLOR");
    home
}

#[test]
fn no_row_is_broken_by_the_terminal() {
    let home = home();
    home.run("provision H100:8 --yes --max-duration 8h").expect(0);
    let id = text(only(&home.run("ls -o json").expect(0).json()), "id").to_owned();
    for columns in [40, 80, 120, 200] {
        let lines = COMMANDS.iter().map(|line| (*line).to_owned());
        for line in lines.chain([format!("show {id}")]) {
            let Some(shown) = shown(&home.planner, &format!("{line} --sandbox"), columns) else {
                return;
            };
            let text = plain(&shown);
            for row in text.lines().filter(|row| row.chars().count() > columns.into()) {
                // A long word cannot be broken.
                let longest = row.split_whitespace().map(str::len).max().unwrap_or(0);
                let is_word = longest > usize::from(columns) / 2;
                assert!(is_word, "{line} in {columns} columns:\n{row}\n{text}");
            }
            assert!(!text.trim().is_empty(), "{line}");
        }
    }
}

/// Help fits as well; what is to be typed can be copied from it.
#[test]
fn help_fits_the_terminal() {
    let home = home();
    for line in [
        "--help",
        "quote --help",
        "provision -h",
        "help report",
        "help exit-status",
        "help offers-file",
        "help config-file",
        "quote H100 --bogus",
        "quote H100 --security secur",
        "",
    ] {
        for columns in [40, 60] {
            let Some(shown) = shown(&home.planner, line, columns) else {
                return;
            };
            let text = plain(&shown);
            for row in text.lines().filter(|row| row.chars().count() > columns.into()) {
                let is_word = row.split_whitespace().count() == 1;
                assert!(is_word, "{line} in {columns} columns:\n{row}\n{text}");
            }
        }
    }
    let text = plain(&shown(&home.planner, "quote --help", 40).unwrap_or_default());
    let example = "  planner quote H100:64 \\\n      --max-nodes any \\\n      --interconnect infiniband\n";
    assert!(text.is_empty() || text.contains(example), "{text}");
}

#[test]
fn colour_says_nothing_that_words_do_not() {
    let mut home = home();
    home.run("provision H100:8 --yes").expect(0);
    let coloured = [
        "quote H100:8 --sandbox",
        "ls",
        "doctor --sandbox",
        "quote H10 --sandbox",
    ];
    let all = |home: &Home| {
        let each = coloured.iter().map(|line| shown(&home.planner, line, 100));
        each.collect::<Option<Vec<String>>>()
    };
    let Some(before) = all(&home) else { return };
    for (shown, line) in before.iter().zip(coloured) {
        assert!(
            shown.contains("\u{1b}[1m") || shown.contains("\u{1b}[38;5;"),
            "{line}: {shown:?}"
        );
    }
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        home.set(variable, value);
        for (shown, line) in all(&home).into_iter().flatten().zip(coloured) {
            assert!(!shown.contains("\u{1b}[38"), "{variable} {line}: {shown:?}");
        }
        let row = |shown: &str| plain(shown).lines().next().map(str::to_owned);
        assert_eq!(row(&all(&home).unwrap()[0]), row(&before[0]), "{variable}");
    }
}

#[test]
fn a_terminal_without_utf8_gets_ascii() {
    let mut home = home();
    home.set("LC_ALL", "C");
    for line in [
        "quote H100:8 --explain",
        "provision H100:8 --dry-run",
        "doctor",
        "compare H100:1",
    ] {
        let Some(shown) = shown(&home.planner, &format!("{line} --sandbox"), 80) else {
            return;
        };
        assert!(shown.is_ascii(), "{line}: {shown}");
    }
}

#[test]
fn whoever_waits_sees_for_whom() {
    let wares = [Ware::new(Shelf::Spheron, "s8", 8, "16.0583")];
    let slow = Fake::start(
        Face::default().with(Fault::Silence),
        Face::selling(Shelf::Spheron, &wares),
    );
    let check = |variable: (&str, &str), line: &str, said: &[&str]| {
        let planner = crate::support::planner().set("TERM", "xterm").asking(&slow);
        let planner = planner.set(variable.0, variable.1);
        let Some(shown) = shown(&planner, &format!("{line} --timeout 2"), 80) else {
            return;
        };
        for all in ["asked, 1 s", "1 of 1 page"] {
            assert_eq!(
                shown.contains(all),
                said.contains(&all),
                "{variable:?} {line}: {shown:?}"
            );
        }
        // Nothing of it stays.
        assert!(!plain(&shown).contains("asked, "), "{line}: {shown:?}");
    };
    let usual = ("TERM", "xterm");
    check(usual, "quote H100:8", &["asked, 1 s", "1 of 1 page"]);
    // Machines are listed by one broker after the other.
    check(usual, "audit", &["asked, 1 s"]);
    check(usual, "reconcile", &["asked, 1 s"]);
    check(usual, "audit -q", &[]);
    check(usual, "quote H100:8 -q", &[]);
    check(("TERM", "dumb"), "quote H100:8", &[]);
    check(("TERM", "dumb"), "audit", &[]);
}
