//! Wire rows into records: the one place that decides what Prime's words mean. Pure; a row that cannot be understood
//! is a `Fault`, never a guess.

mod disk;
mod offer;
mod words;

pub(crate) use disk::{disk_offer, owned_disk};
pub(crate) use offer::offer;
pub(crate) use words::Words;

#[cfg(test)]
mod tests;
