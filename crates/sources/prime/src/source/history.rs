//! Machines that ended.

use std::collections::HashSet;

use gpu_broker_core::instance::Instance;
use gpu_broker_core::source::{Coverage, ErrorKind, Listing, SourceError};
use gpu_broker_http::Failure;
use gpu_broker_source_kit::{Asking, Batch, source_error};
use jiff::Timestamp;

use super::fleet::unreadable;
use super::slices::{Counts, records, row};
use super::{Prime, place};
use crate::api::pods;
use crate::normalise::{self, Words};
use crate::wire::{Outline, Past};

/// How many slices of the history are read at most: ten thousand rows.
const SLICES_MAX: u32 = 100;

/// How many machines are kept of it, readable or not, when slices have more rows than were asked for.
const RECORDS_MAX: usize = 10_000;

/// What is known while slices come in.
struct Reading {
    listing: Listing<Instance>,
    /// Rows read, which is where the next slice begins.
    offset: u64,
    order: Order,
    /// The lists that came: one that comes again is no further one.
    lists: HashSet<u64>,
    repeats: bool,
}

impl Reading {
    /// Why it is of no use to read on.
    fn endless(&self) -> Option<SourceError> {
        let message = if self.repeats {
            "a slice of the history came again in place of the next one"
        } else if self.listing.items.len() + self.listing.rejects.len() > RECORDS_MAX {
            "the history has more rows than are read"
        } else {
            return None;
        };
        Some(SourceError::new(ErrorKind::Incomplete, message))
    }

    fn miscounted(&self, announced: Option<u64>) -> Option<SourceError> {
        let message = match announced {
            None => "does not say how many rows its history has".to_owned(),
            Some(announced) if announced == self.offset => return None,
            Some(announced) => format!("{} of {announced} rows of the history came", self.offset),
        };
        Some(SourceError::new(ErrorKind::Incomplete, message))
    }

    /// The listing, complete unless in doubt or with a machine that cannot be read.
    fn finished(self, doubt: Option<SourceError>) -> Listing<Instance> {
        let mut listing = self.listing;
        let mut seen = HashSet::new();
        listing.items.retain(|machine| seen.insert(machine.id.clone()));
        listing.coverage = match doubt.or_else(|| unreadable(&listing.rejects)) {
            None => Coverage::Complete,
            Some(error) if listing.pages == 0 => Coverage::Failed(error),
            Some(error) => Coverage::Partial(error),
        };
        listing
    }
}

/// Whether the rows come in the order that was asked for, and how far down they are.
struct Order {
    kept: bool,
    oldest: Option<Timestamp>,
}

impl Order {
    fn note(&mut self, moment: Timestamp) {
        self.kept &= self.oldest.is_none_or(|oldest| moment <= oldest);
        self.oldest = Some(moment);
    }

    /// Whether all further rows are older than that.
    fn is_before(&self, since: Timestamp) -> bool {
        self.kept && self.oldest.is_some_and(|oldest| oldest < since)
    }
}

impl Prime {
    /// The machines that ended since then, and those of which the history does not say when.
    ///
    /// Slices are read one after the other, until they are older than that: an account's history has no end.
    pub(super) async fn past(&self, asking: &Asking<'_>, since: Timestamp) -> Listing<Instance> {
        let mut reading = Reading {
            listing: Listing {
                pages: 0,
                ..Listing::complete(Vec::new())
            },
            offset: 0,
            order: Order {
                kept: true,
                oldest: None,
            },
            lists: HashSet::new(),
            repeats: false,
        };
        for page in 1..=SLICES_MAX {
            let counts = match self.past_slice(asking, page, since, &mut reading).await {
                Ok(counts) => counts,
                Err(failure) => return reading.finished(Some(source_error(&failure))),
            };
            if reading.order.is_before(since) {
                return reading.finished(None);
            }
            let is_last = counts.rows == 0 || counts.announced.is_some_and(|announced| announced <= reading.offset);
            if is_last {
                let doubt = reading.miscounted(counts.announced);
                return reading.finished(doubt);
            }
            if let Some(doubt) = reading.endless() {
                return reading.finished(Some(doubt));
            }
        }
        let doubt = SourceError::new(ErrorKind::Incomplete, "the history has more rows than are read");
        reading.finished(Some(doubt))
    }

    async fn past_slice(
        &self,
        asking: &Asking<'_>,
        page: u32,
        since: Timestamp,
        reading: &mut Reading,
    ) -> Result<Counts, Failure> {
        let reply = self
            .client
            .send(&pods::history(reading.offset), asking.deadline())
            .await?;
        let mut batch = Batch::new(&self.broker, place("history ", page));
        let mut words = Words::default();
        let order = &mut reading.order;
        let counts = records(&reply, &mut batch, |bytes| {
            // A row that ended before is of no interest, however odd it is.
            let ended = row::<Outline<'_>>(bytes)
                .ok()
                .and_then(|outline| normalise::moment(outline.terminated_at.as_ref()));
            if let Some(ended) = ended {
                order.note(ended);
                if ended < since {
                    return Ok(None);
                }
            }
            normalise::past(&self.broker, &mut words, &row::<Past<'_>>(bytes)?)
        })?;
        reading.repeats = counts.rows > 0 && !reading.lists.insert(reply.imprint().list);
        reading.offset = reading
            .offset
            .saturating_add(u64::try_from(counts.rows).unwrap_or(u64::MAX));
        reading.listing.pages += 1;
        reading.listing.items.extend(batch.items);
        reading.listing.rejects.extend(batch.rejects);
        Ok(counts)
    }
}
