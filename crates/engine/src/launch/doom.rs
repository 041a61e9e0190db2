//! Why a machine must end.

use serde::{Deserialize, Serialize};

/// Why a machine must end. Closed, and told to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doom {
    /// It costs more per hour than was approved.
    Price,
    /// It is another provider's.
    Provider,
    /// It has other GPUs, or another number of them.
    Gpu,
    /// It stands elsewhere.
    Place,
    /// It is spot where on demand was approved, or the other way round.
    Market,
    /// Its broker says that it failed.
    Failed,
    /// Its broker stopped it, and goes on to bill for it.
    Stopped,
    /// It took too long to become ready.
    Slow,
    /// A second machine came of one request.
    Extra,
    /// It came when its place was taken or nobody wanted it any more.
    Late,
    /// The other machines of its launch could not be had.
    Undone,
    /// Its time is over.
    Expired,
    /// Somebody asked.
    User,
}

impl Doom {
    /// What is told to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Price => "it costs more than was approved",
            Self::Provider => "it is another provider's",
            Self::Gpu => "it has other GPUs than were ordered",
            Self::Place => "it stands elsewhere than was ordered",
            Self::Market => "it was sold on other terms than were ordered",
            Self::Failed => "its broker says that it failed",
            Self::Stopped => "its broker stopped it, and may go on to bill for it",
            Self::Slow => "it took too long to become ready",
            Self::Extra => "a second machine came of one request",
            Self::Late => "it came when nobody wanted it any more",
            Self::Undone => "the other machines of its launch could not be had",
            Self::Expired => "its time is over",
            Self::User => "somebody asked that it end",
        }
    }

    /// Whether its place is empty without it.
    pub(crate) fn leaves_a_gap(self) -> bool {
        !matches!(self, Self::Extra | Self::Late)
    }

    /// Whether another offer may be tried in its stead. Not where a broker
    /// took more money than was approved: a person should look at that.
    pub(crate) fn may_try_elsewhere(self) -> bool {
        match self {
            Self::Provider | Self::Gpu | Self::Place | Self::Market | Self::Failed => true,
            Self::Price
            | Self::Stopped
            | Self::Slow
            | Self::Extra
            | Self::Late
            | Self::Undone
            | Self::Expired
            | Self::User => false,
        }
    }
}
