use super::rules::RULES;
use super::*;
use crate::tree::{self, File, Tree};

/// A rule, a made-up file, and the lines that break the rule. Line 0 is the
/// file as a whole.
type Sample<'a> = (&'a str, &'a str, &'a str, &'a [usize]);

const CORE: &str = "crates/core/src/a.rs";
const HTTP: &str = "crates/http/src/a.rs";
const IT: &str = "tests/it/a.rs";
const XTASK: &str = "xtask/src/a.rs";
const PRIME: &str = "crates/sources/prime/src/a.rs";
const PLANNER: &str = "crates/planner/src/a.rs";
const PRINTER: &str = "crates/planner/src/printer.rs";
const MOD: &str = "crates/core/src/a/mod.rs";
const FACADE: &str = "crates/facade/planner.rs";
const EXAMPLE: &str = "crates/facade/examples/quote.rs";
const ANSWER: &str = "crates/sources/prime/fixtures/a.json";
const INDEX: &str = "crates/sources/prime/fixtures/index.toml";

const SAMPLES: &[Sample] = &[
    ("unfinished", CORE, "fn a() {\n    todo!()\n}\n", &[2]),
    ("unfinished", CORE, "fn a() { unimplemented! {} }", &[1]),
    ("unfinished", CORE, "fn a() { std::dbg!(1); }", &[1]),
    ("unfinished", IT, "#[test]\n#[ignore = \"slow\"]\nfn a() {}", &[2]),
    ("unfinished", IT, "#[ ignore]\nfn a() {}", &[1]),
    ("unfinished", IT, "#[cfg_attr(x, ignore)]\nfn a() {}", &[1]),
    ("unfinished", CORE, "// todo!()\nlet todo = \"#[ignore]\";", &[]),
    ("unfinished", CORE, "#[cfg_attr(x, y)] fn a(ignore: u8) {}", &[]),
    ("unfinished", CORE, "#[must_use] fn ignore() { todo != b }", &[]),
    ("float", CORE, "fn a(b: f64) {}\nlet c = 1f32;", &[1, 2]),
    ("float", PRIME, "\na.as_secs_f64();", &[2]),
    ("float", CORE, "#[cfg(test)]\nmod tests { type A = f32; }", &[2]),
    ("float", CORE, "fn a(b: f64) {} // tidy: float", &[1]),
    ("float", CORE, "fn a(b: f64) {} // tidy: float, why", &[]),
    ("float", CORE, "// f64\nlet f640 = (\"f32\", 0x1f64);", &[]),
    ("float", HTTP, "type A = f64;", &[]),
    ("environment", HTTP, "\nstd::env::var(\"B\");", &[2]),
    ("environment", HTTP, "use std::{\n    env, fs};", &[1]),
    ("environment", HTTP, "use ::std::env::var;", &[1]),
    ("environment", PLANNER, "use std::env as other;", &[1]),
    ("environment", HTTP, "use std::fs;\nuse crate::env;", &[]),
    ("environment", HTTP, "env!(\"A\"); option_env!(\"B\");", &[]),
    ("environment", HTTP, "#[cfg(test)]\nmod tests { use std::env; }", &[]),
    ("environment", "crates/planner/src/env.rs", "use std::env;", &[]),
    ("environment", IT, "use std::env;", &[]),
    ("environment", XTASK, "use std::env;", &[]),
    ("printing", HTTP, "println!();\neprint!(\"a\");", &[1, 2]),
    ("printing", PLANNER, "anstream::eprintln!();", &[1]),
    ("printing", IT, "print![\"a\"]", &[1]),
    ("printing", PRINTER, "println!()", &[]),
    ("printing", "crates/planner/src/printer/a.rs", "print!()", &[]),
    ("printing", XTASK, "println!()", &[]),
    ("printing", EXAMPLE, "println!()", &[]),
    ("printing", HTTP, "/// println!()\nwriteln!(a, \"print!()\");", &[]),
    ("printing", HTTP, "fn print() { print() }", &[]),
    ("no-logic", MOD, "mod b;\nfn c() {}\n", &[2]),
    ("no-logic", MOD, "trait A {\n    fn b(&self) -> u8 { 1 }\n}", &[2]),
    ("no-logic", MOD, "pub use b::C;\ntrait D { fn d(); }", &[]),
    ("no-logic", MOD, "#[cfg(test)]\nmod tests { fn a() {} }", &[]),
    ("no-logic", CORE, "fn a() {}", &[]),
    ("no-logic", FACADE, "pub fn a() -> u8 { 1 }", &[1]),
    ("no-logic", FACADE, "fn main() {}", &[]),
    ("no-logic", EXAMPLE, "pub fn a() -> u8 { 1 }", &[]),
    ("white-space", CORE, "a \n\tb\nc\r\nd\n", &[1, 2, 3]),
    ("white-space", CORE, "a\n    b \"\\t\"\n", &[]),
    ("white-space", "README.md", "a  \n", &[]),
    ("last-line", "README.md", "a", &[0]),
    ("last-line", CORE, "a\n\n", &[0]),
    ("last-line", INDEX, "a", &[0]),
    ("last-line", CORE, "a\n", &[]),
    ("last-line", CORE, "", &[]),
    ("last-line", "tests/it/snapshots/a.snap", "a", &[]),
    ("last-line", ANSWER, "{}", &[]),
    ("machine-path", CORE, "crates/home/ ./home/ <dir>/root/", &[]),
    ("machine-path", CORE, "https://example.com/home/ /homely/", &[]),
];

