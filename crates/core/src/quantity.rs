//! Units as types: gigabytes, hours, minutes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::number::Exact;

/// Gigabytes, the unit in which both brokers state and bill memory and disks.
///
/// It is the broker's own count and is never converted: a broker that writes
/// GB and means GiB bills what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gb(pub u64);

/// A time in hours: for which machines are wanted, or for which a price is
/// charged. Zero or more; nothing is asked for, sold or prepaid for zero hours,
/// and who takes such a time refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Exact")]
pub struct Hours {
    /// Kept in minutes, so that a third of an hour is exact.
    minutes: Exact,
}

/// Whole minutes, the unit of minimum runtimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(pub u64);

/// Why a text is not the quantity that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// Not a size in gigabytes.
    #[error("`{0}` is not a size; write a number of gigabytes such as `500`, `500GB` or `2TB`")]
    Size(Box<str>),
    /// Not a number of hours above zero.
    #[error("`{0}` is not a time above zero that can be reckoned with; write `24`, `37.5`, `90m` or `3d`")]
    Hours(Box<str>),
    /// Not a range of counts.
    #[error("`{0}` is not a count or a range; write `8` (at least 8), `4..8`, `8..8` (exactly) or `16+`")]
    Range(Box<str>),
}

/// The largest size that is read, in GB: a thousand times what the world's disks hold together.
const SIZE_MAX: u64 = 100_000_000_000_000_000;

impl FromStr for Gb {
    type Err = QuantityError;

    /// Reads `500`, `500GB` or `2TB` (2000 GB).
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let error = || QuantityError::Size(text.into());
        let lower = text.trim().to_ascii_lowercase();
        let (digits, unit) = if let Some(digits) = lower.strip_suffix("tb") {
            (digits, 1000)
        } else {
            (
                lower.strip_suffix("gb").or(lower.strip_suffix('g')).unwrap_or(&lower),
                1,
            )
        };
        let number: Exact = digits.trim().parse().map_err(|_| error())?;
        // A larger one could be read from `1e15TB` and not be written again.
        number
            .times_count(unit)
            .and_then(Exact::to_whole)
            .filter(|size| *size <= SIZE_MAX)
            .map(Self)
            .ok_or_else(error)
    }
}

impl fmt::Display for Gb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} GB", self.0)
    }
}

impl Hours {
    /// No time at all.
    pub const ZERO: Self = Self { minutes: Exact::ZERO };

    /// A number of hours, or `None` below zero or beyond counting.
    pub fn new(hours: Exact) -> Option<Self> {
        Self::of_minutes(hours.times_count(60)?)
    }

    /// A number of minutes, or `None` below zero.
    pub fn of_minutes(minutes: Exact) -> Option<Self> {
        (!minutes.is_negative()).then_some(Self { minutes })
    }

    /// A whole number of hours.
    pub fn whole(hours: u64) -> Self {
        Self {
            minutes: Exact::whole(hours).times_count(60).unwrap_or_default(),
        }
    }

    /// Whether it is no time at all.
    pub fn is_zero(self) -> bool {
        self.minutes.is_zero()
    }

    /// The number of hours: exact, or rounded half-even to 12 decimals.
    pub fn number(self) -> Exact {
        self.minutes.over(Exact::whole(60)).unwrap_or_default()
    }

    /// The same time in minutes, exactly.
    pub fn in_minutes(self) -> Exact {
        self.minutes
    }
}

impl TryFrom<Exact> for Hours {
    type Error = &'static str;

    fn try_from(hours: Exact) -> Result<Self, Self::Error> {
        Self::new(hours).ok_or("hours are not below zero")
    }
}

impl FromStr for Hours {
    type Err = QuantityError;

