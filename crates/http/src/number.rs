//! Numbers as they are written: every digit of them, and no binary fractions in between.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use crate::text::excerpt;

/// How much of an unfit value an error quotes, in characters.
const QUOTE_CHARS_MAX: usize = 40;

/// The digits of a JSON number, or of a text that holds one (`"128"`), exactly as they came. The text follows JSON's
/// grammar: an optional minus, no leading zeros, an optional fraction and exponent.
///
/// It can be read only from a JSON document that is held as text, and not inside `flatten` or untagged types.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RawNumber<'a>(&'a str);

impl<'a> RawNumber<'a> {
    /// The digits.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

impl std::fmt::Display for RawNumber<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawNumber<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        match raw.as_bytes().first() {
            // A bare value is a number as soon as it begins like one: the parser has checked the rest.
            Some(b'-' | b'0'..=b'9') => Ok(Self(raw)),
            Some(b'"') => {
                let inner = raw.get(1..raw.len() - 1).unwrap_or_default().trim_ascii();
                if is_number(inner) {
                    Ok(Self(inner))
                } else {
                    Err(unfit("a number", raw))
                }
            }
            _ => Err(unfit("a number", raw)),
        }
    }
}

/// A whole number from 0 to `u64::MAX`, written as `8`, `8.0`, `8e0` or `"8"`.
///
/// It can be read only from a JSON document that is held as text, and not inside `flatten` or untagged types.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WireInt(pub u64);

impl WireInt {
    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for WireInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let RawNumber(text) = RawNumber::deserialize(deserializer)?;
        if let Ok(value) = text.parse() {
            return Ok(Self(value));
        }
        whole(text)
            .map(Self)
            .ok_or_else(|| unfit("a whole number from 0 to 18446744073709551615", text))
    }
}

/// The value of a JSON number if it is whole, not negative, and fits.
fn whole(text: &str) -> Option<u64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent),
        None => (text, "0"),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: Cow<'_, str> = if after.is_empty() {
        before.into()
    } else {
        format!("{before}{after}").into()
    };
    let digits = all.trim_end_matches('0');
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    if negative {
        return None;
    }
    // value = digits × 10^shift, and the last of the digits is not 0, so a negative shift leaves a fraction.
    let trailing = i64::try_from(all.len() - digits.len()).ok()?;
    let fraction = i64::try_from(after.len()).ok()?;
    let shift = exponent
        .parse::<i64>()
        .ok()?
        .checked_add(trailing)?
        .checked_sub(fraction)?;
    let scale = 10_u64.checked_pow(u32::try_from(shift).ok()?)?;
    significant.parse::<u64>().ok()?.checked_mul(scale)
}

/// Whether `text` is a number in JSON's grammar.
fn is_number(text: &str) -> bool {
    fn digits(bytes: &[u8]) -> usize {
        bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }
    let mut rest = text.as_bytes();
    rest = rest.strip_prefix(b"-").unwrap_or(rest);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent
            .strip_prefix(b"+")
            .or_else(|| exponent.strip_prefix(b"-"))
            .unwrap_or(exponent);
        let count = digits(exponent);
        if count == 0 {
            return false;
        }
        rest = &exponent[count..];
    }
    rest.is_empty()
}

fn unfit<E: Error>(expected: &str, raw: &str) -> E {
    let found: Cow<'_, str> = match raw.as_bytes().first() {
        Some(b'{') => "an object".into(),
        Some(b'[') => "a list".into(),
        Some(b'"') => format!("the text {}", excerpt(raw, QUOTE_CHARS_MAX)).into(),
        _ => excerpt(raw, QUOTE_CHARS_MAX).into(),
    };
    E::custom(format_args!("expected {expected}, got {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<String, String> {
        let read = serde_json::from_str::<Option<RawNumber<'_>>>(text);
        read.map(|number| number.map_or("null".to_owned(), |number| number.to_string()))
            .map_err(|error| error.to_string())
    }

    fn integer(text: &str) -> Result<Option<u64>, String> {
        serde_json::from_str::<Option<WireInt>>(text)
            .map(|value| value.map(WireInt::get))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn digits_stay_as_they_are_written() {
        for (text, expected) in [
            ("1.6567999999999998", "1.6567999999999998"),
            ("0.00010752688172043011", "0.00010752688172043011"),
            ("99999999999999999999.99", "99999999999999999999.99"),
            ("9.7e-05", "9.7e-05"),
            ("1e400", "1e400"),
            ("-0", "-0"),
            ("2.50", "2.50"),
            ("\"128\"", "128"),
            ("\" 1.50 \"", "1.50"),
            ("\"-7E+2\"", "-7E+2"),
            ("null", "null"),
        ] {
            assert_eq!(number(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (text, expected) in [
            ("true", "got true"),
            ("{\"a\":1}", "got an object"),
            ("[1]", "got a list"),
            ("\"\"", "got the text \"\""),
            ("\"free\"", "got the text \"free\""),
            ("\"NaN\"", "got the text \"NaN\""),
            ("\"0x10\"", "got the text \"0x10\""),
            ("\"1_000\"", "got the text \"1_000\""),
            ("\"1,5\"", "got the text \"1,5\""),
            ("\"01\"", "got the text \"01\""),
            ("\"+1\"", "got the text \"+1\""),
            ("\".5\"", "got the text \".5\""),
            ("\"5.\"", "got the text \"5.\""),
            ("\"1e\"", "got the text \"1e\""),
            ("\"1\\u0030\"", "got the text"),
            ("\"1 2\"", "got the text \"1 2\""),
            ("\"\u{202e}\"", r"\u{202e}"),
        ] {
            let error = number(text).unwrap_err();
            assert!(
                error.starts_with("expected a number, ") && error.contains(expected),
                "{text}: {error}"
            );
        }
        for text in ["NaN", "0x10", "01", "+1", "1_000", ".5"] {
            assert!(number(text).is_err(), "{text}");
        }
        let long = format!("\"{}\"", "x".repeat(9000));
        assert!(number(&long).unwrap_err().len() < 120);
    }

    #[test]
    fn whole_numbers_are_read_in_every_spelling() {
        for (text, expected) in [
            ("8", Some(8)),
            ("8.0", Some(8)),
            ("\"8\"", Some(8)),
            ("\"8.000\"", Some(8)),
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0", Some(0)),
            ("0e999999999999999999999", Some(0)),
            ("1e2", Some(100)),
            ("1.5E+1", Some(15)),
            ("1200e-2", Some(12)),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("18446744073709551615", Some(u64::MAX)),
            ("null", None),
        ] {
            assert_eq!(integer(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_no_whole_number() {
        for text in [
            "0.5",
            "1e400",
            "1e-400",
            "-1",
            "-1.0",
            "18446744073709551616",
            "1.5e0",
            "1e20",
            "1e99999999999999999999",
            "15e-1",
            "10.01",
            "true",
            "\"\"",
            "\"eight\"",
            "[]",
            "{}",
        ] {
            let error = integer(text).unwrap_err();
            assert!(error.starts_with("expected a"), "{text}: {error}");
        }
    }
}
