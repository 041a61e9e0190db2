//! What is known after a request did not end well.

use std::fmt;
use std::time::Duration;

use crate::after::WAIT_MAX;
use crate::call::{Call, Method};
use crate::text::{EXCERPT_CHARS_MAX, excerpt};
use crate::words::Words;

/// Ten years, about.
const DECADE_S: u64 = 10 * 365 * 24 * 60 * 60;

/// How far a request got. Whoever spends money branches on this before anything else.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// No byte of the request left: no connection was made, or none was tried.
    NotSent,
    /// It may have arrived and been acted upon; nothing came back that says so.
    MaybeSent,
    /// An answer came back, at least its status.
    Answered,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The request could not be made: a path that is not exact, no root certificates, or a server whose certificate is
    /// not believed. A retry cannot help.
    Setup,
    /// No connection: refused, unknown host, TLS, or a proxy in between.
    Connect,
    /// The deadline passed, or one attempt took too long.
    Timeout,
    /// The connection broke, or what came was not HTTP.
    Transport,
    /// An answer with a status outside 2xx that is none of the other kinds.
    Status,
    /// 429, or a wait for our own share of the broker's limit that does not fit the deadline.
    RateLimited,
    /// An answer that points elsewhere. It is never followed.
    Redirected,
    /// The body is larger than the limit of the call, or in more pieces than are put together.
    TooLarge,
    /// The body of a 2xx is not the JSON that was expected.
    Decode,
}

/// A request that did not end with a complete 2xx answer. Every text in it is scrubbed: one line, capped, without the
/// key and without the query of the request.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// How far the request got, over all attempts.
    pub stage: Stage,
    /// What went wrong in the last attempt.
    pub kind: Kind,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// What the broker said, or a short note about what came instead.
    pub message: Box<str>,
    /// The method of the request.
    pub method: Method,
    /// The path of the request, without its query.
    pub path: Box<str>,
    /// How many times it was tried.
    pub attempts: u32,
    /// How long to wait before asking again: the broker's own word, at most 960 s, or what is left of our quota.
    pub retry_after: Option<Duration>,
    /// What the broker said of that where it is longer: such a wait is not waited for.
    longer: Option<Duration>,
    /// The broker's own name for the request, for its support.
    pub request_id: Option<Box<str>>,
    /// The other single values of an error body, such as `code`.
    fields: Vec<(Box<str>, Box<str>)>,
    /// Whether `message` comes from a field of a JSON error body.
    spoken: bool,
}

impl Failure {
    /// A failure without an answer.
    pub(crate) fn silent(call: &Call, stage: Stage, kind: Kind, message: &str) -> Self {
        Self {
            stage,
            kind,
            status: None,
            message: excerpt(message, EXCERPT_CHARS_MAX).into(),
            method: call.method,
            path: excerpt(&call.path, EXCERPT_CHARS_MAX).into(),
            attempts: 1,
            retry_after: None,
            longer: None,
            request_id: None,
            fields: Vec::new(),
            spoken: false,
        }
    }

    /// The failure that an answer with this status and body makes. Adapters use it in tests of their error tables.
    pub fn answered(call: &Call, status: u16, body: &[u8]) -> Self {
        Self::from_words(call, status, crate::words::read(body, None))
    }

    pub(crate) fn from_words(call: &Call, status: u16, words: Words) -> Self {
        let kind = match status {
            429 => Kind::RateLimited,
            300..=399 => Kind::Redirected,
            _ => Kind::Status,
        };
        let retry_after = words.retry_after;
        let mut failure = Self {
            status: Some(status),
            message: words.message.into(),
            fields: words.fields,
            spoken: words.spoken,
            ..Self::silent(call, Stage::Answered, kind, "")
        };
        failure.wait_for(retry_after);
        failure
    }

    /// Takes in how long the broker asks to wait.
    pub(crate) fn wait_for(&mut self, said: Option<Duration>) {
        self.retry_after = said.map(|said| said.min(WAIT_MAX));
        self.longer = said.filter(|said| *said > WAIT_MAX);
    }

    /// How long the broker asks to wait, however long.
    pub(crate) fn said_wait(&self) -> Option<Duration> {
        self.longer.or(self.retry_after)
    }

    /// Whether the broker asks to wait longer than anybody does here.
    pub(crate) fn is_much_later(&self) -> bool {
        self.longer.is_some()
    }

    /// A single value (text, number or truth value) at the top of a JSON error body, as text: `code`,
    /// `currentStatus`, `timeRemaining`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| **key == *name)
            .map(|(_, value)| &**value)
    }

    /// Whether the answer was a JSON error body with a message of its own, and not a page of some proxy.
    pub fn is_spoken(&self) -> bool {
        self.spoken
    }

    /// Whether the key was missing or refused: 401, or a 403 that speaks of credentials. (A 403 may also come from a
    /// firewall that dislikes the client; that is not about the key.)
    pub fn is_credentials(&self) -> bool {
        const SIGNS: [&str; 9] = [
            "authenticat",
            "credential",
            "token",
            "api key",
            "api_key",
            "apikey",
            "unauthor",
            "scope",
            "permission",
        ];
        match self.status {
            Some(401) => true,
            Some(403) => {
                let said = format!("{} {}", self.message, self.field("code").unwrap_or_default()).to_ascii_lowercase();
                SIGNS.iter().any(|sign| said.contains(sign))
            }
            _ => false,
        }
    }

    /// Whether the same request may succeed later without anyone changing anything.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            Kind::Connect | Kind::Timeout | Kind::Transport | Kind::RateLimited => true,
            Kind::Status => matches!(self.status, Some(408 | 500 | 502..=504)),
            Kind::Setup | Kind::Redirected | Kind::TooLarge | Kind::Decode => false,
        }
    }
}

