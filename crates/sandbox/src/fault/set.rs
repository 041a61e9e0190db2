//! The faults of one request.

use super::Fault;

/// What goes wrong with one request; usually nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set(Vec<Fault>);

impl Set {
    /// Adds faults.
    pub(crate) fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.0.extend(faults);
    }

    /// Whether this one is among them.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// All of them, in the order in which they were asked for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().copied()
    }

    /// Whether the world must be kept afterwards although the request only reads.
    pub(crate) fn change_the_world(&self) -> bool {
        self.iter().any(|fault| {
            matches!(
                fault,
                Fault::KeyRevoked | Fault::ListLookAlike | Fault::ListOtherScope | Fault::HostileNames
            )
        })
    }
}
