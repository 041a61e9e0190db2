//! Test helpers shared by the integration tests and the benches.
//!
//! [`fake`] is a pair of scripted brokers, [`planner`] runs the binary in a clean environment, and [`reckon`] is a
//! second opinion on every price and plan: it is written from the pricing and planning rules, in fractions, and shares
//! no code with what it judges. [`ware`] describes offers once, for the wire, for the library and for the reckoner.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test's helper fails by panicking, as the test does"
)]

pub mod bridge;
pub mod dice;
pub mod fake;
pub mod fraction;
#[cfg(target_os = "linux")]
pub mod live;
pub mod market;
pub mod peers;
pub mod planner;
pub mod reckon;
#[cfg(unix)]
pub mod session;
pub mod sim;
#[cfg(unix)]
pub mod terminal;
pub mod ware;
pub mod wish;
