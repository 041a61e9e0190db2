//! Where values stand along a line, and which are written beside it.

use gpu_broker_core::number::Exact;

/// Decimals of a position.
const DECIMALS: u8 = 2;

/// Ticks at the most.
const TICKS: u64 = 8;

/// Steps between hours that people think in, from one hour to ten years.
const HOURS: [u64; 15] = [1, 2, 3, 6, 12, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320, 8760];

/// A stretch of values drawn over a length.
#[derive(Debug)]
pub(super) struct Axis {
    low: Exact,
    high: Exact,
    length: u64,
    step: Exact,
}

impl Axis {
    /// Hours from `low` to `high`.
    pub(super) fn hours(low: Exact, high: Exact, length: u64) -> Self {
        let range = high.minus(low).unwrap_or(high);
        let fits = |step: &Exact| step.times_count(TICKS).is_none_or(|most| range <= most);
        let usual = HOURS.into_iter().map(Exact::whole).find(fits);
        Self {
            low,
            high,
            length,
            step: usual.unwrap_or_else(|| round_step(range)),
        }
    }

    /// Amounts from nothing to `high` or a little more.
    pub(super) fn totals(high: Exact, length: u64) -> Self {
        let step = round_step(high);
        let mut axis = Self {
            low: Exact::ZERO,
            high: Exact::ZERO,
            length,
            step,
        };
        while axis.high < high {
            axis.high = axis.high.plus(step).unwrap_or(high);
        }
        // A free market is still drawn over something.
        axis.high = axis.high.max(step);
        axis
    }

    /// How far along a value stands.
    pub(super) fn position(&self, value: Exact) -> Exact {
        let range = self.high.minus(self.low).filter(|range| !range.is_zero());
        let along = value.minus(self.low).and_then(|along| along.times_count(self.length));
        let position = along.zip(range).and_then(|(along, range)| along.over(range));
        position.map_or(Exact::ZERO, |position| position.rounded(DECIMALS))
    }

    /// The values written beside the axis.
    pub(super) fn ticks(&self) -> Vec<Exact> {
        let mut ticks = Vec::new();
        let mut tick = Exact::ZERO;
        while tick <= self.high && ticks.len() < 1_000 {
            if tick >= self.low {
                ticks.push(tick);
            }
            let Some(next) = tick.plus(self.step) else { break };
            tick = next;
        }
        ticks
    }

    /// The largest value.
    pub(super) fn high(&self) -> Exact {
        self.high
    }
}

/// The smallest of 1, 2, 5, 10, 20… or their fractions of which few cover the
/// range.
fn round_step(range: Exact) -> Exact {
    let fits = |step: Exact| step.times_count(TICKS).is_none_or(|most| range <= most);
    // From a hundred-thousandth up; the least price is about as large.
    let steps = (0..=5_u8).rev().filter_map(|decimals| Exact::new(1, decimals));
    let larger = (1..=17_u32).filter_map(|zeros| Some(Exact::whole(10_u64.checked_pow(zeros)?)));
    let all = steps
        .chain(larger)
        .flat_map(|power| [1, 2, 5].into_iter().filter_map(move |times| power.times_count(times)));
    let mut last = Exact::ONE;
    for step in all {
        if fits(step) {
            return step;
        }
        last = step;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let check = |axis: &Axis, expected: &[&str]| {
            let ticks: Vec<String> = axis.ticks().iter().map(ToString::to_string).collect();
            assert_eq!(ticks, expected);
        };
        let number = |text: &str| text.parse::<Exact>().unwrap();
        check(
            &Axis::totals(number("364.8"), 100),
            &["0", "50", "100", "150", "200", "250", "300", "350", "400"],
        );
        check(
            &Axis::totals(number("0.03"), 100),
            &["0", "0.005", "0.01", "0.015", "0.02", "0.025", "0.03"],
        );
        check(&Axis::totals(Exact::ZERO, 100), &["0", "0.00001"]);
        check(
            &Axis::hours(Exact::ONE, number("2160"), 100),
            &["336", "672", "1008", "1344", "1680", "2016"],
        );
        check(
            &Axis::hours(number("0.5"), number("6"), 100),
            &["1", "2", "3", "4", "5", "6"],
        );
        for high in ["1", "7.3", "99999", "123456789012345678"] {
            assert!(Axis::totals(number(high), 1).ticks().len() <= 9, "{high}");
            assert!(Axis::hours(Exact::ZERO, number(high), 1).ticks().len() <= 9, "{high}");
        }
    }

    #[test]
    fn positions_are_in_proportion() {
        let axis = Axis::hours(Exact::ONE, Exact::whole(4), 100);
        let check = |value: u64, expected: &str| assert_eq!(axis.position(Exact::whole(value)).to_string(), expected);
        check(1, "0");
        check(2, "33.33");
        check(4, "100");
    }
}
