//! The bodies of the fuzz targets: each takes any bytes, and panics when something does not hold that must hold of all.
//!
//! `fuzz/` wraps each for libFuzzer; the tests run each over its seeds and over bytes by chance.

mod failure;
mod files;
mod journal;
mod machine;
mod money;
mod prime;
pub(crate) mod records;
pub(crate) mod sanitisers;
mod spheron;
mod tag;

/// A target by name, and what it does with some bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them, in the order in which the design lists them.
pub const TARGETS: [Target; 11] = [
    ("spheron_offers", spheron::offers),
    ("spheron_deployments", spheron::deployments),
    ("prime_availability", prime::availability),
    ("prime_pods_history", prime::pods_history),
    ("error_body_and_headers", failure::error_body_and_headers),
    ("money_and_units", money::money_and_units),
    ("sanitisers", sanitisers::sanitisers),
    ("journal_open_and_replay", journal::open_and_replay),
    ("plan_file", files::plan_file),
    ("state_machine_events", machine::events),
    ("tag_decode", tag::decode),
];

/// Runs the target of that name; false when there is none.
pub fn run(name: &str, bytes: &[u8]) -> bool {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    if let Some((_, target)) = target {
        target(bytes);
    }
    target.is_some()
}
