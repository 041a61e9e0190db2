//! Why a source could not answer, in terms that a caller acts on.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A source's failure.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[error("{message}")]
pub struct SourceError {
    kind: ErrorKind,
    message: String,
}

/// What kind of failure it is. Closed, because callers branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The key is refused (401, 403).
    Unauthorised,
    /// Too many requests, for longer than the caller would wait.
    RateLimited,
    /// The time ran out.
    Timeout,
    /// The broker could not be reached or the connection broke.
    Transport,
    /// The broker answered that it cannot (5xx).
    Unavailable,
    /// The answer is not what the API promises: HTML, half a JSON, a
    /// redirect, a body without end.
    Protocol,
    /// The broker announced more than it returned.
    Incomplete,
    /// The broker understood a request to change something, and said no.
    Refused,
}

impl SourceError {
    /// A failure of that kind; the message is one lower-case line without
    /// anything secret, fit for a terminal.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the key is the reason.
    pub fn is_credentials(&self) -> bool {
        self.kind == ErrorKind::Unauthorised
    }
}
