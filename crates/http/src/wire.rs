//! JSON bodies: read once, borrowed, and explained only when they cannot be read.

use serde::Deserialize;

use crate::strict::{Strict, parse};
use crate::text::{EXCERPT_CHARS_MAX, excerpt};

/// Why a document, or a part of it, is not what was expected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed {
    /// Where in the document, such as `items[17].prices.onDemand`; `.` if it is the document itself.
    pub path: String,
    /// What was expected and what was found; one line.
    pub reason: String,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path == "." {
            formatter.write_str(&self.reason)
        } else {
            write!(formatter, "{}: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for Malformed {}

/// Reads a JSON document, in which a list is never taken for an object (see [`parse`]). Text without escapes and numbers are borrowed from `bytes`. A byte-order mark is skipped.
///
/// # Errors
/// If it is not JSON (the error names what it is instead) or not of the expected shape (the error names where).
pub fn decode<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Malformed> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Checked as a whole, the text need not be checked again string by string.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(Malformed {
            path: ".".to_owned(),
            reason: "it is not utf-8 text".to_owned(),
        });
    };
    parse(text).map_err(|error| explain::<T>(text, &error))
}

/// Reads a document that failed once more, this time keeping track of the place.
pub(crate) fn explain<'de, T: Deserialize<'de>>(text: &'de str, first: &serde_json::Error) -> Malformed {
    let start = text.trim_start();
    if first.is_syntax() && start.starts_with('<') || start.is_empty() {
        let what = crate::words::describe(text.as_bytes(), |text| excerpt(text, EXCERPT_CHARS_MAX));
        return Malformed {
            path: ".".to_owned(),
            reason: format!("{what} in place of json"),
        };
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let (path, reason) = match serde_path_to_error::deserialize::<_, T>(Strict(&mut deserializer)) {
        Err(error) => (error.path().to_string(), error.inner().to_string()),
        // Only what follows the document was wrong.
        Ok(_) => (".".to_owned(), first.to_string()),
    };
    // The position helps where the text is broken, and says nothing where a value is of the wrong kind.
    let reason = match reason.rsplit_once(" at line ") {
        Some((bare, _)) if first.is_data() => bare,
        _ => &reason,
    };
    Malformed {
        path: excerpt(&path, EXCERPT_CHARS_MAX),
        reason: excerpt(reason, EXCERPT_CHARS_MAX),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::RawNumber;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Row<'a> {
        name: &'a str,
        #[serde(borrow)]
        price: Option<RawNumber<'a>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Page<'a> {
        #[serde(borrow)]
        items: Vec<Row<'a>>,
    }

    #[test]
    fn errors_name_the_place_and_what_stands_there() {
        for (text, expected) in [
            (
                r#"{"items":[{"name":"a","price":1},{"name":7}]}"#,
                "items[1].name: invalid type: integer `7`, expected a borrowed string",
            ),
            (
                r#"{"items":[{"name":"a","price":true}]}"#,
                "items[0].price: expected a number, got true",
            ),
            (r#"{"items":{}}"#, "items: invalid type: map, expected a sequence"),
            ("{}", "missing field `items`"),
            ("", "an empty body in place of json"),
            ("<html><title>Down</title>", "an html page: Down in place of json"),
            ("upstream timeout", "expected value at line 1 column 1"),
            (r#"{"items":["#, "items: EOF while parsing a list at line 1 column 10"),
            (r#"{"items":[]} x"#, "trailing characters at line 1 column 14"),
        ] {
            let error = decode::<Page<'_>>(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), expected, "{text}");
        }
        assert_eq!(
            decode::<Page<'_>>(b"{\"a\":\"\xff\"}").unwrap_err().reason,
            "it is not utf-8 text"
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(decode::<Vec<u8>>(b"\xEF\xBB\xBF[1]").unwrap(), [1]);
    }

    #[test]
    fn hostile_text_in_a_value_does_not_reach_the_message() {
        let text = "{\"items\":[{\"name\":\"a\",\"price\":\"\\u001b[2J\u{202e}\"}]}";
        let message = decode::<Page<'_>>(text.as_bytes()).unwrap_err().to_string();
        assert!(!message.contains(['\u{1b}', '\u{202e}']), "{message:?}");
    }
}