    /// Reads `24`, `37.5`, `24h`, `90m` or `3d`; zero and less are refused.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let error = || QuantityError::Hours(text.into());
        let trimmed = text.trim();
        let unit = trimmed.chars().next_back().filter(char::is_ascii_alphabetic);
        let digits = trimmed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let number: Exact = digits.parse().map_err(|_| error())?;
        let per_unit = match (unit, trimmed.len() - digits.len()) {
            (None | Some('h'), 0 | 1) => 60,
            (Some('d'), 1) => 24 * 60,
            (Some('m'), 1) => 1,
            _ => return Err(error()),
        };
        let minutes = number.times_count(per_unit).filter(|minutes| *minutes > Exact::ZERO);
        minutes.and_then(Self::of_minutes).ok_or_else(error)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number(), f)
    }
}

impl Serialize for Hours {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(serializer)
    }
}

/// A least and perhaps a most: `8`, `8..8`, `4..8`, `16+`, `..64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// At least this many.
    pub least: u64,
    /// At most this many, when bounded.
    pub most: Option<u64>,
}

impl Range {
    /// At least `least`, without an upper bound.
    pub fn at_least(least: u64) -> Self {
        Self { least, most: None }
    }

    /// Whether `count` lies in the range.
    pub fn contains(self, count: u64) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }

    /// Whether no count lies in it.
    pub fn is_empty(self) -> bool {
        self.most.is_some_and(|most| most < self.least)
    }

    /// Reads a range whose ends `read` understands.
    ///
    /// # Errors
    /// When the text is no range, or an end is none that `read` understands.
    pub fn parse<T, E>(text: &str, read: impl Fn(&str) -> Result<T, E>) -> Result<Self, QuantityError>
    where
        T: Into<u64>,
    {
        let error = || QuantityError::Range(text.into());
        let end = |part: &str| read(part.trim()).map(Into::into).map_err(|_| error());
        let range = if let Some((low, high)) = text.split_once("..") {
            let least = if low.trim().is_empty() { 0 } else { end(low)? };
            let most = if high.trim().is_empty() { None } else { Some(end(high)?) };
            Self { least, most }
        } else {
            Self::at_least(end(text.strip_suffix('+').unwrap_or(text))?)
        };
        let empty = text.trim() == ".." || range.is_empty();
        if empty { Err(error()) } else { Ok(range) }
    }
}

impl From<Gb> for u64 {
    fn from(size: Gb) -> Self {
        size.0
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most {
            None => write!(f, "{}", self.least),
            Some(most) => write!(f, "{}..{most}", self.least),
        }
    }
}

impl Serialize for Range {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text, str::parse::<u64>).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_gigabytes() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(text.parse::<Gb>().ok(), expected.map(Gb), "{text}");
        check("500", Some(500));
        check("500GB", Some(500));
        check("2tb", Some(2000));
        check("1.5TB", Some(1500));
        check("80 G", Some(80));
        for bad in ["", "GB", "1.5", "-1", "10GiB", "1e40", "0x10", "1.631E15TB"] {
            check(bad, None);
        }
    }

    #[test]
    fn hours_are_exact() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                text.parse::<Hours>().ok().map(|hours| hours.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("24", Some("24"));
        check("37.5h", Some("37.5"));
        check("90m", Some("1.5"));
        check("3d", Some("72"));
        check("20m", Some("0.333333333333"));
        assert_eq!("20m".parse::<Hours>().unwrap().in_minutes(), Exact::whole(20));
        for bad in ["", "0", "-1", "1w", "h", "3hd", "inf", "1000000000000000000000"] {
            check(bad, None);
        }
    }

    #[test]
    fn ranges_read_back() {
        let check = |text: &str, expected: Option<(u64, Option<u64>)>| {
            let read = Range::parse(text, str::parse::<u64>).ok();
            assert_eq!(read, expected.map(|(least, most)| Range { least, most }), "{text}");
            if let Some(range) = read {
                assert_eq!(Range::parse(&range.to_string(), str::parse::<u64>), Ok(range));
            }
        };
        check("8", Some((8, None)));
        check("8..8", Some((8, Some(8))));
        check("4..8", Some((4, Some(8))));
        check("16+", Some((16, None)));
        check("48..", Some((48, None)));
        check("..64", Some((0, Some(64))));
        for bad in ["", "..", "8..4", "a", "4...8", "-1"] {
            check(bad, None);
        }
    }
}
