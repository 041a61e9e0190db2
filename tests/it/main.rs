//! The whole of it, as its users see it: the binary in a clean environment against brokers that a test scripts, and the
//! library against a reckoner that shares no code with it.
//!
//! `GPU_BROKER_CASES=10000 cargo test --release --test it exactness` tries that many random markets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helper fails by panicking, as the test does"
)]

mod compare;
mod config;
mod contract;
#[cfg(target_os = "linux")]
mod crashes;
mod disks;
mod docs;
mod exactness;
mod examples;
mod exit;
mod faults;
mod files;
mod hostile;
mod large;
mod launch;
#[cfg(unix)]
mod limits;
mod manual;
mod metal;
mod order;
mod policy;
mod quote;
mod recorded;
mod report;
#[cfg(unix)]
mod requests;
mod sandbox;
mod schema;
#[cfg(unix)]
mod screens;
#[cfg(target_os = "linux")]
mod secrets;
#[cfg(unix)]
mod session;
mod support;
mod terminal;
mod unsold;
mod watch;
mod why;
mod wire;
