//! Why offers were rejected, and what would admit some (R16).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::fit::Reason;
use gpu_broker_core::market::Market;
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::quote::{Change, Rejection};
use serde::Serialize;

use super::columns::{Column, push};
use super::policy;
use super::text::shown;
use crate::cli::Again;

/// One reason, in JSON.
#[derive(Debug, Serialize)]
pub(crate) struct RejectionDocument {
    reason: Reason,
    offers: u64,
    change: Option<ChangeDocument>,
}

/// One change to the request, in JSON.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeDocument {
    /// What is different.
    flags: String,
    /// The whole command.
    command: String,
    /// Offers it admits.
    admits: u64,
    /// The best plan with one of them: its rate and total, and the rank of the
    /// row that it is, or that names who sells it. Without a rank it is too far
    /// down to be listed, and the command shows it not.
    rank: Option<usize>,
    rate: Option<Exact>,
    total: Option<Exact>,
}

/// The reasons as a document.
pub(crate) fn rejections(rejections: &[Rejection], again: &Again<'_>) -> Vec<RejectionDocument> {
    let document = |rejection: &Rejection| RejectionDocument {
        reason: rejection.reason,
        offers: rejection.offers,
        change: rejection.change.as_ref().map(|change| document(change, again)),
    };
    rejections.iter().map(document).collect()
}

/// Changes as a document.
pub(crate) fn changes(changes: &[Change], again: &Again<'_>) -> Vec<ChangeDocument> {
    changes.iter().map(|change| document(change, again)).collect()
}

fn document(change: &Change, again: &Again<'_>) -> ChangeDocument {
    let listed = change.rank.map(|_| &change.plan);
    ChangeDocument {
        flags: again.difference(&change.demand),
        command: again.command(&change.demand, change.rank.unwrap_or(1)),
        admits: change.admits,
        rank: change.rank,
        rate: listed.map(|plan| plan.rate.per_hour()),
        total: listed.map(|plan| plan.total.amount()),
    }
}

/// The reasons as a table.
pub(crate) fn table(rejections: &[Rejection], again: &Again<'_>, market: &Market) -> Vec<Column> {
    let mut columns = [
        Column::words("REJECTED FOR", 12, 0),
        Column::numbers("OFFERS", 0),
        Column::words("WHAT WOULD ADMIT SOME", 20, 0),
        Column::numbers("ADMITS", 2),
        Column::numbers("FROM $/h", 1),
        Column::numbers("TOTAL", 3),
    ];
    for rejection in rejections {
        let change = rejection.change.as_ref();
        let price = |text: fn(&Change) -> String| change.map_or_else(|| "-".to_owned(), text);
        let row = [
            rejection.reason.to_string(),
            rejection.offers.to_string(),
            change.map_or_else(
                || helpless(rejection.reason, again.demand(), Some(market)),
                |change| shown(&again.difference(&change.demand)).into_owned(),
            ),
            price(|change| change.admits.to_string()),
            price(|change| change.plan.rate.per_hour().to_fixed(4)),
            price(|change| change.plan.total.amount().to_fixed(2)),
        ];
        push(&mut columns, row);
    }
    columns.into()
}

/// The commands that the table's rows stand for, whole.
pub(crate) fn commands(rejections: &[Rejection], again: &Again<'_>) -> String {
    let mut text = String::new();
    for rejection in rejections {
        if let Some(change) = &rejection.change {
            let command = again.command(&change.demand, change.rank.unwrap_or(1));
            let hidden = if change.rank.is_some() {
                ""
            } else {
                "  # not among the first 1000 rows"
            };
            let _ = writeln!(text, "{:<13}{}{hidden}", rejection.reason, shown(&command));
        }
    }
    text
}

/// What to try when nothing matches.
pub(crate) fn relaxations(changes: &[Change], again: &Again<'_>) -> String {
    let mut text = String::new();
    for change in changes {
        let rate = change.plan.rate.per_hour().to_fixed(4);
        let _ = writeln!(
            text,
            "possible from ${rate}/h, {} {}: {}\n    {}",
            change.admits,
            if change.admits == 1 { "offer" } else { "offers" },
            shown(&again.difference(&change.demand)),
            shown(&again.command(&change.demand, 1)),
        );
    }
    text
}

/// Why no change helps. With the market, the currencies are named.
pub(crate) fn helpless(reason: Reason, demand: &Demand, market: Option<&Market>) -> String {
    let why = match reason {
        reason if policy::caps(demand, reason) => return helpless(Reason::Policy, demand, market),
        Reason::Unreadable => "none: the records could not be understood",
        Reason::Stock => "none: there is no stock",
        Reason::Unpriced => "none: they have no price for their market",
        Reason::Policy => "none: the policy denies them, as it says below",
        Reason::Price => "none: their prices have too many digits",
        Reason::Attach => "none: these disks can be attached elsewhere only; leave one out",
        Reason::NewDisk => "none: no such disk is for sale in their places; ask for less",
        Reason::DiskSharing => "none: the disks there serve one machine only",
        Reason::Currency => return exchange(demand, market),
        _ => "no few changes admit any of them",
    };
    why.to_owned()
}

/// Which currencies nobody has given a rate for.
fn exchange(demand: &Demand, market: Option<&Market>) -> String {
    let quote = demand.exchange.quote();
    let is_known = |currency: &Currency| *currency == quote || demand.exchange.worth().contains_key(currency);
    let offers = market.into_iter().flat_map(|market| &market.offers);
    let foreign: BTreeSet<Currency> = offers.map(|offer| offer.currency).collect();
    let flags = foreign.iter().filter(|currency| !is_known(currency));
    let flags: Vec<String> = flags.map(|currency| format!("--fx {currency}=RATE")).collect();
    match flags.as_slice() {
        // The disks of an offer may be priced in another currency than it is.
        [] => "an exchange rate that you know: --fx CODE=RATE".to_owned(),
        flags => format!("an exchange rate that you know: {}", flags.join(" ")),
    }
}