/// One line, lower-case up to the broker's own words: `GET /api/x: status 500 (boom) after 4 attempts`.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: ", self.method, self.path)?;
        match (self.kind, self.status) {
            (Kind::Setup, _) => formatter.write_str("the request could not be made")?,
            (Kind::Connect, _) => formatter.write_str("no connection")?,
            (Kind::Timeout, None) => formatter.write_str("no answer in time")?,
            (Kind::Timeout, Some(status)) => write!(formatter, "status {status}, then the answer took too long")?,
            (Kind::Transport, None) => formatter.write_str("the connection failed")?,
            (Kind::Transport, Some(status)) => write!(formatter, "status {status}, then the answer broke off")?,
            (Kind::RateLimited, _) => formatter.write_str("rate limited")?,
            (Kind::Redirected, Some(status)) => write!(formatter, "status {status}, a redirect that is not followed")?,
            (Kind::TooLarge, _) => formatter.write_str("the answer is too large")?,
            (Kind::Decode, _) => formatter.write_str("the answer cannot be read")?,
            (Kind::Status | Kind::Redirected, status) => write!(formatter, "status {}", status.unwrap_or_default())?,
        }
        if !self.message.is_empty() {
            write!(formatter, " ({})", self.message)?;
        }
        if self.attempts > 1 {
            write!(formatter, " after {} attempts", self.attempts)?;
        }
        if let Some(longer) = self.longer {
            match longer.as_secs() {
                wait @ ..DECADE_S => write!(formatter, "; the broker says to try again in {wait} s")?,
                _ => formatter.write_str("; the broker says to try again in more than ten years")?,
            }
            return write!(formatter, ", and no more than {} s are waited for", WAIT_MAX.as_secs());
        }
        if let Some(wait) = self.retry_after {
            write!(
                formatter,
                "; try again in {} s",
                wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line() {
        let call = Call::get("/api/x").query("secret", "hunter2");
        let mut failure = Failure::answered(&call, 500, br#"{"detail":"boom\n\u001b[2J"}"#);
        failure.attempts = 4;
        assert_eq!(
            failure.to_string(),
            r"GET /api/x: status 500 (boom\n\u{1b}[2J) after 4 attempts"
        );
        let limited = Failure::answered(&call, 429, br#"{"error":"Too many requests","retryAfter":900}"#);
        assert_eq!(
            limited.to_string(),
            "GET /api/x: rate limited (Too many requests); try again in 900 s"
        );
        for (wait, said) in [
            ("3600", "3600 s"),
            ("1e9", "more than ten years"),
            ("\"99999999999999999999\"", "more than ten years"),
        ] {
            let body = format!(r#"{{"error":"Slow down","retryAfter":{wait}}}"#);
            let later = Failure::answered(&call, 429, body.as_bytes());
            assert_eq!(
                later.to_string(),
                format!(
                    "GET /api/x: rate limited (Slow down); the broker says to try again in {said}, and no more than 960 s \
                     are waited for"
                )
            );
            assert_eq!(later.retry_after, Some(WAIT_MAX));
        }
        let silent = Failure::silent(&call, Stage::NotSent, Kind::Connect, "connection refused");
        assert_eq!(silent.to_string(), "GET /api/x: no connection (connection refused)");
        assert!(!format!("{failure} {failure:?}").contains("hunter2"));
    }

    #[test]
    fn statuses_have_kinds() {
        let call = Call::get("/");
        for (status, kind) in [
            (301, Kind::Redirected),
            (308, Kind::Redirected),
            (400, Kind::Status),
            (429, Kind::RateLimited),
            (503, Kind::Status),
        ] {
            let failure = Failure::answered(&call, status, b"");
            assert_eq!(
                (failure.stage, failure.kind, failure.status),
                (Stage::Answered, kind, Some(status))
            );
        }
    }

    #[test]
    fn credentials_are_told_from_firewalls() {
        let call = Call::get("/");
        for (status, body, expected) in [
            (401, "", true),
            (401, r#"{"detail":"Invalid token"}"#, true),
            (403, r#"{"detail":"Not authenticated"}"#, true),
            (403, r#"{"error":"Insufficient scope"}"#, true),
            (403, r#"{"error":"no","code":"UNAUTHORIZED"}"#, true),
            (403, r#"{"error":"Forbidden"}"#, false),
            (403, "<html>blocked</html>", false),
            (400, r#"{"detail":"Invalid token"}"#, false),
        ] {
            assert_eq!(
                Failure::answered(&call, status, body.as_bytes()).is_credentials(),
                expected,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn a_failure_stays_small_enough_to_return() {
        assert!(size_of::<Failure>() <= 128);
    }
}
