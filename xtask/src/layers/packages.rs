//! Which package may depend on which.

use super::metadata::{Dependency, Kind, Package};
use crate::finding::Finding;

const ROOT: &str = "gpu-broker";
const CORE: &str = "gpu-broker-core";
const HTTP: &str = "gpu-broker-http";
const KIT: &str = "gpu-broker-source-kit";
const SPHERON: &str = "gpu-broker-spheron";
const PRIME: &str = "gpu-broker-prime";
const ENGINE: &str = "gpu-broker-engine";
const SANDBOX: &str = "gpu-broker-sandbox";
const PLANNER: &str = "gpu-broker-planner";
const TESTKIT: &str = "gpu-broker-testkit";
const HOSTILE: &str = "gpu-broker-hostile";
const XTASK: &str = "xtask";

/// What one package may use of this workspace.
struct Row {
    package: &'static str,
    /// When it ships, and when it is built.
    ships: &'static [&'static str],
    /// In its tests, on top of that.
    tests: &'static [&'static str],
}

const ROWS: &[Row] = &[
    row(CORE, &[]),
    row(HTTP, &[]),
    row(KIT, &[CORE, HTTP]),
    row(SPHERON, &[CORE, HTTP, KIT]),
    row(PRIME, &[CORE, HTTP, KIT]),
    row(ENGINE, &[CORE]),
    // Never http or an adapter: it must not share a mistake with the code
    // that it tests.
    row(SANDBOX, &[CORE]),
    row(PLANNER, &[CORE, HTTP, SPHERON, PRIME, ENGINE, SANDBOX]),
    row(TESTKIT, &[CORE, ENGINE, SANDBOX, HTTP]),
    // Tests that send bad input to everything that reads any.
    row(HOSTILE, &[CORE, HTTP, SPHERON, PRIME, ENGINE, PLANNER, TESTKIT]),
    row(XTASK, &[]),
    Row {
        package: ROOT,
        // The simulated brokers are a feature, for trying and testing; `library` sees that nobody gets them unasked.
        ships: &[CORE, HTTP, ENGINE, SPHERON, PRIME, PLANNER, SANDBOX],
        // The tests and benches of the whole belong to the root package.
        tests: &[HTTP, TESTKIT, HOSTILE],
    },
];

const fn row(package: &'static str, ships: &'static [&'static str]) -> Row {
    Row {
        package,
        ships,
        tests: &[],
    }
}

/// All that core may use from outside, and what its tests may add.
const CORE_SHIPS: &[&str] = &["async-trait", "jiff", "rust_decimal", "serde", "thiserror"];
const CORE_TESTS: &[&str] = &["insta", "proptest", "serde_json"];

/// Crates with a home, seldom two: nobody else names them, in tests neither.
const HOMES: &[(&str, &str)] = &[
    ("reqwest", HTTP),
    ("rustls", HTTP),
    ("axum", SANDBOX),
    ("anstream", PLANNER),
    ("anstyle", PLANNER),
    ("clap", PLANNER),
    ("clap_complete", PLANNER),
    ("comfy-table", PLANNER),
    ("indicatif", PLANNER),
    ("tracing-subscriber", PLANNER),
    // What a process may do is decided where it starts; tests open terminals of their own.
    ("rustix", PLANNER),
    ("rustix", TESTKIT),
    ("rusqlite", ENGINE),
    // Chance has one home: everything else is given a seed, or comes out the
    // same each time.
    ("getrandom", ENGINE),
    // The oracle of the tests: no plan that is sold comes from a solver that reckons in doubles.
    ("microlp", TESTKIT),
];

/// Every dependency that should not be there.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let complain = |message: String| Finding::whole(&package.name, message);
        if !inherits_lints(&package.manifest) {
            findings.push(complain("its manifest lacks `[lints] workspace = true`".to_owned()));
        }
        let Some(row) = ROWS.iter().find(|row| row.package == package.name) else {
            findings.push(complain("has no row in the import rules".to_owned()));
            continue;
        };
        for dependency in &package.dependencies {
            let ours = dependency.path.is_some() || packages.iter().any(|one| one.name == dependency.name);
            let refused = if ours {
                refuse_ours(row, dependency)
            } else {
                refuse_outside(&package.name, dependency)
            };
            findings.extend(refused.map(complain));
        }
    }
    findings
}

fn refuse_ours(row: &Row, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let allowed = row.ships.contains(&name) || (dependency.kind == Some(Kind::Dev) && row.tests.contains(&name));
    (!allowed).then(|| format!("may not depend on {name}{}", spoken(dependency.kind)))
}

fn refuse_outside(package: &str, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let homes = || HOMES.iter().filter(|(known, _)| *known == name);
    if let Some((_, home)) = homes().next().filter(|_| homes().all(|(_, home)| *home != package)) {
        return Some(format!(
            "may not use {name}{}, which belongs to {home}",
            spoken(dependency.kind)
        ));
    }
    let allowed = package != CORE
        || CORE_SHIPS.contains(&name)
        || (dependency.kind == Some(Kind::Dev) && CORE_TESTS.contains(&name));
    (!allowed).then(|| format!("may not use {name}{}, core stays small", spoken(dependency.kind)))
}

fn spoken(kind: Option<Kind>) -> &'static str {
    match kind {
        None => "",
        Some(Kind::Dev) => " in its tests",
        Some(Kind::Build) => " in its build",
    }
}

