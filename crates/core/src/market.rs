//! Everything that was for sale at one moment, and how complete that view is.

mod diff;
mod sound;

pub use diff::{Difference, Moved, diff};
pub use sound::Unsound;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::disk::{Disk, DiskOffer};
use crate::offer::{Broker, Offer};
use crate::source::{Coverage, Listing, Reject};

/// A snapshot of all that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Every offer that could be understood, of all sources.
    pub offers: Vec<Arc<Offer>>,
    /// Every record of an offer that could not.
    pub rejects: Vec<Reject>,
    /// How each source answered.
    pub sources: Vec<SourceReport>,
    /// Disks for sale and disks owned, when they were asked for.
    pub disks: Option<DiskMarket>,
}

impl Market {
    /// A market of offers at hand, which no source was asked for.
    pub fn of(offers: Vec<Offer>) -> Self {
        let offers = offers.into_iter().map(Arc::new).collect();
        Self {
            taken_at: Timestamp::UNIX_EPOCH,
            offers,
            rejects: Vec::new(),
            sources: Vec::new(),
            disks: None,
        }
    }

    /// How complete the view is, that of the disks included.
    pub fn completeness(&self) -> Completeness {
        let disks = self.disks.iter().flat_map(|disks| &disks.sources);
        completeness(&self.sources.iter().chain(disks).cloned().collect::<Vec<_>>())
    }

    /// How complete the answers are to who found nothing in them: a broker of whose records none could be understood has
    /// said nothing about what was looked for. One bad record among good ones is rejected like any other (R16).
    pub fn completeness_of_nothing(&self) -> Completeness {
        let mut silent: BTreeSet<&Broker> = self.rejects.iter().map(|reject| &reject.broker).collect();
        // There may be thousands of either: the offers are gone through once for each broker, not for each reject.
        silent.retain(|broker| !self.offers.iter().any(|offer| offer.broker == **broker));
        match self.completeness() {
            Completeness::Whole if !silent.is_empty() => Completeness::Partial,
            other => other,
        }
    }
}

/// Disks for sale and disks owned, of all sources.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskMarket {
    /// Kinds of disk that can be created.
    pub offers: Vec<DiskOffer>,
    /// Disks that the accounts own.
    pub owned: Vec<Disk>,
    /// Records that could not be understood.
    pub rejects: Vec<Reject>,
    /// How each source answered.
    pub sources: Vec<SourceReport>,
}

/// How one source answered (R18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceReport {
    /// Which.
    pub broker: Broker,
    /// Records read, the ones that could not be understood included.
    pub read: u64,
    /// Records the source said it has, when it said so in records.
    pub announced: Option<u64>,
    /// Pages read.
    pub pages: u32,
    /// How complete the answer is.
    pub coverage: Coverage,
}

impl SourceReport {
    /// The report on a listing.
    pub fn of<T>(broker: Broker, listing: &Listing<T>) -> Self {
        Self {
            broker,
            read: u64::try_from(listing.items.len() + listing.rejects.len()).unwrap_or(u64::MAX),
            announced: listing.announced,
            pages: listing.pages,
            coverage: listing.coverage.clone(),
        }
    }

    /// This answer and another of the same source, as one.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        // Figures of strangers: their sums need not fit.
        let read = self.read.saturating_add(other.read);
        Self {
            broker: self.broker,
            read,
            announced: self
                .announced
                .zip(other.announced)
                .map(|(left, right)| left.saturating_add(right)),
            pages: self.pages.saturating_add(other.pages),
            coverage: self.coverage.and(other.coverage.clone(), read > 0),
        }
    }

    /// A source that was not asked because nobody configured a key for it.
    pub fn without_key(broker: Broker) -> Self {
        Self {
            broker,
            read: 0,
            announced: None,
            pages: 0,
            coverage: Coverage::NoCredentials,
        }
    }
}

/// What the sources' answers amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Every source that was asked answered in full.
    Whole,
    /// Some source failed or returned less than it announced.
    Partial,
    /// Nothing answered, and refused or missing keys are the only reason.
    KeysRefused,
}

/// Judges how complete the answers of all sources are together.
pub fn completeness(sources: &[SourceReport]) -> Completeness {
    let asked = || {
        sources
            .iter()
            .filter(|source| source.coverage != Coverage::NoCredentials)
    };
    if asked().all(|source| source.coverage == Coverage::Complete) {
        return Completeness::Whole;
    }
    let refused = |source: &SourceReport| matches!(&source.coverage, Coverage::Failed(error) if error.is_credentials());
    if asked().all(refused) {
        Completeness::KeysRefused
    } else {
        Completeness::Partial
    }
}
