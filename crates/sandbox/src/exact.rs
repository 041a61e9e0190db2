//! Exact decimal sums, for the few figures that a broker derives itself.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::number::Number;

/// Decimals after the point. The longest figure seen on the wire has twenty.
const SCALE: u32 = 24;

/// One, in units of `10^-SCALE`.
const ONE: i128 = 10_i128.pow(SCALE);

/// A fixed-point decimal with 24 places.
///
/// Prime's summaries and Spheron's group prices are sums over offers. The sandbox must not share its
/// arithmetic with the code under test, so it brings these few lines of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(i128);

impl Exact {
    /// Nothing.
    pub(crate) const ZERO: Self = Self(0);

    /// Reads the text of a JSON number; `None` when it has more than 24 decimals or is out of range.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let decimals = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let shift = i32::try_from(SCALE).ok()?.checked_sub(decimals)?;
        let power = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
        let units = digits.checked_mul(power)?;
        Some(Self(if negative { -units } else { units }))
    }

    /// The sum.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The product with a count.
    pub(crate) fn times(self, count: u32) -> Option<Self> {
        self.0.checked_mul(i128::from(count)).map(Self)
    }

    /// A whole number.
    pub(crate) fn whole(number: u32) -> Self {
        Self(i128::from(number) * ONE)
    }

    /// The sum, held at the ends of what can be said: a bill must not wrap around.
    pub(crate) fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, held at the ends of what can be said.
    pub(crate) fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// What a rate per hour comes to in so many seconds, to the last decimal that is kept.
    pub(crate) fn for_seconds(self, seconds: u64) -> Self {
        let seconds = i128::from(seconds);
        match self.0.checked_mul(seconds) {
            Some(product) => Self(product / 3_600),
            // Beyond what a product can hold, the quotient comes first.
            None => Self((self.0 / 3_600).saturating_mul(seconds)),
        }
    }

    /// The whole seconds, rounded up, in which a rate per hour uses up this amount; `None` when it never does.
    pub(crate) fn lasts(self, rate: Self) -> Option<u64> {
        if rate.0 <= 0 {
            return None;
        }
        let left = self.0.max(0);
        let seconds = match left.checked_mul(3_600) {
            Some(product) => product / rate.0,
            None => (left / rate.0).saturating_mul(3_600),
        };
        u64::try_from(seconds).ok().map(|seconds| seconds.saturating_add(1))
    }

    /// A number of hours in whole seconds; none when there are fewer than none.
    pub(crate) fn hours_in_seconds(self) -> u64 {
        u64::try_from(self.0.saturating_mul(3_600) / ONE).unwrap_or(0)
    }

    /// The number as an answer carries it.
    pub(crate) fn number(self) -> Number {
        // What `Display` writes is a JSON number.
        Number::parse(&self.to_string()).unwrap_or_else(|_| Number::unknown())
    }

    /// An amount as an answer carries it: nine decimals, rounded half up. What runs up by the second has endless ones.
    pub(crate) fn money(self) -> Number {
        let step = ONE / 1_000_000_000;
        Self(self.0.saturating_add(step / 2).div_euclid(step) * step).number()
    }

    /// The quotient by a count, rounded half up to four decimals, as Spheron shows averages.
    pub(crate) fn over(self, count: usize) -> Option<Self> {
        let step = ONE / 10_000;
        let count = i128::try_from(count).ok()?;
        let quotient = self.0.checked_div(count)?;
        Some(Self((quotient + step / 2) / step * step))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = (self.0 / ONE).unsigned_abs();
        let fraction = format!("{:024}", (self.0 % ONE).unsigned_abs());
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

/// In the kept world, an amount is the text of its digits.
impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no amount")))
    }
}

#[cfg(test)]
mod tests {
    use super::Exact;

    fn shown(text: &str) -> Option<String> {
        Exact::parse(text).map(|exact| exact.to_string())
    }

    #[test]
    fn reads_what_brokers_send() {
        assert_eq!(shown("2.69").as_deref(), Some("2.69"));
        assert_eq!(shown("9.7e-05").as_deref(), Some("0.000097"));
        assert_eq!(
            shown("0.00010752688172043011").as_deref(),
            Some("0.00010752688172043011")
        );
        assert_eq!(shown("1E2").as_deref(), Some("100"));
        assert_eq!(shown("-0.5").as_deref(), Some("-0.5"));
        assert_eq!(shown("1e-25"), None);
        assert_eq!(shown("one"), None);
    }

    #[test]
    fn meters() {
        let rate = Exact::parse("15.84").unwrap();
        for (seconds, cost) in [(0, "0"), (1, "0.0044"), (900, "3.96"), (3_600, "15.84")] {
            assert_eq!(rate.for_seconds(seconds).to_string(), cost);
        }
        assert_eq!(rate.lasts(rate), Some(3_601));
        assert_eq!(rate.lasts(Exact::ZERO), None);
        assert_eq!(Exact::ZERO.less(rate).lasts(rate), Some(1));
    }

    #[test]
    fn adds_and_averages() {
        let base = Exact::parse("2.69").unwrap();
        let disk = Exact::parse("0.00014").unwrap().times(80).unwrap();
        assert_eq!(base.plus(disk).unwrap().to_string(), "2.7012");
        assert_eq!(Exact::parse("5").unwrap().over(3).unwrap().to_string(), "1.6667");
        assert_eq!(Exact::ZERO.over(0), None);
    }
}
