//! Exact decimal numbers: what a price is before it has a currency.
//!
//! A broker's JSON number becomes an [`Exact`] from its text and never passes
//! through binary floating point (P1). Sums and products are exact or refused;
//! nothing is rounded behind the caller's back, which is why this is not
//! `rust_decimal::Decimal`: its products round silently beyond 28 digits.

mod divide;
mod integer;
mod ratio;
mod read;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use divide::{divide_half_even, gcd, long_division, strip};
use integer::{digits, power_of_ten, product};
use read::Parts;

pub use ratio::Ratio;

/// Decimals kept of a quotient that has no finite decimal form (P12).
pub(crate) const QUOTIENT_DECIMALS: u8 = 12;

/// The digits an IEEE double can promise, so the digits of a broker's number
/// that mean something (P1).
const BROKER_DIGITS: u32 = 15;

/// Most decimals of a number that is read. With [`BROKER_DIGITS`] before the
/// point this leaves room for hours and counts in an `i128`.
const DECIMALS_MAX: i64 = 28;

/// Most decimals of a number that can be divided without looking.
const SHORT_DECIMALS: u8 = 32;

/// Most digits before the point of a number that is read.
const WHOLE_DIGITS_MAX: i64 = 18;

/// A finite decimal number, kept exactly.
///
/// Equal numbers have one representation: the mantissa carries no trailing
/// zero while there are decimals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Exact {
    /// An `i128`. An offer holds a dozen numbers, and aligned to sixteen bytes
    /// half of what they take would be padding.
    mantissa: [u8; 16],
    decimals: u8,
}

