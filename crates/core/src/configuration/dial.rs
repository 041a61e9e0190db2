//! Choosing a valid count of a resource, and what it is charged (P5, P6).

use crate::offer::Dial;
use crate::quantity::Range;

/// What a dial offers when it does not offer what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Available {
    /// The count is fixed and unknown.
    Unknown,
    /// No more than this.
    AtMost(u64),
    /// The next valid count above the wanted range.
    AtLeast(u64),
}

/// A valid count and how many units of it are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The count; `None` when it is fixed and unknown.
    pub count: Option<u64>,
    /// `None` when nothing is charged.
    pub charge: Option<Charge>,
}

/// Units charged, and the least that may be meant where that is open (P5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// Units in the charge that every total uses.
    pub high: u64,
    /// Units in the least possible charge, when it differs.
    pub low: Option<u64>,
}

impl Dial {
    /// The valid count that answers `wanted` at the lowest charge (P6).
    ///
    /// # Errors
    /// What can be had instead, when no valid count is in the range.
    pub fn choose(&self, wanted: Option<Range>) -> Result<Choice, Available> {
        let Some(wanted) = wanted else {
            let count = self.default.or(self.min);
            return Ok(Choice {
                count,
                charge: count.and_then(|count| self.charge(count)),
            });
        };
        let default = self.default.filter(|count| wanted.contains(*count));
        let stepped = self
            .smallest_stepped(wanted.least)
            .filter(|count| wanted.contains(*count));
        let units = |count: u64| self.charge(count).map_or(0, |charge| charge.high);
        let count = match (default, stepped) {
            (Some(default), Some(stepped)) if units(stepped) < units(default) => stepped,
            (Some(count), _) | (None, Some(count)) => count,
            (None, None) => return Err(self.instead_of(wanted)),
        };
        Ok(Choice {
            count: Some(count),
            charge: self.charge(count),
        })
    }

    /// The charge for a count (P5).
    fn charge(&self, count: u64) -> Option<Charge> {
        let free = self.unit_price.is_none_or(|price| price.per_hour().is_zero());
        if free || count == 0 {
            return None;
        }
        match (self.included, self.default) {
            (true, Some(default)) if default == count => None,
            (true, Some(default)) => {
                // All units or only the difference: the guide leaves it open.
                let difference = count.abs_diff(default);
                Some(Charge {
                    high: count,
                    low: (difference != count).then_some(difference),
                })
            }
            (true, None) | (false, _) => Some(Charge { high: count, low: None }),
        }
    }

    /// The smallest valid count that is at least `least`, whatever it is
    /// charged (P13).
    pub(crate) fn smallest(&self, least: u64) -> Option<u64> {
        let default = self.default.filter(|count| *count >= least);
        [default, self.smallest_stepped(least)].into_iter().flatten().min()
    }

    /// The smallest count on the grid `min + k × step` that is at least
    /// `least`.
    fn smallest_stepped(&self, least: u64) -> Option<u64> {
        let min = self.min?;
        let step = self.step.filter(|step| *step > 0).unwrap_or(1);
        let steps = least.saturating_sub(min).div_ceil(step);
        let count = steps.checked_mul(step)?.checked_add(min)?;
        (self.max.is_none_or(|max| count <= max)).then_some(count)
    }

    /// The smallest valid count that is more than `most`.
    pub(crate) fn next_above(&self, most: u64) -> Option<u64> {
        let least = most.checked_add(1)?;
        let default = self.default.filter(|count| *count >= least);
        default.into_iter().chain(self.smallest_stepped(least)).min()
    }

