//! What a user of the library has to build.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::cargo;
use crate::finding::Finding;

/// The library with both sources and without the command line, as a list.
const TREE: &[&str] = &[
    "tree",
    "--package=gpu-broker",
    "--no-default-features",
    "--features=spheron,prime",
    "--edges=normal",
    "--prefix=none",
    "--format={p}",
    "--locked",
];

/// What only the command line, the simulator or the tests may bring.
const UNWANTED: &[&str] = &[
    "anstream",
    "anstyle",
    "axum",
    "clap",
    "clap_builder",
    "clap_complete",
    "comfy-table",
    "console",
    "crossterm",
    "gpu-broker-hostile",
    "gpu-broker-planner",
    "gpu-broker-sandbox",
    "gpu-broker-testkit",
    "indicatif",
    "jsonschema",
    "proptest",
    "terminal_size",
    "termcolor",
    "tracing-subscriber",
    "unicode-width",
];

/// What must be there, or the listing is not the one that was asked for.
const WANTED: &[&str] = &[
    "gpu-broker",
    "gpu-broker-core",
    "gpu-broker-prime",
    "gpu-broker-spheron",
];

/// Asks without the network first: it is only needed when something that
/// the lock file names was never fetched on this machine.
pub(super) fn listing(root: &Path) -> Result<String> {
    let offline: Vec<&str> = TREE.iter().copied().chain(["--offline"]).collect();
    cargo::output(root, &offline)
        .or_else(|_| cargo::output(root, TREE))
        .context("cannot list what the library depends on")
}

pub(super) fn check(listing: &str) -> Vec<Finding> {
    let names: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let unwanted = UNWANTED
        .iter()
        .filter(|name| names.contains(name))
        .map(|name| format!("without `cli` it still brings {name}"));
    let missing = WANTED
        .iter()
        .filter(|name| !names.contains(name))
        .map(|name| format!("with its sources it does not bring {name}"));
    unwanted
        .chain(missing)
        .map(|message| Finding::whole("gpu-broker", message))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAN: &str = "gpu-broker v0.1.0 (/x)\ngpu-broker-core v0.1.0 (/x)\ngpu-broker-prime v0.1.0 (/x)\n\
        gpu-broker-spheron v0.1.0 (/x)\nserde v1.0.0\nclap_lex v1.0.0\nserde_derive v1.0.0 (proc-macro)\n";

    #[test]
    fn a_lean_library_is_clean() {
        assert_eq!(check(LEAN), []);
    }

    #[test]
    fn the_terminal_and_the_simulator_are_refused() {
        for name in UNWANTED {
            let found = check(&format!("{LEAN}{name} v1.0.0 (*)\n"));
            assert_eq!(found.len(), 1, "{name}");
            assert!(found[0].message.ends_with(name), "{name}: {found:?}");
        }
    }

    #[test]
    fn an_empty_listing_proves_nothing() {
        assert_eq!(check("").len(), WANTED.len());
    }
}
