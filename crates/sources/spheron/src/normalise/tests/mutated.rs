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

/// The document with one of its values, those that follow a colon, replaced.
fn replaced(json: &str, at: usize, value: &str) -> String {
    let colons: Vec<usize> = json.match_indices("\": ").map(|(at, _)| at + 3).collect();
    let start = colons[at % colons.len()];
    let mut values = serde_json::Deserializer::from_str(&json[start..]).into_iter::<&serde_json::value::RawValue>();
    let end = start + values.next().unwrap().unwrap().get().len();
    format!("{}{value}{}", &json[..start], &json[end..])
}

proptest! {
    /// Whatever a value is replaced by, normalising ends in machines with plausible ids, and rejects; none gets lost.
    #[test]
    fn a_machine_is_read_or_reported(at in 0_usize..400, value in anything()) {
        let mutated = replaced(DEPLOYMENTS, at, &value);
        let listed: wire::Listed<'_, wire::Deployment<'_>> = decode(mutated.as_bytes()).unwrap();
        let mut batch = Batch::new(&broker(), "");
        let rows = batch.rows(listed.name, listed.rows, |row| instance(&broker(), &row));
        rows.unwrap();
        prop_assert_eq!(batch.items.len() + batch.rejects.len(), 4);
        for machine in &batch.items {
            prop_assert!(is_id(machine.id.as_str()));
            prop_assert!(machine.rate.is_none_or(|rate| !rate.per_hour().is_negative() && !rate.per_hour().is_zero()));
            prop_assert!(machine.ended_at.is_none() || !machine.phase.is_billable());
        }
    }

    /// Whatever a value is replaced by, normalising ends in offers that make sense, and rejects.
    #[test]
    fn normalising_never_panics(at in 0_usize..400, value in anything()) {
        for json in [OFFERS, ODD] {
            let mutated = replaced(json, at, &value);
            if let Ok(page) = decode::<wire::GroupPage<'_>>(mutated.as_bytes()) {
                let mut batch = Batch::new(&broker(), "");
                let rows = batch.groups("data", page.data, |batch, path, row| group(batch, &broker(), path, row));
                rows.unwrap();
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
