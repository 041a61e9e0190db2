//! The modules of core stand in a line: each may use those before it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::finding::Finding;
use crate::scan;
use crate::tree::{File, Tree};

/// The line. A name without a file is ignored, a file without a name is not.
const ORDER: &[&str] = &[
    "words",
    "number",
    "quantity",
    "money",
    "gpu",
    "place",
    "offer",
    "disk",
    "configuration",
    "bill",
    "instance",
    "source",
    "market",
    "policy",
    "demand",
    "colocation",
    "fit",
    "plan",
    "quote",
    "verify",
];

const SOURCES: &str = "crates/core/src/";

/// Every use of a later module, and of a name that hides its module.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files: Vec<(Place, &File)> = tree
        .rust()
        .filter(|file| !file.is_test())
        .filter_map(|file| Some((Place::of(&file.path)?, file)))
        .collect();
    let mut findings = Vec::new();
    let mut macros = BTreeMap::new();
    for (place, file) in &files {
        if position(&place.module).is_none() {
            let message = format!("module {} has no place in the order of core", place.module);
            findings.push(Finding::whole(&file.path, message));
        }
        for name in macro_names(&file.shipped) {
            macros.insert(name, place.module.as_str());
        }
    }
    for (place, file) in &files {
        let mut found: Vec<Finding> = uses(place, &file.shipped)
            .into_iter()
            .filter_map(|(at, name)| {
                let owner = macros.get(name.as_str()).copied().unwrap_or(&name);
                let line = scan::line_at(&file.shipped, at);
                refuse(place, owner).map(|message| Finding::new(&file.path, line, message))
            })
            .collect();
        found.sort();
        found.dedup();
        findings.extend(found);
    }
    findings
}

/// Where a file of core is.
struct Place {
    /// The module directly under the crate.
    module: String,
    /// How many `super` lead to the crate.
    depth: usize,
}

impl Place {
    /// None outside core, and for its `lib.rs`, which names them all.
    fn of(path: &str) -> Option<Self> {
        let inside = path.strip_prefix(SOURCES)?.strip_suffix(".rs")?;
        let inside = inside.strip_suffix("/mod").unwrap_or(inside);
        let module = inside.split('/').next().filter(|name| *name != "lib")?;
        Some(Self {
            module: module.to_owned(),
            depth: inside.split('/').count(),
        })
    }
}

fn position(module: &str) -> Option<usize> {
    ORDER.iter().position(|name| *name == module)
}

fn refuse(place: &Place, used: &str) -> Option<String> {
    if used == place.module || used == "self" {
        return None;
    }
    // A file without a place is reported once, as a whole.
    let own = position(&place.module)?;
    match position(used) {
        Some(other) if other < own => None,
        Some(_) => Some(format!("{} may not use {used}, which comes later", place.module)),
        None => Some(format!("`{used}` is no module of core; name the module that it is in")),
    }
}

/// What the code names directly under the crate, and where.
fn uses(place: &Place, code: &str) -> Vec<(usize, String)> {
    let inline = scan::inline_modules(code);
    let mut found = Vec::new();
    for (at, word) in scan::words(code) {
        let starts_path = !scan::before(code, at).ends_with("::");
        let Some(rest) = (match word {
            "crate" => after_colons(code, at + word.len()),
            "super" if starts_path => after_supers(code, at, place.depth + depth_at(&inline, at)),
            _ => None,
        }) else {
            continue;
        };
        for path in scan::paths_at(code, rest) {
            let name = path.split("::").next().unwrap_or_default();
            found.push((at, name.to_owned()));
        }
    }
    found
}

fn depth_at(inline: &[Range<usize>], at: usize) -> usize {
    inline.iter().filter(|module| module.contains(&at)).count()
}

/// Where the path goes on after `::`.
fn after_colons(code: &str, at: usize) -> Option<usize> {
    let rest = scan::after(code, at).strip_prefix("::")?.trim_start();
    Some(code.len() - rest.len())
}

