//! Asking many brokers at once.
//!
//! The adapters know one broker each and the core knows none; this is where
//! their answers become one `Market`, with whatever is missing on record.

mod gather;

pub use gather::{gather, gather_disk_offers, gather_disks};
