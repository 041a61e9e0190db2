//! The sandbox as its clients see it: real requests over loopback.

#![expect(clippy::unwrap_used, reason = "a test's helper fails by panicking, as the test does")]

mod client;
mod life;
mod prime;
mod spheron;
