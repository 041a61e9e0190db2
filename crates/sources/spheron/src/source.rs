//! Spheron as a source: which requests a question takes, and what their answers amount to.

mod account;
mod disks;
mod fleet;
mod groups;
mod unready;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{join, join_all};
use gpu_broker_core::disk::DiskOffer;
use gpu_broker_core::offer::{Broker, Offer, Provider};
use gpu_broker_core::source::{
    Ask, Catalog, ClockSaid, Coverage, Disks, ErrorKind, Fleet, Hint, Listing, Quiet, Reject, Source, SourceError,
};
use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Failure, Quota, Reply, WireInt, inert};
use gpu_broker_source_kit::{Asking, Batch, Fault, change_error, clock, said, source_error};
use tokio::sync::OnceCell;

use self::account::is_absent;
use crate::wire::{self, Loose};
use crate::{api, normalise};

/// The broker's name.
const BROKER: &str = "spheron";

/// What we allow ourselves: the lower of the two limits that Spheron publishes (100 and 250 requests in 15 minutes), of
/// which a few are kept for ending machines.
const QUOTA: Quota = Quota {
    calls: 100,
    window: Duration::from_secs(15 * 60),
    reserve: 10,
};

/// The providers that have volumes. API reference, "Get volume regions": "Supported: voltage-park, data-crunch".
const VOLUME_PROVIDERS: [&str; 2] = ["voltage-park", "data-crunch"];

/// Where and as whom to ask.
#[derive(Debug, Clone)]
pub struct SpheronOptions {
    /// The origin of the API, usually [`Spheron::BASE_URL`].
    pub base_url: BaseUrl,
    /// The account's key. Without one there are offers, and neither machines nor disks.
    pub key: Option<ApiKey>,
    /// The id of the team whose machines, disks and balance are meant; the account's current team when there is none.
    pub team: Option<String>,
    /// Who is asking. Spheron turns away clients that do not say.
    pub user_agent: Cow<'static, str>,
}

/// The Spheron AI API.
#[derive(Debug, Clone)]
pub struct Spheron {
    broker: Broker,
    client: Client,
    team: Option<String>,
    /// The account's current team, once it was needed: machines are listed in the team in which they are launched, even
    /// if somebody makes another one current meanwhile.
    current_team: Arc<OnceCell<Option<String>>>,
}

impl Spheron {
    /// Where the API is. API reference, "Base URL".
    pub const BASE_URL: &str = "https://app.spheron.ai";

    /// A source that asks there.
    pub fn new(options: SpheronOptions) -> Self {
        let mut client_options = ClientOptions::new(options.user_agent);
        client_options.quota = Some(QUOTA);
        Self::over(Client::new(options.base_url, options.key, client_options), options.team)
    }

    /// A source that asks through this client, for the team with this id. The client's quota is its own: Spheron
    /// publishes 100 requests in 15 minutes.
    pub fn over(client: Client, team: Option<String>) -> Self {
        Self {
            broker: Broker::new(BROKER),
            client,
            team,
            current_team: Arc::default(),
        }
    }

    /// The providers that Spheron sells for, in its own words. Needs no key.
    ///
    /// # Errors
    /// When the broker cannot be asked, or answers in part.
    pub async fn providers(&self, within: Duration) -> Result<Vec<Provider>, SourceError> {
        let hint = Hint::default();
        let names = self.provider_names(&self.asking(within, &hint)).await;
        whole(names.map_err(|failure| source_error(&failure))?)
    }

    /// A question that is no listing: nobody is told of pages.
    fn asking<'a>(&'a self, within: Duration, hint: &'a Hint) -> Asking<'a> {
        Asking::new(
            &self.broker,
            &Ask {
                within,
                hint,
                progress: &Quiet,
            },
        )
    }

    async fn send(&self, asking: &Asking<'_>, call: &Call) -> Result<Reply, Failure> {
        self.client.send(call, asking.deadline()).await
    }

    /// Sends a call that only reads.
    async fn ask(&self, asking: &Asking<'_>, call: &Call) -> Result<Reply, SourceError> {
        self.send(asking, call).await.map_err(|failure| source_error(&failure))
    }

    /// Sends a call that changes something.
    async fn change(&self, asking: &Asking<'_>, call: &Call) -> Result<Reply, SourceError> {
        self.send(asking, call).await.map_err(|failure| change_error(&failure))
    }

    /// Reads one thing; `None` when the broker says that there is none.
    async fn find(&self, asking: &Asking<'_>, call: &Call) -> Result<Option<Reply>, SourceError> {
        match self.send(asking, call).await {
            Ok(reply) => Ok(Some(reply)),
            Err(failure) if is_absent(&failure) => Ok(None),
            Err(failure) => Err(source_error(&failure)),
        }
    }

