use proptest::prelude::*;

use super::*;

/// A value that may stand anywhere in an answer.
fn anything() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "null",
        "true",
        "-1",
        "1e400",
        "0.5",
        "\"\"",
        "\"SPOT\"",
        "\"-1\"",
        "[]",
        "{}",
        "[null]",
        "{\"a\":1}",
    ];
    prop_oneof![
        prop::sample::select(WORDS).prop_map(str::to_owned),
        "\"[ -~&&[^\"\\\\]]{0,9}\""
    ]
}

proptest! {
    /// Whatever a value is replaced by, normalising ends in offers that make sense, and rejects.
    #[test]
    fn normalising_never_panics(at in 0_usize..400, value in anything()) {
        for json in [OFFERS, ODD] {
            // Values follow a colon; replaced by the one behind which a comma or a bracket comes.
            let colons: Vec<usize> = json.match_indices("\": ").map(|(at, _)| at + 3).collect();
            let start = colons[at % colons.len()];
            let mut values = serde_json::Deserializer::from_str(&json[start..]).into_iter::<&serde_json::value::RawValue>();
            let end = start + values.next().unwrap().unwrap().get().len();
            let mutated = format!("{}{value}{}", &json[..start], &json[end..]);
            if let Ok(page) = decode::<wire::GroupPage<'_>>(mutated.as_bytes()) {
                let mut batch = Batch::new(&broker(), "");
                batch.groups("data", page.data, |batch, path, row| group(batch, &broker(), path, row));
                for offer in &batch.items {
                    prop_assert!(!offer.places.is_empty());
                    prop_assert!(offer.price.is_none_or(|rate| !rate.per_hour().is_negative()));
                    prop_assert!(offer.terms.minimum_runtime.0 >= 20);
                }
            }
        }
    }

    /// So does cutting the answer short.
    #[test]
    fn half_an_answer_is_no_answer(at in 0_usize..4000) {
        if let Some(half) = OFFERS.get(..at) {
            prop_assert!(decode::<wire::GroupPage<'_>>(half.as_bytes()).is_err());
        }
    }
}
