//! Money with its currency, and rates of money per hour.
//!
//! There are no operators: every sum and product says what may go wrong, and
//! currencies never mix (P2).

use std::cmp::Ordering;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::number::Exact;
use crate::quantity::Hours;

/// Parts of a currency unit in which amounts are kept, and ticks of an hour in
/// which time is charged: twenty seconds each.
///
/// Sixty would do for minutes. Work lost to interruptions is stated per day
/// and in minutes, and its share of an hour has nines below the line: with
/// three times sixty, every product still has a finite decimal form.
pub(crate) const PARTS: u64 = 180;

/// Three letters, such as `USD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Why two sums of money cannot be reckoned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Two currencies met without an exchange rate.
    #[error("{0} and {1} cannot be added or compared without an exchange rate")]
    Currencies(Currency, Currency),
    /// The result has more digits than can be kept exactly.
    #[error("the amount has too many digits to be kept exactly")]
    TooManyDigits,
}

/// Money per hour: of one unit of a resource, of an instance or of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    per_hour: Exact,
    currency: Currency,
}

/// An amount of money.
///
/// It is kept in 180ths of a currency unit, so that a price per hour times a
/// number of minutes is exact even when it has no finite decimal form (P11,
/// P12), and so is an expected time that interruptions stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    parts: Exact,
    currency: Currency,
}

impl Currency {
    /// The United States dollar, in which both brokers quote nearly everything.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl FromStr for Currency {
    type Err = &'static str;

    /// Reads three ASCII letters in either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters: [u8; 3] = text
            .as_bytes()
            .try_into()
            .map_err(|_| "a currency is three letters, such as `EUR`")?;
        if letters.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
        } else {
            Err("a currency is three letters, such as `EUR`")
        }
    }
}

spelled!(Currency, str::parse);

impl Rate {
    /// A rate per hour.
    pub fn new(per_hour: Exact, currency: Currency) -> Self {
        Self { per_hour, currency }
    }

    /// Nothing per hour.
    pub fn zero(currency: Currency) -> Self {
        Self::new(Exact::ZERO, currency)
    }

    /// The number of currency units per hour.
    pub fn per_hour(self) -> Exact {
        self.per_hour
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two rates of one currency.
    ///
    /// # Errors
    /// When the currencies differ, or the sum has too many digits to be kept exactly.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        same(self.currency, other.currency)?;
        let per_hour = self.per_hour.plus(other.per_hour).ok_or(MoneyError::TooManyDigits)?;
        Ok(Self { per_hour, ..self })
    }

    /// This rate, `count` times.
    ///
    /// # Errors
    /// When the product has too many digits to be kept exactly.
    pub fn times(self, count: u64) -> Result<Self, MoneyError> {
        let per_hour = self.per_hour.times_count(count).ok_or(MoneyError::TooManyDigits)?;
        Ok(Self { per_hour, ..self })
    }

    /// This rate in another currency, of which one unit of ours buys `factor`.
    ///
    /// # Errors
    /// When the product has too many digits to be kept exactly.
    pub fn exchanged(self, factor: Exact, currency: Currency) -> Result<Self, MoneyError> {
        let per_hour = self.per_hour.times(factor).ok_or(MoneyError::TooManyDigits)?;
        Ok(Self { per_hour, currency })
    }

    /// What this rate comes to over some minutes.
    ///
    /// # Errors
    /// When the amount has too many digits to be kept exactly.
    pub fn over_minutes(self, minutes: Exact) -> Result<Money, MoneyError> {
        self.over_ticks(minutes.times_count(PARTS / 60).ok_or(MoneyError::TooManyDigits)?)
    }

    /// What this rate comes to over some ticks, [`PARTS`] of which are an hour.
    ///
    /// # Errors
    /// When the amount has too many digits to be kept exactly.
    pub(crate) fn over_ticks(self, ticks: Exact) -> Result<Money, MoneyError> {
        written(self.per_hour.times(ticks), self.currency)
    }
}

