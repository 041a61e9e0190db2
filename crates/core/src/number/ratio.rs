//! Quotients kept whole, for points in time that no decimal can name.

use std::cmp::Ordering;
use std::fmt;

use super::divide::gcd;
use super::{Exact, power_of_ten};

/// A quotient of two whole numbers in lowest terms.
///
/// Two prices meet at an hour that seldom has a finite decimal form. Kept as
/// a quotient it can be compared, and prices reckoned at it, without rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    top: i128,
    /// Above zero.
    bottom: i128,
}

impl Ratio {
    /// `top / bottom`; `None` for a division by zero or one that does not fit.
    pub fn of(top: Exact, bottom: Exact) -> Option<Self> {
        let decimals = top.decimals().max(bottom.decimals());
        Self::reduced(top.mantissa_at(decimals)?, bottom.mantissa_at(decimals)?)
    }

    fn reduced(top: i128, bottom: i128) -> Option<Self> {
        let shared = gcd(top, bottom);
        let (top, bottom) = (top.checked_div(shared)?, bottom.checked_div(shared)?);
        match bottom.cmp(&0) {
            Ordering::Less => Some(Self {
                top: top.checked_neg()?,
                bottom: bottom.checked_neg()?,
            }),
            Ordering::Equal => None,
            Ordering::Greater => Some(Self { top, bottom }),
        }
    }

    /// The number above the line.
    pub fn top(self) -> Exact {
        Exact::from_whole(self.top)
    }

    /// The number below the line, above zero.
    pub fn bottom(self) -> Exact {
        Exact::from_whole(self.bottom)
    }

    /// As a decimal: exactly where it has a finite form that fits, otherwise
    /// rounded half-even to 12 decimals (P12). `None` when that does not fit.
    pub fn to_exact(self) -> Option<Exact> {
        self.top().over(self.bottom())
    }

    /// `(fixed + slope × self) / unit`: exact where it has a finite decimal
    /// form that fits, otherwise rounded half-even to 12 decimals, once.
    /// `None` when it does not fit. Neither the product nor the sum need fit
    /// as fractions: whole units are taken out on the way.
    pub(crate) fn along(self, fixed: Exact, slope: Exact, unit: u64) -> Option<Exact> {
        let decimals = fixed.decimals().max(slope.decimals());
        let (fixed, slope) = (fixed.mantissa_at(decimals)?, slope.mantissa_at(decimals)?);
        let unit = i128::from(unit).checked_mul(power_of_ten(u32::from(decimals))?)?;
        // slope × top / bottom = steps + rest / bottom
        let (times, left) = (self.top.div_euclid(self.bottom), self.top.rem_euclid(self.bottom));
        let left = slope.checked_mul(left)?;
        let (more, rest) = (left.div_euclid(self.bottom), left.rem_euclid(self.bottom));
        let steps = slope.checked_mul(times)?.checked_add(more)?.checked_add(fixed)?;
        let (whole, steps) = (steps.checked_div_euclid(unit)?, steps.checked_rem_euclid(unit)?);
        let top = steps.checked_mul(self.bottom)?.checked_add(rest)?;
        let fraction = Self::reduced(top, unit.checked_mul(self.bottom)?)?;
        fraction.to_exact()?.plus(Exact::from_whole(whole))
    }

    /// The ratio with the smallest numbers strictly between two others; `None`
    /// when `high` is not above `low`.
    pub fn between(low: Self, high: Self) -> Option<Self> {
        if low >= high {
            return None;
        }
        let (top, bottom) = simplest((low.top, low.bottom), Some((high.top, high.bottom)))?;
        Self::reduced(top, bottom)
    }
}

/// The simplest fraction strictly between two, the upper of which may be
/// infinite: the least whole number if there is one between, else what they
/// share plus one over the simplest between the inverse rests.
fn simplest(low: (i128, i128), high: Option<(i128, i128)>) -> Option<(i128, i128)> {
    let whole = low.0.div_euclid(low.1);
    let next = whole.checked_add(1)?;
    // next < high, without multiplying: high reaches beyond the whole number.
    let beyond = |(top, bottom): (i128, i128)| {
        let floor = top.div_euclid(bottom);
        floor > next || (floor == next && top.rem_euclid(bottom) > 0)
    };
    if high.is_none_or(beyond) {
        return Some((next, 1));
    }
    let rest = |(top, bottom): (i128, i128)| Some((top.checked_sub(whole.checked_mul(bottom)?)?, bottom));
    let (low, high) = (rest(low)?, rest(high?)?);
    let inverse = simplest((high.1, high.0), (low.0 != 0).then_some((low.1, low.0)))?;
    Some((whole.checked_mul(inverse.0)?.checked_add(inverse.1)?, inverse.0))
}

impl TryFrom<Exact> for Ratio {
    type Error = super::NumberError;

