//! The one origin that a client talks to.

use std::fmt;

use reqwest::Url;

use crate::text::excerpt;
use crate::trust::Authority;

/// How much of a refused address an error quotes, in characters.
const QUOTE_CHARS_MAX: usize = 60;

/// The origin of a broker's API: scheme, host and port, nothing else. A key is sent there and to no other place.
///
/// `https:` is accepted for every host, `http:` only for a loopback address: 127.0.0.0/8, `[::1]` or `localhost`.
#[derive(Clone, Eq, PartialEq)]
pub struct BaseUrl {
    url: Url,
    loopback: bool,
    authority: Option<Authority>,
}

/// Why an address cannot be the origin of a broker. No variant quotes a part that may hold a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It is not an address at all.
    #[error("`{address}` is not a web address ({reason}); write it like https://app.example.com")]
    Unreadable {
        /// What was given, shortened and made safe to print.
        address: String,
        /// What the parser objected to.
        reason: String,
    },
    /// It does not begin with `https://` or `http://`.
    #[error("`{address}` does not begin with https://; write it like https://app.example.com")]
    Scheme {
        /// What was given, shortened and made safe to print.
        address: String,
    },
    /// It would send the key over the network in the clear.
    #[error(
        "http:// to `{host}` would send the key unencrypted; use https://, or a loopback address such as http://127.0.0.1:8080"
    )]
    PlainHttp {
        /// The host that is not a loopback address.
        host: String,
    },
    /// It carries a user name or a password.
    #[error("the address contains a user name or a password; remove all up to the `@`")]
    UserInfo,
    /// It has a path.
    #[error("the address has the path `{path}`; end it after the host, as the paths of the api are added to it")]
    Path {
        /// The path, shortened and made safe to print.
        path: String,
    },
    /// It has a query.
    #[error("the address has a query; end it before the `?`")]
    Query,
    /// It has a fragment.
    #[error("the address has a fragment; end it before the `#`")]
    Fragment,
}

