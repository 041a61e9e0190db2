//! Names of what nobody sells: a typing mistake makes a rule that never holds, and a request that nothing matches.

use std::collections::BTreeSet;

use gpu_broker_core::demand::{Demand, Where, Words};
use gpu_broker_core::gpu::{GpuModel, GpuRequest};
use gpu_broker_core::market::{Completeness, Market};
use gpu_broker_core::near;
use gpu_broker_core::place::Country;
use gpu_broker_core::policy::{Condition, Rule, Subject};
use gpu_broker_core::quote::{Change, Why};

use super::text::shown;
use crate::report::Trouble;
use crate::settings::BROKERS;

/// Below an answer: names in the request and in rules that nobody of a whole market answers to. Of a list that is
/// otherwise right, only what is nearly another name: lists often name more than is for sale.
pub(crate) fn note(market: &Market, demand: &Demand) -> String {
    asked(market, &demand.wanted_where) + &ruled(market, demand)
}

/// The names of a request.
pub(crate) fn asked(market: &Market, wanted: &Where) -> String {
    if market.completeness() != Completeness::Whole {
        return String::new();
    }
    let lists = lists(wanted).into_iter();
    let said = lists.flat_map(|(subject, flag, words)| {
        let wanted = said(&strangers(subject, &words.wanted, market), words.wanted.len());
        // To leave out what nobody sells is no mistake, but for one that may have been meant.
        let refused = said(&strangers(subject, &words.refused, market), usize::MAX);
        let wanted = wanted.into_iter().map(move |word| (flag, "", word));
        wanted.chain(refused.into_iter().map(move |word| (flag, "!", word)))
    });
    said.map(|(flag, mark, (word, meant))| {
        shown(&format!("`--{flag} {mark}{word}` names nothing for sale{meant}")).into_owned() + "\n"
    })
    .collect()
}

/// The names in rules.
fn ruled(market: &Market, demand: &Demand) -> String {
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
    let said = said(&strangers(*subject, words, market), words.len());
    let said: Vec<String> = said.iter().map(|(word, meant)| format!("`{word}`{meant}")).collect();
    let text = format!(
        "`{}` names nothing for sale with {} {}",
        rule.name(),
        condition.key(),
        said.join(", ")
    );
    (!said.is_empty()).then(|| format!("policy: {}\n", shown(&text)))
}

/// Which of the strangers in a list of so many are worth a word, and what may have been meant.
fn said<'a>(strangers: &[(&'a str, Vec<&str>)], of: usize) -> Vec<(&'a str, String)> {
    let none_sold = strangers.len() == of;
    let worth = strangers.iter().filter(|(_, near)| none_sold || !near.is_empty());
    worth
        .map(|(word, near)| match near.as_slice() {
            [] => (*word, String::new()),
            near => (*word, format!(" (did you mean {}?)", near.join(" or "))),
        })
        .collect()
}

/// The words that nobody answers to, each with those that do and are near.
fn strangers<'a, 'm>(subject: Subject, words: &'a [String], market: &'m Market) -> Vec<(&'a str, Vec<&'m str>)> {
    let Some(known) = known(subject, market).filter(|_| !words.is_empty()) else {
        return Vec::new();
    };
    let is_sold = |word: &str| {
        word.eq_ignore_ascii_case("unknown")
            || known.iter().any(|name| name.eq_ignore_ascii_case(word))
            || (subject == Subject::Provider && market.offers.iter().any(|offer| offer.provider.answers(word)))
    };
    let unsold = words.iter().filter(|word| !is_sold(word));
    let near = |word: &'a String| {
        // Any two letters are near others.
        let is_code = subject == Subject::Country;
        let near = (!is_code).then(|| near(word, known.iter().copied()));
        (word.as_str(), near.unwrap_or_default())
    };
    unsold.map(near).collect()
}

/// The names of what is for sale; none of what has a vocabulary of its own.
fn known(subject: Subject, market: &Market) -> Option<BTreeSet<&str>> {
    let offers = market.offers.iter();
    let places = || market.offers.iter().flat_map(|offer| &offer.places);
    Some(match subject {
        Subject::Broker => offers.map(|offer| offer.broker.as_str()).chain(BROKERS).collect(),
        Subject::Provider => offers.map(|offer| offer.provider.as_str()).collect(),
        Subject::Country => places()
            .filter_map(|place| place.country.as_ref().map(Country::as_str))
            .collect(),
        Subject::DataCenter => places()
            .filter_map(|place| Some(place.data_center.as_ref()?.as_str()))
            .collect(),
        Subject::Region | Subject::Security | Subject::Market => return None,
    })
}

