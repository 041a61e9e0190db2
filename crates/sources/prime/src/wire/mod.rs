//! What Prime's JSON may be: every field optional, texts and numbers borrowed, nothing decided.

mod account;
mod availability;
mod disk;
mod pod;
mod slice;
mod summary;

pub(crate) use account::{KeyRow, Permission, TeamRow, User, Wallet, Wrapped};
pub(crate) use availability::{CurrencyWord, DiskRow, GpuRow, Page, Prices, Spec};
pub(crate) use disk::{DiskInfo, OwnedDisk};
pub(crate) use pod::{Past, PerNode, Pod, PodState};
pub(crate) use slice::{Outline, Slice};
pub(crate) use summary::Summary;
