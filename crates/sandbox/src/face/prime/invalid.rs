//! Requests that are refused: 422 as `{errors: [{param, details}]}`, everything else as `{detail}`.

use serde::Serialize;

use super::detail;
use crate::reply::Reply;

/// What is said of a text where a number belongs.
pub(super) const NO_INTEGER: &str = "Input should be a valid integer, unable to parse string as an integer";

/// Everything that is wrong with a request's parameters.
#[derive(Debug, Default, Serialize)]
pub(super) struct Invalid {
    errors: Vec<Fault>,
}

#[derive(Debug, Serialize)]
struct Fault {
    param: String,
    details: String,
}

impl Invalid {
    /// Notes one fault of a query parameter.
    pub(super) fn add(&mut self, parameter: &str, details: String) {
        self.note(format!("query.{parameter}"), details);
    }

    /// Notes one fault of anything.
    pub(super) fn note(&mut self, param: String, details: impl Into<String>) {
        let details = details.into();
        self.errors.push(Fault { param, details });
    }

    /// The value, unless something was noted.
    pub(super) fn unless<T>(self, value: T) -> Result<T, Self> {
        if self.errors.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It does not validate.
    Invalid(Invalid),
    /// A status and a sentence.
    Detail(u16, String),
}

impl Refusal {
    pub(super) fn detail(status: u16, text: impl Into<String>) -> Self {
        Self::Detail(status, text.into())
    }

    pub(super) fn reply(self) -> Reply {
        match self {
            Self::Invalid(invalid) => Reply::json(422, &invalid),
            Self::Detail(status, text) => detail(status, &text),
        }
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}
