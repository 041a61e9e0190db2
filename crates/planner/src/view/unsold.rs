//! Rules that name what nobody sells: a typing mistake makes a rule that never holds.

use std::collections::BTreeSet;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{Completeness, Market};
use gpu_broker_core::near;
use gpu_broker_core::policy::{Condition, Rule, Subject};

use super::text::shown;
use crate::settings::BROKERS;

/// Below a quote: names in rules that nobody of a whole market answers to. Of a list that is otherwise right, only what
/// is nearly another name: lists often name more than is for sale.
pub(crate) fn note(market: &Market, demand: &Demand) -> String {
    let asked = |broker: &&str| market.sources.iter().any(|report| report.broker.as_str() == *broker);
    if market.completeness() != Completeness::Whole || !BROKERS.iter().all(asked) {
        return String::new();
    }
    let rules = demand.policy.rules().iter();
    let conditions = rules.flat_map(|rule| rule.when().iter().map(move |condition| (rule, condition)));
    conditions
        .filter_map(|(rule, condition)| missing(rule, condition, market))
        .collect()
}

fn missing(rule: &Rule, condition: &Condition, market: &Market) -> Option<String> {
    let (Condition::In(subject, words) | Condition::NotIn(subject, words)) = condition else {
        return None;
    };
    let known = known(*subject, market)?;
    let is_sold = |word: &str| {
        word.eq_ignore_ascii_case("unknown")
            || known.iter().any(|name| name.eq_ignore_ascii_case(word))
            || (*subject == Subject::Provider && market.offers.iter().any(|offer| offer.provider.answers(word)))
    };
    let unsold: Vec<&String> = words.iter().filter(|word| !is_sold(word)).collect();
    let none = unsold.len() == words.len();
    let said = unsold.iter().filter_map(|word| {
        // Any two letters are near others.
        let is_code = *subject == Subject::Country;
        let near = if is_code {
            Vec::new()
        } else {
            near(word, known.iter().copied())
        };
        match near.as_slice() {
            [] => none.then(|| format!("`{word}`")),
            near => Some(format!("`{word}` (did you mean {}?)", near.join(" or "))),
        }
    });
    let said: Vec<String> = said.collect();
    let text = format!(
        "`{}` names nothing for sale with {} {}",
        rule.name(),
        condition.key(),
        said.join(", ")
    );
    (!said.is_empty()).then(|| format!("policy: {}\n", shown(&text)))
}

/// The names of what is for sale; none of what has a vocabulary of its own.
fn known(subject: Subject, market: &Market) -> Option<BTreeSet<&str>> {
    let offers = market.offers.iter();
    let places = || market.offers.iter().flat_map(|offer| &offer.places);
    Some(match subject {
        Subject::Broker => offers.map(|offer| offer.broker.as_str()).chain(BROKERS).collect(),
        Subject::Provider => offers.map(|offer| offer.provider.as_str()).collect(),
        Subject::Country => places()
            .filter_map(|place| Some(place.country.as_ref()?.as_str()))
            .collect(),
        Subject::DataCenter => places()
            .filter_map(|place| Some(place.data_center.as_ref()?.as_str()))
            .collect(),
        Subject::Region | Subject::Security | Subject::Market => return None,
    })
}