    /// Fails for a number with more than 38 decimals, which none has.
    fn try_from(number: Exact) -> Result<Self, Self::Error> {
        power_of_ten(u32::from(number.decimals()))
            .and_then(|bottom| Self::reduced(number.mantissa(), bottom))
            .ok_or_else(|| super::NumberError::OutOfRange(number.to_string().into()))
    }
}

impl Ord for Ratio {
    /// Compares digit by digit of the continued fraction, so that nothing can
    /// overflow.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = ((self.top, self.bottom), (other.top, other.bottom));
        loop {
            let whole = left.0.div_euclid(left.1).cmp(&right.0.div_euclid(right.1));
            let rests = (left.0.rem_euclid(left.1), right.0.rem_euclid(right.1));
            if whole != Ordering::Equal || rests.0 == 0 || rests.1 == 0 {
                return whole.then(rests.0.min(1).cmp(&rests.1.min(1)));
            }
            // Of two equal wholes, the larger rest has the smaller inverse.
            (left, right) = ((right.1, rests.1), (left.1, rests.0));
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Ratio {
    /// `8631/20`, or `24` for a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bottom == 1 {
            f.pad(&self.top.to_string())
        } else {
            f.pad(&format!("{}/{}", self.top, self.bottom))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn ratio(top: i128, bottom: i128) -> Ratio {
        Ratio::reduced(top, bottom).unwrap()
    }

    #[test]
    fn a_ratio_is_written_exactly_or_rounded_once() {
        let check = |top: &str, bottom: &str, shown: &str, decimal: &str| {
            let ratio = Ratio::of(top.parse().unwrap(), bottom.parse().unwrap()).unwrap();
            assert_eq!(
                (ratio.to_string(), ratio.to_exact().unwrap().to_string()),
                (shown.into(), decimal.into())
            );
        };
        check("1072.8", "2.49", "35760/83", "430.843373493976");
        check("863.1", "2", "8631/20", "431.55");
        check("48", "2", "24", "24");
        check("-1", "3", "-1/3", "-0.333333333333");
        check("1", "-3", "-1/3", "-0.333333333333");
        check("0", "3", "0", "0");
        assert_eq!(Ratio::of(Exact::ONE, Exact::ZERO), None);
    }

    #[test]
    fn along_a_line_of_many_digits_nothing_overflows() {
        // Rates of sixteen decimals: the product alone has forty digits.
        let at = ratio(7_123_456_789_012_345_678_901, 10_000_000_000_000_000_003);
        let (fixed, slope) = ("123456.0123456789012345", "321.9876543210987654");
        let along = at.along(fixed.parse().unwrap(), slope.parse().unwrap(), 180);
        assert_eq!(along.unwrap().to_string(), "1960.125147560322");
    }

    #[test]
    fn large_ratios_compare_without_overflow() {
        let check = |left: Ratio, right: Ratio, order: Ordering| {
            assert_eq!((left.cmp(&right), right.cmp(&left)), (order, order.reverse()));
        };
        let max = i128::MAX;
        check(ratio(max, max - 1), ratio(max - 1, max - 2), Ordering::Less);
        check(ratio(max, 2), ratio(max, 3), Ordering::Greater);
        check(ratio(-1, max), ratio(0, 1), Ordering::Less);
        check(ratio(6, 4), ratio(3, 2), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn order_is_that_of_cross_products(a in -999_i128..999, b in 1_i128..999, c in -999_i128..999, d in 1_i128..999) {
            prop_assert_eq!(ratio(a, b).cmp(&ratio(c, d)), (a * d).cmp(&(c * b)));
        }

        #[test]
        fn along_is_the_quotient_rounded_once(a in -999_i128..999, b in 1_i128..999, fixed in -9999_i128..9999, slope in -9999_i128..9999, unit in 1_u64..200) {
            let (fixed, slope) = (Exact::new(fixed, 2).unwrap(), Exact::new(slope, 1).unwrap());
            let top = fixed.times(Exact::from_whole(b)).unwrap().plus(slope.times(Exact::from_whole(a)).unwrap()).unwrap();
            prop_assert_eq!(ratio(a, b).along(fixed, slope, unit), top.over(Exact::from_whole(b * i128::from(unit))));
        }

        #[test]
        fn nothing_simpler_lies_between(a in 0_i128..99, b in 1_i128..99, c in 0_i128..99, d in 1_i128..99) {
            let (left, right) = (ratio(a, b), ratio(c, d));
            match Ratio::between(left, right) {
                None => prop_assert!(left >= right),
                Some(found) => {
                    prop_assert!(left < found && found < right);
                    for bottom in 1..found.bottom {
                        let top = (a * bottom).div_euclid(b) + 1;
                        prop_assert!(ratio(top, bottom) >= right, "{}/{} is simpler", top, bottom);
                    }
                }
            }
        }
    }
}
