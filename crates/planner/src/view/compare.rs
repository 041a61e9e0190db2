//! Terms against each other, in every format.

pub(crate) mod document;
pub(crate) mod rows;

use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::number::Ratio;
use gpu_broker_core::quote::compare::{Class, Comparison};

use super::text::counted;
use super::{assumptions, policy};

/// A class as people call it.
pub(crate) fn class_name(class: Class) -> &'static str {
    match class {
        Class::OnDemand => "on demand",
        Class::Prepaid => "prepaid",
        Class::Spot => "spot",
        Class::Community => "community",
    }
}

/// A point in time as a number of hours: every digit where it has so many and
/// no more, else twelve decimals; a quotient where even that does not fit.
pub(crate) fn hours(at: Ratio) -> String {
    at.to_exact().map_or_else(|| at.to_string(), |hours| hours.to_string())
}

/// The same for a person, who makes nothing of twelve decimals.
pub(crate) fn rounded(at: Ratio) -> String {
    let Some(hours) = at.to_exact() else {
        return at.to_string();
    };
    let digits = hours.to_fixed(2);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where classes overtake each other, in sentences.
pub(crate) fn sentences(comparison: &Comparison) -> String {
    let mut text = String::from("\n");
    for crossing in &comparison.crossings {
        let leads = if crossing.leads {
            ", and is the cheapest of all"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "from {} h {} overtakes {}{leads}",
            rounded(crossing.at),
            class_name(crossing.cheaper),
            class_name(crossing.dearer)
        );
    }
    if comparison.crossings.is_empty() {
        let _ = writeln!(
            text,
            "no class overtakes another between {} h and {} h",
            comparison.from, comparison.to
        );
    }
    let leads: Vec<String> = comparison
        .leads
        .iter()
        .map(|lead| format!("{} from {} h", class_name(lead.class), rounded(lead.from)))
        .collect();
    let _ = writeln!(text, "cheapest: {}", leads.join(", "));
    text
}

/// What stands below the data.
pub(crate) fn footer(comparison: &Comparison, demand: &Demand) -> String {
    let mut text = format!("\n{} read", counted(comparison.read, "offer"));
    for course in &comparison.courses {
        let _ = write!(text, ", {} fit {}", course.offers, class_name(course.class));
    }
    text.push('\n');
    for course in &comparison.courses {
        if course.stretches.is_empty() {
            let _ = writeln!(
                text,
                "no {} plan matches{}",
                class_name(course.class),
                policy::emptied(course, demand)
            );
        } else if !course.optimal {
            let _ = writeln!(
                text,
                "the search of {} was cut short: some plan may be cheaper",
                class_name(course.class)
            );
        }
    }
    let spot = comparison
        .courses
        .iter()
        .any(|course| course.class == Class::Spot && !course.stretches.is_empty());
    if let Some(expected) = demand.interruptions.as_ref().filter(|_| spot) {
        let _ = writeln!(text, "{}", assumptions::interruptions(expected).text());
    }
    if let Some(assumed) = assumptions::stock(&demand.stock) {
        let _ = writeln!(text, "{}", assumed.text());
    }
    if let Some(ruled) = policy::left_out(demand) {
        let _ = writeln!(text, "{}", ruled.text());
    }
    text
}
