//! What a broker's adapter provides, and how it reports what it could not.

mod error;
mod fleet;
mod order;

pub use error::{ErrorKind, SourceError};
pub use fleet::{Account, AccountKey, Balance, Budget, Disks, Ending, Fleet, FleetTraits, Volumes};
pub use order::{
    CloudInit, CloudInitFile, Deletion, DiskOrder, LoginKey, Order, Outcome, Refusal, RefusalKind, usual_image,
};

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::disk::DiskOffer;
use crate::offer::{Broker, Offer};

/// A broker that sells GPU time.
///
/// Capability is presence: a source without a key has a catalogue, and neither
/// machines nor disks of its own.
pub trait Source: Debug + Send + Sync {
    /// The broker's name, the same in every record it returns.
    fn broker(&self) -> &Broker;
    /// What it sells.
    fn catalog(&self) -> &dyn Catalog;
    /// The account's machines; `None` without a key.
    fn fleet(&self) -> Option<&dyn Fleet>;
    /// The account's disks; `None` without a key.
    fn disks(&self) -> Option<&dyn Disks>;
    /// What its clock said when it last answered; `None` while nobody knows.
    /// Asks nobody.
    fn clock(&self) -> Option<ClockSaid> {
        None
    }
}

/// What a broker's clock said in its last answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSaid {
    /// The moment of the answer by the broker's clock, in whole seconds.
    pub moment: Timestamp,
    /// How long ago the answer came.
    pub ago: Duration,
}

/// What a broker sells. Reading it costs nothing.
#[async_trait]
pub trait Catalog: Debug + Send + Sync {
    /// Every offer, the unavailable ones included: absence is no signal.
    async fn offers(&self, ask: &Ask<'_>) -> Listing<Arc<Offer>>;
    /// Every kind of disk for sale.
    async fn disk_offers(&self, ask: &Ask<'_>) -> Listing<DiskOffer>;
}

/// How to ask a source.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The most that the whole answer may take. What has been read by then is
    /// returned, marked as partial.
    pub within: Duration,
    /// What the caller will look at.
    pub hint: &'a Hint,
    /// Is told of every page.
    pub progress: &'a dyn Progress,
}

/// What the caller will look at. A source may use it to fetch less; the
/// caller filters again, so ignoring it is right and a broker's filter bug
/// cannot change an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// The broker's own words for the GPU types wanted; empty for all.
    pub gpu_types: Vec<String>,
    /// Region words wanted; empty for all.
    pub regions: Vec<String>,
    /// Ids of the account's disks that the instance must be able to attach.
    pub disks: Vec<String>,
}

/// Is told how far a long answer has come.
pub trait Progress: Debug + Send + Sync {
    /// `done` of `of` pages of `broker` have arrived.
    fn pages(&self, broker: &Broker, done: u32, of: u32);
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn pages(&self, _: &Broker, _: u32, _: u32) {}
}

/// What a source answered.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The records that could be understood.
    pub items: Vec<T>,
    /// The records that could not; they count as read (R16).
    pub rejects: Vec<Reject>,
    /// How many records the source said it has, when it said so in records.
    pub announced: Option<u64>,
    /// Pages read.
    pub pages: u32,
    /// How complete the answer is.
    pub coverage: Coverage,
}

/// How complete an answer is (R18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Coverage {
    /// All of it.
    Complete,
    /// Some of it, and why not more.
    Partial(SourceError),
    /// None of it, and why.
    Failed(SourceError),
    /// Not asked, because nobody configured a key.
    NoCredentials,
}

impl Coverage {
    /// How complete two answers are together; `any` tells whether there is
    /// anything in either.
    #[must_use]
    pub(crate) fn and(self, other: Self, any: bool) -> Self {
        match (self, other) {
            (Self::Complete | Self::NoCredentials, coverage) | (coverage, Self::Complete | Self::NoCredentials) => {
                match coverage {
                    Self::Failed(error) if any => Self::Partial(error),
                    coverage => coverage,
                }
            }
            (Self::Failed(error), Self::Failed(_)) if !any => Self::Failed(error),
            (Self::Partial(error) | Self::Failed(error), _) => Self::Partial(error),
        }
    }
}

/// A record that could not be understood: reported, never guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// Who sent it.
    pub broker: Broker,
    /// Where in the answer it stood, such as `items[17].prices.onDemand`.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl<T> Listing<T> {
    /// An answer that is whole.
    pub fn complete(items: Vec<T>) -> Self {
        Self {
            items,
            rejects: Vec::new(),
            announced: None,
            pages: 1,
            coverage: Coverage::Complete,
        }
    }

    /// An answer that never came.
    pub fn failed(error: SourceError) -> Self {
        Self {
            items: Vec::new(),
            rejects: Vec::new(),
            announced: None,
            pages: 0,
            coverage: Coverage::Failed(error),
        }
    }

    /// Both answers as one: records of `self` first, and the worse coverage.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let any = !self.items.is_empty() || !other.items.is_empty();
        self.items.extend(other.items);
        self.rejects.extend(other.rejects);
        self.announced = match (self.announced, other.announced) {
            // Figures of strangers: their sum need not fit.
            (Some(left), Some(right)) => Some(left.saturating_add(right)),
            (left, right) => left.or(right),
        };
        self.pages = self.pages.saturating_add(other.pages);
        self.coverage = self.coverage.and(other.coverage, any);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_joined_answer_is_as_complete_as_its_worse_half() {
        let error = || SourceError::new(ErrorKind::Timeout, "late");
        let listing = |items: usize, coverage: Coverage| Listing {
            items: vec![(); items],
            coverage,
            ..Listing::complete(vec![])
        };
        let check =
            |left: Listing<()>, right: Listing<()>, expected: Coverage| assert_eq!(left.and(right).coverage, expected);
        check(
            listing(1, Coverage::Complete),
            listing(1, Coverage::Complete),
            Coverage::Complete,
        );
        check(
            listing(1, Coverage::Complete),
            listing(0, Coverage::Failed(error())),
            Coverage::Partial(error()),
        );
        check(
            listing(0, Coverage::Failed(error())),
            listing(1, Coverage::Complete),
            Coverage::Partial(error()),
        );
        check(
            listing(0, Coverage::Failed(error())),
            listing(0, Coverage::Failed(error())),
            Coverage::Failed(error()),
        );
        check(
            listing(1, Coverage::Partial(error())),
            listing(0, Coverage::Failed(error())),
            Coverage::Partial(error()),
        );
        check(
            listing(0, Coverage::Complete),
            listing(0, Coverage::Failed(error())),
            Coverage::Failed(error()),
        );
    }
}