impl BaseUrl {
    /// Reads the address of a broker. A single `/` after the host is ignored.
    ///
    /// # Errors
    /// If anything but scheme, host and port is given, or if the scheme does not suit the host.
    pub fn parse(address: &str) -> Result<Self, BaseUrlError> {
        if address.contains('@') {
            return Err(BaseUrlError::UserInfo);
        }
        let shown = || excerpt(address.split(['?', '#']).next().unwrap_or_default(), QUOTE_CHARS_MAX);
        if address
            .chars()
            .any(|character| character.is_control() || character == ' ' || character == '\\')
        {
            let reason = "it contains a blank, a control character or a backslash".to_owned();
            return Err(BaseUrlError::Unreadable {
                address: shown(),
                reason,
            });
        }
        // The parser alone would also read `https:host` and `https:///host`.
        let begins = |scheme: &str| {
            address
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if !begins("https://") && !begins("http://") {
            return Err(BaseUrlError::Scheme { address: shown() });
        }
        let unreadable = |reason: &str| BaseUrlError::Unreadable {
            address: shown(),
            reason: reason.to_owned(),
        };
        if begins("https:///") || begins("http:///") {
            return Err(unreadable("the host is missing"));
        }
        let url = Url::parse(address).map_err(|error| unreadable(&error.to_string()))?;
        let host = url.host_str().ok_or_else(|| unreadable("the host is missing"))?;
        let loopback = is_loopback(host);
        if url.scheme() == "http" && !loopback {
            return Err(BaseUrlError::PlainHttp {
                host: excerpt(host, QUOTE_CHARS_MAX),
            });
        }
        if url.query().is_some() {
            return Err(BaseUrlError::Query);
        }
        if url.fragment().is_some() {
            return Err(BaseUrlError::Fragment);
        }
        if url.path() != "/" {
            return Err(BaseUrlError::Path {
                path: excerpt(url.path(), QUOTE_CHARS_MAX),
            });
        }
        Ok(Self {
            url,
            loopback,
            authority: None,
        })
    }

    /// The same address, for which this authority may vouch, too. By default only the public ones may that Mozilla
    /// trusts.
    #[must_use]
    pub fn trusting(self, authority: Authority) -> Self {
        Self {
            authority: Some(authority),
            ..self
        }
    }

    pub(crate) fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// Whether the host is this machine. Such an address is never reached through a proxy.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The address of `path` with `query`, or `None` if the path is not exactly what would be sent: it must begin
    /// with `/`, be percent-encoded, and have no `.` or `..` segments.
    pub(crate) fn join(&self, path: &str, query: &[(String, String)]) -> Option<Url> {
        let mut url = self.url.clone();
        url.set_path(path);
        if url.path() != path || path.contains("//") {
            return None;
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Some(url)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BaseUrl({self})")
    }
}

impl std::str::FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(address: &str) -> Result<Self, Self::Err> {
        Self::parse(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_and_shown() {
        for (address, shown, loopback) in [
            ("https://app.spheron.ai", "https://app.spheron.ai", false),
            ("https://app.spheron.ai/", "https://app.spheron.ai", false),
            ("HTTPS://App.Spheron.AI:443", "https://app.spheron.ai", false),
            ("https://broker.test:8443", "https://broker.test:8443", false),
            ("https://127.0.0.1", "https://127.0.0.1", true),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", true),
            ("http://127.8.9.10", "http://127.8.9.10", true),
            ("http://[::1]:99", "http://[::1]:99", true),
            ("http://localhost:1234/", "http://localhost:1234", true),
        ] {
            let base = BaseUrl::parse(address).unwrap();
            assert_eq!(
                (base.to_string().as_str(), base.is_loopback()),
                (shown, loopback),
                "{address}"
            );
        }
    }

    #[test]
    fn anything_but_an_origin_is_refused_with_a_hint() {
        for (address, expected) in [
            ("", "does not begin with https://"),
            ("app.spheron.ai", "does not begin with https://"),
            ("ftp://app.spheron.ai", "does not begin with https://"),
            ("https:app.spheron.ai", "does not begin with https://"),
            ("https:///app.spheron.ai", "host is missing"),
            ("https://", "is not a web address"),
            ("https://a b", "blank"),
            ("https://a\\b", "backslash"),
            ("https://a\n", "control character"),
            ("https://host:99999", "port"),
            ("http://app.spheron.ai", "would send the key unencrypted"),
            ("http://127.0.0.1.evil.test", "would send the key unencrypted"),
            ("http://0.0.0.0", "would send the key unencrypted"),
            ("http://[::ffff:127.0.0.1]", "would send the key unencrypted"),
            ("http://localhost.evil.test", "would send the key unencrypted"),
            ("http://127.0.0.1@evil.test", "user name or a password"),
            ("https://me:hunter2@host", "user name or a password"),
            ("https://@host", "user name or a password"),
            ("https://host/api", "path `/api`"),
            ("https://host//", "path `//`"),
            ("https://host?token=hunter2", "has a query"),
            ("https://host/?", "has a query"),
            ("https://host/#hunter2", "has a fragment"),
        ] {
            let error = BaseUrl::parse(address).unwrap_err().to_string();
            assert!(error.contains(expected), "{address}: {error}");
            assert!(
                error.contains(';') && !error.contains("hunter2") && !error.contains('\n'),
                "{address}: {error}"
            );
        }
    }

    #[test]
    fn paths_never_leave_the_origin() {
        let base = BaseUrl::parse("https://host").unwrap();
        let query = [
            ("q".to_owned(), "a b&c=d".to_owned()),
            ("q".to_owned(), "é::1".to_owned()),
        ];
        let joined = base.join("/api/pods/", &query).unwrap();
        assert_eq!(joined.as_str(), "https://host/api/pods/?q=a+b%26c%3Dd&q=%C3%A9%3A%3A1");
        assert_eq!(base.join("/a/x%2Fy", &[]).unwrap().as_str(), "https://host/a/x%2Fy");
        for path in [
            "",
            "api",
            "//evil.test/x",
            "/a/../b",
            "/a/..",
            "/a/./b",
            "/a/%2e%2e/b",
            "/a?b",
            "/a#b",
            "/a b",
            "/é",
        ] {
            assert!(base.join(path, &[]).is_none(), "{path}");
        }
    }
}
