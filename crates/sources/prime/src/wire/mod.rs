//! What Prime's JSON may be: every field optional, texts and numbers borrowed, nothing decided.

mod availability;
mod disk;
mod summary;

pub(crate) use availability::{CurrencyWord, DiskRow, GpuRow, Page, Prices, Spec};
pub(crate) use disk::{DiskInfo, DiskPage, OwnedDisk};
pub(crate) use summary::Summary;
