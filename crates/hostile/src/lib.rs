//! Bad input: what strangers, a broken line or a bad disk may hand to this program, and what must come of it.
//!
//! [`corpus`] is a fixed set of cases, each with the outcome that it must have; [`fuzz`] holds the bodies of the fuzz
//! targets, which assert what must hold of any bytes at all. Both ask the real adapters: a [`Stand`] answers them
//! without a connection, on a clock that does not wait.
//!
//! The cases of the corpus are made here, by generators and from small texts of our own; no broker was recorded for
//! them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test's helper fails by panicking, as the test does"
)]

pub mod corpus;
pub mod fuzz;
mod inert;
mod order;
mod stand;

pub use inert::{is_active, is_formula};
pub use stand::{Stand, answer};
