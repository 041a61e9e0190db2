//! How much of an offer there is, as its broker claims.

use serde::{Deserialize, Serialize};

open_enum! {
    /// The broker's claim about stock. A claim is not a promise: an available
    /// offer can still answer "not enough stock".
    StockLevel {
        /// For sale; no level stated.
        Available = "available",
        /// Plenty.
        High = "high",
        /// Some.
        Medium = "medium",
        /// Little: launched at most once (R10).
        Low = "low",
        /// Not for sale.
        Unavailable = "unavailable",
        /// Not for sale while the provider repairs something.
        Maintenance = "maintenance",
    }
}

/// Stock as the broker claims it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stock {
    /// The level.
    pub level: StockLevel,
    /// How many instances there are, when the broker states a number.
    pub units: Option<u32>,
}

impl Stock {
    /// How many instances can be planned (R10): `None` for no bound, 0 when
    /// the offer is not for sale.
    pub fn bound(&self) -> Option<u64> {
        let level = match self.level {
            StockLevel::Unavailable | StockLevel::Maintenance => Some(0),
            StockLevel::Low => Some(1),
            _ => None,
        };
        match (level, self.units.map(u64::from)) {
            (Some(level), Some(units)) => Some(level.min(units)),
            (level, units) => level.or(units),
        }
    }

    /// Rank for breaking ties, better stock first (R14). The brokers document
    /// no order; a word that nobody knows comes last.
    pub fn rank(&self) -> u8 {
        match self.level {
            StockLevel::High => 0,
            StockLevel::Medium => 1,
            StockLevel::Available => 2,
            StockLevel::Low => 3,
            StockLevel::Other(_) => 4,
            StockLevel::Unavailable | StockLevel::Maintenance => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_bounds_what_is_planned() {
        let check = |level: &str, units: Option<u32>, bound: Option<u64>| {
            let stock = Stock {
                level: StockLevel::new(level),
                units,
            };
            assert_eq!(stock.bound(), bound, "{level} {units:?}");
        };
        check("Available", None, None);
        check("AVAILABLE", Some(26), Some(26));
        check("Low", None, Some(1));
        check("Low", Some(5), Some(1));
        check("Low", Some(0), Some(0));
        check("Unavailable", Some(5), Some(0));
        check("maintenance", None, Some(0));
        check("Medium", None, None);
        check("ComingSoon", None, None);
    }
}
