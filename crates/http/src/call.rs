//! One request, described and not yet sent.

use std::fmt;

/// The largest answer that is read unless the call says otherwise, in bytes. The longest listing page known is about
/// 0.3 MB, so this leaves room for growth, while sixteen answers at once stay well inside a small machine's memory.
pub const BODY_BYTES_MAX: usize = 8 << 20;

/// What a request does, in HTTP's words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or starts something.
    Post,
    /// Changes.
    Patch,
    /// Removes. Twice is the same as once.
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether sending a request twice is the same as sending it once. The retry loop goes by this and not by the method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Repeat {
    /// Twice is harmless: it is retried after anything that may pass.
    Safe,
    /// Twice may rent two machines: it is sent again only if it provably never left, or was turned away with 429.
    /// It travels on a connection of its own.
    Never,
    /// It rents a machine: whatever happens, it is sent at most once, and whoever sends it keeps a record of that.
    /// It travels on a connection of its own.
    Once,
}

impl Repeat {
    /// Whether the request may be repeated after it may have arrived.
    pub(crate) fn is_safe(self) -> bool {
        match self {
            Self::Safe => true,
            Self::Never | Self::Once => false,
        }
    }
}

/// A request: method, path, query, body, and how it may be treated.
///
/// Paths begin with `/` and are already percent-encoded (see [`path_segment`]); queries are encoded here.
#[derive(Clone, Eq, PartialEq)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) repeat: Repeat,
    pub(crate) body_bytes_max: usize,
}

impl Call {
    fn new(method: Method, path: impl Into<String>, repeat: Repeat, body: Option<Vec<u8>>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body,
            repeat,
            body_bytes_max: BODY_BYTES_MAX,
        }
    }

    /// Reads `path`. Repeatable.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path, Repeat::Safe, None)
    }

    /// Removes `path`. Repeatable.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path, Repeat::Safe, None)
    }

    /// Posts a JSON document. Not repeatable.
    pub fn post(path: impl Into<String>, json: Vec<u8>) -> Self {
        Self::new(Method::Post, path, Repeat::Never, Some(json))
    }

    /// Changes `path` with a JSON document. Not repeatable.
    pub fn patch(path: impl Into<String>, json: Vec<u8>) -> Self {
        Self::new(Method::Patch, path, Repeat::Never, Some(json))
    }

    /// Adds one pair to the query; the same key may be given several times.
    #[must_use]
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// States whether the request may be sent twice, where that differs from what the method suggests.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Sets the largest answer to read, in bytes, in place of [`BODY_BYTES_MAX`].
    #[must_use]
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.body_bytes_max = bytes;
        self
    }

    /// The method of the request.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The path of the request, without its query.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Shows method and path: a query or a body may hold what should not be logged.
impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Call({} {}, {:?})",
            self.method,
            crate::inert(&self.path),
            self.repeat
        )
    }
}

/// Percent-encodes one segment of a path, so that an identifier of a broker cannot reach another endpoint: everything
/// but letters, digits, `-`, `_`, `.` and `~` is encoded. (A segment of only `.` or `..` cannot be encoded; a call
/// with such a path fails before it is sent.)
///
/// ```
/// assert_eq!(gpu_broker_http::path_segment("../x y"), "..%2Fx%20y");
/// ```
pub fn path_segment(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            segment.push(char::from(byte));
        } else {
            segment.push('%');
            segment.push(char::from(HEX[usize::from(byte >> 4)]));
            segment.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_says_whether_it_may_be_repeated() {
        for (call, method, repeat) in [
            (Call::get("/a"), "GET", Repeat::Safe),
            (Call::delete("/a"), "DELETE", Repeat::Safe),
            (Call::post("/a", b"{}".to_vec()), "POST", Repeat::Never),
            (Call::patch("/a", b"{}".to_vec()), "PATCH", Repeat::Never),
            (Call::get("/a").repeat(Repeat::Never), "GET", Repeat::Never),
        ] {
            assert_eq!((call.method.as_str(), call.repeat), (method, repeat));
        }
    }

    #[test]
    fn a_call_is_shown_without_query_and_body() {
        let call = Call::post("/a", b"secret-body".to_vec()).query("token", "secret-query");
        assert_eq!(format!("{call:?}"), "Call(POST /a, Never)");
    }

    #[test]
    fn segments_stay_one_segment() {
        for (text, expected) in [
            ("pod-1_a.b~c", "pod-1_a.b~c"),
            ("a/b?c#d%", "a%2Fb%3Fc%23d%25"),
            ("é\n", "%C3%A9%0A"),
        ] {
            assert_eq!(path_segment(text), expected);
        }
    }
}
