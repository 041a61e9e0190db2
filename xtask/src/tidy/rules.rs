//! The list of rules, and running them.

use super::{code, fixtures, text};
use crate::finding::Finding;
use crate::tree::Tree;

/// A rule: a name, and every place where a tree breaks it.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    level: Level,
    pub(super) check: fn(&Tree) -> Vec<Finding>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
}

pub(super) const RULES: &[Rule] = &[
    error("unfinished", code::unfinished),
    error("float", code::float),
    error("environment", code::environment),
    error("printing", code::printing),
    error("no-logic", code::no_logic),
    error("size", text::too_long),
    warning("long", text::long),
    error("white-space", text::white_space),
    error("last-line", text::last_line),
    error("machine-path", text::machine_path),
    error("fixtures", fixtures::unlisted),
];

const fn error(name: &'static str, check: fn(&Tree) -> Vec<Finding>) -> Rule {
    Rule {
        name,
        level: Level::Error,
        check,
    }
}

const fn warning(name: &'static str, check: fn(&Tree) -> Vec<Finding>) -> Rule {
    Rule {
        name,
        level: Level::Warning,
        check,
    }
}

/// Every place that must change.
pub(crate) fn errors(tree: &Tree) -> Vec<Finding> {
    run(tree, Level::Error)
}

/// Every place that someone should look at.
pub(crate) fn warnings(tree: &Tree) -> Vec<Finding> {
    run(tree, Level::Warning)
}

fn run(tree: &Tree, level: Level) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES
        .iter()
        .filter(|rule| rule.level == level)
        .flat_map(|rule| named(*rule, tree))
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

/// What one rule finds, with its name in the message.
fn named(rule: Rule, tree: &Tree) -> Vec<Finding> {
    let mut findings = (rule.check)(tree);
    for finding in &mut findings {
        finding.message = format!("{} [{}]", finding.message, rule.name);
    }
    findings
}
