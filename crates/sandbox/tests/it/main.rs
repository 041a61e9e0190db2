//! The sandbox as its clients see it: real requests over loopback, and worlds without sockets.

#![expect(clippy::unwrap_used, reason = "a test's helper fails by panicking, as the test does")]

mod client;
mod control;
mod fates;
mod faults;
mod kept;
mod keys;
mod lies;
mod life;
mod machines;
mod money;
mod orders;
mod prime;
mod refusals;
mod spheron;
mod stock;
mod storage;
mod wire;
