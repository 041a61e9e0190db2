//! Rules about code: comments, strings and characters do not count.

use crate::finding::Finding;
use crate::scan;
use crate::tree::{File, Tree};

/// The packages where a figure may become money.
const EXACT: &[&str] = &["crates/core", "crates/sources", "crates/engine", "crates/planner"];
/// Excuses one line, with a reason after it.
const FLOAT_MARK: &str = "// tidy: float";

/// The one module that reads the environment, and the tools that may.
const ENVIRONMENT: &str = "crates/planner/src/env.rs";
/// What shows how the library is used: programs that print, and have a body.
const EXAMPLES: &[&str] = &["crates/facade/examples"];
/// The one module that writes to the terminal.
const PRINTER: &[&str] = &["crates/planner/src/printer", "xtask"];
const PRINTER_FILE: &str = "crates/planner/src/printer.rs";

/// No unfinished code and no test that is switched off.
pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let mut findings = macros(tree.rust(), &["todo", "unimplemented", "dbg"], "is not finished code");
    for file in tree.rust() {
        for (at, _) in scan::words(&file.code).filter(|(_, word)| *word == "ignore") {
            // `#[ignore]`, and `#[cfg_attr(…, ignore)]`.
            let attribute = file.code.get(..at).and_then(|code| code.rfind("#["));
            let inside = attribute
                .and_then(|open| file.code.get(open + 2..at))
                .is_some_and(|between| between.trim().is_empty() || is_open_cfg_attr(between));
            if inside {
                findings.push(found(file, at, "a test that is switched off proves nothing"));
            }
        }
    }
    findings
}

fn is_open_cfg_attr(between: &str) -> bool {
    between.trim_start().starts_with("cfg_attr") && !between.contains(']')
}

/// No binary floating point where a figure may become money.
pub(super) fn float(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| file.is_under(EXACT)) {
        for (at, word) in scan::words(&file.code).filter(|(_, word)| names_float(word)) {
            let line = scan::line_at(&file.code, at);
            if !is_excused(&file.text, line) {
                let message = format!("`{word}` is not exact; a line that needs one says `{FLOAT_MARK}` and why");
                findings.push(Finding::new(&file.path, line, message));
            }
        }
    }
    findings
}

/// `f64`, `as_secs_f64` and `1f64`, but not `0x1f64`.
fn names_float(word: &str) -> bool {
    let is_number = word.starts_with(|symbol: char| symbol.is_ascii_digit());
    if is_number {
        return !word.starts_with("0x") && (word.ends_with("f32") || word.ends_with("f64"));
    }
    word.split('_').any(|part| matches!(part, "f32" | "f64"))
}

fn is_excused(text: &str, line: usize) -> bool {
    text.lines()
        .nth(line - 1)
        .and_then(|line| line.split_once(FLOAT_MARK))
        .is_some_and(|(_, reason)| reason.contains(char::is_alphabetic))
}

/// The environment is read in one place.
pub(super) fn environment(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        if file.is_test() || file.is_under(&["xtask"]) || file.path == ENVIRONMENT {
            continue;
        }
        let code = &file.shipped;
        let inline = scan::words(code)
            .filter(|(at, word)| *word == "std" && !scan::before(code, *at).ends_with("::"))
            .filter(|(at, _)| scan::paths_at(code, *at).iter().any(|path| is_environment(path)))
            .map(|(at, _)| at);
        let imported = scan::imports(code)
            .into_iter()
            .filter(|(_, path)| is_environment(path))
            .map(|(at, _)| at);
        let mut places: Vec<usize> = inline.chain(imported).map(|at| scan::line_at(code, at)).collect();
        places.sort_unstable();
        places.dedup();
        findings.extend(
            places
                .into_iter()
                .map(|line| Finding::new(&file.path, line, format!("only {ENVIRONMENT} reads the environment"))),
        );
    }
    findings
}

fn is_environment(path: &str) -> bool {
    path == "std::env" || path.starts_with("std::env::")
}

/// The terminal is written in one place.
pub(super) fn printing(tree: &Tree) -> Vec<Finding> {
    let printing = ["println", "eprintln", "print", "eprint"];
    let files = tree
        .rust()
        .filter(|file| !file.is_under(PRINTER) && file.path != PRINTER_FILE && !file.is_under(EXAMPLES));
    macros(files, &printing, "belongs to the planner's printer")
}

/// A `mod.rs` is a table of contents, and the facade only re-exports.
pub(super) fn no_logic(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let facade = file.is_under(&["crates/facade"]) && !file.is_under(EXAMPLES);
        if !facade && file.path != "mod.rs" && !file.path.ends_with("/mod.rs") {
            continue;
        }
        for (at, name) in scan::function_bodies(&file.shipped) {
            if !(facade && name == "main") {
                findings.push(found(
                    file,
                    at,
                    &format!("`{name}` has a body; move it to a module of its own"),
                ));
            }
        }
    }
    findings
}

fn macros<'a>(files: impl Iterator<Item = &'a File>, names: &[&str], why: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (at, word) in scan::words(&file.code) {
            if names.contains(&word) && scan::is_macro_call(&file.code, at, word) {
                findings.push(found(file, at, &format!("`{word}!` {why}")));
            }
        }
    }
    findings
}

fn found(file: &File, at: usize, message: &str) -> Finding {
    Finding::new(&file.path, scan::line_at(&file.code, at), message)
}
