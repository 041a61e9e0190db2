//! What a launch may spend, and how it is said that it may not.

use std::fmt;

use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most that may be spent, in the launch's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpendCaps {
    /// Per hour, by one launch.
    pub rate: Option<Exact>,
    /// Over the horizon, by one launch.
    pub total: Option<Exact>,
    /// When ordering, by one launch.
    pub upfront: Option<Exact>,
    /// By everything in the journal together: spent and set aside.
    pub budget: Option<Exact>,
    /// Per hour, by all that runs in the account that is ordered from, whosever
    /// it is: the one cap that two hosts with one key share (R12). It is a look
    /// at the broker's list before ordering, and holds nothing there: two hosts
    /// that order within seconds of each other can pass it together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burn: Option<Exact>,
}

/// One of the [`SpendCaps`]. Closed: a program that lets people set them has a
/// name of its own for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cap {
    /// [`SpendCaps::rate`].
    Rate,
    /// [`SpendCaps::total`].
    Total,
    /// [`SpendCaps::upfront`].
    Upfront,
    /// [`SpendCaps::budget`].
    Budget,
    /// [`SpendCaps::burn`].
    Burn,
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "the cap per hour",
            Self::Total => "the cap on the total",
            Self::Upfront => "the cap on what is paid when ordering",
            Self::Budget => "the budget",
            Self::Burn => "the account's cap per hour",
        })
    }
}

/// Why money may not be spent. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// It would come to more than a cap.
    #[error("{what} would come to {amount} {currency}, above {cap} of {most}; raise it, or order less")]
    Above {
        /// The cap.
        cap: Cap,
        /// What is held against it.
        what: String,
        /// What that would come to, per hour for [`Cap::Rate`] and [`Cap::Burn`].
        amount: Exact,
        /// The currency of the cap and the amount.
        currency: Currency,
        /// The cap's amount.
        most: Exact,
    },
    /// What is to be held against a cap cannot be told, so nothing more is
    /// bought under it.
    #[error("{why}; {instead}leave out {cap}")]
    Untold {
        /// The cap.
        cap: Cap,
        /// What cannot be told.
        why: String,
        /// What else can be done, as words before "leave out the cap"; may be
        /// empty.
        instead: &'static str,
    },
    /// Something else stands against it, in words.
    #[error("{0}")]
    Otherwise(String),
}

impl From<String> for Forbidden {
    fn from(why: String) -> Self {
        Self::Otherwise(why)
    }
}
