//! What a face answers, and how the answer travels.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, `content-type` and `date` included; names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body, whole even where [`Reply::wire`] says that it does not arrive.
    pub body: Cow<'static, [u8]>,
    /// How it travels.
    pub wire: Wire,
}

/// How an answer travels.
///
/// The listeners do this to the connection; a caller of [`World::ask`](crate::World::ask) makes of it what its transport
/// would report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wire {
    /// As it should.
    #[default]
    Whole,
    /// Not at all: the connection is closed instead.
    Closed,
    /// Not at all: the connection is reset instead.
    Reset,
    /// Not at all: nothing happens until the client gives up.
    Hung,
    /// The first half arrives, then the connection is closed.
    Cut,
    /// Byte by byte, with a pause after each.
    Drip,
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn json<T: Serialize + ?Sized>(status: u16, body: &T) -> Self {
        let (status, body) = match serde_json::to_vec(body) {
            Ok(bytes) => (status, bytes),
            Err(error) => (500, error.to_string().into_bytes()),
        };
        Self::raw(status, "application/json", body)
    }

    /// A JSON answer with status 200.
    pub(crate) fn ok<T: Serialize + ?Sized>(body: &T) -> Self {
        Self::json(200, body)
    }

    /// An answer of any kind.
    pub(crate) fn raw(status: u16, kind: &str, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body: body.into(),
            wire: Wire::Whole,
        }
    }

    /// An answer that does not arrive.
    pub(crate) fn lost(wire: Wire) -> Self {
        Self {
            status: 0,
            headers: Vec::new(),
            body: Cow::Borrowed(&[]),
            wire,
        }
    }

    /// With one more header.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a header.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `null` when it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it says that something was done.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
