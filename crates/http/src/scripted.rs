//! Answers without a connection, for tests that need millions of them. No other build has this.

use crate::call::Call;

/// What answers in place of a broker.
pub(crate) type Script = Box<dyn Fn(&Call) -> Scripted + Send + Sync>;

/// One answer: whole, as a connection would have brought it.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    /// The status; one that HTTP does not have becomes 599.
    pub status: u16,
    /// Header lines. One that HTTP does not allow is left out: it could not have arrived.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl From<Scripted> for reqwest::Response {
    fn from(scripted: Scripted) -> Self {
        let mut response = http::Response::new(scripted.body);
        *response.status_mut() =
            http::StatusCode::from_u16(scripted.status).unwrap_or(http::StatusCode::from_u16(599).unwrap_or_default());
        for (name, value) in scripted.headers {
            let name = http::HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_bytes(&value)) {
                response.headers_mut().append(name, value);
            }
        }
        response.into()
    }
}