fn found(rule: &str, files: &[(&str, &str)]) -> Vec<(String, usize)> {
    let Some(rule) = RULES.iter().find(|known| known.name == rule) else {
        panic!("no rule is called {rule}");
    };
    let files = files.iter().map(|(path, text)| File::new(path, text));
    (rule.check)(&Tree::new(files.collect()))
        .into_iter()
        .map(|finding| (finding.path, finding.line))
        .collect()
}

fn check((rule, path, text, lines): Sample) {
    let expect: Vec<_> = lines.iter().map(|line| (path.to_owned(), *line)).collect();
    assert_eq!(found(rule, &[(path, text)]), expect, "{rule} on {text:?}");
}

#[test]
fn rules_find_what_they_say_and_nothing_else() {
    SAMPLES.iter().copied().for_each(check);
}

#[test]
fn long_files() {
    check(("size", CORE, &"\n".repeat(601), &[0]));
    check(("size", CORE, &"\n".repeat(600), &[]));
    check(("size", "README.md", &"\n".repeat(601), &[]));
    check(("long", CORE, &"\n".repeat(401), &[0]));
    check(("long", CORE, &"\n".repeat(400), &[]));
    check(("long", CORE, &"\n".repeat(601), &[]));
}

#[test]
fn paths_of_a_machine() {
    for folder in ["home", "root", "work", "Users"] {
        // Put together here, so that this file does not break the rule.
        let path = ["", folder, "someone"].join("/");
        check(("machine-path", ".ci/run", &format!("#\n# {path}\n"), &[2]));
        check(("machine-path", CORE, &format!("\"{path}\""), &[1]));
        check(("machine-path", CORE, &format!("file://{path}"), &[1]));
        check(("machine-path", INDEX, &path, &[1]));
        check(("machine-path", ANSWER, &path, &[]));
    }
}

#[test]
fn fixtures_and_their_index() {
    let folder = "crates/sources/prime/fixtures";
    let listed = "[[fixture]]\nfile = \"a.json\"\norigin = \"the documentation\"\n";
    let dated = format!("{listed}seen = 2026-01-01\n");
    let twice = listed.repeat(2);
    let silent = listed.replace("the documentation", " ");
    for (files, expect) in [
        (vec![(INDEX, listed), (ANSWER, "{}")], None),
        (vec![(INDEX, &dated), (ANSWER, "{}")], None),
        (vec![("tests/it/fixtures/a.json", "{}")], None),
        (vec![(ANSWER, "{}")], Some((folder, 0))),
        (vec![(INDEX, ""), (ANSWER, "{}")], Some((ANSWER, 0))),
        (vec![(INDEX, listed)], Some((INDEX, 0))),
        (vec![(INDEX, &silent), (ANSWER, "{}")], Some((INDEX, 0))),
        (vec![(INDEX, &twice), (ANSWER, "{}")], Some((INDEX, 0))),
        (
            vec![(INDEX, "\n[[fixture]]\nfile = \"a.json\"\n"), (ANSWER, "{}")],
            Some((INDEX, 2)),
        ),
    ] {
        let expect: Vec<_> = expect.map(|(path, line)| (path.to_owned(), line)).into_iter().collect();
        assert_eq!(found("fixtures", &files), expect, "{files:?}");
    }
    let nested = [
        ("crates/http/fixtures/b/a.json", "{}"),
        ("crates/http/fixtures/index.toml", &listed.replace("a.json", "b/a.json")),
    ];
    assert_eq!(found("fixtures", &nested), []);
}

#[test]
fn every_rule_has_samples_of_both_kinds() {
    let elsewhere = ["size", "long", "machine-path", "fixtures"];
    for rule in RULES.iter().filter(|rule| !elsewhere.contains(&rule.name)) {
        let mut own = SAMPLES.iter().filter(|sample| sample.0 == rule.name);
        assert!(
            own.clone().any(|sample| !sample.3.is_empty()),
            "{} never fails",
            rule.name
        );
        assert!(own.any(|sample| sample.3.is_empty()), "{} never passes", rule.name);
    }
}

#[test]
fn a_warning_is_not_an_error() {
    let tree = Tree::new(vec![File::new(CORE, &"//\n".repeat(401))]);
    assert_eq!(errors(&tree), []);
    assert_eq!(warnings(&tree).len(), 1);
}

#[test]
fn the_repository_is_tidy() {
    let tree = Tree::load(&tree::root()).unwrap();
    let sees_itself = tree.files.iter().any(|file| file.path == "xtask/src/tidy/tests.rs");
    assert!(sees_itself, "the walk misses sources");
    let findings: Vec<String> = errors(&tree).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
