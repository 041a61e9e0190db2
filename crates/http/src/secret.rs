//! The key of a broker account: a value that can be sent and cannot be shown.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// The longest key that is accepted, in bytes: servers refuse headers of 8 KiB and more.
const KEY_BYTES_MAX: usize = 4096;

/// A key shorter than this, in bytes, is not searched for in messages: it would blank out ordinary words.
const SCRUB_BYTES_MIN: usize = 4;

/// A key shorter than this, in bytes, is left in answers: it is made up, and may well be a word of theirs.
const MASK_BYTES_MIN: usize = 12;

/// How much of a key is looked for first, in bytes.
const SEARCH_BYTES_MAX: usize = 16;

/// A broker's API key. It leaves this type only as a sensitive `Authorization` header: there is no `Display`, no
/// accessor, and `Debug` prints a placeholder. The memory is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct ApiKey(Arc<SecretString>);

/// Why a text cannot be an API key. The text itself is never part of the error.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// There is nothing in it, or only blanks.
    #[error("the api key is empty; paste the key that the broker's console shows, or unset it")]
    Empty,
    /// It contains a blank, as `Bearer abc` does.
    #[error("the api key contains a blank; give the bare key without a word such as `Bearer` before it")]
    Blank,
    /// It contains a line break or another control character.
    #[error("the api key contains a line break or another control character; copy it again as one line")]
    Control,
    /// It contains characters that no broker uses in keys, such as typographic quotes.
    #[error("the api key contains a character outside ascii; check for curly quotes or a shortened `…` copy")]
    NotAscii,
    /// It is longer than any key.
    #[error("the api key is longer than {KEY_BYTES_MAX} bytes; check that it is a key and not a whole file")]
    TooLong,
}

impl ApiKey {
    /// Takes a key as the user gave it. It is not trimmed: whoever reads a file removes the line break.
    ///
    /// # Errors
    /// If the text is empty, too long, or contains a blank, a control character or anything outside ASCII.
    pub fn new(key: String) -> Result<Self, ApiKeyError> {
        let key = SecretString::from(key);
        let text = key.expose_secret();
        if text.trim().is_empty() {
            return Err(ApiKeyError::Empty);
        }
        if text.len() > KEY_BYTES_MAX {
            return Err(ApiKeyError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(ApiKeyError::Control);
        }
        if !text.is_ascii() {
            return Err(ApiKeyError::NotAscii);
        }
        if text.contains(' ') {
            return Err(ApiKeyError::Blank);
        }
        Ok(Self(Arc::new(key)))
    }

    /// The `Authorization` header, marked so that nothing prints it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `text` with every copy of the key replaced: some servers quote the key that they refuse.
    pub(crate) fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let key = self.0.expose_secret();
        if key.len() >= SCRUB_BYTES_MIN && text.contains(key) {
            Cow::Owned(text.replace(key, "[api key]"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// Overwrites every copy of the key in `body` with `*`, so that nothing that is made of an answer can show it.
    pub(crate) fn mask(&self, body: &mut [u8]) {
        let key = self.0.expose_secret();
        let Ok(text) = str::from_utf8(body) else {
            // No JSON, and rare: here time does not matter.
            if key.len() >= MASK_BYTES_MIN {
                let found = |at: &usize| body.get(*at..at + key.len()) == Some(key.as_bytes());
                let copies: Vec<usize> = (0..body.len()).filter(found).collect();
                for at in copies {
                    body[at..at + key.len()].fill(b'*');
                }
            }
            return;
        };
        // Looking for a short text is several times faster than looking for a long one.
        let start = key.get(..SEARCH_BYTES_MAX).unwrap_or(key);
        if key.len() < MASK_BYTES_MIN || !text.contains(start) {
            return;
        }
        let copies: Vec<usize> = text.match_indices(key).map(|(at, _)| at).collect();
        for at in copies {
            body[at..at + key.len()].fill(b'*');
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_line_of_printable_ascii_is_a_key() {
        for (text, expected) in [
            ("", ApiKeyError::Empty),
            (" \n", ApiKeyError::Empty),
            ("Bearer abc", ApiKeyError::Blank),
            ("abcdef\n", ApiKeyError::Control),
            ("abc\u{7f}def", ApiKeyError::Control),
            ("“abcdef”", ApiKeyError::NotAscii),
            ("abc\u{85}def", ApiKeyError::Control),
        ] {
            let error = ApiKey::new(text.to_owned()).unwrap_err();
            assert_eq!(error, expected, "{text:?}");
            assert!(!error.to_string().contains("abcdef"));
        }
        assert_eq!(
            ApiKey::new("x".repeat(KEY_BYTES_MAX + 1)).unwrap_err(),
            ApiKeyError::TooLong
        );
        assert!(ApiKey::new("sai_pk_0123-ABC.=~".to_owned()).is_ok());
    }

    #[test]
    fn a_key_is_sent_and_never_shown() {
        let key = ApiKey::new("sk-canary".to_owned()).unwrap();
        let header = key.header().unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer sk-canary");
        assert!(header.is_sensitive());
        assert!(!format!("{key:?} {header:?}").contains("canary"));
        assert_eq!(key.scrub("bad key sk-canary!"), "bad key [api key]!");
        assert!(matches!(key.scrub("nothing here"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_key_is_masked_in_place() {
        let long = "k".repeat(20) + "-tail";
        for (key, body, expected) in [
            ("sk-canary-01", r#"{"a":"sk-canary-01"}"#, r#"{"a":"************"}"#),
            ("sk-canary-01", "sk-canary-01sk-canary-01", "************************"),
            ("sk-canary-01", "sk-canary-0", "sk-canary-0"),
            (&*long, "kkkkkkkkkkkkkkkkkkkkk-tail!", "k*************************!"),
            ("sandbox", "a sandbox", "a sandbox"),
        ] {
            let mut bytes = body.as_bytes().to_vec();
            ApiKey::new(key.to_owned()).unwrap().mask(&mut bytes);
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
        // Found by a fuzzer: bytes that are no text hid the key from the search.
        let mut bytes = b"\xff sk-canary-01 \xfe".to_vec();
        ApiKey::new("sk-canary-01".to_owned()).unwrap().mask(&mut bytes);
        assert_eq!(bytes, b"\xff ************ \xfe");
    }
}
