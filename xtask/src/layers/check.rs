//! All the import rules, on one repository.

use std::path::Path;

use anyhow::Result;

use super::{library, metadata, modules, packages};
use crate::finding::Finding;
use crate::tree::Tree;

/// Every place that breaks an import rule.
pub(crate) fn errors(root: &Path) -> Result<Vec<Finding>> {
    let found = metadata::load(root)?;
    let mut findings = packages::check(&found);
    findings.extend(library::check(&library::listing(root)?));
    findings.extend(modules::check(&Tree::load(root)?));
    findings.sort();
    findings.dedup();
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    #[test]
    fn the_repository_keeps_its_layers() {
        let findings: Vec<String> = errors(&tree::root()).unwrap().iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
