//! One attempt: one request out, one bounded answer in.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use tokio::sync::{OwnedSemaphorePermit, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::after::Told;
use crate::call::{Call, Method, Repeat};
use crate::distrust;
use crate::failure::{Failure, Kind, Stage};
use crate::reply::Reply;
use crate::shared::{Shared, causes};
use crate::text::excerpt;
use crate::words;

/// How much of an error's body is read, in bytes. Messages are short; the rest would be a page of markup.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// How long an error's body may take. The status is known already and must not be lost to a slow body.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// How much memory is set aside on the word of a `Content-Length`, in bytes.
const RESERVE_BYTES_MAX: usize = 1 << 20;

/// In how many pieces a body may come. The smallest pieces that lines and proxies make are far larger than a byte; each
/// takes as long as kilobytes do.
const PIECES_MAX: usize = 100_000;

/// A body larger than this, in bytes, is read while no other such one is held: sixteen that are as large as they may be
/// would be too much. Pages of brokers have a tenth of it.
const LARGE_BYTES_MIN: usize = 512 << 10;

/// How much of the target of a redirect is quoted, in characters.
const TARGET_CHARS_MAX: usize = 80;

/// The longest request id that is kept, in characters.
const REQUEST_ID_CHARS_MAX: usize = 80;

pub(crate) async fn attempt(shared: &Shared, call: &Call, deadline: Instant) -> Result<Reply, Failure> {
    let request = prepare(shared, call)?;
    let _slot = admit(shared, call, deadline).await?;
    let start = Instant::now();
    let until = match call.repeat {
        Repeat::Safe => start
            .checked_add(shared.options.attempt_timeout)
            .map_or(deadline, |end| end.min(deadline)),
        Repeat::Never | Repeat::Once => deadline,
    };
    let response = match timeout_at(until, shared.send(call, request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(unsent_or_lost(shared, call, error)),
        Err(_) => return Err(Failure::silent(call, Stage::MaybeSent, Kind::Timeout, &waited(start))),
    };
    let status = response.status().as_u16();
    tracing::debug!(method = %call.method, path = %call.path, status, elapsed_ms = start.elapsed().as_millis(), "answered");
    let told = told(&response);
    if let Some(date) = told.date {
        shared.date.note(date);
    }
    if !response.status().is_success() {
        return Err(refusal(shared, call, response, told, until).await);
    }
    shared.limits.learn(call.repeat, &told, false);
    let request_id = request_id(shared, response.headers());
    let unread = match timeout_at(until, read(shared, response, call.body_bytes_max)).await {
        Ok(Ok((mut body, large))) => {
            if let Some(key) = &shared.key {
                key.mask(&mut body);
            }
            return Ok(Reply {
                call: call.clone(),
                status,
                body,
                date: told.date,
                request_id,
                large,
            });
        }
        Ok(Err(unread)) => unread,
        Err(_) => Unread::TooSlow(waited(start)),
    };
    let mut failure = half_answered(shared, call, status, &unread);
    failure.request_id = request_id;
    Err(failure)
}

fn prepare(shared: &Shared, call: &Call) -> Result<reqwest::RequestBuilder, Failure> {
    let setup = |message: &str| Failure::silent(call, Stage::NotSent, Kind::Setup, message);
    let url = shared
        .base
        .join(&call.path, &call.query)
        .ok_or_else(|| setup("the path is not an exact, encoded path that begins with `/`"))?;
    let http = shared.http(call.repeat).map_err(setup)?;
    let method = match call.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let request = shared.authorise(http.request(method, url));
    Ok(match &call.body {
        Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.clone()),
        None => request,
    })
}

/// Waits until the request may leave: for the broker's limit, then for one of our own slots.
async fn admit<'s>(shared: &'s Shared, call: &Call, deadline: Instant) -> Result<SemaphorePermit<'s>, Failure> {
    let not_sent = |kind, message| Failure::silent(call, Stage::NotSent, kind, message);
    let too_late = || not_sent(Kind::Timeout, "the deadline passed before the request could be sent");
    if Instant::now() >= deadline {
        return Err(too_late());
    }
    shared
        .limits
        .turn(call.method, call.repeat, deadline)
        .await
        .map_err(|wait| {
            let mut failure = not_sent(
                Kind::RateLimited,
                "the broker's limit is used up and opens after the deadline",
            );
            failure.retry_after = Some(wait);
            failure
        })?;
    match timeout_at(deadline, shared.slots.acquire()).await {
        Ok(Ok(slot)) => Ok(slot),
        // The semaphore is never closed, so this is the deadline.
        Ok(Err(_)) | Err(_) => Err(too_late()),
    }
}

