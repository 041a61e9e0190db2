//! What a client asks.

use std::net::{IpAddr, Ipv4Addr};

/// One request, as a face sees it.
///
/// ```
/// # use gpu_broker_sandbox::Request;
/// let request = Request::get("/api/v1/pods/?limit=10");
/// assert_eq!(request.method, "GET");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path, with its query.
    pub target: String,
    /// The key of the `Authorization: Bearer` header.
    pub key: Option<String>,
    /// The `User-Agent` header.
    pub agent: Option<String>,
    /// The `X-Prime-Team-ID` header.
    pub team: Option<String>,
    /// The `X-Sandbox-Fault` header: names of faults, joined by `+`.
    pub fault: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Who asks, for the limit per address.
    pub peer: IpAddr,
}

impl Request {
    /// A request with a key and an honest user agent, and without a body.
    pub fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            key: Some("sandbox".to_owned()),
            agent: Some("sandbox/1".to_owned()),
            team: None,
            fault: None,
            body: Vec::new(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// As [`Request::new`], to read.
    pub fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    /// As [`Request::new`], with a body.
    pub fn post(target: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::new("POST", target)
        }
    }

    /// The path without its query and its last slash, which both brokers take or leave.
    pub(crate) fn path(&self) -> &str {
        let path = self
            .target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path);
        path.trim_end_matches('/')
    }
}

/// Undoes percent encoding; what is no such code stays as it is.
pub(crate) fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = code
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Request, decoded};

    #[test]
    fn paths_and_codes() {
        for (target, path) in [
            ("/api/v1/pods/", "/api/v1/pods"),
            ("/api/v1/pods?limit=1", "/api/v1/pods"),
            ("/", ""),
        ] {
            assert_eq!(Request::get(target).path(), path);
        }
        for (segment, text) in [("a%20b", "a b"), ("..%2F", "../"), ("100%", "100%"), ("%zz", "%zz")] {
            assert_eq!(decoded(segment), text);
        }
    }
}
