//! The fixed cases.

pub(crate) mod journal;
