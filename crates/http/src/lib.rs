//! The transport of gpu-broker: one client, one retry loop, one set of limits.
//!
//! An adapter describes a request as a [`Call`], hands it to its [`Client`] with a deadline, and gets back either a
//! [`Reply`] (2xx, complete, within its size limit) or a [`Failure`] that says how far the request got. Everything
//! that a broker, a proxy or a bad line can do in between is settled here and nowhere else:
//!
//! | module | the one thing that it owns |
//! |---|---|
//! | [`ApiKey`], [`BaseUrl`] | where a key may go, and that it goes nowhere else |
//! | [`Client`], [`Call`], [`Reply`] | connections, headers, bounded reading |
//! | [`Failure`] | what is known after something went wrong, in words that are safe to print |
//! | `retry` | the only retry loop |
//! | `limit`, `after` | how long to wait before asking again |
//! | [`walk`] | listings of many pages, and whether all of them came |
//! | [`decode`], [`parse`] | JSON in which an object stands where an object belongs |
//! | [`Rows`], [`Few`], [`RawNumber`], [`WireInt`] | lists that are bounded, numbers that keep their digits |
//! | [`inert`] | text of others, made safe for a terminal |
//!
//! # What a caller may rely on
//!
//! * A [`Call`] that is [`Repeat::Never`] is sent a second time only when the first time provably never left, or was
//!   turned away with 429; one that is [`Repeat::Once`] is not sent a second time at all.
//! * Redirects are never followed, so the key and the body reach one origin only.
//! * No call outlives its deadline, no body outgrows its limit, no listing outgrows its limits of pages, records and
//!   bytes. Rows are read when they are asked for, and of large bodies one is held at a time.
//! * No list is taken for an object.
//! * No error contains the key or the query of a request.
//!
//! # Example
//!
//! ```no_run
//! use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Failure};
//! use std::time::Duration;
//! use tokio::time::Instant;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let base = BaseUrl::parse("https://broker.example")?;
//! let key = ApiKey::new("sk-1234567890".to_owned())?;
//! let client = Client::new(base, Some(key), ClientOptions::new("gpu-broker/0.1"));
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let reply = client.send(&Call::get("/api/things").query("page", "1"), deadline).await?;
//! let names: Vec<String> = reply.json()?;
//! # Ok(())
//! # }
//! ```

mod after;
mod base;
mod call;
mod client;
mod date;
mod distrust;
mod exchange;
mod failure;
mod few;
mod limit;
mod number;
mod page;
mod reply;
mod retry;
mod rows;
#[cfg(feature = "scripted")]
mod scripted;
mod secret;
mod shared;
mod strict;
mod text;
mod trust;
mod wire;
mod words;

pub use base::{BaseUrl, BaseUrlError};
pub use call::{BODY_BYTES_MAX, Call, Method, Repeat, path_segment};
pub use client::Client;
pub use date::Said;
pub use failure::{Failure, Kind, Stage};
pub use few::Few;
pub use limit::Quota;
pub use number::{RawNumber, WireInt};
pub use page::{Coverage, Page, PageOptions, Partial, Progress, Walk, walk};
pub use reply::{Imprint, Reply};
pub use rows::{RowError, Rows};
#[cfg(feature = "scripted")]
pub use scripted::Scripted;
pub use secret::{ApiKey, ApiKeyError};
pub use shared::ClientOptions;
pub use strict::parse;
pub use text::{inert, is_active};
pub use trust::{Authority, AuthorityError};
pub use wire::{Malformed, decode};
