//! An offer with its resources chosen: every count proven valid, every charge
//! known (P3–P7, P10).

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::money::{Currency, MoneyError, Rate};
use crate::number::Exact;
use crate::offer::{Dial, Offer};
use crate::quantity::Range;

/// A resource that an instance has some count of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// Virtual CPUs.
    Vcpu,
    /// Main memory, in GB.
    Memory,
    /// The instance's own disk, in GB.
    Disk,
    /// The disk shared by a cluster, in GB.
    SharedDisk,
}

/// What is asked of each instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    /// Virtual CPUs.
    pub vcpus: Option<Range>,
    /// Main memory in GB.
    pub memory: Option<Range>,
    /// The instance's own disk in GB.
    pub disk: Option<Range>,
    /// Whether the Kubernetes add-on is wanted.
    pub kubernetes: bool,
}

/// The currency of a quote and what others are worth in it (P2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    quote: Currency,
    worth: BTreeMap<Currency, Exact>,
}

/// What one line of a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// The instance at its base price.
    Instance,
    /// Virtual CPUs priced apart.
    Vcpu,
    /// Memory priced apart.
    Memory,
    /// Disk priced apart.
    Disk,
    /// Shared disk priced apart.
    SharedDisk,
    /// The Kubernetes add-on.
    Kubernetes,
}

/// One charge per hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What it is for.
    pub item: Item,
    /// How many units.
    pub quantity: u64,
    /// The price of one unit.
    pub unit_price: Rate,
    /// `quantity × unit_price`: what totals and ranking use.
    pub rate: Rate,
    /// The least it may be, where the broker's documents leave a range (P5).
    pub rate_low: Option<Rate>,
}

/// An offer with its counts chosen and its charges known, in the quote's
/// currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Virtual CPUs, when known.
    pub vcpus: Option<u64>,
    /// Main memory in GB, when known.
    pub memory_gb: Option<u64>,
    /// The instance's own disk in GB, when known.
    pub disk_gb: Option<u64>,
    /// The shared disk in GB, when there is one.
    pub shared_disk_gb: Option<u64>,
    /// The charges; never empty, the instance first.
    pub lines: Vec<Line>,
}

/// Why an offer cannot be configured as asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigurationError {
    /// There is no price for the offer's market (P3).
    #[error("no price for its market")]
    Unpriced,
    /// The price is in a currency without an exchange rate (P2).
    #[error("priced in {0}; give `--fx {0}=RATE` to compare it")]
    Currency(Currency),
    /// A resource cannot be had in the wanted count (P6).
    #[error("{}", .available.describe(*.resource))]
    Resource {
        /// Which.
        resource: Resource,
        /// What can be had instead.
        available: Available,
    },
    /// The Kubernetes add-on is not for sale here.
    #[error("no kubernetes add-on")]
    Kubernetes,
    /// The charges have too many digits to be kept exactly.
    #[error("its price has too many digits to be reckoned exactly")]
    TooManyDigits,
}

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

impl Available {
    fn describe(self, resource: Resource) -> String {
        let unit = resource.unit();
        match self {
            Self::Unknown => format!("does not say how {} it has", resource.how_much()),
            Self::AtMost(count) => format!("at most {count} {unit}"),
            Self::AtLeast(count) => format!("at least {count} {unit}"),
        }
    }
}

impl Resource {
    fn unit(self) -> &'static str {
        match self {
            Self::Vcpu => "vCPUs",
            Self::Memory => "GB of memory",
            Self::Disk => "GB of disk",
            Self::SharedDisk => "GB of shared disk",
        }
    }

    fn how_much(self) -> &'static str {
        match self {
            Self::Vcpu => "many vCPUs",
            Self::Memory => "much memory",
            Self::Disk => "much disk",
            Self::SharedDisk => "much shared disk",
        }
    }
}

impl Exchange {
    /// Quotes in `quote`; nothing else is worth anything yet.
    pub fn new(quote: Currency) -> Self {
        Self {
            quote,
            worth: BTreeMap::new(),
        }
    }

    /// One unit of `currency` is worth `worth` units of the quote's currency.
    #[must_use]
    pub fn with(mut self, currency: Currency, worth: Exact) -> Self {
        self.worth.insert(currency, worth);
        self
    }

    /// The quote's currency.
    pub fn quote(&self) -> Currency {
        self.quote
    }

    /// The rates given, by currency.
    pub fn worth(&self) -> &BTreeMap<Currency, Exact> {
        &self.worth
    }

    /// The rate in the quote's currency.
    pub fn convert(&self, rate: Rate) -> Result<Rate, ConfigurationError> {
        if rate.currency() == self.quote {
            return Ok(rate);
        }
        let worth = self
            .worth
            .get(&rate.currency())
            .ok_or(ConfigurationError::Currency(rate.currency()))?;
        Ok(rate.exchanged(*worth, self.quote)?)
    }
}

impl From<MoneyError> for ConfigurationError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::Currencies(other, _) => Self::Currency(other),
            MoneyError::TooManyDigits => Self::TooManyDigits,
        }
    }
}

