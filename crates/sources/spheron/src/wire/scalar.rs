//! Values that may be anything.

use gpu_broker_http::parse;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value that is worth having, but not worth losing its row for: `None` when it is missing, null, or not of the
/// kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loose<T>(pub(crate) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(parse(raw.get()).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use gpu_broker_source_kit::{Text, said};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Row<'a> {
        #[serde(borrow, default)]
        word: Loose<Text<'a>>,
    }

    #[test]
    fn a_loose_value_of_another_kind_is_none() {
        for (json, expected) in [
            (r#"{"word":"x"}"#, Some("x")),
            (r#"{"word":null}"#, None),
            (r#"{"word":{"deep":[1]}}"#, None),
            ("{}", None),
        ] {
            let row: Row<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(said(row.word.0.as_ref()), expected, "{json}");
        }
    }
}
