//! Fan out, wait for all, and say what did not come.

use std::sync::Arc;

use futures::future::join_all;
use gpu_broker_core::market::{DiskMarket, Market, SourceReport};
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Ask, Source};
use jiff::Timestamp;

/// Reads all offers of all sources, concurrently.
///
/// Never fails: a source that could not answer is in the market's report, so
/// that a short list cannot pass for a whole one (R18). `without_key` names
/// the brokers that were left out because nobody configured a key for them.
/// Reading costs nothing.
pub async fn gather(sources: &[Arc<dyn Source>], without_key: &[Broker], ask: &Ask<'_>, taken_at: Timestamp) -> Market {
    let listings = join_all(sources.iter().map(|source| source.catalog().offers(ask))).await;
    let mut market = Market {
        taken_at,
        offers: Vec::new(),
        rejects: Vec::new(),
        sources: Vec::new(),
        disks: None,
    };
    for (source, listing) in sources.iter().zip(listings) {
        market.sources.push(SourceReport::of(source.broker().clone(), &listing));
        market.offers.extend(listing.items);
        market.rejects.extend(listing.rejects);
    }
    market
        .sources
        .extend(without_key.iter().cloned().map(SourceReport::without_key));
    market
}

/// Reads all disks for sale and all disks owned, concurrently.
///
/// Never fails, as [`gather`]. Reading costs nothing.
pub async fn gather_disks(sources: &[Arc<dyn Source>], without_key: &[Broker], ask: &Ask<'_>) -> DiskMarket {
    disks(sources, without_key, ask, true).await
}

/// Reads all disks for sale, concurrently, and none that are owned: a key that
/// may not list the account's disks is no reason not to buy one.
///
/// Never fails, as [`gather`]. Reading costs nothing.
pub async fn gather_disk_offers(sources: &[Arc<dyn Source>], without_key: &[Broker], ask: &Ask<'_>) -> DiskMarket {
    disks(sources, without_key, ask, false).await
}

async fn disks(sources: &[Arc<dyn Source>], without_key: &[Broker], ask: &Ask<'_>, owned_too: bool) -> DiskMarket {
    let answers = join_all(sources.iter().map(|source| async move {
        let owned = async {
            match source.disks().filter(|_| owned_too) {
                Some(disks) => Some(disks.list(ask).await),
                None => None,
            }
        };
        futures::join!(source.catalog().disk_offers(ask), owned)
    }));
    let mut market = DiskMarket::default();
    for (source, (offers, owned)) in sources.iter().zip(answers.await) {
        let mut report = SourceReport::of(source.broker().clone(), &offers);
        market.offers.extend(offers.items);
        market.rejects.extend(offers.rejects);
        if let Some(owned) = owned {
            report = report.and(&SourceReport::of(source.broker().clone(), &owned));
            market.owned.extend(owned.items);
            market.rejects.extend(owned.rejects);
        }
        market.sources.push(report);
    }
    market
        .sources
        .extend(without_key.iter().cloned().map(SourceReport::without_key));
    market
}