fn inherits_lints(manifest: &str) -> bool {
    let table = manifest.parse::<toml::Table>().unwrap_or_default();
    let inherited = table.get("lints").and_then(|lints| lints.get("workspace"));
    inherited.and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::metadata;

    const LINTS: &str = "[lints]\nworkspace = true\n";

    /// What is said of a package with one dependency, given as cargo does.
    fn said(package: &str, name: &str, kind: &str, ours: bool) -> Vec<String> {
        let path = if ours { "\"somewhere\"" } else { "null" };
        let json = format!(
            r#"{{"packages": [{{"name": "{package}", "manifest_path": "x", "dependencies":
                [{{"name": "{name}", "kind": {kind}, "path": {path}, "rename": "other"}}]}}]}}"#
        );
        let mut packages = metadata::parse(&json).unwrap();
        for package in &mut packages {
            package.manifest = LINTS.to_owned();
        }
        check(&packages).into_iter().map(|finding| finding.message).collect()
    }

    const NORMAL: &str = "null";
    const DEV: &str = "\"dev\"";
    const BUILD: &str = "\"build\"";

    #[test]
    fn packages_of_ours() {
        for (package, name, kind, clean) in [
            (CORE, HTTP, NORMAL, false),
            (CORE, TESTKIT, DEV, false),
            (HTTP, CORE, NORMAL, false),
            (HTTP, CORE, DEV, false),
            (SPHERON, CORE, NORMAL, true),
            (SPHERON, HTTP, NORMAL, true),
            (SPHERON, PRIME, NORMAL, false),
            (PRIME, ENGINE, NORMAL, false),
            (PRIME, SANDBOX, DEV, false),
            (ENGINE, CORE, NORMAL, true),
            (ENGINE, HTTP, NORMAL, false),
            (ENGINE, TESTKIT, DEV, false),
            (SANDBOX, CORE, NORMAL, true),
            (SANDBOX, HTTP, NORMAL, false),
            (SANDBOX, PRIME, DEV, false),
            (PLANNER, SANDBOX, NORMAL, true),
            (PLANNER, TESTKIT, DEV, false),
            (ROOT, PLANNER, NORMAL, true),
            (ROOT, HTTP, NORMAL, true),
            (ROOT, SANDBOX, NORMAL, true),
            (ROOT, TESTKIT, NORMAL, false),
            (ROOT, TESTKIT, BUILD, false),
            (ROOT, TESTKIT, DEV, true),
            (ROOT, SANDBOX, DEV, true),
            (ROOT, CORE, DEV, true),
            (TESTKIT, HTTP, NORMAL, true),
            (TESTKIT, PLANNER, NORMAL, false),
            (HOSTILE, PLANNER, NORMAL, true),
            (HOSTILE, SANDBOX, NORMAL, false),
            (TESTKIT, HOSTILE, NORMAL, false),
            (ROOT, HOSTILE, NORMAL, false),
            (ROOT, HOSTILE, DEV, true),
            (XTASK, PLANNER, NORMAL, false),
            (XTASK, CORE, BUILD, false),
            (CORE, "gpu-broker-extra", NORMAL, false),
        ] {
            let said = said(package, name, kind, true);
            assert_eq!(said.is_empty(), clean, "{package} -> {name} {kind}: {said:?}");
        }
    }

    #[test]
    fn crates_from_outside() {
        for (package, name, kind, clean) in [
            (CORE, "serde", NORMAL, true),
            (CORE, "tokio", NORMAL, false),
            (CORE, "serde_json", NORMAL, false),
            (CORE, "serde_json", DEV, true),
            (CORE, "proptest", DEV, true),
            (CORE, "proptest", BUILD, false),
            (CORE, "tokio", DEV, false),
            (HTTP, "reqwest", NORMAL, true),
            (HTTP, "tokio", NORMAL, true),
            (SPHERON, "reqwest", NORMAL, false),
            (PLANNER, "rustls", NORMAL, false),
            (ROOT, "reqwest", DEV, false),
            (SANDBOX, "axum", NORMAL, true),
            (TESTKIT, "axum", NORMAL, false),
            (PLANNER, "clap", NORMAL, true),
            (XTASK, "clap", NORMAL, false),
            (ENGINE, "tracing-subscriber", DEV, false),
            (ENGINE, "rusqlite", NORMAL, true),
            (PLANNER, "rusqlite", NORMAL, false),
            (ENGINE, "getrandom", NORMAL, true),
            (SANDBOX, "getrandom", NORMAL, false),
            (TESTKIT, "microlp", NORMAL, true),
            (CORE, "microlp", DEV, false),
            (ROOT, "microlp", DEV, false),
        ] {
            let said = said(package, name, kind, false);
            assert_eq!(said.is_empty(), clean, "{package} -> {name} {kind}: {said:?}");
        }
    }

    #[test]
    fn a_package_without_a_row_is_refused() {
        assert_eq!(
            said("stranger", "serde", NORMAL, false),
            ["has no row in the import rules"]
        );
    }

    #[test]
    fn lints_are_inherited_or_reported() {
        for (manifest, inherits) in [
            (LINTS, true),
            ("lints.workspace = true", true),
            ("[lints]\nworkspace = false", false),
            ("[lints.rust]\nunsafe_code = \"allow\"", false),
            ("# [lints] workspace = true", false),
            ("not a manifest", false),
        ] {
            assert_eq!(inherits_lints(manifest), inherits, "{manifest}");
        }
        let mut bare =
            metadata::parse(r#"{"packages": [{"name": "xtask", "manifest_path": "x", "dependencies": []}]}"#).unwrap();
        assert_eq!(check(&bare).len(), 1);
        bare[0].manifest = LINTS.to_owned();
        assert_eq!(check(&bare), []);
    }
}