impl Money {
    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        Self {
            parts: Exact::ZERO,
            currency,
        }
    }

    /// An amount in currency units.
    ///
    /// # Errors
    /// When the amount has too many digits to be kept exactly.
    pub fn new(amount: Exact, currency: Currency) -> Result<Self, MoneyError> {
        written(amount.times_count(PARTS), currency)
    }

    /// The amount in currency units: exact when it has a finite decimal form,
    /// else rounded half-even to 12 decimals (P12).
    pub fn amount(self) -> Exact {
        // Whatever is multiplied out can be divided: see `written`.
        self.parts.over(Exact::whole(PARTS)).unwrap_or_default()
    }

    /// [`PARTS`] times the amount, always exact: what searching adds and
    /// compares.
    pub(crate) fn parts(self) -> Exact {
        self.parts
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// When the currencies differ, or the sum has too many digits to be kept exactly.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        same(self.currency, other.currency)?;
        written(self.parts.plus(other.parts), self.currency)
    }

    /// This amount, `count` times.
    ///
    /// # Errors
    /// When the product has too many digits to be kept exactly.
    pub fn times(self, count: u64) -> Result<Self, MoneyError> {
        written(self.parts.times_count(count), self.currency)
    }

    /// This amount, `factor` times.
    ///
    /// # Errors
    /// When the product has too many digits to be kept exactly.
    pub fn scaled(self, factor: Exact) -> Result<Self, MoneyError> {
        written(self.parts.times(factor), self.currency)
    }

    /// Which of two amounts of one currency is more, exactly: also where
    /// [`amount`](Self::amount) has to round.
    ///
    /// # Errors
    /// When the currencies differ.
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        same(self.currency, other.currency)?;
        Ok(self.parts.cmp(&other.parts))
    }

    /// How many times `other` this is: exact when that has a finite decimal
    /// form, else rounded half-even to 12 decimals. `None` when `other` is
    /// nothing or of another currency, or there are too many digits.
    pub fn over(self, other: Self) -> Option<Exact> {
        same(self.currency, other.currency).ok()?;
        self.parts.over(other.parts)
    }

    /// The amount per GPU and hour (P16): exact, or rounded once to 12
    /// decimals. `None` when either is zero.
    pub fn per_gpu_hour(self, hours: Hours, gpus: u64) -> Option<Exact> {
        let ticks = hours.in_minutes().times_count(PARTS / 60)?;
        self.parts.over(ticks.times_count(gpus)?)
    }
}

/// Parts whose amount can be written, so that no later step can fail.
fn written(parts: Option<Exact>, currency: Currency) -> Result<Money, MoneyError> {
    let fits = |parts: &Exact| parts.is_short() || parts.over(Exact::whole(PARTS)).is_some();
    let parts = parts.filter(fits).ok_or(MoneyError::TooManyDigits)?;
    Ok(Money { parts, currency })
}

fn same(left: Currency, right: Currency) -> Result<(), MoneyError> {
    if left == right {
        Ok(())
    } else {
        Err(MoneyError::Currencies(left, right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(number: &str, currency: &str) -> Rate {
        Rate::new(number.parse().unwrap(), currency.parse().unwrap())
    }

    #[test]
    fn currencies_never_mix() {
        let (dollars, euros) = (rate("1.9", "USD"), rate("1.9", "eur"));
        let refused = MoneyError::Currencies(Currency::USD, euros.currency());
        assert_eq!(dollars.plus(euros), Err(refused));
        let exchanged = euros.exchanged("1.08".parse().unwrap(), Currency::USD).unwrap();
        assert_eq!(exchanged, rate("2.052", "USD"));
        assert!("EURO".parse::<Currency>().is_err());
        assert!("E1R".parse::<Currency>().is_err());
    }

    #[test]
    fn a_third_of_an_hour_is_exact_until_it_is_written() {
        let check = |per_hour: &str, minutes: u64, count: u64, expected: &str| {
            let money = rate(per_hour, "USD")
                .over_minutes(Exact::whole(minutes))
                .unwrap()
                .times(count)
                .unwrap();
            assert_eq!(
                money.amount().to_string(),
                expected,
                "{per_hour} for {minutes} minutes, {count} times"
            );
        };
        check("2.9124", 20, 1, "0.9708");
        check("1", 20, 1, "0.333333333333");
        check("1", 20, 3, "1");
        check("2.69", 600, 1, "26.9");
        check("0.00000000000001", 60, 1, "0.00000000000001");
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        let huge = rate("999999999999999999", "USD");
        assert_eq!(
            huge.over_minutes("0.123456789012345678901234567".parse().unwrap()),
            Err(MoneyError::TooManyDigits)
        );
    }

    #[test]
    fn a_gpu_hour_is_rounded_once() {
        let total = rate("1", "USD").over_minutes(Exact::whole(60)).unwrap();
        assert_eq!(
            total.per_gpu_hour(Hours::whole(1), 3).unwrap().to_string(),
            "0.333333333333"
        );
        assert_eq!(total.per_gpu_hour(Hours::whole(1), 8).unwrap().to_string(), "0.125");
        assert_eq!(total.per_gpu_hour(Hours::whole(1), 0), None);
    }
}
