//! Countries by their two letters, with the region each lies in.

use std::str::FromStr;

use super::Region;
use crate::words::squeezed;

/// A country by its ISO 3166 two-letter code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// Code, region and the names that brokers use inside data-centre names.
struct Known(&'static [u8; 2], Region, &'static [&'static str]);

/// Countries in which either broker's upstream clouds have been seen or are
/// likely. The grouping follows the rows of Prime's API that state both.
const COUNTRIES: &[Known] = &[
    Known(b"AE", Region::MiddleEast, &["uae", "emirates"]),
    Known(b"AR", Region::SouthAmerica, &["argentina"]),
    Known(b"AT", Region::EuWest, &["austria"]),
    Known(b"AU", Region::Australia, &["australia"]),
    Known(b"BE", Region::EuWest, &["belgium"]),
    Known(b"BG", Region::EuEast, &["bulgaria"]),
    Known(b"BR", Region::SouthAmerica, &["brazil"]),
    Known(b"CA", Region::Canada, &["canada"]),
    Known(b"CH", Region::EuWest, &["switzerland"]),
    Known(b"CL", Region::SouthAmerica, &["chile"]),
    Known(b"CN", Region::AsiaNortheast, &["china"]),
    Known(b"CZ", Region::EuEast, &["czechia"]),
    Known(b"DE", Region::EuWest, &["germany"]),
    Known(b"DK", Region::EuNorth, &["denmark"]),
    Known(b"EE", Region::EuNorth, &["estonia"]),
    Known(b"ES", Region::EuWest, &["spain"]),
    Known(b"FI", Region::EuNorth, &["finland"]),
    Known(b"FR", Region::EuWest, &["france"]),
    Known(b"GB", Region::EuWest, &["uk", "england", "britain"]),
    Known(b"HK", Region::AsiaNortheast, &["hongkong"]),
    Known(b"HU", Region::EuEast, &["hungary"]),
    Known(b"ID", Region::AsiaSouth, &["indonesia"]),
    Known(b"IE", Region::EuWest, &["ireland"]),
    Known(b"IL", Region::MiddleEast, &["israel"]),
    Known(b"IN", Region::AsiaSouth, &["india"]),
    Known(b"IS", Region::EuNorth, &["iceland"]),
    Known(b"IT", Region::EuWest, &["italy"]),
    Known(b"JP", Region::AsiaNortheast, &["japan"]),
    Known(b"KE", Region::Africa, &["kenya"]),
    Known(b"KR", Region::AsiaNortheast, &["korea"]),
    Known(b"LT", Region::EuNorth, &["lithuania"]),
    Known(b"LU", Region::EuWest, &["luxembourg"]),
    Known(b"LV", Region::EuNorth, &["latvia"]),
    Known(b"MX", Region::SouthAmerica, &["mexico"]),
    Known(b"MY", Region::AsiaSouth, &["malaysia"]),
    Known(b"NG", Region::Africa, &["nigeria"]),
    Known(b"NL", Region::EuWest, &["netherlands"]),
    Known(b"NO", Region::EuNorth, &["norway"]),
    Known(b"NZ", Region::Australia, &["newzealand"]),
    Known(b"PL", Region::EuEast, &["poland"]),
    Known(b"PT", Region::EuWest, &["portugal"]),
    Known(b"QA", Region::MiddleEast, &["qatar"]),
    Known(b"RO", Region::EuEast, &["romania"]),
    Known(b"SA", Region::MiddleEast, &["saudi"]),
    Known(b"SE", Region::EuNorth, &["sweden"]),
    Known(b"SG", Region::AsiaSouth, &["singapore"]),
    Known(b"SK", Region::EuEast, &["slovakia"]),
    Known(b"TH", Region::AsiaSouth, &["thailand"]),
    Known(b"TW", Region::AsiaNortheast, &["taiwan"]),
    Known(b"UA", Region::EuEast, &["ukraine"]),
    Known(b"US", Region::UnitedStates, &["us", "usa", "unitedstates"]),
    Known(b"ZA", Region::Africa, &["southafrica"]),
];

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }

    /// The region in which the country lies, when this version knows it.
    pub fn region(self) -> Option<Region> {
        COUNTRIES
            .iter()
            .find(|known| *known.0 == self.0)
            .map(|known| known.1.clone())
    }

    /// The country of that English name, lower-case and without spaces, such
    /// as `unitedstates` or `uk`.
    pub fn from_name(name: &str) -> Option<Self> {
        COUNTRIES
            .iter()
            .find(|known| known.2.contains(&name))
            .map(|known| Self(*known.0))
    }
}

impl Country {
    /// The country that a word means which is not its code: `uk`, `Norway`.
    /// None for a code, and for what is no name that this version knows.
    pub fn meant(word: &str) -> Option<Self> {
        let named = Self::from_name(&squeezed(word).to_ascii_lowercase())?;
        (word.parse() != Ok(named)).then_some(named)
    }
}

impl FromStr for Country {
    type Err = &'static str;

    /// Reads two letters in either case; any two, because codes that this
    /// version has never seen are still countries.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letters: [u8; 2] = text
            .as_bytes()
            .try_into()
            .map_err(|_| "a country is two letters, such as `NO`")?;
        if letters.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
        } else {
            Err("a country is two letters, such as `NO`")
        }
    }
}

spelled!(Country, str::parse);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_lie_in_regions() {
        let check = |code: &str, region: Option<Region>| {
            assert_eq!(code.parse::<Country>().unwrap().region(), region, "{code}");
        };
        check("no", Some(Region::EuNorth));
        check("CZ", Some(Region::EuEast));
        check("GB", Some(Region::EuWest));
        check("ZZ", None);
        assert!("NOR".parse::<Country>().is_err());
        assert!("N1".parse::<Country>().is_err());
    }

    #[test]
    fn names_are_unique_and_codes_sorted() {
        assert!(COUNTRIES.is_sorted_by_key(|known| known.0));
        for known in COUNTRIES {
            for name in known.2 {
                assert_eq!(Country::from_name(name), Some(Country(*known.0)), "{name}");
            }
        }
    }

    #[test]
    fn a_name_means_its_country_and_a_code_itself() {
        let check = |word: &str, expected: Option<&str>| {
            let meant = Country::meant(word).map(|country| country.to_string());
            assert_eq!(meant.as_deref(), expected, "{word}");
        };
        check("uk", Some("GB"));
        check("Norway", Some("NO"));
        check("South Africa", Some("ZA"));
        check("USA", Some("US"));
        check("us", None);
        check("GB", None);
        check("ZZ", None);
        check("nor", None);
        check("", None);
    }
}
