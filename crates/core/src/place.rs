//! Where machines stand: regions, countries, data centres.

mod country;

pub use country::Country;

use serde::{Deserialize, Serialize};

opaque_id!(
    /// A data centre, in its seller's own word: `CANADA-1`, `US-KS-2`.
    DataCenter
);

open_enum! {
    /// A part of the world. The words are those of Prime's availability API,
    /// into which every source maps what it knows (R3).
    Region {
        /// Africa.
        Africa = "africa",
        /// South and south-east Asia.
        AsiaSouth = "asia_south",
        /// East Asia.
        AsiaNortheast = "asia_northeast",
        /// Australia and New Zealand.
        Australia = "australia",
        /// Canada.
        Canada = "canada",
        /// Eastern Europe.
        EuEast = "eu_east" | "europe_east",
        /// Northern Europe.
        EuNorth = "eu_north" | "europe_north",
        /// Western Europe. Prime's guide writes `europe_west` where its API
        /// says `eu_west`.
        EuWest = "eu_west" | "europe_west",
        /// The Middle East.
        MiddleEast = "middle_east",
        /// Central and South America.
        SouthAmerica = "south_america",
        /// The United States.
        UnitedStates = "united_states" | "us" | "usa",
    }
}

/// A place where an offer can be launched.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// `None` when what the broker says cannot be mapped.
    pub region: Option<Region>,
    /// `None` when the broker does not say.
    pub country: Option<Country>,
    /// `None` when the broker does not say; such a place is shared with
    /// nothing else (R9).
    pub data_center: Option<DataCenter>,
}

impl Place {
    /// A place in a country, whose region follows when the broker states none.
    pub fn new(region: Option<Region>, country: Option<Country>, data_center: Option<DataCenter>) -> Self {
        let region = region.or_else(|| country.and_then(Country::region));
        Self {
            region,
            country,
            data_center,
        }
    }

    /// Whether its region is one of the common vocabulary.
    pub(crate) fn is_region_known(&self) -> bool {
        self.region.as_ref().is_some_and(Region::is_known)
    }

    /// Whether the word names its region; `unknown` names the lack of one in
    /// the common vocabulary.
    pub(crate) fn answers_region(&self, word: &str) -> bool {
        let own = self.region.as_ref().is_some_and(|region| *region == Region::new(word));
        own || (!self.is_region_known() && word.eq_ignore_ascii_case("unknown"))
    }

    /// Whether the word names its country; `unknown` names the lack of one.
    pub(crate) fn answers_country(&self, word: &str) -> bool {
        let country = self.country.as_ref().map_or("unknown", Country::as_str);
        country.eq_ignore_ascii_case(word)
    }

    /// Whether the word names its data centre; `unknown` names the lack of one.
    pub(crate) fn answers_data_center(&self, word: &str) -> bool {
        let center = self.data_center.as_ref().map_or("unknown", DataCenter::as_str);
        center.eq_ignore_ascii_case(word)
    }

    /// The region in the common vocabulary, `unknown` when it has none.
    pub fn region_word(&self) -> &str {
        self.region.as_ref().map_or("unknown", Region::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_follows_from_the_country_unless_it_is_stated() {
        let check = |region: Option<&str>, country: Option<&str>, expected: &str| {
            let country = country.and_then(|code| code.parse().ok());
            let place = Place::new(region.map(Region::new), country, None);
            assert_eq!(place.region_word(), expected);
        };
        check(None, Some("NO"), "eu_north");
        check(Some("europe_west"), Some("NO"), "eu_west");
        check(Some("atlantis"), None, "atlantis");
        check(None, None, "unknown");
    }
}
