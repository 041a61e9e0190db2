//! Exact decimal sums, for the few figures that a broker derives itself.

use std::fmt;

/// Decimals after the point. The longest figure seen on the wire has twenty.
const SCALE: u32 = 24;

/// One, in units of `10^-SCALE`.
const ONE: i128 = 10_i128.pow(SCALE);

/// A fixed-point decimal with 24 places.
///
/// Prime's summaries and Spheron's group prices are sums over offers. The sandbox must not share its
/// arithmetic with the code under test, so it brings these few lines of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    fn adds_and_averages() {
        let base = Exact::parse("2.69").unwrap();
        let disk = Exact::parse("0.00014").unwrap().times(80).unwrap();
        assert_eq!(base.plus(disk).unwrap().to_string(), "2.7012");
        assert_eq!(Exact::parse("5").unwrap().over(3).unwrap().to_string(), "1.6667");
        assert_eq!(Exact::ZERO.over(0), None);
    }
}