    fn instead_of(&self, wanted: Range) -> Available {
        let grid_end = || {
            let (min, max) = (self.min?, self.max?);
            let step = self.step.filter(|step| *step > 0).unwrap_or(1);
            (max >= min).then(|| max - (max - min) % step)
        };
        let largest = self.default.max(grid_end());
        match largest {
            Some(largest) if largest < wanted.least => Available::AtMost(largest),
            None if self.min.is_none() => Available::Unknown,
            _ => {
                let above = self.default.filter(|count| *count >= wanted.least);
                let next = [above, self.smallest_stepped(wanted.least)].into_iter().flatten().min();
                next.map_or(Available::Unknown, Available::AtLeast)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::money::{Currency, Rate};

    fn dial(
        min: Option<u64>,
        default: Option<u64>,
        max: Option<u64>,
        step: Option<u64>,
        price: &str,
        included: bool,
    ) -> Dial {
        let unit_price = (!price.is_empty()).then(|| Rate::new(price.parse().unwrap(), Currency::USD));
        Dial {
            min,
            default,
            max,
            step,
            unit_price,
            included,
        }
    }

    #[test]
    fn counts_are_valid_and_cheapest() {
        let check = |dial: Dial, wanted: &str, expected: &str| {
            let wanted = (!wanted.is_empty()).then(|| Range::parse(wanted, str::parse::<u64>).unwrap());
            let chosen = match dial.choose(wanted) {
                Ok(Choice { count, charge: None }) => format!("{count:?} free"),
                Ok(Choice {
                    count,
                    charge: Some(Charge { high, low: None }),
                }) => format!("{count:?} pays {high}"),
                Ok(Choice {
                    count,
                    charge: Some(Charge { high, low: Some(low) }),
                }) => format!("{count:?} pays {low} to {high}"),
                Err(available) => format!("{available:?}"),
            };
            assert_eq!(chosen, expected, "{dial:?} for {wanted:?}");
        };
        // A disk priced from its first GB (runpod).
        let runpod = dial(Some(120), Some(120), Some(3000), Some(1), "0.00014", false);
        check(runpod, "", "Some(120) pays 120");
        check(runpod, "300", "Some(300) pays 300");
        check(runpod, "3001", "AtMost(3000)");
        check(runpod, "..100", "AtLeast(120)");
        // An included default (hyperstack): changing it costs, even downwards.
        let hyperstack = dial(Some(100), Some(750), Some(2000), None, "0.000097", true);
        check(hyperstack, "", "Some(750) free");
        check(hyperstack, "500", "Some(750) free");
        check(hyperstack, "1000", "Some(1000) pays 250 to 1000");
        check(hyperstack, "..500", "Some(100) pays 650 to 100");
        // An off-grid default is valid as it stands (tensordock's memory).
        let off_grid = dial(Some(4), Some(100), Some(256), Some(10), "0.004", false);
        check(off_grid, "", "Some(100) pays 100");
        check(off_grid, "95", "Some(100) pays 100");
        check(off_grid, "90", "Some(94) pays 94");
        check(off_grid, "255", "AtMost(254)");
        // Free: the default if it qualifies, else the smallest.
        let free = dial(Some(10), Some(100), None, None, "", true);
        check(free, "50", "Some(100) free");
        check(free, "150", "Some(150) free");
        check(
            dial(Some(10), Some(100), None, None, "0", false),
            "150",
            "Some(150) free",
        );
        // Fixed and unknown (latitude); fixed and known (Spheron).
        check(Dial::default(), "", "None free");
        check(Dial::default(), "1", "Unknown");
        check(Dial::fixed(Some(100)), "100", "Some(100) free");
        check(Dial::fixed(Some(100)), "101", "AtMost(100)");
        // No default: the minimum.
        check(
            dial(Some(20), None, None, Some(0), "0.1", false),
            "",
            "Some(20) pays 20",
        );
        check(
            dial(Some(20), None, None, Some(0), "0.1", false),
            "23",
            "Some(23) pays 23",
        );
        check(dial(Some(20), None, None, None, "0.1", true), "", "Some(20) pays 20");
        // A default beyond the maximum is still the default.
        check(
            dial(Some(1), Some(500), Some(100), None, "0.1", true),
            "200",
            "Some(500) free",
        );
        check(dial(Some(1), None, None, Some(u64::MAX), "0.1", true), "3", "Unknown");
    }
}
