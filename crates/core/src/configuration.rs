//! An offer with its resources chosen: every count proven valid, every charge
//! known (P3–P7, P10).

mod dial;

pub use dial::{Available, Charge, Choice};

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
#[non_exhaustive]
pub enum ConfigurationError {
    /// There is no price for the offer's market (P3).
    #[error("no price for its market")]
    Unpriced,
    /// The price is in a currency without an exchange rate (P2).
    #[error("priced in {0}, which has no exchange rate; say what it is worth to compare it")]
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
    pub(crate) fn convert(&self, rate: Rate) -> Result<Rate, ConfigurationError> {
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
    ///
    /// # Errors
    /// When there is no price, a price in a currency without an exchange rate, a
    /// resource that cannot be had in the wanted count, or an amount of too many digits.
    pub fn configure(&self, asked: &Selection, exchange: &Exchange) -> Result<Configuration, ConfigurationError> {
        self.configure_despite(asked, exchange, Err)
    }

    /// The same, but `object` decides at each obstacle whether it is the end
    /// of it. What the obstacle keeps from being chosen or charged is then
    /// missing.
    pub(crate) fn configure_despite(
        &self,
        asked: &Selection,
        exchange: &Exchange,
        object: impl FnMut(ConfigurationError) -> Result<(), ConfigurationError>,
    ) -> Result<Configuration, ConfigurationError> {
        let mut configuration = Configuration::nothing();
        self.configure_into(&mut configuration, asked, exchange, object)?;
        Ok(configuration)
    }

    /// The same, in place of what was configured before, whose room is used
    /// again. What is left after an error means nothing.
    pub(crate) fn configure_into(
        &self,
        configuration: &mut Configuration,
        asked: &Selection,
        exchange: &Exchange,
        mut object: impl FnMut(ConfigurationError) -> Result<(), ConfigurationError>,
    ) -> Result<(), ConfigurationError> {
        let lines = &mut configuration.lines;
        lines.clear();
        match self
            .price
            .ok_or(ConfigurationError::Unpriced)
            .and_then(|price| exchange.convert(price))
        {
            Ok(rate) => lines.push(Line::flat(Item::Instance, rate)),
            Err(error) => object(error)?,
        }
        let mut take = |dial: &Dial, wanted, item, resource| {
            let choice = match dial.choose(wanted) {
                Ok(choice) => choice,
                Err(available) => {
                    object(ConfigurationError::Resource { resource, available })?;
                    return Ok(None);
                }
            };
            if let (Some(unit_price), Some(charge)) = (dial.unit_price, choice.charge)
                && let Err(error) = charge_for(lines, item, unit_price, charge, exchange)
            {
                object(error)?;
            }
            Ok::<_, ConfigurationError>(choice.count)
        };
        let resources = &self.resources;
        configuration.vcpus = take(&resources.vcpu, asked.vcpus, Item::Vcpu, Resource::Vcpu)?;
        configuration.memory_gb = take(&resources.memory, asked.memory, Item::Memory, Resource::Memory)?;
        configuration.disk_gb = take(&resources.disk, asked.disk, Item::Disk, Resource::Disk)?;
        configuration.shared_disk_gb = take(&resources.shared_disk, None, Item::SharedDisk, Resource::SharedDisk)?;
        if asked.kubernetes {
            match self
                .kubernetes
                .ok_or(ConfigurationError::Kubernetes)
                .and_then(|rate| exchange.convert(rate))
            {
                Ok(rate) => lines.push(Line::flat(Item::Kubernetes, rate)),
                Err(error) => object(error)?,
            }
        }
        Ok(())
    }
}

impl Configuration {
    /// Nothing chosen or charged yet.
    pub(crate) fn nothing() -> Self {
        Self {
            vcpus: None,
            memory_gb: None,
            disk_gb: None,
            shared_disk_gb: None,
            lines: Vec::new(),
        }
    }
}

impl Line {
    /// A charge for one of something.
    fn flat(item: Item, rate: Rate) -> Self {
        Self {
            item,
            quantity: 1,
            unit_price: rate,
            rate,
            rate_low: None,
        }
    }
}

/// Adds a charge by the unit.
fn charge_for(
    lines: &mut Vec<Line>,
    item: Item,
    unit_price: Rate,
    charge: Charge,
    exchange: &Exchange,
) -> Result<(), ConfigurationError> {
    let unit_price = exchange.convert(unit_price)?;
    let rate_low = charge.low.map(|units| unit_price.times(units)).transpose()?;
    lines.push(Line {
        item,
        quantity: charge.high,
        unit_price,
        rate: unit_price.times(charge.high)?,
        rate_low,
    });
    Ok(())
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
        check(
            "2.5",
            "GBP",
            Err("priced in GBP, which has no exchange rate; say what it is worth to compare it"),
        );
    }
}
