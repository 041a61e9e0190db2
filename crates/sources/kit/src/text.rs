//! Texts of a wire row.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A text in a row. It is borrowed from the answer unless it has to be unescaped, also inside an `Option` or a `Vec`,
/// where serde would copy a `Cow`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The text, to the letter.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a field says: `None` when it is missing, null or blank. The text is not trimmed, because identifiers go back
/// to the broker as they came.
pub fn said<'t>(text: Option<&'t Text<'_>>) -> Option<&'t str> {
    text.map(Text::as_str).filter(|text| !text.trim().is_empty())
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_says_nothing() {
        let check = |json: &str, expected: Option<&str>, copied: bool| {
            let text: Option<Text<'_>> = serde_json::from_str(json).unwrap();
            assert_eq!(said(text.as_ref()), expected, "{json}");
            assert_eq!(
                text.is_some_and(|text| matches!(text.0, Cow::Owned(_))),
                copied,
                "{json}"
            );
        };
        check("null", None, false);
        check(r#""""#, None, false);
        check(r#"" \t""#, None, true);
        check(r#""US-KS-2""#, Some("US-KS-2"), false);
        check(r#"" US Central 1 ""#, Some(" US Central 1 "), false);
        check(r#""a\"b""#, Some("a\"b"), true);
        assert!(serde_json::from_str::<Text<'_>>("7").is_err());
    }
}
