//! What is for sale.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join;
use gpu_broker_core::disk::DiskOffer;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Ask, Catalog, Coverage, ErrorKind, Hint, Listing, SourceError};
use gpu_broker_http::{Failure, Page, Walk, WireInt};
use gpu_broker_source_kit::{Asking, Batch, listing, source_error};
use tokio::time::{Instant, sleep_until};

use super::{Prime, failed_with, place};
use crate::api::{self, Section};
use crate::normalise::{self, Words};
use crate::wire::{self, Summary};

/// How long an unlikely answer is left alone before it is asked for again. The rows were seen to come back "within
/// seconds"; people wait for this.
const SECOND_LOOK: Duration = Duration::from_millis(300);

impl Prime {
    /// One of the two listings of instances.
    async fn instances(&self, asking: &Asking<'_>, hint: &Hint, section: Section) -> Listing<Arc<Offer>> {
        let mut walk = self.instances_walk(asking, hint, section).await;
        // A word that the API does not take, such as a disk that is gone. Whoever asked looks at all rows again.
        if api::narrows(hint) && matches!(failed_with(&walk), Some(400 | 422)) {
            walk = self.instances_walk(asking, &Hint::default(), section).await;
        }
        // Deployments of this API, and stand-ins for it, exist without the listing of clusters. Such a one sells no
        // clusters, which is an answer; without single machines it would be no Prime.
        if section == Section::MultiNode && failed_with(&walk) == Some(404) {
            return Listing {
                pages: 0,
                ..Listing::complete(Vec::new())
            };
        }
        listing(walk)
    }

    async fn instances_walk(&self, asking: &Asking<'_>, hint: &Hint, section: Section) -> Walk<Batch<Arc<Offer>>> {
        let page = |page| self.instances_page(asking, hint, section, page);
        asking.walk(self.client.listing(), page).await
    }

    async fn instances_page(
        &self,
        asking: &Asking<'_>,
        hint: &Hint,
        section: Section,
        page: u32,
    ) -> Result<Page<Batch<Arc<Offer>>>, Failure> {
        let reply = self
            .client
            .send(&api::instances(section, hint, page), asking.deadline())
            .await?;
        let read: wire::Page<'_, wire::GpuRow<'_>> = wire::Page::read(&reply)?;
        let announced = read.total_count.map(WireInt::get);
        let mut batch = Batch::new(&self.broker, place(section.place(), page));
        let mut words = Words::default();
        let rows = batch.rows("items", read.items, |row| {
            normalise::offer(&self.broker, &mut words, &row, section == Section::MultiNode).map(Arc::new)
        });
        let rows = rows.map_err(|fault| reply.malformed(&fault.into()))?;
        Ok(Page {
            announced,
            ..batch.page(&reply, rows)
        })
    }

    /// The listing, looked at twice when it holds nothing at all: `/availability/gpus` is known to answer 200 with no
    /// rows and a total of 0, and to have its rows again within seconds. Believing that once would turn "could not
    /// ask" into "nothing for sale" (R18).
    async fn instances_believed(&self, asking: &Asking<'_>, hint: &Hint, section: Section) -> Listing<Arc<Offer>> {
        let first = self.instances(asking, hint, section).await;
        // A narrowed listing may well be empty, and the summaries cannot be narrowed.
        let narrowed = api::narrows(hint);
        if !is_empty(&first) || (narrowed && section == Section::MultiNode) {
            return first;
        }
        // Often there truly are no clusters, so their summary is asked before any time is spent on waiting.
        let early = match section {
            Section::Gpus => None,
            Section::MultiNode => Some(self.priced_types(asking, section).await),
        };
        if let Some(Ok(0)) = early {
            return first;
        }
        second_look(asking).await;
        let second = self.instances(asking, hint, section).await;
        if !is_empty(&second) || narrowed {
            return second;
        }
        let listed = match early {
            Some(known) => known,
            None => self.priced_types(asking, section).await,
        };
        let doubt = match listed {
            Ok(0) => return second,
            Ok(types) => SourceError::new(
                ErrorKind::Incomplete,
                format!("answered with no offers while its summary lists {types} GPU types"),
            ),
            Err(failure) => SourceError::new(
                source_error(&failure).kind(),
                format!("answered with no offers, and its summary cannot be read: {failure}"),
            ),
        };
        Listing {
            coverage: Coverage::Failed(doubt),
            ..second
        }
    }

    /// How many GPU types the summary has a price for; a summary that does not exist has none.
    async fn priced_types(&self, asking: &Asking<'_>, section: Section) -> Result<usize, Failure> {
        match self.client.send(&api::summary(section), asking.deadline()).await {
            Ok(reply) => Ok(reply.json::<Summary<'_>>()?.priced_types()),
            Err(Failure { status: Some(404), .. }) => Ok(0),
            Err(failure) => Err(failure),
        }
    }

    async fn disk_offers_page(
        &self,
        asking: &Asking<'_>,
        hint: &Hint,
        page: u32,
    ) -> Result<Page<Batch<DiskOffer>>, Failure> {
        let reply = self
            .client
            .send(&api::disk_offers(hint, page), asking.deadline())
            .await?;
        let read: wire::Page<'_, wire::DiskRow<'_>> = wire::Page::read(&reply)?;
        let announced = read.total_count.map(WireInt::get);
        let mut batch = Batch::new(&self.broker, place("", page));
        let rows = batch.rows("items", read.items, |row| normalise::disk_offer(&self.broker, &row));
        let rows = rows.map_err(|fault| reply.malformed(&fault.into()))?;
        Ok(Page {
            announced,
            ..batch.page(&reply, rows)
        })
    }
}

/// Waits before an unlikely answer is asked for again, but not beyond the deadline.
async fn second_look(asking: &Asking<'_>) {
    sleep_until((Instant::now() + SECOND_LOOK).min(asking.deadline())).await;
}

/// Whether pages came and held nothing.
fn is_empty<T>(listing: &Listing<T>) -> bool {
    listing.pages > 0 && listing.items.is_empty() && listing.rejects.is_empty()
}

#[async_trait]
impl Catalog for Prime {
    async fn offers(&self, ask: &Ask<'_>) -> Listing<Arc<Offer>> {
        let asking = Asking::new(&self.broker, ask);
        let (single, multi) = join(
            self.instances_believed(&asking, ask.hint, Section::Gpus),
            self.instances_believed(&asking, ask.hint, Section::MultiNode),
        )
        .await;
        single.and(multi)
    }

    async fn disk_offers(&self, ask: &Ask<'_>) -> Listing<DiskOffer> {
        let asking = Asking::new(&self.broker, ask);
        let walk = || {
            asking.walk(self.client.listing(), |page| {
                self.disk_offers_page(&asking, ask.hint, page)
            })
        };
        let first = listing(walk().await);
        if !is_empty(&first) {
            return first;
        }
        second_look(&asking).await;
        listing(walk().await)
    }
}
