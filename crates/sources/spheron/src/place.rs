//! Where a free-form place name lies.
//!
//! Spheron hands on each provider's own words: "Finland 3", "CANADA-1", "paris-france-5", "us-central-2", "TYO4". The
//! word itself is kept to the letter, because a launch repeats it; beside it stand the country and the region, as far
//! as the name says. In order, the first that answers:
//!
//! 1. a country by its name, in one word of the name or in two or three joined ("united states");
//! 2. a city, likewise;
//! 3. the code of a site, when it is the only word ("TYO4", "atl", "FIN-03");
//! 4. a cloud's region name ("eu-north1"), which gives a region without a country.
//!
//! Two answers that differ, such as two countries in one name, are none. All else is unknown: region filters reject it
//! with that reason rather than guess (R3).

use gpu_broker_core::place::{Country, DataCenter, Place, Region};

/// Names of countries that [`Country::from_name`] does not know, and states that hold the name of one.
const COUNTRY_NAMES: &[(&str, &str)] = &[
    ("america", "US"),
    ("czech", "CZ"),
    ("greatbritain", "GB"),
    ("holland", "NL"),
    ("newmexico", "US"),
    ("unitedkingdom", "GB"),
];

/// Cities with data centres of the clouds behind Spheron, for names that say no country.
const CITIES: &[(&str, &str)] = &[
    ("amsterdam", "NL"),
    ("ashburn", "US"),
    ("atlanta", "US"),
    ("bangalore", "IN"),
    ("calgary", "CA"),
    ("casper", "US"),
    ("chicago", "US"),
    ("culpeper", "US"),
    ("dalas", "US"),
    ("dallas", "US"),
    ("desmoines", "US"),
    ("dubai", "AE"),
    ("dublin", "IE"),
    ("frankfurt", "DE"),
    ("helsinki", "FI"),
    ("houston", "US"),
    ("kansascity", "US"),
    ("london", "GB"),
    ("losangeles", "US"),
    ("madrid", "ES"),
    ("miami", "US"),
    ("montreal", "CA"),
    ("mumbai", "IN"),
    ("newark", "US"),
    ("newyork", "US"),
    ("osaka", "JP"),
    ("oslo", "NO"),
    ("paris", "FR"),
    ("phoenix", "US"),
    ("saltlakecity", "US"),
    ("sanjose", "US"),
    ("seattle", "US"),
    ("seoul", "KR"),
    ("singapore", "SG"),
    ("stockholm", "SE"),
    ("sydney", "AU"),
    ("tokyo", "JP"),
    ("toronto", "CA"),
    ("warsaw", "PL"),
];

/// Codes by which providers call their sites: mostly those of airports and cities, and data-crunch's own.
const SITES: &[(&str, &str)] = &[
    ("ams", "NL"),
    ("atl", "US"),
    ("chi", "US"),
    ("dal", "US"),
    ("dfw", "US"),
    ("dub", "IE"),
    ("ewr", "US"),
    ("fin", "FI"),
    ("fra", "DE"),
    ("hel", "FI"),
    ("iad", "US"),
    ("ice", "IS"),
    ("icn", "KR"),
    ("jfk", "US"),
    ("lax", "US"),
    ("lhr", "GB"),
    ("lon", "GB"),
    ("mia", "US"),
    ("mon", "CA"),
    ("mtl", "CA"),
    ("nrt", "JP"),
    ("nyc", "US"),
    ("ord", "US"),
    ("osl", "NO"),
    ("sgp", "SG"),
    ("sjc", "US"),
    ("slc", "US"),
    ("syd", "AU"),
    ("tyo", "JP"),
    ("yul", "CA"),
    ("yyz", "CA"),
];

/// Region names of clouds, which say no country. `eu-central`, `eu-south` and `ap-southeast` are left out: their sites
/// lie in different regions of the common vocabulary.
const CLOUD_REGIONS: &[(&str, Region)] = &[
    ("afsouth", Region::Africa),
    ("apeast", Region::AsiaNortheast),
    ("apnortheast", Region::AsiaNortheast),
    ("apsouth", Region::AsiaSouth),
    ("asiaeast", Region::AsiaNortheast),
    ("asianortheast", Region::AsiaNortheast),
    ("asiasouth", Region::AsiaSouth),
    ("cacentral", Region::Canada),
    ("caeast", Region::Canada),
    ("cawest", Region::Canada),
    ("eueast", Region::EuEast),
    ("eunorth", Region::EuNorth),
    ("europeeast", Region::EuEast),
    ("europenorth", Region::EuNorth),
    ("europewest", Region::EuWest),
    ("euwest", Region::EuWest),
    ("mecentral", Region::MiddleEast),
    ("mewest", Region::MiddleEast),
    ("middleeast", Region::MiddleEast),
    ("saeast", Region::SouthAmerica),
    ("sawest", Region::SouthAmerica),
    ("southamerica", Region::SouthAmerica),
];

/// The longest run of words that is looked up as one: "salt lake city".
const WORDS_JOINED_MAX: usize = 3;

/// The most words of a name that are looked at; no place has as many.
const WORDS_MAX: usize = 12;

/// The place of that name, which is kept as it is.
pub(crate) fn named(name: &str) -> Place {
    located(name, None)
}

/// The place of that name in a country that the broker states.
pub(crate) fn located(name: &str, country: Option<Country>) -> Place {
    let data_center = Some(DataCenter::new(name));
    if country.is_some() {
        return Place::new(None, country, data_center);
    }
    let words = words(name);
    let country = agreed(&words, country_name)
        .or_else(|| agreed(&words, |word| country_in(CITIES, word)))
        .or_else(|| match words.as_slice() {
            [word] => country_in(SITES, word),
            _ => None,
        });
    let region = if country.is_none() {
        agreed(&words, cloud_region)
    } else {
        None
    };
    Place::new(region, country, data_center)
}

/// The words of a name in lower case; digits and punctuation only part them.
fn words(name: &str) -> Vec<String> {
    name.split(|character: char| !character.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(str::to_ascii_lowercase)
        .collect()
}

/// What `find` makes of the words, longer runs before their parts; `None` when two of its answers differ.
fn agreed<T: PartialEq>(words: &[String], find: impl Fn(&str) -> Option<T>) -> Option<T> {
    let (mut found, mut from) = (None, 0);
    while from < words.len() {
        let longest = WORDS_JOINED_MAX.min(words.len() - from);
        let here = (1..=longest)
            .rev()
            .find_map(|count| Some((find(&words.get(from..from + count)?.concat())?, count)));
        let Some((answer, count)) = here else {
            from += 1;
            continue;
        };
        if found.as_ref().is_some_and(|known| *known != answer) {
            return None;
        }
        found = Some(answer);
        from += count;
    }
    found
}

fn country_name(word: &str) -> Option<Country> {
    Country::from_name(word).or_else(|| country_in(COUNTRY_NAMES, word))
}

fn country_in(table: &[(&str, &str)], word: &str) -> Option<Country> {
    let (_, code) = table.iter().find(|(name, _)| *name == word)?;
    code.parse().ok()
}

fn cloud_region(word: &str) -> Option<Region> {
    let (_, region) = CLOUD_REGIONS.iter().find(|(name, _)| *name == word)?;
    Some(region.clone())
}

#[cfg(test)]
mod tests;
