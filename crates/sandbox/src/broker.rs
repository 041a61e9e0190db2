//! The two brokers, and the key that neither takes.

use serde::{Deserialize, Serialize};

/// The one key that both brokers refuse, to see what a client does with a 401.
pub const REFUSED_KEY: &str = "refused";

/// Which broker sells a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broker {
    /// Prime Intellect.
    Prime,
    /// Spheron AI.
    Spheron,
}

impl Broker {
    /// `prime` or `spheron`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prime => "prime",
            Self::Spheron => "spheron",
        }
    }
}
