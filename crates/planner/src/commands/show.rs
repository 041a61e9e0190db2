//! `planner show`: all that is known of one machine.

use std::fmt::Write as _;

use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, State};
use gpu_broker_engine::launch::{Held, Kind};

use super::Context;
use super::ls::{answered, look, print, with_sources};
use crate::cli::{Output, ShowArgs};
use crate::exit::Exit;
use crate::launch::known;
use crate::report::Trouble;
use crate::view::instances::{Row, state};
use crate::view::ordered::{attached, goods, size};
use crate::view::text::{seller, shown};

/// Prints it.
pub(crate) async fn show(context: &Context<'_>, args: &ShowArgs) -> Result<Exit, Trouble> {
    let data = context.launched()?;
    let mut seen = look(context, &data, args.offline).await?;
    // The names that brokers list are not all that is known of a machine.
    if let Some(why) = seen.unread.take() {
        return Err(why);
    }
    let keys = known(&seen.state, &args.id)?;
    let attempts: Vec<_> = keys.iter().filter_map(|key| seen.state.attempts.get(key)).collect();
    let rows: Vec<Row<'_>> = attempts.iter().map(|one| Row::of(one, &seen.shown)).collect();
    if context.output == Output::Table {
        let text: Vec<String> = rows.iter().map(|row| lines(row, &seen.state, &seen.now)).collect();
        context.printer.data(&text.join("\n"))?;
    } else {
        print(context, &rows, &seen.now, |document| {
            with_sources(document, &seen.reports)
        })?;
    }
    if args.offline {
        return Ok(Exit::Done);
    }
    Ok(answered(
        context,
        (&seen.shown, &seen.reports),
        attempts.into_iter().filter(|one| !one.stage.is_over()),
    ))
}

/// All of it, a line for each fact.
fn lines(row: &Row<'_>, all: &State, now: &Stamp) -> String {
    let mut facts: Facts = Vec::new();
    what(row.attempt, all, &mut facts);
    money(row.attempt, now, &mut facts);
    ending(row.attempt, now, &mut facts);
    doubt(row.attempt, now, &mut facts);
    for ssh in row.ssh() {
        facts.push(("ssh", ssh));
    }
    let mut text = String::new();
    for (name, value) in facts {
        let _ = writeln!(text, "{name:<10} {value}");
    }
    text
}

/// Names, and what is known under them.
type Facts = Vec<(&'static str, String)>;

fn what(attempt: &Attempt, all: &State, facts: &mut Facts) {
    let ordered = &attempt.ordered;
    if let Some(machine) = &attempt.machine {
        facts.push(("id", shown(machine.id.as_str()).into_owned()));
    }
    facts.push(("name", shown(&attempt.name).into_owned()));
    facts.push(("state", format!("{}, since {:.0}", state(attempt), attempt.since.wall)));
    let from = seller(&ordered.broker, &ordered.provider);
    match ordered.kind {
        Kind::Machine => {
            facts.push(("gpu", goods(ordered)));
            facts.push(("from", format!("{from}, {}", shown(ordered.offer.as_str()))));
        }
        Kind::Disk => {
            let size = size(ordered).unwrap_or_else(|| "of a size that is not known".to_owned());
            let attached = attached(attempt, all).map(|attached| format!(", {attached}"));
            facts.push(("disk", format!("{size}{}", attached.unwrap_or_default())));
            facts.push(("from", from));
        }
    }
    let center = ordered.place.data_center.as_ref();
    let center = center.map_or("an unnamed place", |center| center.as_str());
    facts.push((
        "where",
        format!("{} ({})", shown(center), shown(ordered.place.region_word())),
    ));
    if !attempt.launch.is_empty() {
        facts.push(("launch", attempt.launch.clone()));
    }
    if let Some(image) = &ordered.image {
        facts.push(("boots", shown(image).into_owned()));
    }
}

fn money(attempt: &Attempt, now: &Stamp, facts: &mut Facts) {
    let ordered = &attempt.ordered;
    let currency = ordered.currency;
    let rate = attempt.machine.as_ref().and_then(|machine| machine.rate);
    let rate = rate.map_or_else(|| "not known".to_owned(), |rate| format!("{rate} {currency}"));
    facts.push(("per hour", format!("{rate}, at most {} was approved", ordered.ceiling)));
    if let Some(cost) = attempt.cost_until(now) {
        let when = if attempt.cost.is_some() {
            "in all"
        } else {
            "so far, by its time"
        };
        facts.push(("cost", format!("{} {currency} {when}", cost.to_fixed(4))));
    }
    let left = attempt.minimum_left(now);
    if attempt.stage.is_alive() && !left.is_zero() {
        facts.push(("minimum", format!("charged for another {} s at least", left.as_secs())));
    }
}

fn ending(attempt: &Attempt, now: &Stamp, facts: &mut Facts) {
    if attempt.stage.is_alive() {
        let ends = attempt
            .ends_at
            .map(|at| format!("at {at:.0}, by a planner that runs then"));
        facts.push(("ends", ends.unwrap_or_else(|| "never by itself".to_owned())));
    }
    match attempt.held(now) {
        Some(Held::TooEarly(wait)) => {
            facts.push((
                "held",
                format!("its broker does not end it for another {} s", wait.as_secs()),
            ));
        }
        Some(Held::Key) => facts.push(("held", "its broker refuses the key".to_owned())),
        Some(Held::Refused) => facts.push(("held", "its broker did not end it when asked".to_owned())),
        None => {}
    }
    if let Some(doom) = attempt.doom {
        facts.push(("reason", doom.as_str().to_owned()));
    }
    if !attempt.note.is_empty() {
        facts.push(("note", shown(&attempt.note).into_owned()));
    }
}

fn doubt(attempt: &Attempt, now: &Stamp, facts: &mut Facts) {
    let unseen = attempt
        .machine
        .as_ref()
        .and_then(|machine| machine.unseen_from.as_ref());
    if let Some(since) = unseen {
        facts.push((
            "unlisted",
            format!("its broker does not list it since {:.0}", since.wall),
        ));
    }
    if attempt.stage.is_open() {
        let (looks, quiet) = attempt.missed();
        let quiet = quiet.and_then(|from| now.since(from)).unwrap_or_default();
        facts.push((
            "looked",
            format!("{looks} complete lists do not show it, over {} s", quiet.as_secs()),
        ));
        facts.push(("may cost", format!("{} {}", attempt.worst, attempt.ordered.currency)));
    }
}
