//! Completions and manual pages: what shells and man make of them.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::support::planner;

/// Runs a program of the system over a text; `None` where there is none.
fn piped(program: &str, arguments: &[&str], text: &str) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Some(child.wait_with_output().unwrap())
}

/// Names that stand in a help text's list of commands.
fn commands() -> Vec<String> {
    let help = planner().run(&["--help"]).expect(0).stdout.clone();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter(|line| !line.starts_with("   "));
    names
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect()
}

#[test]
fn shells_understand_their_completions() {
    let script = |shell: &str| planner().run(&["completion", shell]).expect(0).stdout.clone();
    for (shell, begins) in [("bash", "_planner()"), ("zsh", "#compdef planner"), ("fish", "# ")] {
        let text = script(shell);
        assert!(text.starts_with(begins), "{shell}: {}", &text[..80]);
        for command in commands() {
            assert!(text.contains(&command), "{shell}: {command}");
        }
        for flag in ["max-price", "price-tolerance", "no-config"] {
            assert!(text.contains(flag), "{shell}: {flag}");
        }
        if let Some(read) = piped(shell, &["-n"], &text) {
            assert!(read.status.success() && read.stderr.is_empty(), "{shell}: {read:?}");
        }
    }
    // What bash completes.
    let line = "COMP_WORDS=(planner prov); COMP_CWORD=1; _planner planner prov planner; echo \"${COMPREPLY[@]}\"";
    let bash = format!("{}\n{line}\n", script("bash"));
    if let Some(read) = piped("bash", &["--norc"], &bash) {
        assert_eq!(String::from_utf8_lossy(&read.stdout).trim(), "provision", "{read:?}");
    }
    planner().run(&["completion", "tcsh"]).expect(2);
}

#[test]
fn manual_pages_are_roff() {
    let check = |name: &str, page: &str| {
        assert!(page.starts_with(".ie \\n(.g .ds Aq"), "{name}: {}", &page[..60]);
        assert!(page.contains(&format!(".TH {name} 1")), "{name}: {}", &page[..200]);
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLES"] {
            assert!(page.contains(section), "{name}: {section}");
        }
        assert!(!page.contains(".SH EXTRA"), "{name}");
        if let Some(read) = piped("groff", &["-man", "-Tutf8", "-ww", "-z"], page) {
            assert!(read.status.success() && read.stderr.is_empty(), "{name}: {read:?}");
        }
    };
    check("planner", &planner().run(&["man"]).expect(0).stdout);
    check("planner-quote", &planner().run(&["man", "quote"]).expect(0).stdout);
    let home = planner();
    let folder = home.home().join("man/man1");
    home.run(&["man", "--dir", folder.to_str().unwrap()]).expect(0);
    for command in commands() {
        let name = format!("planner-{command}");
        check(&name, &fs::read_to_string(folder.join(format!("{name}.1"))).unwrap());
    }
    check("planner", &fs::read_to_string(folder.join("planner.1")).unwrap());
    // Each example is on a line of its own, as it is typed.
    let page = planner().run(&["man", "quote"]).expect(0).stdout.clone();
    if let Some(read) = piped("groff", &["-man", "-Tascii", "-P-cbou"], &page) {
        let text = String::from_utf8_lossy(&read.stdout).into_owned();
        let (_, examples) = text.split_once("EXAMPLES").unwrap();
        for line in [
            "planner quote H100,H200:8 --hours 72 --spot-auto",
            "planner quote A100:1 --attach disk-runpod-wa-1 --sandbox",
            "beside a disk of yours",
        ] {
            assert!(examples.lines().any(|shown| shown.trim() == line), "{line}: {examples}");
        }
    }
    let ran = planner().run(&["man", "quot"]);
    ran.expect(2);
    assert!(ran.stderr.contains("ask about quote"), "{}", ran.stderr);
}
