//! Requests that are refused. API reference, "Error reference".

use serde::Serialize;
use serde_json::{Map, Value};

use crate::limiter::Admission;
use crate::reply::Reply;

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    body: Body,
}

#[derive(Debug, Serialize)]
struct Body {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(status: u16, error: impl Into<String>, code: &'static str) -> Self {
        Self {
            status,
            body: Body {
                error: error.into(),
                message: None,
                code: Some(code),
                more: Map::new(),
            },
        }
    }

    pub(super) fn invalid(error: impl Into<String>) -> Self {
        Self::new(400, error, "VALIDATION_ERROR")
    }

    pub(super) fn not_found(error: &str) -> Self {
        Self::new(404, error, "NOT_FOUND")
    }

    /// In the form of the refusals that were seen live: a sentence more, figures, and no code.
    pub(super) fn explained(status: u16, error: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: Body {
                error: error.to_owned(),
                message: Some(message.into()),
                code: None,
                more: Map::new(),
            },
        }
    }

    /// With one more field.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body.more.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn reply(self) -> Reply {
        Reply::json(self.status, &self.body)
    }
}

/// API reference, "Rate limit response".
pub(super) fn too_many(admission: &Admission) -> Reply {
    // The time left, in whole seconds rounded up.
    let left = admission.resets_in.as_millis().div_ceil(1_000);
    let seconds = u64::try_from(left).unwrap_or(u64::MAX);
    Refusal::explained(
        429,
        "Too many requests",
        "Too many requests from this IP, please try again later.",
    )
    .with("retryAfter", seconds)
    .reply()
}
