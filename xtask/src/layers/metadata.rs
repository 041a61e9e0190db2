//! The packages of the workspace, as cargo tells them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::cargo;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// One package of the workspace.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest_path: String,
    pub(super) dependencies: Vec<Dependency>,
    /// The text of `Cargo.toml`, which alone says whose lints hold.
    #[serde(skip)]
    pub(super) manifest: String,
}

/// One line under a dependencies table.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    /// As published, whatever the package calls it.
    pub(super) name: String,
    #[serde(default)]
    pub(super) kind: Option<Kind>,
    /// Set for a package of this repository.
    #[serde(default)]
    pub(super) path: Option<String>,
}

/// None is a normal dependency.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Dev,
    Build,
}

pub(super) fn parse(json: &str) -> Result<Vec<Package>> {
    let metadata: Metadata = serde_json::from_str(json).context("cargo metadata has another shape")?;
    Ok(metadata.packages)
}

pub(super) fn load(root: &Path) -> Result<Vec<Package>> {
    let json = cargo::output(root, &["metadata", "--format-version", "1", "--no-deps"])?;
    let mut packages = parse(&json)?;
    for package in &mut packages {
        let path = &package.manifest_path;
        package.manifest =
            fs::read_to_string(path).with_context(|| format!("cannot read the manifest of {}", package.name))?;
    }
    Ok(packages)
}
