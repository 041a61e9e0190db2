//! Wire rows into records: the one place that decides what Prime's words mean. Pure; a row that cannot be understood
//! is a `Fault`, never a guess.

mod account;
mod disk;
mod offer;
mod pod;
mod words;

pub(crate) use account::{balance, key, team, user};
pub(crate) use disk::{disk_offer, owned_disk};
pub(crate) use offer::offer;
pub(crate) use pod::{log, moment, past, pod, state};
pub(crate) use words::{Words, identity, other_name};

#[cfg(test)]
mod tests;
