//! The client against a server on a real socket, fault by fault.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a test binary")]

mod faults;
mod once;
mod proxy;
mod server;
mod sound;
