//! What stands below the data: how complete it is, and what to try next.

use std::fmt::Write as _;

use gpu_broker_core::demand::{Demand, Objective};
use gpu_broker_core::market::{Completeness, Market, SourceReport, completeness};
use gpu_broker_core::quote::Quote;
use gpu_broker_core::source::Coverage;

use super::text::shown;

/// Below a quote.
pub(crate) fn quote(quote: &Quote, market: &Market, demand: &Demand, most: usize) -> String {
    let mut text = String::new();
    let rejected: u64 = quote.rejected.values().sum();
    let _ = write!(
        text,
        "\n{} offers read, {} ranked, {rejected} rejected",
        quote.read, quote.ranked
    );
    let reasons: Vec<String> = quote
        .rejected
        .iter()
        .map(|(reason, offers)| format!("{reason} {offers}"))
        .collect();
    if !reasons.is_empty() {
        let _ = write!(text, " ({})", reasons.join(", "));
    }
    text.push('\n');
    text.push_str(&verdict(quote, market, demand));
    if quote.plans.len() == most {
        let _ = writeln!(text, "showing the best {most}; `--max-offers N` shows more");
    }
    for cheaper in &quote.cheaper {
        let rate = cheaper.rate.per_hour().to_fixed(4);
        match cheaper.saves {
            Some(saves) => {
                let percent = saves.times_count(100).unwrap_or(saves).to_fixed(0);
                let _ = writeln!(text, "cheaper from ${rate}/h, −{percent} %: {}", cheaper.flag);
            }
            None => {
                let _ = writeln!(text, "possible from ${rate}/h: {}", cheaper.flag);
            }
        }
    }
    text + &sources(&market.sources) + &rejects(market.rejects.iter().map(|reject| (&*reject.path, &*reject.reason)))
}

/// What the first plan is, as far as it is known.
fn verdict(quote: &Quote, market: &Market, demand: &Demand) -> String {
    let best = match demand.objective {
        Objective::Total => "cheapest",
        Objective::Rate => "cheapest per hour",
        Objective::PerGpu => "cheapest per GPU",
        Objective::Upfront => "cheapest to order",
        Objective::Provisioning => "fastest to launch",
    };
    let whole = completeness(&market.sources) == Completeness::Whole;
    match (quote.plans.is_empty(), quote.optimal, whole) {
        (true, false, _) => {
            "the search was cut short before it found a plan: fewer GPUs, or fewer limits, make it shorter\n".to_owned()
        }
        (true, true, true) => "nothing matches\n".to_owned(),
        (true, true, false) => "nothing matches among what was read, and not all was read\n".to_owned(),
        (false, false, _) => {
            format!("the search was cut short: the first plan may not be the {best} that the request allows\n")
        }
        (false, true, true) => {
            format!("the first plan is the {best} that the request allows: every combination was considered\n")
        }
        (false, true, false) => format!("the first plan is the {best} among what was read, and not all was read\n"),
    }
}

/// How each source answered, where there is something to say.
pub(crate) fn sources(reports: &[SourceReport]) -> String {
    let mut text = String::new();
    for report in reports {
        let broker = &report.broker;
        let _ = match &report.coverage {
            Coverage::Complete => Ok(()),
            Coverage::Partial(error) => {
                writeln!(
                    text,
                    "warning: {broker} answered in part ({} offers read): {}",
                    report.read,
                    shown(&error.to_string())
                )
            }
            Coverage::Failed(error) => {
                writeln!(text, "warning: {broker} did not answer: {}", shown(&error.to_string()))
            }
            Coverage::NoCredentials => {
                writeln!(
                    text,
                    "{broker} was not asked: set {}_API_KEY",
                    broker.as_str().to_ascii_uppercase()
                )
            }
        };
    }
    text
}

/// Records shown at most; the JSON output counts them all.
const REJECTS_SHOWN: usize = 5;

/// Records that could not be understood.
pub(crate) fn rejects<'a>(rejects: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    let mut more = 0_usize;
    for (at, (path, reason)) in rejects.enumerate() {
        if at < REJECTS_SHOWN {
            let _ = writeln!(text, "could not be understood: {}: {}", shown(path), shown(reason));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
    text
}
