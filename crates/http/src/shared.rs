//! What all attempts of a client share: its settings, its limits, and the connections, built when they are first needed.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::tls::Version;
use tokio::sync::Semaphore;

use crate::base::BaseUrl;
use crate::call::{Call, Repeat};
use crate::date::LastDate;
use crate::limit::{Limits, Quota};
use crate::page::PageOptions;
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
    /// How far a listing is read.
    pub listing: PageOptions,
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
            listing: PageOptions::default(),
        }
    }
}

/// One client, whatever its clones.
pub(crate) struct Shared {
    pub(crate) base: BaseUrl,
    pub(crate) key: Option<ApiKey>,
    pub(crate) options: ClientOptions,
    pub(crate) limits: Limits,
    pub(crate) date: LastDate,
    pub(crate) slots: Semaphore,
    /// The leave to hold a large body: there is one.
    pub(crate) large: Arc<Semaphore>,
    /// Keeps connections open between calls.
    pooled: OnceLock<Result<reqwest::Client, String>>,
    /// Opens a connection for each call, so that a request never meets one that the other side has just closed.
    fresh: OnceLock<Result<reqwest::Client, String>>,
    /// Answers in place of all connections.
    #[cfg(feature = "scripted")]
    pub(crate) script: Option<crate::scripted::Script>,
}

impl Shared {
    pub(crate) fn new(base: BaseUrl, key: Option<ApiKey>, options: ClientOptions) -> Self {
        Self {
            base,
            key,
            limits: Limits::new(options.quota),
            date: LastDate::default(),
            slots: Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            large: Arc::new(Semaphore::new(1)),
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
        trust::install_crypto();
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
