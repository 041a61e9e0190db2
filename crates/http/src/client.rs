//! The client of one broker: where it is, who asks, and within which limits.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use tokio::time::Instant;

use crate::base::BaseUrl;
use crate::call::Call;
use crate::date::Said;
use crate::exchange;
use crate::failure::Failure;
use crate::page::PageOptions;
use crate::reply::Reply;
use crate::retry::{self, Schedule};
use crate::secret::ApiKey;
use crate::shared::{ClientOptions, Shared};

/// A client of one broker. Clones share connections and limits. Creating one is cheap: certificates are loaded by the
/// first `https:` call, and never for `http:` to a loopback address.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

impl Client {
    /// A client that talks to `base` and nobody else. Without a key, requests carry no `Authorization`.
    pub fn new(base: BaseUrl, key: Option<ApiKey>, options: ClientOptions) -> Self {
        Self {
            shared: Arc::new(Shared::new(base, key, options)),
        }
    }

    /// How far a listing is read.
    pub fn listing(&self) -> PageOptions {
        self.shared.options.listing
    }

    /// As [`Client::new`], but nothing leaves this process: `script` answers.
    #[cfg(feature = "scripted")]
    pub fn scripted(
        base: BaseUrl,
        key: Option<ApiKey>,
        options: ClientOptions,
        script: impl Fn(&Call) -> crate::Scripted + Send + Sync + 'static,
    ) -> Self {
        let mut shared = Shared::new(base, key, options);
        shared.script = Some(Box::new(script));
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The origin that this client talks to.
    pub fn base(&self) -> &BaseUrl {
        &self.shared.base
    }

    /// What the broker's clock said in the last answer that told the time; `None` before the first.
    pub fn said(&self) -> Option<Said> {
        self.shared.date.said()
    }

    /// Whether requests carry a key.
    pub fn has_key(&self) -> bool {
        self.shared.key.is_some()
    }

    /// Sends a call, again where [`Repeat`](crate::Repeat) allows it, and returns its complete 2xx answer. Never takes longer than
    /// until `deadline`.
    ///
    /// Dropping the future abandons the call; whether it arrived is then unknown.
    ///
    /// # Errors
    /// Everything but a complete 2xx answer within the size limit is a [`Failure`]; its stage says how far it got.
    pub async fn send(&self, call: &Call, deadline: Instant) -> Result<Reply, Failure> {
        let shared = &*self.shared;
        let seed =
            BuildHasherDefault::<DefaultHasher>::default().hash_one((&call.path, &call.query, std::process::id()));
        let schedule = Schedule {
            repeat: call.repeat,
            deadline,
            seed,
        };
        retry::run(schedule, || exchange::attempt(shared, call, deadline)).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("base", &self.shared.base)
            .field("key", &self.shared.key)
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}
