//! Numbers as fractions: nothing is ever rounded but where a rule says so.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Sub};

/// Significant digits of a broker's number that are believed (P1).
const BROKER_DIGITS: usize = 15;

/// Decimals of a quotient that has no end (P12).
const ENDLESS_DECIMALS: u32 = 12;

/// A fraction in lowest terms. Running out of digits panics: a test that cannot reckon must not pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    over: i128,
    under: i128,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self { over: 0, under: 1 };

    /// `over / under`.
    pub fn new(over: i128, under: i128) -> Self {
        assert!(under != 0, "division by zero");
        let common = divisor(over, under) * under.signum();
        Self {
            over: over / common,
            under: under / common,
        }
    }

    /// A count.
    pub fn whole(count: u64) -> Self {
        Self::new(count.into(), 1)
    }

    /// A decimal number as it is written, with or without an exponent.
    pub fn read(text: &str) -> Option<Self> {
        let (digits, exponent) = parts(text)?;
        Some(scaled(&digits, exponent))
    }

    /// A broker's number: more than 15 significant digits are rounded half-even to 15 (P1).
    pub fn from_broker(text: &str) -> Option<Self> {
        let (digits, exponent) = parts(text)?;
        let (sign, digits) = digits.strip_prefix('-').map_or(("", &*digits), |rest| ("-", rest));
        let significant = digits.trim_start_matches('0');
        if significant.len() <= BROKER_DIGITS {
            return Some(scaled(&format!("{sign}{significant}"), exponent));
        }
        let (kept, lost) = significant.split_at(BROKER_DIGITS);
        let mut number: i128 = kept.parse().ok()?;
        let half = format!("5{}", "0".repeat(lost.len() - 1));
        let up = match lost.cmp(half.as_str()) {
            Ordering::Greater => true,
            Ordering::Equal => number % 2 == 1,
            Ordering::Less => false,
        };
        number += i128::from(up);
        let lost = i32::try_from(lost.len()).ok()?;
        Some(scaled(&format!("{sign}{number}"), exponent + lost))
    }

    /// Whether it has a finite decimal form.
    pub fn is_finite(self) -> bool {
        let mut rest = self.under;
        for prime in [2, 5] {
            while rest % prime == 0 {
                rest /= prime;
            }
        }
        rest == 1
    }

    /// As the output gives it: exact, or where that has no end, half-even to 12 decimals (P12).
    #[must_use]
    pub fn as_printed(self) -> Self {
        if self.is_finite() {
            self
        } else {
            self.rounded(ENDLESS_DECIMALS)
        }
    }

    /// Rounded half-even.
    #[must_use]
    pub fn rounded(self, decimals: u32) -> Self {
        let unit = 10_i128.pow(decimals);
        let scaled = self.over.checked_mul(unit).expect("too many digits");
        let (floor, rest) = (scaled.div_euclid(self.under), scaled.rem_euclid(self.under));
        let up = match (2 * rest).cmp(&self.under) {
            Ordering::Greater => true,
            Ordering::Equal => floor % 2 != 0,
            Ordering::Less => false,
        };
        Self::new(floor + i128::from(up), unit)
    }

    /// The number over a common denominator, which must be a multiple of its own.
    pub fn over(self, denominator: i128) -> i128 {
        assert_eq!(denominator % self.under, 0, "{self} over {denominator}");
        self.over
            .checked_mul(denominator / self.under)
            .expect("too many digits")
    }

    /// The least denominator common to all.
    pub fn denominator(numbers: impl IntoIterator<Item = Self>) -> i128 {
        numbers
            .into_iter()
            .fold(1, |common, number| multiple(common, number.under))
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.over < 0
    }
}

/// Sign and digits without a point, and the power of ten that they are times.
fn parts(text: &str) -> Option<(String, i32)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |mantissa| ("-", mantissa));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{decimals}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((
        format!("{sign}{digits}"),
        exponent - i32::try_from(decimals.len()).ok()?,
    ))
}

