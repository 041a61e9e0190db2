//! Prime as a source, against a small server that answers as it is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod account;
mod catalog;
mod create;
mod disks;
mod fleet;
mod list;
mod stand;