/// Where the path goes on after as many `super::` as lead to the crate.
fn after_supers(code: &str, at: usize, depth: usize) -> Option<usize> {
    let mut at = at;
    for _ in 0..depth {
        if !code.get(at..)?.starts_with("super") {
            return None;
        }
        at = after_colons(code, at + "super".len())?;
    }
    Some(at)
}

fn macro_names(code: &str) -> Vec<&str> {
    scan::words(code)
        .filter(|(at, word)| *word == "macro_rules" && scan::after(code, at + word.len()).starts_with('!'))
        .filter_map(|(at, word)| scan::words(code.get(at + word.len()..)?).next())
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the first file that break the order.
    fn lines(files: &[(&str, &str)]) -> Vec<usize> {
        let path = format!("{SOURCES}{}", files[0].0);
        let files = files
            .iter()
            .map(|(path, text)| File::new(&format!("{SOURCES}{path}"), text));
        check(&Tree::new(files.collect()))
            .into_iter()
            .filter(|finding| finding.path == path)
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn the_order_names_each_module_once() {
        for (index, name) in ORDER.iter().enumerate() {
            assert_eq!(position(name), Some(index));
        }
    }

    #[test]
    fn later_modules_are_refused() {
        for (path, text) in [
            ("money.rs", "use crate::offer::Offer;"),
            ("money.rs", "use crate::{words, bill::Bill};"),
            ("money.rs", "pub use crate::{\n    offer::{Offer},\n};"),
            ("money.rs", "fn a(b: crate::bill::Bill) {}"),
            ("money.rs", "use super::plan::Plan;"),
            ("money.rs", "mod a { use super::super::plan::Plan; }"),
            ("money/mod.rs", "use super::plan::Plan;"),
            ("money/rate.rs", "use super::super::{plan::Plan};"),
            ("money/rate.rs", "use crate::plan;"),
            ("money.rs", "macro_rules! a { () => { $crate::plan::b() } }"),
            ("plan.rs", "use crate::quote::Quote;"),
            ("plan.rs", "use crate::*;"),
            ("plan.rs", "use crate::Money;"),
        ] {
            assert_eq!(lines(&[(path, text)]), [1], "{path}: {text}");
        }
    }

    #[test]
    fn earlier_modules_and_own_parts_are_free() {
        for (path, text) in [
            (
                "money.rs",
                "use crate::words::Word;\nuse crate::{number, quantity::{Gb, Hours}};",
            ),
            ("money.rs", "use self::rate::Rate;\nmod a { use super::plan; }"),
            ("money/mod.rs", "use crate::money::rate::Rate;"),
            ("money/rate.rs", "use super::plan;\nuse super::super::words::Word;"),
            ("money.rs", "pub(crate) fn a() {}\npub(in crate::money) fn b() {}"),
            ("money.rs", "// use crate::plan\nfn a() { \"crate::plan\"; }"),
            ("money.rs", "#[cfg(test)]\nmod tests { use crate::plan::Plan; }"),
            ("money/tests.rs", "use crate::plan::Plan;"),
            ("money.rs", "use std::fmt;\nuse gpu::crates::plan;"),
            ("lib.rs", "pub use crate::plan::Plan;\nmod source;"),
        ] {
            assert_eq!(lines(&[(path, text)]), [0_usize; 0], "{path}: {text}");
        }
    }

    #[test]
    fn a_module_without_a_place_is_refused_once() {
        assert_eq!(lines(&[("extra.rs", "use crate::money::Money;")]), [0]);
    }

    #[test]
    fn a_macro_belongs_to_the_module_that_defines_it() {
        let money = ("money.rs", "use crate::a_word;\ncrate::a_word!();");
        let words = ("words.rs", "macro_rules! a_word { () => {} }");
        let plan = ("plan.rs", "macro_rules! a_word { () => {} }");
        assert_eq!(lines(&[money, words]), [0_usize; 0]);
        assert_eq!(lines(&[money, plan]), [1, 2]);
    }
}
