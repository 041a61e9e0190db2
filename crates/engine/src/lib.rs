//! Asking many brokers at once, and launching what was chosen.
//!
//! The adapters know one broker each and the core knows none; this is where
//! their answers become one `Market`, with whatever is missing on record, and
//! where machines are launched without ever renting twice or forgetting one.

pub mod clock;
mod digits;
// For tests of crashes, in the one other crate that launches; no part of what is promised.
#[doc(hidden)]
pub mod failpoint;
mod gather;
pub mod identity;
pub mod journal;
pub mod launch;
pub mod lock;
pub mod tag;

pub use gather::{gather, gather_disk_offers, gather_disks};
