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

/// How many bytes are looked at together for the beginning of a key.
const PIECE_BYTES: usize = 64;

/// The bit by which large letters differ from small ones in ASCII.
const CASE: u8 = 0x20;

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

    /// `text` with every copy of the key replaced, in whatever case: some servers quote the key that they refuse, and
    /// the host of an address is lower-case.
    pub(crate) fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let key = self.0.expose_secret();
        if key.len() < SCRUB_BYTES_MIN {
            return Cow::Borrowed(text);
        }
        let copies = copies(key.as_bytes(), text.as_bytes());
        if copies.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut scrubbed, mut from) = (String::with_capacity(text.len()), 0);
        for at in copies {
            // A copy may begin inside the one before it.
            scrubbed.push_str(text.get(from..at).unwrap_or_default());
            if at >= from {
                scrubbed.push_str("[api key]");
            }
            from = at + key.len();
        }
        scrubbed.push_str(text.get(from..).unwrap_or_default());
        Cow::Owned(scrubbed)
    }

    /// Overwrites every copy of the key in `body`, in whatever case, with `*`, so that nothing that is made of an answer
    /// can show it.
    pub(crate) fn mask(&self, body: &mut [u8]) {
        let key = self.0.expose_secret();
        if key.len() < MASK_BYTES_MIN {
            return;
        }
        for at in copies(key.as_bytes(), body) {
            body[at..at + key.len()].fill(b'*');
        }
    }
}

/// Where copies of `key` begin in `bytes`, whether letters are large or small.
///
/// Pieces in which no two bytes can be the key's first two are passed over as a whole: that is a comparison of many bytes
/// at once, and answers are long.
fn copies(key: &[u8], bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let [first, second, ..] = key else { return found };
    let (first, second) = (first | CASE, second | CASE);
    for start in (0..bytes.len()).step_by(PIECE_BYTES) {
        let piece = &bytes[start..bytes.len().min(start + PIECE_BYTES + 1)];
        let pairs = piece.iter().zip(piece.get(1..).unwrap_or_default());
        let begins = |at: &u8, next: &u8| ((at | CASE) ^ first) | ((next | CASE) ^ second) == 0;
        if !pairs.clone().fold(false, |any, (at, next)| any | begins(at, next)) {
            continue;
        }
        for (offset, _) in pairs.enumerate().filter(|(_, (at, next))| begins(at, next)) {
            let at = start + offset;
            if bytes
                .get(at..at + key.len())
                .is_some_and(|copy| copy.eq_ignore_ascii_case(key))
            {
                found.push(at);
            }
        }
    }
    found
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
        assert_eq!(
            key.scrub("é SK-Canary, sk-canarysk-canary"),
            "é [api key], [api key][api key]"
        );
        let twin = ApiKey::new("aXaXa".to_owned()).unwrap();
        assert_eq!(twin.scrub("-axaxaxa-"), "-[api key]-");
        let short = ApiKey::new("abc".to_owned()).unwrap();
        assert_eq!(short.scrub("abc"), "abc");
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
            ("SK-Canary-01", "sk-canary-01 SK-CANARY-01", "************ ************"),
            ("sk_canary-01", "sk\u{7f}canary-01", "sk\u{7f}canary-01"),
        ] {
            let mut bytes = body.as_bytes().to_vec();
            ApiKey::new(key.to_owned()).unwrap().mask(&mut bytes);
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
        // Wherever the pieces end that are looked at together.
        for before in 0..=2 * PIECE_BYTES {
            let mut bytes = format!("{}SK-canary-01", ".".repeat(before)).into_bytes();
            ApiKey::new("sk-canary-01".to_owned()).unwrap().mask(&mut bytes);
            assert!(bytes.ends_with(b"************"), "{before}");
        }
        // Found by a fuzzer: bytes that are no text hid the key from the search.
        let mut bytes = b"\xff sk-canary-01 \xfe".to_vec();
        ApiKey::new("sk-canary-01".to_owned()).unwrap().mask(&mut bytes);
        assert_eq!(bytes, b"\xff ************ \xfe");
    }
}
