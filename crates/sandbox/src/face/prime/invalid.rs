//! Requests that do not validate: status 422, `{errors: [{param, details}]}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::face::answer::json;

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
        self.errors.push(Fault {
            param: format!("query.{parameter}"),
            details,
        });
    }

    /// The value, unless something was noted.
    pub(super) fn unless<T>(self, value: T) -> Result<T, Self> {
        if self.errors.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl IntoResponse for Invalid {
    fn into_response(self) -> Response {
        json(StatusCode::UNPROCESSABLE_ENTITY, &self)
    }
}