    async fn provider_names(&self, asking: &Asking<'_>) -> Result<Batch<Provider>, Failure> {
        let reply = self.send(asking, &api::providers()).await?;
        let names: wire::Providers<'_> = reply.json()?;
        let mut batch = Batch::new(&self.broker, "");
        let rows = batch.rows("", names, |name| match said(Some(&name)) {
            Some(name) => Ok(Provider::new(name)),
            None => Err(Fault::new("", "it is empty")),
        });
        rows.map_err(|fault| reply.malformed(&fault.into()))?;
        Ok(batch)
    }

    /// The volumes that one provider sells.
    async fn volumes_for_sale(&self, asking: &Asking<'_>, provider: &str) -> Listing<DiskOffer> {
        let (regions, pricing) = join(
            self.send(asking, &api::volume_regions(provider)),
            self.send(asking, &api::volume_pricing(provider)),
        )
        .await;
        let (regions, pricing) = match (regions, pricing) {
            (Ok(regions), Ok(pricing)) => (regions, pricing),
            // It has none.
            (Err(failure), _) | (_, Err(failure)) if matches!(failure.status, Some(400 | 404)) => {
                return Listing::complete(Vec::new());
            }
            (Err(failure), _) | (_, Err(failure)) => return Listing::failed(source_error(&failure)),
        };
        let (rows, pricing) = match (regions.json::<wire::Regions<'_>>(), pricing.json::<wire::Pricing<'_>>()) {
            (Ok(rows), Ok(pricing)) => (rows.regions, pricing),
            (Err(failure), _) | (_, Err(failure)) => return Listing::failed(source_error(&failure)),
        };
        let (seller, unit_price) = (Provider::new(provider), normalise::unit_price(&pricing));
        let mut batch = Batch::new(&self.broker, format!("{provider}: "));
        let read = batch.rows("regions", rows, |row| {
            normalise::disk_offer(&self.broker, &seller, unit_price.clone(), &row)
        });
        if let Err(fault) = read {
            return Listing::failed(source_error(&regions.malformed(&fault.into())));
        }
        Listing {
            rejects: batch.rejects,
            ..Listing::complete(batch.items)
        }
    }

    /// A record that is an answer of its own.
    fn sole<T>(&self, read: Result<T, Fault>) -> Result<T, SourceError> {
        read.map_err(|fault| {
            let mut batch = Batch::<T>::new(&self.broker, "");
            batch.reject("the answer", fault);
            unread(&batch.rejects)
        })
    }

    /// An empty batch whose rejects tell on which page they stood, where that is not the first.
    fn batch<T>(&self, page: u32) -> Batch<T> {
        let place = if page == 1 {
            String::new()
        } else {
            format!("page {page}: ")
        };
        Batch::new(&self.broker, place)
    }
}

impl Source for Spheron {
    fn broker(&self) -> &Broker {
        &self.broker
    }

    fn catalog(&self) -> &dyn Catalog {
        self
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        self.client.has_key().then_some(self)
    }

    fn disks(&self) -> Option<&dyn Disks> {
        self.client.has_key().then_some(self)
    }

    fn clock(&self) -> Option<ClockSaid> {
        clock(&self.client)
    }
}

#[async_trait]
impl Catalog for Spheron {
    async fn offers(&self, ask: &Ask<'_>) -> Listing<Arc<Offer>> {
        self.all_offers(&Asking::new(&self.broker, ask), ask.hint).await
    }

    async fn disk_offers(&self, ask: &Ask<'_>) -> Listing<DiskOffer> {
        if !self.client.has_key() {
            return Listing {
                pages: 0,
                coverage: Coverage::NoCredentials,
                ..Listing::complete(Vec::new())
            };
        }
        let asking = Asking::new(&self.broker, ask);
        let of_each = join_all(VOLUME_PROVIDERS.map(|provider| self.volumes_for_sale(&asking, provider))).await;
        of_each
            .into_iter()
            .reduce(Listing::and)
            .unwrap_or_else(|| Listing::complete(Vec::new()))
    }
}

/// The id of something that shall be read or changed, if the API can have given it out: an empty one would be another
/// endpoint.
fn checked(id: &str) -> Result<&str, SourceError> {
    if normalise::is_id(id) {
        return Ok(id);
    }
    let message = format!("`{}` is no id of spheron; take it from a listing", inert(id));
    Err(SourceError::new(ErrorKind::Refused, message))
}

/// All records of a batch, or what is wrong with the first one that cannot be read.
fn whole<T>(batch: Batch<T>) -> Result<Vec<T>, SourceError> {
    if batch.rejects.is_empty() {
        Ok(batch.items)
    } else {
        Err(unread(&batch.rejects))
    }
}

fn unread(rejects: &[Reject]) -> SourceError {
    let first = rejects
        .first()
        .map(|Reject { path, reason, .. }| format!("{path}: {reason}"));
    SourceError::new(ErrorKind::Protocol, first.unwrap_or_default())
}

fn count(announced: &Loose<WireInt>) -> Option<u64> {
    announced.0.map(WireInt::get)
}

fn page_count(announced: &Loose<WireInt>) -> Option<u32> {
    count(announced).and_then(|pages| u32::try_from(pages).ok())
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
