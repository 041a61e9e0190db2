use super::*;

/// Name, country (`-` for none), region.
const NAMES: &[(&str, &str, &str)] = &[
    // Places of offers in a public catalogue of 2026.
    ("CANADA-1", "CA", "canada"),
    ("Finland 3", "FI", "eu_north"),
    ("NORWAY-1", "NO", "eu_north"),
    ("SYD2", "AU", "australia"),
    ("TYO4", "JP", "asia_northeast"),
    ("US-1", "US", "united_states"),
    ("US Central 1", "US", "united_states"),
    ("atl", "US", "united_states"),
    ("bangalore-india-1", "IN", "asia_south"),
    ("calgary-canada-1", "CA", "canada"),
    ("casper-usa-1", "US", "united_states"),
    ("chicago-usa-1", "US", "united_states"),
    ("dalas-united states", "US", "united_states"),
    ("dallas-usa-1", "US", "united_states"),
    ("desmoines-usa-1", "US", "united_states"),
    ("frankfurt-germany-6", "DE", "eu_west"),
    ("kansascity-usa-1", "US", "united_states"),
    ("kansascity-usa-6", "US", "united_states"),
    ("london-uk-1", "GB", "eu_west"),
    ("montreal-canada-2", "CA", "canada"),
    ("newark-usa-1", "US", "united_states"),
    ("newyork-usa-1", "US", "united_states"),
    ("oslo-norway-3", "NO", "eu_north"),
    ("paris-france-1", "FR", "eu_west"),
    ("paris-france-5", "FR", "eu_west"),
    ("singapore-singapore-1", "SG", "asia_south"),
    ("us-central-2", "US", "united_states"),
    ("us-central-3", "US", "united_states"),
    ("us-central-9", "US", "united_states"),
    ("warsaw-poland-1", "PL", "eu_east"),
    // The API reference, and answers to single requests.
    ("us-east-1", "US", "united_states"),
    ("eu-west-1", "-", "eu_west"),
    ("UK South 1", "GB", "eu_west"),
    ("FIN-01", "FI", "eu_north"),
    ("FIN-03", "FI", "eu_north"),
    ("Dallas, TX", "US", "united_states"),
    // The same providers' places at the other broker.
    ("US-KS-2", "US", "united_states"),
    ("MON1", "CA", "canada"),
    ("eu-north1", "-", "eu_north"),
    ("us-central1", "US", "united_states"),
    ("US", "US", "united_states"),
    ("me-west-1", "-", "middle_east"),
    ("a3111bd4-7d22-4c70-b4c2-2d4b9a0f6a11", "-", "unknown"),
    // Traps.
    ("paris-texas-usa-1", "US", "united_states"),
    ("new mexico 1", "US", "united_states"),
    ("mexico-1", "MX", "south_america"),
    ("great britain", "GB", "eu_west"),
    ("United Kingdom 2", "GB", "eu_west"),
    ("salt lake city", "US", "united_states"),
    ("canada-usa-1", "-", "unknown"),
    ("london-paris", "-", "unknown"),
    ("los-1", "-", "unknown"),
    ("atl-syd", "-", "unknown"),
    ("eu-central-1", "-", "unknown"),
    ("ap-southeast-2", "-", "unknown"),
    ("indiana-1", "-", "unknown"),
    ("campus-1", "-", "unknown"),
    ("東京", "-", "unknown"),
    ("42", "-", "unknown"),
    ("-", "-", "unknown"),
];

#[test]
fn names_lie_where_they_say() {
    for (name, country, region) in NAMES {
        let place = named(name);
        let found = place.country.map_or("-".to_owned(), |country| country.to_string());
        assert_eq!((found.as_str(), place.region_word()), (*country, *region), "{name}");
        assert_eq!(place.data_center, Some(DataCenter::new(name)));
    }
}

#[test]
fn longer_runs_of_words_come_before_their_parts() {
    let find = |word: &str| ["b", "bc", "abcd", "d"].iter().position(|known| *known == word);
    let check = |name: &str, expected: Option<usize>| assert_eq!(agreed(&words(name), find), expected, "{name}");
    check("a b", Some(0));
    check("a b c", Some(1));
    check("a b c x", Some(1));
    check("a b c d", None);
    check("a b b", Some(0));
    check("abcd", Some(2));
}

#[test]
fn a_stated_country_wins() {
    let place = located("paris-france-1", "US".parse().ok());
    assert_eq!(place.country, "US".parse().ok());
    assert_eq!(place.region_word(), "united_states");
}

#[test]
fn tables_are_sorted_and_name_countries_of_known_regions() {
    for table in [COUNTRY_NAMES, CITIES, SITES] {
        assert!(table.is_sorted());
        for (name, code) in table {
            let country: Country = code.parse().unwrap();
            assert!(country.region().is_some(), "{name}");
            assert_eq!(
                Country::from_name(name).filter(|_| *name != "singapore"),
                None,
                "{name} is known already"
            );
        }
    }
    assert!(CLOUD_REGIONS.is_sorted_by_key(|(name, _)| name));
}

#[test]
fn a_name_without_end_is_cut() {
    let place = named(&"a ".repeat(1_000_000));
    assert_eq!(place.region_word(), "unknown");
}
