//! How the market differs from the catalogue: what was taken, what came in, what costs something else by now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::number::Number;

/// The differences; usually none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Market {
    /// Units taken of an offer, by the key of its stock.
    taken: BTreeMap<String, u32>,
    /// Units that there are in all, by the offer's id, where somebody said so.
    units: BTreeMap<String, u32>,
    /// Prices, by the offer's id, where somebody changed them.
    prices: BTreeMap<String, Exact>,
}

impl Market {
    /// Whether it is as the catalogue has it.
    pub(crate) fn is_untouched(&self) -> bool {
        self.taken.is_empty() && self.units.is_empty() && self.prices.is_empty()
    }

    /// The units left of an offer that began with so many.
    pub(crate) fn left(&self, id: &str, stock: &str, units: u32) -> u32 {
        let units = self.units.get(id).copied().unwrap_or(units);
        units.saturating_sub(self.taken.get(stock).copied().unwrap_or(0))
    }

    /// What an offer costs by now, where that was changed.
    pub(crate) fn price(&self, id: &str) -> Option<Number> {
        self.prices.get(id).map(|price| price.number())
    }

    /// Takes one unit of an offer.
    pub(crate) fn take(&mut self, stock: &str) {
        *self.taken.entry(stock.to_owned()).or_insert(0) += 1;
    }

    /// Gives one unit back.
    pub(crate) fn give_back(&mut self, stock: &str) {
        if let Some(taken) = self.taken.get_mut(stock) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                self.taken.remove(stock);
            }
        }
    }

    /// Sets the units that there are in all.
    pub(crate) fn set_units(&mut self, id: &str, units: u32) {
        self.units.insert(id.to_owned(), units);
    }

    /// Sets a price.
    pub(crate) fn set_price(&mut self, id: &str, price: Exact) {
        self.prices.insert(id.to_owned(), price);
    }
}
