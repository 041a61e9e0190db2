//! What cannot be ordered.

use thiserror::Error;

/// Why a plan cannot be launched as it was asked: in words, which may hold a
/// broker's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Unlaunchable(pub(super) String);

impl From<String> for Unlaunchable {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl From<&str> for Unlaunchable {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}