/// Why a text is not a number that can be reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NumberError {
    /// The text is not a decimal number.
    #[error("`{0}` is not a decimal number")]
    NotANumber(Box<str>),
    /// The number is too large or too fine to be kept exactly.
    #[error("`{0}` is outside the range that can be reckoned exactly")]
    OutOfRange(Box<str>),
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self::of(0, 0);
    /// One.
    pub const ONE: Self = Self::of(1, 0);

    const fn of(mantissa: i128, decimals: u8) -> Self {
        Self {
            mantissa: mantissa.to_ne_bytes(),
            decimals,
        }
    }

    fn mantissa(self) -> i128 {
        i128::from_ne_bytes(self.mantissa)
    }

    /// `mantissa × 10^-decimals`, or `None` beyond 28 decimals.
    pub fn new(mantissa: i128, decimals: u8) -> Option<Self> {
        let number = Self::of(mantissa, decimals).normal();
        (i64::from(number.decimals) <= DECIMALS_MAX).then_some(number)
    }

    /// A whole number.
    pub fn whole(number: u64) -> Self {
        Self::of(i128::from(number), 0)
    }

    pub(crate) fn from_whole(mantissa: i128) -> Self {
        Self::of(mantissa, 0)
    }

    /// Reads a broker's number from its JSON text (P1).
    ///
    /// Scientific notation is a number like any other. More than 15
    /// significant digits are the noise of a binary double and are rounded
    /// half-even to 15: `1.6567999999999998` is 1.6568.
    ///
    /// # Errors
    /// When the text is no decimal number, or one beyond 18 digits before the point or 28 behind.
    pub fn from_broker(text: &str) -> Result<Self, NumberError> {
        let Parts {
            mut mantissa,
            mut exponent,
        } = Parts::read(text)?;
        let surplus = digits(mantissa).saturating_sub(BROKER_DIGITS);
        if surplus > 0 {
            let unit = power_of_ten(surplus).unwrap_or(i128::MAX);
            mantissa = divide_half_even(mantissa, unit);
            exponent += i64::from(surplus);
        }
        Self::scaled(mantissa, exponent).ok_or_else(|| NumberError::OutOfRange(shortened(text)))
    }

    /// `mantissa × 10^exponent`, or `None` when out of range.
    fn scaled(mut mantissa: i128, mut exponent: i64) -> Option<Self> {
        if mantissa == 0 {
            return Some(Self::ZERO);
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        let whole_digits = i64::from(digits(mantissa)) + exponent;
        if exponent < -DECIMALS_MAX || whole_digits > WHOLE_DIGITS_MAX {
            return None;
        }
        if let Ok(zeros @ 1..) = u32::try_from(exponent) {
            return Some(Self::of(mantissa.checked_mul(power_of_ten(zeros)?)?, 0));
        }
        Some(Self::of(mantissa, u8::try_from(-exponent).ok()?))
    }

    /// Whether this is below zero.
    pub fn is_negative(self) -> bool {
        self.mantissa() < 0
    }

    /// Whether this is zero.
    pub fn is_zero(self) -> bool {
        self.mantissa() == 0
    }

    /// Whether the number is so short that its quotient by any whole number
    /// below 2^16 fits, as those of nearly all prices do.
    pub(crate) fn is_short(self) -> bool {
        // A finite quotient takes 16 decimals more, another 12 in all.
        i64::try_from(self.mantissa()).is_ok() && self.decimals <= SHORT_DECIMALS
    }

    /// The sum, or `None` when it does not fit exactly.
    pub fn plus(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        let mantissa = self.mantissa_at(decimals)?.checked_add(other.mantissa_at(decimals)?)?;
        Some(Self::of(mantissa, decimals).normal())
    }

    /// The difference, or `None` when it does not fit exactly.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self::of(other.mantissa().checked_neg()?, other.decimals))
    }

    /// The product, or `None` when it does not fit exactly.
    pub fn times(self, other: Self) -> Option<Self> {
        let mantissa = product(self.mantissa(), other.mantissa())?;
        let decimals = self.decimals.checked_add(other.decimals)?;
        Some(Self::of(mantissa, decimals).normal())
    }

    /// The product with a count, or `None` when it does not fit exactly.
    pub fn times_count(self, count: u64) -> Option<Self> {
        self.times(Self::whole(count))
    }

    /// The quotient: exact when it has a finite decimal form, otherwise
    /// rounded half-even to 12 decimals (P12). `None` for a division by zero
    /// or a quotient that does not fit.
    pub fn over(self, divisor: Self) -> Option<Self> {
        let shared = gcd(self.mantissa(), divisor.mantissa());
        let (mut top, mut bottom) = (self.mantissa().checked_div(shared)?, divisor.mantissa() / shared);
        if bottom == 0 {
            return None;
        }
        if bottom < 0 {
            (top, bottom) = (top.checked_neg()?, bottom.checked_neg()?);
        }
        // The value is top/bottom × 10^-shift.
        let shift = i64::from(self.decimals) - i64::from(divisor.decimals);
        let (twos, odd) = strip(bottom, 2);
        let (fives, rest) = strip(odd, 5);
        if rest == 1 {
            let zeros = twos.max(fives);
            let mantissa = top.checked_mul(power_of_ten(zeros)? / bottom)?;
            return Self::scaled_unbounded(mantissa, -shift - i64::from(zeros));
        }
        let wanted = i64::from(QUOTIENT_DECIMALS) - shift;
        if let Ok(zeros) = u32::try_from(wanted) {
            Self::scaled_unbounded(long_division(top, bottom, zeros)?, -i64::from(QUOTIENT_DECIMALS))
        } else {
            let bottom = bottom.checked_mul(power_of_ten(u32::try_from(-wanted).ok()?)?)?;
            Self::scaled_unbounded(divide_half_even(top, bottom), -i64::from(QUOTIENT_DECIMALS))
        }
    }

    fn scaled_unbounded(mantissa: i128, exponent: i64) -> Option<Self> {
        if let Ok(zeros) = u32::try_from(exponent) {
            return Some(Self::of(mantissa.checked_mul(power_of_ten(zeros)?)?, 0));
        }
        Some(Self::of(mantissa, u8::try_from(-exponent).ok()?).normal())
    }

    /// Rounded half-even to `decimals` decimals, for people to read.
    #[must_use]
    pub fn rounded(self, decimals: u8) -> Self {
        let Some(surplus @ 1..) = self.decimals.checked_sub(decimals) else {
            return self;
        };
        let unit = power_of_ten(u32::from(surplus)).unwrap_or(i128::MAX);
        Self::of(divide_half_even(self.mantissa(), unit), decimals).normal()
    }

    /// With exactly `decimals` decimals, rounded half-even: `1.9` → `1.9000`.
    pub fn to_fixed(self, decimals: u8) -> String {
        let rounded = self.rounded(decimals);
        let mantissa = rounded.mantissa_at(decimals).unwrap_or(rounded.mantissa());
        written(mantissa, decimals)
    }

    /// The mantissa when the number is written with `decimals` decimals, or
    /// `None` when that loses digits or does not fit. Searching compares and
    /// adds these integers.
    pub(crate) fn mantissa_at(self, decimals: u8) -> Option<i128> {
        match decimals.checked_sub(self.decimals)? {
            0 => Some(self.mantissa()),
            zeros => product(self.mantissa(), power_of_ten(u32::from(zeros))?),
        }
    }

    /// How many decimals the number needs.
    pub fn decimals(self) -> u8 {
        self.decimals
    }

    /// As a whole number, when it is one.
    pub fn to_whole(self) -> Option<u64> {
        if self.decimals == 0 {
            u64::try_from(self.mantissa()).ok()
        } else {
            None
        }
    }

    fn normal(self) -> Self {
        let (mut mantissa, mut decimals) = (self.mantissa(), self.decimals);
        if mantissa == 0 {
            return Self::ZERO;
        }
        if let Ok(mut short) = i64::try_from(mantissa) {
            while decimals > 0 && short % 10 == 0 {
                short /= 10;
                decimals -= 1;
            }
            return Self::of(short.into(), decimals);
        }
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        Self::of(mantissa, decimals)
    }
}