/// Makes a failure of an answer outside 2xx, and keeps what it says about limits.
async fn refusal(shared: &Shared, call: &Call, response: reqwest::Response, told: Told, until: Instant) -> Failure {
    let status = response.status().as_u16();
    let request_id = request_id(shared, response.headers());
    let target = response
        .headers()
        .get(LOCATION)
        .map(|location| target(shared, location));
    let body_until = Instant::now()
        .checked_add(ERROR_BODY_TIMEOUT)
        .map_or(until, |end| end.min(until));
    let mut body = Vec::new();
    // Whatever arrives in time is enough: the status counts.
    let _ = timeout_at(body_until, read_into(shared, response, ERROR_BYTES_MAX, &mut body)).await;
    let mut failure = Failure::from_words(call, status, words::read(&body, shared.key.as_ref()));
    failure.request_id = request_id;
    if let Some(target) = target.filter(|_| failure.kind == Kind::Redirected) {
        failure.message = target.into();
    }
    let said = failure.said_wait();
    failure.wait_for(match status {
        429 => told.retry_after.or(said).or(told.reset),
        408 | 500..=599 => told.retry_after.or(said),
        _ => None,
    });
    let told = Told {
        retry_after: failure.retry_after,
        ..told
    };
    shared
        .limits
        .learn(call.repeat, &told, failure.kind == Kind::RateLimited);
    failure
}

/// Where a redirect points, as far as it helps to correct the address: never its path or query.
fn target(shared: &Shared, location: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(location.as_bytes());
    match reqwest::Url::parse(&text) {
        Ok(url) => {
            let origin = url.origin();
            let to = if origin.is_tuple() {
                format!("to {}", origin.ascii_serialization())
            } else {
                format!("to a `{}:` address, which is no broker's", url.scheme())
            };
            excerpt(&scrubbed(shared, &to), TARGET_CHARS_MAX)
        }
        Err(_) => "to another path".to_owned(),
    }
}

fn told(response: &reqwest::Response) -> Told {
    Told::read(|name| response.headers().get(name)?.to_str().ok())
}

fn waited(start: Instant) -> String {
    format!("gave up after {} ms", start.elapsed().as_millis())
}

/// A request without an answer. Only a connection that was never made proves that nothing was sent.
fn unsent_or_lost(shared: &Shared, call: &Call, error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if let Some(distrust) = distrust::reason(&error) {
        return Failure::silent(call, Stage::NotSent, Kind::Setup, &scrubbed(shared, &distrust));
    }
    let (stage, kind) = if error.is_connect() {
        (Stage::NotSent, Kind::Connect)
    } else if error.is_builder() {
        (Stage::NotSent, Kind::Setup)
    } else if error.is_timeout() {
        (Stage::MaybeSent, Kind::Timeout)
    } else {
        (Stage::MaybeSent, Kind::Transport)
    };
    Failure::silent(call, stage, kind, &scrubbed(shared, &causes(&error)))
}

fn half_answered(shared: &Shared, call: &Call, status: u16, unread: &Unread) -> Failure {
    let (kind, message) = match unread {
        Unread::TooLarge(limit) => (Kind::TooLarge, format!("more than {limit} bytes")),
        Unread::TooScattered => (Kind::TooLarge, format!("in more than {PIECES_MAX} pieces")),
        Unread::Broken(reason) => (Kind::Transport, scrubbed(shared, reason)),
        Unread::TooSlow(waited) => (Kind::Timeout, waited.clone()),
    };
    let mut failure = Failure::silent(call, Stage::Answered, kind, &message);
    failure.status = Some(status);
    failure
}

fn scrubbed(shared: &Shared, text: &str) -> String {
    match &shared.key {
        Some(key) => key.scrub(text).into_owned(),
        None => text.to_owned(),
    }
}

fn request_id(shared: &Shared, headers: &HeaderMap) -> Option<Box<str>> {
    let id = ["x-request-id", "request-id", "cf-ray"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())?;
    Some(excerpt(&scrubbed(shared, id), REQUEST_ID_CHARS_MAX).into())
}

/// Why a body could not be read to its end.
#[derive(Debug)]
enum Unread {
    TooLarge(usize),
    TooScattered,
    Broken(String),
    TooSlow(String),
}

/// A whole body, and the leave to hold it if it is large.
async fn read(
    shared: &Shared,
    response: reqwest::Response,
    bytes_max: usize,
) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Unread> {
    let announced = response.content_length().map(usize::try_from);
    let mut body = Vec::new();
    match announced {
        Some(Ok(length)) if length <= bytes_max => body.reserve_exact(length.min(RESERVE_BYTES_MAX)),
        Some(_) => return Err(Unread::TooLarge(bytes_max)),
        None => {}
    }
    let large = read_into(shared, response, bytes_max, &mut body).await?;
    Ok((body, large))
}

/// Reads up to `bytes_max` into `body`, which keeps what came before an error.
async fn read_into(
    shared: &Shared,
    mut response: reqwest::Response,
    bytes_max: usize,
    body: &mut Vec<u8>,
) -> Result<Option<OwnedSemaphorePermit>, Unread> {
    let (mut pieces, mut large) = (0, None);
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Unread::Broken(causes(&error.without_url())))?
    {
        let room = bytes_max - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Err(Unread::TooLarge(bytes_max));
        }
        pieces += 1;
        if pieces > PIECES_MAX {
            return Err(Unread::TooScattered);
        }
        if large.is_none() && body.len() + chunk.len() > LARGE_BYTES_MIN {
            // It is never closed, so there is leave sooner or later.
            large = Arc::clone(&shared.large).acquire_owned().await.ok();
        }
        body.extend_from_slice(&chunk);
    }
    Ok(large)
}
