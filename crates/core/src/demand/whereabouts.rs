//! Where machines may stand, and who may sell them (R3).

use super::Words;
use crate::offer::{Offer, Provider};
use crate::place::Place;

/// Where machines may stand and who may sell them (R3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Where {
    /// Brokers.
    pub brokers: Words,
    /// Providers, by any of the names under which they are listed.
    pub providers: Words,
    /// Regions of the common vocabulary, or `unknown`.
    pub regions: Words,
    /// Countries by their two letters.
    pub countries: Words,
    /// Data centres in their sellers' own words.
    pub data_centers: Words,
}

impl Where {
    /// Whether any of the offer's places, and its seller, are meant.
    pub fn admits(&self, offer: &Offer) -> bool {
        let place = |place| self.admits_region(place) && self.admits_country(place) && self.admits_data_center(place);
        self.admits_broker(offer) && self.admits_provider(&offer.provider) && offer.places.iter().any(place)
    }

    /// Whether any place is meant, even one of which nothing is known.
    pub(crate) fn admits_every_place(&self) -> bool {
        self.regions.is_empty() && self.countries.is_empty() && self.data_centers.is_empty()
    }

    /// Whether the broker is meant.
    pub(crate) fn admits_broker(&self, offer: &Offer) -> bool {
        self.brokers
            .admits(|word| offer.broker.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether the provider is meant.
    pub(crate) fn admits_provider(&self, provider: &Provider) -> bool {
        self.providers.admits(|word| provider.answers(word))
    }

    /// Whether the place's region is meant. One that cannot be mapped is meant
    /// by `unknown` and by its own word alone: that it is none of those refused
    /// would be a guess (R3).
    pub(crate) fn admits_region(&self, place: &Place) -> bool {
        self.regions
            .admits_known(place.is_region_known(), |word| place.answers_region(word))
    }

    /// Whether the place's country is meant; an unknown one only by `unknown`.
    pub(crate) fn admits_country(&self, place: &Place) -> bool {
        self.countries
            .admits_known(place.country.is_some(), |word| place.answers_country(word))
    }

    /// Whether the place's data centre is meant; an unknown one only by
    /// `unknown`.
    pub(crate) fn admits_data_center(&self, place: &Place) -> bool {
        self.data_centers
            .admits_known(place.data_center.is_some(), |word| place.answers_data_center(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::place::Region;

    #[test]
    fn unknown_places_are_never_guessed() {
        let check = |flag: &str, place: &Place, expected: bool| {
            let wanted = Where {
                regions: Words::parse([flag]),
                ..Where::default()
            };
            assert_eq!(wanted.admits_region(place), expected, "{flag} {place:?}");
        };
        let norway = Place::new(None, "NO".parse().ok(), None);
        check("eu_north", &norway, true);
        check("europe_north", &norway, true);
        check("!eu_north", &norway, false);
        check("canada", &norway, false);
        let nowhere = Place::default();
        check("eu_north", &nowhere, false);
        check("!eu_north", &nowhere, false);
        check("unknown", &nowhere, true);
        check("!unknown", &nowhere, false);
        let atlantis = Place::new(Some(Region::new("atlantis")), None, None);
        check("unknown", &atlantis, true);
        check("atlantis", &atlantis, true);
        check("!eu_north", &atlantis, false);
        let countries = Where {
            countries: Words::parse(["!US"]),
            ..Where::default()
        };
        assert!(countries.admits_country(&norway) && !countries.admits_country(&nowhere));
    }

    #[test]
    fn words_are_widened_by_one_word() {
        let check = |flags: &str, place: &Place, word: &str, expected: &str| {
            let regions = Words::parse([flags]);
            let answers = |word: &str| place.answers_region(word);
            let wider = regions.admitting(place.is_region_known(), word, answers).unwrap();
            assert_eq!(wider, Words::parse([expected]), "{flags} for {place:?}");
            let wanted = Where {
                regions: wider,
                ..Where::default()
            };
            assert!(wanted.admits_region(place), "{flags} for {place:?}");
        };
        let norway = Place::new(None, "NO".parse().ok(), None);
        check("canada", &norway, "eu_north", "canada,eu_north");
        check("canada,eu_north,!eu_north", &norway, "eu_north", "canada,eu_north");
        check("!eu_north,!canada", &norway, "eu_north", "!canada");
        let atlantis = Place::new(Some(Region::new("atlantis")), None, None);
        for place in [&Place::default(), &atlantis] {
            check("canada", place, "unknown", "canada,unknown");
            // No words say "unknown too" but none at all.
            check("!canada", place, "unknown", "");
            check("!canada,!unknown", place, "unknown", "");
            check("unknown,!canada", place, "unknown", "unknown,!canada");
        }
    }
}
