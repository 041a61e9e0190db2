//! Reading all offers: pages of groups, and what an empty answer means.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::offer::{Offer, OfferId, Provider};
use gpu_broker_core::source::{Coverage, ErrorKind, Hint, Listing, SourceError};
use gpu_broker_http::{self as http, Failure, Page, Walk};
use gpu_broker_source_kit::{Asking, Batch};
use tokio::time::{Instant, sleep_until};

use super::{Spheron, count, page_count};
use crate::{api, normalise, wire};

/// How long to wait before an empty answer is asked for again: long enough for a cache to be filled, too short to be
/// noticed.
const EMPTY_PAUSE: Duration = Duration::from_millis(500);

/// What one reading of the listing brought.
struct Reading {
    listing: Listing<Arc<Offer>>,
    /// Every page came, and none held a group.
    is_empty: bool,
    /// Offers that came on two pages.
    repeated: usize,
}

impl Spheron {
    /// Every offer. The listing announces groups, so nothing is announced in records; a shortage of groups shows in
    /// the coverage all the same.
    pub(super) async fn all_offers(&self, asking: &Asking<'_>, hint: &Hint) -> Listing<Arc<Offer>> {
        // How a search matches is not documented: that it finds nothing proves nothing.
        if let [term] = hint.gpu_types.as_slice() {
            let found = self.offers_matching(asking, Some(term)).await;
            if !found.is_empty {
                return found.listing;
            }
        }
        let first = self.offers_matching(asking, None).await;
        if !first.is_empty {
            return first.listing;
        }
        sleep_until(again_at(Instant::now(), asking.deadline())).await;
        let mut second = self.offers_matching(asking, None).await;
        if second.is_empty
            && let Some(doubt) = self.doubt(asking).await
        {
            second.listing.coverage = Coverage::Failed(doubt);
        }
        second.listing
    }

    /// Why a market without a single group cannot be believed; `None` when there are no providers either.
    async fn doubt(&self, asking: &Asking<'_>) -> Option<SourceError> {
        let message = match self.provider_names(asking).await {
            Ok(names) if names.items.is_empty() && names.rejects.is_empty() => return None,
            Err(failure) if failure.status == Some(404) => return None,
            Ok(names) => {
                let count = names.items.len() + names.rejects.len();
                format!("no offers came, twice, while there are {count} providers")
            }
            Err(failure) => format!("no offers came, twice, and why is unknown: {failure}"),
        };
        Some(SourceError::new(ErrorKind::Incomplete, message))
    }

    /// The offers of all groups that match; read once more when the order of the groups changed meanwhile.
    async fn offers_matching(&self, asking: &Asking<'_>, search: Option<&str>) -> Reading {
        let mut reading = self.offers_once(asking, search).await;
        if reading.repeated > 0 {
            let again = self.offers_once(asking, search).await;
            if again.listing.coverage == Coverage::Complete {
                reading = again;
            }
        }
        if reading.repeated > 0 && reading.listing.coverage == Coverage::Complete {
            let message = format!(
                "{} offers came on two pages, so that others may be missing",
                reading.repeated
            );
            reading.listing.coverage = Coverage::Partial(SourceError::new(ErrorKind::Incomplete, message));
        }
        reading
    }

    async fn offers_once(&self, asking: &Asking<'_>, search: Option<&str>) -> Reading {
        let mut walk = asking
            .walk(self.client.listing(), |number| self.group_page(asking, number, search))
            .await;
        let is_empty = walk.rows == 0 && matches!(walk.coverage, http::Coverage::Complete);
        let repeated = without_repeats(&mut walk);
        let listing = Listing {
            announced: None,
            ..gpu_broker_source_kit::listing(walk)
        };
        Reading {
            listing,
            is_empty,
            repeated,
        }
    }

    async fn group_page(
        &self,
        asking: &Asking<'_>,
        number: u32,
        search: Option<&str>,
    ) -> Result<Page<Batch<Arc<Offer>>>, Failure> {
        let reply = self.send(asking, &api::gpu_offers(number, search)).await?;
        let page: wire::GroupPage<'_> = reply.json()?;
        let mut batch = self.batch(number);
        let rows = batch.groups("data", page.data, |batch, path, group| {
            normalise::group(batch, &self.broker, path, group)
        });
        let rows = rows.map_err(|fault| reply.malformed(&fault.into()))?;
        Ok(Page {
            announced: count(&page.total),
            pages: page_count(&page.total_pages),
            ..batch.page(&reply, rows)
        })
    }
}

/// When to ask again after an empty answer: never later than the whole answer is due.
fn again_at(now: Instant, deadline: Instant) -> Instant {
    (now + EMPTY_PAUSE).min(deadline)
}

/// Takes away what an earlier page held already, and says how much that was. Pages are sorted by popularity, so a group
/// that moves while they are read can come twice, and push another one out.
fn without_repeats(walk: &mut Walk<Batch<Arc<Offer>>>) -> usize {
    if walk.pages.len() < 2 {
        return 0;
    }
    let mut seen: HashSet<(Arc<str>, Provider, OfferId)> = HashSet::new();
    let mut repeated = 0;
    for page in &mut walk.pages {
        let identity = |offer: &Arc<Offer>| {
            (
                Arc::clone(&offer.launch.gpu_type),
                offer.provider.clone(),
                offer.id.clone(),
            )
        };
        let before = page.items.len();
        page.items.retain(|offer| !seen.contains(&identity(offer)));
        repeated += before - page.items.len();
        seen.extend(page.items.iter().map(identity));
    }
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_ends_with_the_time_that_was_given() {
        let now = Instant::now();
        let (soon, late) = (now + Duration::from_millis(1), now + Duration::from_secs(9));
        assert_eq!(again_at(now, soon), soon);
        assert_eq!(again_at(now, late), now + EMPTY_PAUSE);
    }
}