impl Offer {
    /// Chooses counts for what is asked and lists what each costs per hour.
    ///
    /// Whatever is not asked for takes its default (P6). The charges are in
    /// the quote's currency; their sum is the instance's rate by construction.
    pub fn configure(&self, asked: &Selection, exchange: &Exchange) -> Result<Configuration, ConfigurationError> {
        let base = exchange.convert(self.price.ok_or(ConfigurationError::Unpriced)?)?;
        let mut lines = Vec::with_capacity(1);
        lines.push(Line {
            item: Item::Instance,
            quantity: 1,
            unit_price: base,
            rate: base,
            rate_low: None,
        });
        let mut take = |dial: &Dial, wanted, item, resource| {
            let choice = dial
                .choose(wanted)
                .map_err(|available| ConfigurationError::Resource { resource, available })?;
            if let (Some(unit_price), Some(charge)) = (dial.unit_price, choice.charge) {
                let unit_price = exchange.convert(unit_price)?;
                let rate_low = charge.low.map(|units| unit_price.times(units)).transpose()?;
                lines.push(Line {
                    item,
                    quantity: charge.high,
                    unit_price,
                    rate: unit_price.times(charge.high)?,
                    rate_low,
                });
            }
            Ok::<_, ConfigurationError>(choice.count)
        };
        let resources = &self.resources;
        let vcpus = take(&resources.vcpu, asked.vcpus, Item::Vcpu, Resource::Vcpu)?;
        let memory_gb = take(&resources.memory, asked.memory, Item::Memory, Resource::Memory)?;
        let disk_gb = take(&resources.disk, asked.disk, Item::Disk, Resource::Disk)?;
        let shared_disk_gb = take(&resources.shared_disk, None, Item::SharedDisk, Resource::SharedDisk)?;
        if asked.kubernetes {
            let rate = exchange.convert(self.kubernetes.ok_or(ConfigurationError::Kubernetes)?)?;
            lines.push(Line {
                item: Item::Kubernetes,
                quantity: 1,
                unit_price: rate,
                rate,
                rate_low: None,
            });
        }
        Ok(Configuration {
            vcpus,
            memory_gb,
            disk_gb,
            shared_disk_gb,
            lines,
        })
    }
}

/// A valid count and how many units of it are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The count; `None` when it is fixed and unknown.
    pub count: Option<u64>,
    /// `None` when nothing is charged.
    pub charge: Option<Charge>,
}

/// Units charged, and the least that may be meant where that is open (P5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Units in the charge that every total uses.
    pub high: u64,
    /// Units in the least possible charge, when it differs.
    pub low: Option<u64>,
}

impl Dial {
    /// The valid count that answers `wanted` at the lowest charge (P6).
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
                // Only a reduction can make the difference the larger one.
                let difference = count.abs_diff(default);
                Some(Charge {
                    high: count.max(difference),
                    low: Some(count.min(difference)),
                })
            }
            (true, None) | (false, _) => Some(Charge { high: count, low: None }),
        }
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

impl Item {
    /// The word used in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Vcpu => "vcpu",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::SharedDisk => "shared_disk",
            Self::Kubernetes => "kubernetes",
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                Err(available) => available.describe(Resource::Disk),
            };
            assert_eq!(chosen, expected, "{dial:?} for {wanted:?}");
        };
        // A disk priced from its first GB (runpod).
        let runpod = dial(Some(120), Some(120), Some(3000), Some(1), "0.00014", false);
        check(runpod, "", "Some(120) pays 120");
        check(runpod, "300", "Some(300) pays 300");
        check(runpod, "3001", "at most 3000 GB of disk");
        check(runpod, "..100", "at least 120 GB of disk");
        // An included default (hyperstack): changing it costs, even downwards.
        let hyperstack = dial(Some(100), Some(750), Some(2000), None, "0.000097", true);
        check(hyperstack, "", "Some(750) free");
        check(hyperstack, "500", "Some(750) free");
        check(hyperstack, "1000", "Some(1000) pays 250 to 1000");
        check(hyperstack, "..500", "Some(100) pays 100 to 650");
        // An off-grid default is valid as it stands (tensordock's memory).
        let off_grid = dial(Some(4), Some(100), Some(256), Some(10), "0.004", false);
        check(off_grid, "", "Some(100) pays 100");
        check(off_grid, "95", "Some(100) pays 100");
        check(off_grid, "90", "Some(94) pays 94");
        check(off_grid, "255", "at most 254 GB of disk");
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
        check(Dial::default(), "1", "does not say how much disk it has");
        check(Dial::fixed(Some(100)), "100", "Some(100) free");
        check(Dial::fixed(Some(100)), "101", "at most 100 GB of disk");
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
        check(
            dial(Some(1), None, None, Some(u64::MAX), "0.1", true),
            "3",
            "does not say how much disk it has",
        );
    }

    #[test]
    fn no_rate_no_comparison() {
        let exchange = Exchange::new(Currency::USD).with("EUR".parse().unwrap(), "1.08".parse().unwrap());
        let check = |number: &str, currency: &str, expected: Result<&str, &str>| {
            let rate = Rate::new(number.parse().unwrap(), currency.parse().unwrap());
            let converted = exchange
                .convert(rate)
                .map(|rate| rate.per_hour().to_string())
                .map_err(|error| error.to_string());
            assert_eq!(converted, expected.map(str::to_owned).map_err(str::to_owned));
        };
        check("2.5", "USD", Ok("2.5"));
        check("2.5", "EUR", Ok("2.7"));
        check("2.5", "GBP", Err("priced in GBP; give `--fx GBP=RATE` to compare it"));
    }
}
