//! Who may import whom.

mod check;
mod library;
mod metadata;
mod modules;
mod packages;

pub(crate) use check::errors;
