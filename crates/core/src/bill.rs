//! A configuration over time: what is paid, and when (P9, P11, P12).

mod meter;

pub use meter::Interruptions;
pub(crate) use meter::Meter;

use crate::configuration::{Configuration, Line};
use crate::money::{Money, MoneyError, Rate};
use crate::offer::Terms;
use crate::quantity::Hours;

/// What one instance costs over a horizon, in the quote's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bill {
    /// Per hour: the sum of the configuration's lines.
    pub rate: Rate,
    /// The least it may be per hour, where P5 leaves a range.
    pub rate_low: Option<Rate>,
    /// Paid when ordering, and part of the total.
    pub upfront: Money,
    /// Paid over the horizon, the up-front amount and minimum runtime
    /// included.
    pub total: Money,
    /// The least the total may be, where P5 leaves a range.
    pub total_low: Option<Money>,
}

impl Bill {
    /// Bills `configuration` for `hours`.
    ///
    /// Time is charged in proportion; the total is the rate times the longest
    /// of the horizon, the prepaid hours and the minimum runtime.
    ///
    /// # Errors
    /// When a product has too many digits to be kept exactly.
    pub fn of(configuration: &Configuration, terms: &Terms, hours: Hours) -> Result<Self, MoneyError> {
        Self::interrupted(configuration, terms, hours, None)
    }

    /// Bills `configuration` for `hours` of work, some of which are lost to
    /// interruptions and done again.
    ///
    /// Only the horizon stretches: what is prepaid and the minimum runtime are
    /// the seller's, however often he takes the machine back.
    ///
    /// # Errors
    /// As [`Bill::of`].
    pub fn interrupted(
        configuration: &Configuration,
        terms: &Terms,
        hours: Hours,
        interruptions: Option<&Interruptions>,
    ) -> Result<Self, MoneyError> {
        let rate = sum(&configuration.lines, |line| line.rate)?;
        let open = configuration.lines.iter().any(|line| line.rate_low.is_some());
        let rate_low = if open {
            Some(sum(&configuration.lines, |line| line.rate_low.unwrap_or(line.rate))?)
        } else {
            None
        };

        let charged = |rate| charged(rate, terms, hours, interruptions);
        let Charged { upfront, total } = charged(rate)?;
        let low = rate_low.map(charged).transpose()?;
        Ok(Self {
            rate,
            rate_low,
            upfront,
            total,
            total_low: low.map(|low| low.total),
        })
    }

    /// Whether the bill is exact rather than an upper bound.
    pub fn is_exact(&self) -> bool {
        self.rate_low.is_none()
    }
}

/// What a rate comes to under an offer's terms, whatever it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charged {
    /// Paid when ordering, and part of the total (P9).
    pub upfront: Money,
    /// Paid over the hours, what is prepaid and the minimum runtime included.
    pub total: Money,
}

/// What `rate` comes to on `terms` over `hours` of work, some of which are lost
/// to interruptions and done again: as [`Bill::interrupted`] reckons, for a rate
/// that is no configuration's, such as a ceiling.
///
/// # Errors
/// When a product has too many digits to be kept exactly.
pub fn charged(
    rate: Rate,
    terms: &Terms,
    hours: Hours,
    interruptions: Option<&Interruptions>,
) -> Result<Charged, MoneyError> {
    let meter = Meter::of(terms, interruptions).ok_or(MoneyError::TooManyDigits)?;
    let ticks = meter.charged(hours).ok_or(MoneyError::TooManyDigits)?;
    Ok(Charged {
        upfront: rate.over_ticks(meter.prepaid)?,
        total: rate.over_ticks(ticks)?,
    })
}

fn sum(lines: &[Line], of: impl Fn(&Line) -> Rate) -> Result<Rate, MoneyError> {
    let (first, rest) = lines.split_first().ok_or(MoneyError::TooManyDigits)?;
    rest.iter().try_fold(of(first), |total, line| total.plus(of(line)))
}

#[cfg(test)]
mod tests;
