//! What becomes of the output: pipes, colours and narrow terminals.

use std::io::Read as _;
use std::time::Duration;

use gpu_broker_testkit::planner::wait;

use crate::support::planner;

#[test]
fn a_closed_pipe_is_no_error() {
    let planner = planner();
    for output in ["table", "json", "csv", "yaml", "markdown"] {
        // More than a pipe holds, so that the writer meets the closed end.
        let many = [
            "quote",
            "any:1GB+:1",
            "--max-offers",
            "100000",
            "--security",
            "any",
            "--spot-auto",
        ];
        let arguments: Vec<&str> = many.into_iter().chain(["--sandbox", "-o", output]).collect();
        let mut child = planner.spawn(&arguments);
        drop(child.stdout.take());
        let mut stderr = child.stderr.take().unwrap();
        let said = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        assert_eq!(wait(&mut child, Duration::from_secs(60)), Some(0), "{output}");
        let said = said.join().unwrap();
        assert!(
            !said.contains("error") && !said.contains("panicked"),
            "{output}: {said}"
        );
    }
}

#[test]
fn nothing_is_coloured_off_a_terminal() {
    let arguments = [
        &["quote", "H100:8", "--sandbox"][..],
        &["quote", "H100:8", "--sandbox", "--no-color", "-v"],
        &["quote", "H100:8", "--sandbox", "--explain"],
        &["quote", "--help"],
        &["--help"],
        &["help", "exit-status"],
        &["quote", "H100", "--bogus"],
        &["quote", "H10", "--sandbox"],
        &["quote", "H100:8", "--sandbox", "-vv"],
    ];
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "xterm-256color")] {
        for arguments in arguments {
            let ran = planner().unset("NO_COLOR").set(variable, value).run(arguments);
            assert!(
                !ran.output().contains('\u{1b}'),
                "{variable}={value} {arguments:?}: {ran:?}"
            );
            assert!(!ran.output().is_empty(), "{arguments:?}");
        }
    }
}

#[test]
fn a_table_is_never_wider_than_the_terminal() {
    let requests: [&[&str]; 6] = [
        &["H100:8"],
        &["H100:64", "--max-nodes", "any", "--security", "any"],
        &["any:1GB+:1", "--security", "any", "--spot-auto", "--max-offers", "500"],
        &["A100:3", "--hours", "1000", "--spread", "--mixed", "--max-nodes", "any"],
        &[
            "RTX4090:2",
            "--security",
            "community",
            "--disk",
            "300",
            "--hours",
            "37.5",
        ],
        &["H100:1000", "--hours", "720"],
    ];
    for columns in ["80", "100", "120", "200"] {
        for request in requests {
            let arguments: Vec<&str> = ["quote"].iter().chain(request).chain(&["--sandbox"]).copied().collect();
            let ran = planner().set("COLUMNS", columns).run(&arguments);
            ran.expect(0);
            let widest = ran.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(
                widest.chars().count() <= columns.parse().unwrap(),
                "{columns} columns:\n{widest}"
            );
            // Whatever leaves for want of room, the price and the offer stay.
            let heading = ran.stdout.lines().next().unwrap();
            for name in ["OFFER", "$/h", "TOTAL("] {
                assert!(heading.contains(name), "{columns}: {heading}");
            }
        }
    }
}

#[test]
fn what_matters_is_told_at_any_width() {
    let check = |line: &str, columns: &str, expected: &[&str]| {
        let arguments: Vec<&str> = line.split_whitespace().chain(["--sandbox"]).collect();
        let ran = planner().set("COLUMNS", columns).run(&arguments);
        let shown = &ran.expect(0).stdout;
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest <= columns.parse().ok(), "{line} in {columns}:\n{shown}");
        for expected in expected {
            assert!(shown.contains(expected), "{line} in {columns}: {expected}\n{shown}");
        }
    };
    for columns in ["40", "80", "120"] {
        check("quote H100:8 --spot-auto", columns, &["TIER", " spot ", " secure "]);
        check("quote RTX4090:2 --security community", columns, &["TIER", " commun. "]);
        check(
            "quote H100:1000 --hours 8760",
            columns,
            &["TIER", " prepaid ", "13052400.00"],
        );
        check("gpus", columns, &["MEMORY", "40 GB", "80 GB"]);
        // As commands take them.
        check(
            "disks",
            columns,
            &["disk-hyperstack-no-1 ", "6a0f00000000000000000001 "],
        );
    }
    check("quote B200:8 --hours 800", "40", &["TOTAL(800h)", "28160.00"]);
    // One machine in two places.
    check("quote H100:8", "80", &["PLACE", " FIN-02 ", " ICE-01 "]);
    check("quote H100:8", "120", &["PLACE", " FIN-02 ", " ICE-01 "]);
}

