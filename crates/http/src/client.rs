//! The client of one broker: where it is, who asks, and within which limits.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::tls::Version;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::base::BaseUrl;
use crate::call::{Call, Repeat};
use crate::date::{LastDate, Said};
use crate::exchange;
use crate::failure::Failure;
use crate::limit::{Limits, Quota};
use crate::reply::Reply;
use crate::retry::{self, Schedule};
use crate::secret::ApiKey;
use crate::trust;

/// How many requests a client has under way at once unless told otherwise: 31 pages of 80 ms take two rounds.
const CONCURRENCY: usize = 16;

/// How long a connection, TLS included, may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long one attempt of a repeatable call may take before it is better to try again.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// How a client behaves. Start from [`ClientOptions::new`] and set what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientOptions {
    /// The `User-Agent` of every request. Some brokers refuse requests without a real one.
    pub user_agent: Cow<'static, str>,
    /// Our share of the broker's documented limit; `None` follows its headers alone.
    pub quota: Option<Quota>,
    /// How many requests may be under way at once, at least 1.
    pub concurrency: usize,
    /// How long a connection, TLS included, may take to open.
    pub connect_timeout: Duration,
    /// How long one attempt of a repeatable call may take. A call that is not repeatable has one attempt and may use
    /// all of the time up to its deadline.
    pub attempt_timeout: Duration,
}

impl ClientOptions {
    /// The usual behaviour, under this `User-Agent`.
    pub fn new(user_agent: impl Into<Cow<'static, str>>) -> Self {
        Self {
            user_agent: user_agent.into(),
            quota: None,
            concurrency: CONCURRENCY,
            connect_timeout: CONNECT_TIMEOUT,
            attempt_timeout: ATTEMPT_TIMEOUT,
        }
    }
}

/// A client of one broker. Clones share connections and limits. Creating one is cheap: certificates are loaded by the
/// first `https:` call, and never for `http:` to a loopback address.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) base: BaseUrl,
    pub(crate) key: Option<ApiKey>,
    pub(crate) options: ClientOptions,
    pub(crate) limits: Limits,
    pub(crate) date: LastDate,
    pub(crate) slots: Semaphore,
    /// Keeps connections open between calls.
    pooled: OnceLock<Result<reqwest::Client, String>>,
    /// Opens a connection for each call, so that a request never meets one that the other side has just closed.
    fresh: OnceLock<Result<reqwest::Client, String>>,
    /// Answers in place of all connections.
    #[cfg(feature = "scripted")]
    script: Option<crate::scripted::Script>,
}

impl Client {
    /// A client that talks to `base` and nobody else. Without a key, requests carry no `Authorization`.
    pub fn new(base: BaseUrl, key: Option<ApiKey>, options: ClientOptions) -> Self {
        Self {
            shared: Arc::new(Shared::new(base, key, options)),
        }
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

    /// Sends a call, again where [`Repeat`] allows it, and returns its complete 2xx answer. Never takes longer than
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

impl Shared {
    fn new(base: BaseUrl, key: Option<ApiKey>, options: ClientOptions) -> Self {
        Self {
            base,
            key,
            limits: Limits::new(options.quota),
            date: LastDate::default(),
            slots: Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            options,
            pooled: OnceLock::new(),
            fresh: OnceLock::new(),
            #[cfg(feature = "scripted")]
            script: None,
        }
    }

    /// Sends a request that was made for `call`.
    #[cfg_attr(
        not(feature = "scripted"),
        expect(unused_variables, reason = "only a script looks at the call")
    )]
    pub(crate) async fn send(
        &self,
        call: &Call,
        request: reqwest::RequestBuilder,
    ) -> reqwest::Result<reqwest::Response> {
        #[cfg(feature = "scripted")]
        if let Some(script) = &self.script {
            return Ok(script(call).into());
        }
        request.send().await
    }

    /// The HTTP client for a call, built when it is first needed.
    pub(crate) fn http(&self, repeat: Repeat) -> Result<&reqwest::Client, &str> {
        let (cell, keep_alive) = if repeat.is_safe() {
            (&self.pooled, true)
        } else {
            (&self.fresh, false)
        };
        cell.get_or_init(|| self.build(keep_alive))
            .as_ref()
            .map_err(String::as_str)
    }

    fn build(&self, keep_alive: bool) -> Result<reqwest::Client, String> {
        install_crypto();
        let mut builder = reqwest::Client::builder()
            .user_agent(&*self.options.user_agent)
            .default_headers(HeaderMap::from_iter([(
                ACCEPT,
                HeaderValue::from_static("application/json"),
            )]))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .https_only(self.base.is_https())
            .connect_timeout(self.options.connect_timeout)
            .referer(false);
        if !keep_alive {
            builder = builder.pool_max_idle_per_host(0);
        }
        if self.base.is_loopback() {
            // Never through a proxy, never by a name that something else may resolve.
            let local = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            builder = builder
                .no_proxy()
                .resolve_to_addrs("localhost", &local.map(|address| SocketAddr::new(address, 0)));
        }
        // Without TLS none is needed.
        let roots = if self.base.is_https() {
            trust::roots(self.base.authority())
        } else {
            Ok(Vec::new())
        };
        let builder = roots.map(|roots| builder.tls_certs_only(roots).tls_version_min(Version::TLS_1_2));
        builder
            .and_then(reqwest::ClientBuilder::build)
            .map_err(|error| causes(&error.without_url()))
    }

    /// The headers that only this call's origin may see.
    pub(crate) fn authorise(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match self.key.as_ref().and_then(ApiKey::header) {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        }
    }
}

/// Makes ring the process's cryptography, once. If the process has chosen another, that one is used.
pub(crate) fn install_crypto() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("a cryptography provider is installed already");
        }
    });
}

/// An error with all of its causes, in one line. reqwest repeats itself less if only the innermost two are taken.
pub(crate) fn causes(error: &reqwest::Error) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        if words.last().is_none_or(|last| !last.contains(&text)) {
            words.push(text);
        }
        next = cause.source();
    }
    if words.is_empty() {
        error.to_string()
    } else {
        words.split_off(words.len().saturating_sub(2)).join(": ")
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