fn scaled(digits: &str, exponent: i32) -> Fraction {
    let number: i128 = match digits {
        "" | "-" => 0,
        digits => digits.parse().expect("too many digits"),
    };
    let power = 10_i128.checked_pow(exponent.unsigned_abs()).expect("too many digits");
    if exponent < 0 {
        Fraction::new(number, power)
    } else {
        Fraction::new(number.checked_mul(power).expect("too many digits"), 1)
    }
}

pub(crate) fn divisor(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left.abs(), right.abs());
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

fn multiple(left: i128, right: i128) -> i128 {
    (left / divisor(left, right))
        .checked_mul(right)
        .expect("too many digits")
}

impl Add for Fraction {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let under = multiple(self.under, other.under);
        Self::new(
            self.over(under)
                .checked_add(other.over(under))
                .expect("too many digits"),
            under,
        )
    }
}

impl Sub for Fraction {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self {
            over: -other.over,
            ..other
        }
    }
}

impl Mul for Fraction {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        // Cancelled first, so that the products stay small.
        let (left, right) = (Self::new(self.over, other.under), Self::new(other.over, self.under));
        let over = left.over.checked_mul(right.over).expect("too many digits");
        let under = left.under.checked_mul(right.under).expect("too many digits");
        Self::new(over, under)
    }
}

impl Div for Fraction {
    type Output = Self;

    #[expect(
        clippy::suspicious_arithmetic_impl,
        reason = "dividing is multiplying by the inverse"
    )]
    fn div(self, other: Self) -> Self {
        self * Self::new(other.under, other.over)
    }
}

impl Sum for Fraction {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Self::add)
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let under = multiple(self.under, other.under);
        self.over(under).cmp(&other.over(under))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.as_printed();
        let decimals = (0..39).find(|decimals| 10_i128.pow(*decimals) % number.under == 0);
        let decimals = decimals.unwrap_or_default();
        let digits = number.over(10_i128.pow(decimals));
        let width = usize::try_from(decimals).unwrap_or_default();
        let text = format!("{:0>width$}", digits.unsigned_abs(), width = width + 1);
        let (whole, rest) = text.split_at(text.len() - width);
        f.write_str(if digits < 0 { "-" } else { "" })?;
        f.write_str(whole)?;
        if rest.is_empty() { Ok(()) } else { write!(f, ".{rest}") }
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_rules_say() {
        let check = |text: &str, expected: &str| {
            let read = Fraction::from_broker(text).map_or_else(|| "none".to_owned(), |number| number.to_string());
            assert_eq!(read, expected, "{text}");
        };
        check("1.6567999999999998", "1.6568");
        check("0.00010752688172043011", "0.00010752688172043");
        check("3.3000000000000003", "3.3");
        check("9.7e-05", "0.000097");
        check("1E2", "100");
        check("-0.5", "-0.5");
        check("0", "0");
        // Half-even, down and up.
        check("1.000000000000005", "1");
        check("1.000000000000015", "1.00000000000002");
        check("1.0000000000000050000001", "1.00000000000001");
        check("999999999999999.5", "1000000000000000");
        for bad in ["", "NaN", "-", "1e", "0x1", "1.2.3"] {
            check(bad, "none");
        }
    }

    #[test]
    fn only_what_has_no_end_is_rounded() {
        let third = Fraction::new(1, 3);
        assert_eq!(third.to_string(), "0.333333333333");
        assert_eq!((third + third).to_string(), "0.666666666667");
        assert_eq!((third + third + third).to_string(), "1");
        assert_eq!(Fraction::new(1, 1 << 20).to_string(), "0.00000095367431640625");
        assert_eq!(
            (Fraction::new(5, 4) / Fraction::new(-1, 4) - Fraction::whole(1)).to_string(),
            "-6"
        );
        assert_eq!(Fraction::new(25, 1000).rounded(2).to_string(), "0.02");
        assert_eq!(Fraction::new(35, 1000).rounded(2).to_string(), "0.04");
        assert!(Fraction::new(1, 3) < Fraction::new(34, 100) && Fraction::new(-1, 3) < Fraction::ZERO);
    }
}