/// The lists of a request whose words are their sellers' own, each with its flag.
fn lists(wanted: &Where) -> [(Subject, &'static str, &Words); 3] {
    let Where {
        // Checked before anybody is asked.
        brokers: _,
        regions: _,
        providers,
        countries,
        data_centers,
    } = wanted;
    [
        (Subject::Country, "country", countries),
        (Subject::DataCenter, "data-center", data_centers),
        (Subject::Provider, "provider", providers),
    ]
}

/// What is suggested, without words that nobody answers to and that are nearly others: what is repeated of a mistake
/// looks as if it were none. A list that would be left empty stays.
pub(crate) fn spelt(mut why: Why, market: &Market) -> Why {
    if market.completeness() != Completeness::Whole {
        return why;
    }
    let rejections = why.rejections.iter_mut().filter_map(|one| one.change.as_mut());
    for change in rejections.chain(&mut why.relaxations) {
        spell(change, market);
    }
    why
}

/// What is for sale under the names that were meant, where every name of a list is nearly one of them; `None` where no
/// list is so. What would make a request possible is looked for here first.
pub(crate) fn meant(market: &Market, wanted: &Where) -> Option<Market> {
    if market.completeness() != Completeness::Whole {
        return None;
    }
    let mut narrowed = market.clone();
    for (subject, _, words) in lists(wanted) {
        let strangers = strangers(subject, &words.wanted, market);
        let is_mistaken = strangers.len() == words.wanted.len() && strangers.iter().all(|(_, near)| !near.is_empty());
        if strangers.is_empty() || !is_mistaken {
            continue;
        }
        let names: BTreeSet<&str> = strangers.into_iter().flat_map(|(_, near)| near).collect();
        narrowed.offers.retain(|offer| {
            let mut centers = offer.places.iter().filter_map(|place| place.data_center.as_ref());
            let is_provider = subject == Subject::Provider;
            (is_provider && names.contains(offer.provider.as_str()))
                || (!is_provider && centers.any(|center| names.contains(center.as_str())))
        });
    }
    (narrowed.offers.len() < market.offers.len()).then_some(narrowed)
}

fn spell(change: &mut Change, market: &Market) {
    let Where {
        brokers: _,
        regions: _,
        providers,
        countries: _,
        data_centers,
    } = &mut change.demand.wanted_where;
    for (subject, words) in [(Subject::Provider, providers), (Subject::DataCenter, data_centers)] {
        let strangers = strangers(subject, &words.wanted, market).into_iter();
        let wrong: BTreeSet<String> = strangers
            .filter(|(_, near)| !near.is_empty())
            .map(|(word, _)| word.to_owned())
            .collect();
        if wrong.len() < words.wanted.len() {
            words.wanted.retain(|word| !wrong.contains(word));
        }
    }
}

/// Refuses GPUs that neither this version nor anybody who sells knows, as a quote does.
pub(crate) fn check_gpus(market: &Market, gpus: &GpuRequest) -> Result<(), Trouble> {
    let sold = |model: &GpuModel| market.offers.iter().any(|offer| offer.gpu.model == *model);
    let mut models = gpus.alternatives.iter().filter_map(|wanted| wanted.model.as_ref());
    let Some(wrong) = models.find(|model| !model.is_known() && !sold(model)) else {
        return Ok(());
    };
    if market.completeness() != Completeness::Whole {
        return Ok(());
    }
    let mut known: Vec<&str> = GpuModel::known_names().collect();
    known.extend(market.offers.iter().map(|offer| offer.gpu.model.as_str()));
    let hint = match near(wrong.as_str(), known).as_slice() {
        [] => "`planner gpus` lists what is for sale".to_owned(),
        near => format!(
            "did you mean {}?; `planner gpus` lists what is for sale",
            near.join(" or ")
        ),
    };
    Err(Trouble::usage(format!("no GPU is called `{}`", shown(wrong.as_str()))).hint(shown(&hint)))
}