#[test]
fn nothing_is_cut_in_a_pipe() {
    for command in ["quote H100:8 --spot-auto", "disks", "offers --max-offers 500", "gpus"] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--sandbox"]).collect();
        let ran = planner().unset("COLUMNS").run(&arguments);
        assert!(!ran.expect(0).stdout.contains('…'), "{command}:\n{}", ran.stdout);
    }
}

#[test]
fn the_other_tables_fit_as_well() {
    for command in [&["offers"][..], &["gpus"], &["disks"]] {
        for columns in ["80", "120"] {
            let arguments: Vec<&str> = command.iter().chain(&["--sandbox"]).copied().collect();
            let ran = planner().set("COLUMNS", columns).run(&arguments);
            ran.expect(0);
            let widest = ran.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(
                widest.chars().count() <= columns.parse().unwrap(),
                "{command:?} in {columns}:\n{widest}"
            );
        }
    }
}

/// Everything that prints, without a machine.
const PRINTING: [&str; 8] = [
    "quote H100:8",
    "quote A100:3 --spread --mixed --max-nodes any",
    "quote A100:1 --new-disk 2TB",
    "compare H100:8",
    "offers",
    "gpus",
    "disks",
    "config show",
];

/// Where there is little room, what does not fit leaves as a whole, and no price is cut.
#[test]
fn forty_columns_are_enough() {
    for line in PRINTING {
        let words: Vec<&str> = line.split(' ').chain(["--sandbox"]).collect();
        let ran = planner().set("COLUMNS", "40").set("TERM", "dumb").run(&words);
        ran.expect(0);
        // Sentences below a table are no rows.
        let rows = ran
            .stdout
            .lines()
            .filter(|row| !row.contains(": ") && !row.contains("from "));
        for row in rows {
            assert!(row.chars().count() <= 40, "{line}: {row}");
        }
        assert!(!ran.output().contains('\u{1b}'), "{line}");
    }
    let ran = planner().set("COLUMNS", "40").run(&["quote", "H100:8", "--sandbox"]);
    assert!(
        ran.stdout.contains(" 15.2000 ") && ran.stdout.contains(" 364.80"),
        "{}",
        ran.stdout
    );
}

/// Off a terminal the bytes are the same in every locale; what a terminal gets is tested beside the printer.
#[test]
fn a_locale_without_utf8_changes_nothing_in_a_pipe() {
    for line in PRINTING {
        let words: Vec<&str> = line.split(' ').chain(["--sandbox"]).collect();
        let told = |variable: &str, value: &str| planner().set(variable, value).run(&words).expect(0).stdout.clone();
        let usual = told("LANG", "C.UTF-8");
        let home = |text: String| {
            text.lines()
                .filter(|line| !line.contains("data_dir"))
                .collect::<String>()
        };
        for (variable, value) in [("LC_ALL", "C"), ("LANG", "POSIX"), ("LC_CTYPE", "de_DE.ISO-8859-1")] {
            assert_eq!(
                home(told(variable, value)),
                home(usual.clone()),
                "{variable}={value} {line}"
            );
        }
    }
}

#[test]
fn whatever_prints_forgives_a_closed_pipe() {
    let more = [
        "--help",
        "quote --help",
        "help offers-file",
        "help quote",
        "completion bash",
        "man quote",
    ];
    for line in PRINTING.into_iter().chain(more) {
        let tells = more.contains(&line);
        let words: Vec<&str> = line.split(' ').chain((!tells).then_some("--sandbox")).collect();
        let mut child = planner().spawn(&words);
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(wait(&mut child, Duration::from_secs(60)), Some(0), "{line}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{line}: {said}");
    }
}