impl FromStr for Exact {
    type Err = NumberError;

    /// Reads a number that a person wrote, every digit of it.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let Parts { mantissa, exponent } = Parts::read(text)?;
        if digits(mantissa) >= Parts::DIGITS_KEPT {
            return Err(NumberError::OutOfRange(shortened(text)));
        }
        Self::scaled(mantissa, exponent).ok_or_else(|| NumberError::OutOfRange(shortened(text)))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, others) = (self.mantissa(), other.mantissa());
        if self.decimals == other.decimals {
            return own.cmp(&others);
        }
        let decimals = self.decimals.max(other.decimals);
        match (self.mantissa_at(decimals), other.mantissa_at(decimals)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Only the side with fewer decimals can overflow, and then it is
            // the larger one in magnitude.
            (None, _) => own.cmp(&0),
            (_, None) => 0.cmp(&others),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&written(self.mantissa(), self.decimals))
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Decimal> for Exact {
    fn from(decimal: Decimal) -> Self {
        // A Decimal has at most 28 decimals, which is what we keep.
        let decimals = u8::try_from(decimal.scale()).unwrap_or(u8::MAX);
        Self::of(decimal.mantissa(), decimals).normal()
    }
}

impl TryFrom<Exact> for Decimal {
    type Error = NumberError;

    /// Exactly, or not at all: a `Decimal` holds 28 digits.
    fn try_from(number: Exact) -> Result<Self, NumberError> {
        Decimal::try_from_i128_with_scale(number.mantissa(), u32::from(number.decimals))
            .map_err(|_| NumberError::OutOfRange(number.to_string().into()))
    }
}

impl Serialize for Exact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

fn written(mantissa: i128, decimals: u8) -> String {
    let (sign, digits) = (if mantissa < 0 { "-" } else { "" }, mantissa.unsigned_abs().to_string());
    let decimals = usize::from(decimals);
    if decimals == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    format!("{sign}{whole}.{fraction}")
}

fn shortened(text: &str) -> Box<str> {
    text.chars().take(40).collect::<String>().into()
}

#[cfg(test)]
mod tests;
