//! Prime as a source: which calls answer which question.

mod account;
mod catalog;
mod disks;
mod fleet;
mod history;
mod slices;

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{
    Catalog, ClockSaid, Disks, ErrorKind, Fleet, Outcome, Refusal, RefusalKind, Source, SourceError,
};
use gpu_broker_http::{ApiKey, BaseUrl, Client, ClientOptions, Walk};
use gpu_broker_source_kit::clock;

/// Where Prime is and who asks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PrimeOptions {
    /// The API's origin; in production `https://api.primeintellect.ai`.
    pub base_url: BaseUrl,
    /// A key that may read availability, and read and write instances and disks as far as those are used. Every
    /// endpoint needs one.
    pub key: ApiKey,
    /// The `User-Agent` of every request.
    pub user_agent: String,
    /// The id of the team that owns and pays for what is launched; `None` for the key's owner.
    pub team: Option<String>,
}

impl PrimeOptions {
    /// The usual behaviour.
    pub fn new(base_url: BaseUrl, key: ApiKey, user_agent: impl Into<String>) -> Self {
        Self {
            base_url,
            key,
            user_agent: user_agent.into(),
            team: None,
        }
    }
}

/// Prime Intellect, for one account.
#[derive(Debug)]
pub struct Prime {
    broker: Broker,
    client: Client,
    team: Option<String>,
}

impl Prime {
    /// The broker's name in every record.
    pub const BROKER: &'static str = "prime";

    /// A source for the account of that key. Nothing is sent yet.
    pub fn new(options: PrimeOptions) -> Self {
        let client = Client::new(
            options.base_url,
            Some(options.key),
            ClientOptions::new(options.user_agent),
        );
        Self::over(client, options.team)
    }

    /// A source that asks through this client, for the team with this id. Every endpoint needs a key, so the client
    /// should have one.
    pub fn over(client: Client, team: Option<String>) -> Self {
        Self {
            broker: Broker::new(Self::BROKER),
            client,
            team,
        }
    }

    /// The team that pays and owns, when one was named.
    fn team(&self) -> Option<&str> {
        self.team.as_deref()
    }
}

/// Goes before the path of a reject: the first page of the main listing needs no name.
fn place(section: &str, page: u32) -> String {
    match (section, page) {
        ("", 1) => String::new(),
        _ => format!("{section}page {page}: "),
    }
}

/// The status that kept a listing from even beginning.
fn failed_with<T>(walk: &Walk<T>) -> Option<u16> {
    match &walk.coverage {
        gpu_broker_http::Coverage::Failed(failure) => failure.status,
        gpu_broker_http::Coverage::Complete | gpu_broker_http::Coverage::Partial(_) => None,
    }
}

/// A no of our own: Prime cannot take such a request, so none is sent.
fn invalid<T>(reason: impl Into<String>) -> Outcome<T> {
    Outcome::Rejected(Refusal {
        kind: RefusalKind::Invalid,
        message: reason.into(),
        retry_after: None,
    })
}

/// The id as it goes into a path. Without one, the path would be that of the whole list.
fn named(id: &str) -> Result<&str, SourceError> {
    if id.is_empty() {
        return Err(SourceError::new(
            ErrorKind::Refused,
            "an id is empty; take one from the listing",
        ));
    }
    Ok(id)
}

impl Source for Prime {
    fn broker(&self) -> &Broker {
        &self.broker
    }

    fn catalog(&self) -> &dyn Catalog {
        self
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        Some(self)
    }

    fn disks(&self) -> Option<&dyn Disks> {
        Some(self)
    }

    fn clock(&self) -> Option<ClockSaid> {
        clock(&self.client)
    }
}
