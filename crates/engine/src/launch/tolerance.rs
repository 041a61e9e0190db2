//! By how much a price may have risen since it was approved.

use std::fmt;
use std::str::FromStr;

use gpu_broker_core::number::Exact;

/// By how much a machine may have become dearer since it was approved: a share
/// or an amount per hour. Written `2%` or `0.05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// A share of the price, as a fraction.
    Share(Exact),
    /// So much per hour.
    PerHour(Exact),
}

impl Tolerance {
    /// The most that a machine may cost per hour that was approved at `rate`;
    /// `None` when that has too many digits.
    pub fn ceiling(self, rate: Exact) -> Option<Exact> {
        match self {
            Self::Share(share) => rate.times(Exact::ONE.plus(share)?),
            Self::PerHour(amount) => rate.plus(amount),
        }
    }
}

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("`{text}` is no tolerance; write a share such as `2%`, or an amount per hour");
        let read = |digits: &str| -> Result<Exact, String> {
            let number: Exact = digits.trim().trim_start_matches('$').parse().map_err(|_| error())?;
            if number.is_negative() { Err(error()) } else { Ok(number) }
        };
        match text.trim().strip_suffix('%') {
            Some(percent) => read(percent)?
                .over(Exact::whole(100))
                .map(Self::Share)
                .ok_or_else(error),
            None => read(text.trim()).map(Self::PerHour),
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{} %", share.times_count(100).unwrap_or(*share)),
            Self::PerHour(amount) => write!(f, "{amount} per hour"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_is_above_the_price_by_the_tolerance() {
        let check = |text: &str, expected: Option<&str>| {
            let tolerance: Option<Tolerance> = text.parse().ok();
            let ceiling = tolerance.and_then(|tolerance| tolerance.ceiling("15.2".parse().unwrap()));
            assert_eq!(
                ceiling.map(|ceiling| ceiling.to_string()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("0", Some("15.2"));
        check("0%", Some("15.2"));
        check("2%", Some("15.504"));
        check("0.05", Some("15.25"));
        check("$1", Some("16.2"));
        check("-1", None);
        check("-1%", None);
        check("two", None);
        check("%", None);
    }
}
