//! What stands below the data: how complete it is, and what to try next.

use std::fmt::Write as _;

use gpu_broker_core::demand::{Demand, Objective};
use gpu_broker_core::market::{Completeness, Market, SourceReport, completeness};
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quote::{Quote, decisions};
use gpu_broker_core::source::Coverage;

use super::text::{counted, cut, saving, shown};
use super::{policy, unsold};
use crate::cli::wider;
use crate::launch::{first_of, unsure};

/// Below a quote.
pub(crate) fn quote(quote: &Quote, market: &Market, demand: &Demand, most: usize) -> String {
    let mut text = String::new();
    let rejected: u64 = quote.rejected.values().sum();
    let _ = write!(
        text,
        "\n{} read, {} ranked, {rejected} rejected",
        counted(quote.read, "offer"),
        quote.ranked
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
        // Where nothing matches, what would make something possible is told
        // with more than these flags can do.
        if let Some(saves) = cheaper.saves {
            let _ = writeln!(
                text,
                "cheaper from ${rate}/h{}: {}",
                saving(saves),
                wider(cheaper.wider, demand)
            );
        }
    }
    text += &policy::note(&decisions(market, demand, quote));
    text += &unsold::note(market, demand);
    text + &sources(&market.sources, "offer")
        + &rejects(market.rejects.iter().map(|reject| (&*reject.path, &*reject.reason)))
}

/// What the first plan is, as far as it is known.
pub(crate) fn verdict(quote: &Quote, market: &Market, demand: &Demand) -> String {
    let best = match demand.objective {
        Objective::Total => "cheapest",
        Objective::Rate => "cheapest per hour",
        Objective::PerGpu => "cheapest per GPU",
        Objective::Upfront => "cheapest to order",
        Objective::Provisioning => "fastest to launch",
    };
    let whole = if quote.plans.is_empty() {
        market.completeness_of_nothing() == Completeness::Whole
    } else {
        completeness(&market.sources) == Completeness::Whole
    };
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

/// What `command` launches of a quote: not always its first plan, as nothing is prepaid unless that is allowed, and a
/// plan of which it is not sure what an order brings comes last.
pub(crate) fn launch(command: &str, plans: &[Plan], market: &Market, demand: &Demand) -> String {
    let quoted = demand.exchange.quote();
    let foreign = |plan: &&Plan| {
        plan.groups
            .iter()
            .find(|group| group.candidate.offer.currency != quoted)
            .map(|group| format!("is priced in {}", group.candidate.offer.currency))
    };
    let first = first_of(plans, market, demand, None);
    let flags = |plan: &Plan| policy::flag(demand.policy.approvals(&plan.purchase(demand.hours)));
    let approved = |plan: &Plan| format!("{command} {}", flags(plan)).trim_end().to_owned();
    let mut text = match first.and_then(|at| Some((at, approved(plans.get(at)?)))) {
        Some((0, command)) => {
            format!(
                "within five minutes this asks, and launches the first plan, or the next that can be had:\n    {command}\n"
            )
        }
        Some((at, command)) => {
            let rank = at + 1;
            format!(
                "within five minutes this asks, and launches plan {rank}, or the next that can be had:\n    {command}\n"
            )
        }
        None => String::new(),
    };
    let Some(best) = plans.first().filter(|_| first != Some(0)) else {
        return text;
    };
    let upfront = best.upfront.amount();
    let (why, more) = match (foreign(&best), unsure(best, market)) {
        (Some(why), _) => (why, None),
        (None, _) if !upfront.is_zero() => (
            "is prepaid".to_owned(),
            Some(format!("--plan 1 --allow-prepaid {upfront}")),
        ),
        (None, Some(why)) => (format!("is put last ({why})"), Some("--plan 1".to_owned())),
        (None, None) => return text,
    };
    let _ = match more {
        Some(flags) => writeln!(text, "plan 1 {why}; this launches it:\n    {} {flags}", approved(best)),
        None => writeln!(text, "plan 1 {why}, so it can be quoted and not launched"),
    };
    text
}

/// How each source answered, where there is something to say; `what` is what it lists.
pub(crate) fn sources(reports: &[SourceReport], what: &str) -> String {
    let mut text = String::new();
    for report in reports {
        let broker = &report.broker;
        let _ = match &report.coverage {
            Coverage::Complete => Ok(()),
            Coverage::Partial(error) => {
                writeln!(
                    text,
                    "warning: {broker} answered in part ({} read): {}",
                    counted(report.read, what),
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

/// Room for one of them: enough for a reason, too little for what a file that is no text would repeat.
const REJECT_COLUMNS: usize = 200;

/// Records that could not be understood.
pub(crate) fn rejects<'a>(rejects: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    let mut more = 0_usize;
    for (at, (path, reason)) in rejects.enumerate() {
        if at < REJECTS_SHOWN {
            let line = format!("{}: {}", shown(path), shown(reason));
            let _ = writeln!(text, "could not be understood: {}", cut(&line, REJECT_COLUMNS));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
    text
}
