//! What a broker's words of stock are taken to promise (R10).

use crate::offer::{Stock, StockLevel};

/// A word of stock that says that there is some, and not how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StockWord {
    /// Plenty.
    High,
    /// Some.
    Medium,
    /// For sale; no level stated.
    Available,
    /// Little.
    Low,
    /// A word that this version does not know.
    Other,
}

/// How many instances of one offer each word is taken to promise: `None` for
/// any number, 0 for none, so that such an offer does not compete.
///
/// Without a change it is what R10 says: `low` is one instance, every other word
/// any number. What is not for sale stays so, and an offer that states a number
/// is bound by that as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockAssumed {
    changed: [Option<Assumed>; StockWord::ALL.len()],
}

/// A number in place of the usual one.
type Assumed = Option<u32>;

impl StockWord {
    /// Every word, the best first.
    pub const ALL: [Self; 5] = [Self::High, Self::Medium, Self::Available, Self::Low, Self::Other];

    /// The word, as settings and documents spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Available => "available",
            Self::Low => "low",
            Self::Other => "other",
        }
    }

    /// What it promises unless somebody says otherwise (R10).
    pub fn usual(self) -> Option<u32> {
        (self == Self::Low).then_some(1)
    }

    /// The word behind a level; none where there is no stock.
    pub fn of(level: &StockLevel) -> Option<Self> {
        match level {
            StockLevel::High => Some(Self::High),
            StockLevel::Medium => Some(Self::Medium),
            StockLevel::Available => Some(Self::Available),
            StockLevel::Low => Some(Self::Low),
            StockLevel::Other(_) => Some(Self::Other),
            StockLevel::Unavailable | StockLevel::Maintenance => None,
        }
    }
}

impl StockAssumed {
    /// The same with another number for a word; `None` for any number.
    #[must_use]
    pub fn with(mut self, word: StockWord, most: Option<u32>) -> Self {
        for (known, slot) in StockWord::ALL.into_iter().zip(&mut self.changed) {
            if known == word {
                *slot = (most != word.usual()).then_some(most);
            }
        }
        self
    }

    /// What a word is taken to promise.
    pub fn most(&self, word: StockWord) -> Option<u32> {
        let mut known = StockWord::ALL.into_iter().zip(self.changed);
        let changed = known.find_map(|(known, changed)| changed.filter(|_| known == word));
        changed.unwrap_or_else(|| word.usual())
    }

    /// What differs from the usual, word by word.
    pub fn changed(&self) -> impl Iterator<Item = (StockWord, Option<u32>)> {
        let all = StockWord::ALL.into_iter().zip(self.changed);
        all.filter_map(|(word, changed)| Some((word, changed?)))
    }

    /// How many instances can be planned (R10): `None` for no bound, 0 when the
    /// offer does not compete.
    pub fn bound(&self, stock: &Stock) -> Option<u64> {
        let level = StockWord::of(&stock.level).map_or(Some(0), |word| self.most(word).map(u64::from));
        level.into_iter().chain(stock.units.map(u64::from)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unless_somebody_says_otherwise_stock_is_what_the_rule_says() {
        for level in [
            "available",
            "high",
            "medium",
            "low",
            "unavailable",
            "maintenance",
            "plenty",
        ] {
            for units in [None, Some(0), Some(1), Some(7)] {
                let stock = Stock {
                    level: StockLevel::new(level),
                    units,
                };
                assert_eq!(
                    StockAssumed::default().bound(&stock),
                    stock.bound(),
                    "{level} {units:?}"
                );
            }
        }
    }

    #[test]
    fn a_word_promises_what_it_is_taken_to() {
        let check = |word: StockWord, most: Option<u32>, level: &str, units: Option<u32>, bound: Option<u64>| {
            let stock = Stock {
                level: StockLevel::new(level),
                units,
            };
            let assumed = StockAssumed::default().with(word, most);
            assert_eq!(assumed.bound(&stock), bound, "{word:?} {most:?}: {level} {units:?}");
        };
        check(StockWord::Low, Some(2), "low", None, Some(2));
        check(StockWord::Low, None, "low", None, None);
        check(StockWord::Low, Some(0), "low", None, Some(0));
        check(StockWord::Low, Some(2), "medium", None, None);
        check(StockWord::Medium, Some(4), "medium", None, Some(4));
        check(StockWord::Medium, Some(4), "medium", Some(3), Some(3));
        check(StockWord::Medium, Some(4), "medium", Some(9), Some(4));
        check(StockWord::Available, Some(8), "available", None, Some(8));
        check(StockWord::High, Some(1), "high", None, Some(1));
        check(StockWord::Other, Some(0), "plenty", None, Some(0));
        check(StockWord::Other, Some(3), "maintenance", None, Some(0));
        check(StockWord::Low, None, "unavailable", Some(5), Some(0));
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let changed = StockAssumed::default()
            .with(StockWord::Low, Some(3))
            .with(StockWord::High, Some(9));
        let all: Vec<_> = changed.changed().collect();
        assert_eq!(all, [(StockWord::High, Some(9)), (StockWord::Low, Some(3))]);
        let back = changed.with(StockWord::Low, Some(1)).with(StockWord::High, None);
        assert_eq!(back, StockAssumed::default());
    }
}
