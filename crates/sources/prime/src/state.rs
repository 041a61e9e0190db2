//! What Prime's own questions answer: those that no other broker has.

use std::collections::BTreeMap;

use gpu_broker_core::instance::{InstanceId, Phase, Ssh};

/// What becomes of a machine, in short: all that `/pods/status` tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PodState {
    /// Which machine.
    pub id: InstanceId,
    /// What becomes of it.
    pub phase: Phase,
    /// Prime's own word for that.
    pub status: String,
    /// How to reach it; one entry for each of its nodes.
    pub ssh: Vec<Ssh>,
    /// How far its installation has come, in percent, when Prime says.
    pub progress: Option<u8>,
    /// What went wrong with it, in Prime's words.
    pub trouble: Option<String>,
}

/// A team that the key's owner belongs to. `PrimeOptions::team` takes its id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Team {
    /// Its id.
    pub id: String,
    /// Its name; the id again when it has none.
    pub name: String,
    /// What the key's owner is in it, in Prime's word.
    pub role: Option<String>,
}

impl Team {
    /// A team of which nothing is known but its id.
    pub(crate) fn unnamed(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            role: None,
        }
    }
}

/// Whose key it is, and what the key may do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The person's id.
    pub id: String,
    /// The person's name.
    pub name: Option<String>,
    /// Whether the account is banned: it can then launch nothing.
    pub banned: bool,
    /// Whether the account is spared from paying ahead.
    pub skips_prepay: bool,
    /// What the key may do, by Prime's word for the subject, such as
    /// `instances`; empty when Prime does not say.
    pub permissions: BTreeMap<String, Permission>,
}

/// What a key may do with one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    /// Look at it.
    pub read: bool,
    /// Change it.
    pub write: bool,
}
