//! Every recorded answer says where it came from.
//!
//! A fixtures folder holds an `index.toml` with one entry for each file:
//!
//! ```toml
//! [[fixture]]
//! file = "offers.json"
//! origin = "GET /offers, the example of the documentation"
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::finding::Finding;
use crate::tree::Tree;

const INDEX: &str = "index.toml";

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    fixture: Vec<Entry>,
}

/// Further keys, such as a date, are the folder's own affair.
#[derive(Deserialize)]
struct Entry {
    file: String,
    origin: String,
}

/// Each fixture is listed with an origin, and each listed one is there.
pub(super) fn unlisted(tree: &Tree) -> Vec<Finding> {
    let mut folders: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for file in &tree.files {
        if let Some((folder, name)) = file.fixture() {
            folders.entry(folder).or_default().insert(name, &file.text);
        }
    }
    folders
        .into_iter()
        .flat_map(|(folder, files)| in_folder(folder, &files))
        .collect()
}

fn in_folder(folder: &str, files: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let index_path = format!("{folder}/{INDEX}");
    let Some(text) = files.get(INDEX) else {
        return vec![Finding::whole(folder, format!("has no {INDEX}"))];
    };
    let index: Index = match toml::from_str(text) {
        Ok(index) => index,
        Err(error) => {
            let line = error.span().map_or(0, |span| crate::scan::line_at(text, span.start));
            return vec![Finding::new(&index_path, line, error.message())];
        }
    };
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for entry in &index.fixture {
        if entry.origin.trim().is_empty() {
            findings.push(Finding::whole(&index_path, format!("{} has no origin", entry.file)));
        }
        if !listed.insert(entry.file.as_str()) {
            findings.push(Finding::whole(&index_path, format!("{} is listed twice", entry.file)));
        }
        if !files.contains_key(entry.file.as_str()) {
            findings.push(Finding::whole(&index_path, format!("{} is not there", entry.file)));
        }
    }
    for name in files.keys().filter(|name| **name != INDEX && !listed.contains(*name)) {
        findings.push(Finding::whole(
            &format!("{folder}/{name}"),
            format!("is not in {INDEX}"),
        ));
    }
    findings
}
