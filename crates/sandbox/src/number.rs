//! A JSON number that keeps its text.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON number exactly as the catalogue writes it.
///
/// The brokers send `1.6567999999999998` and `9.7e-05`. A client's reading of those digits is what the
/// sandbox is there to exercise, so they never pass through a float: the text goes in and out unchanged.
#[derive(Clone, Debug)]
pub(crate) struct Number(Box<RawValue>);

impl Number {
    /// Takes the text of one JSON number.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let numeric =
            text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && text.ends_with(|c: char| c.is_ascii_digit());
        if !numeric {
            return Err(format!("{text:?} is not a JSON number"));
        }
        RawValue::from_string(text.to_owned())
            .map(Self)
            .map_err(|error| format!("{text:?} is not a JSON number: {error}"))
    }

    /// No number at all: `null` on the wire.
    pub(crate) fn unknown() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// The text as written.
    pub(crate) fn text(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// How a number is kept in a file: as a string, which is also how the catalogue writes it.
pub(crate) mod kept {
    use serde::Serializer;

    use super::Number;

    /// For `#[serde(serialize_with)]`.
    pub(crate) fn serialize<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(number.text())
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn text_survives() {
        for text in ["1.6567999999999998", "9.7e-05", "0", "-1", "16.0583", "2.0"] {
            let number = Number::parse(text).unwrap();
            assert_eq!(serde_json::to_string(&number).unwrap(), text);
        }
    }

    #[test]
    fn only_numbers() {
        for text in ["", "null", "\"1\"", "1,0", "NaN", "1 ", "[1]", "01"] {
            assert!(Number::parse(text).is_err(), "{text:?} was taken");
        }
    }
}
