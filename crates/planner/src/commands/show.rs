//! `planner show`: all that is known of one machine.

use std::fmt::Write as _;

use gpu_broker_engine::launch::{Held, Kind};
use serde_json::json;

use super::Context;
use super::ls::{answered, look};
use crate::cli::{Output, ShowArgs};
use crate::exit::Exit;
use crate::launch::known;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::format;
use crate::view::instances::{Row, age, instance, sheet, state, table, unresolved};
use crate::view::text::{gpu_name, seller, shown};

/// Prints it.
pub(crate) async fn show(context: &Context<'_>, args: &ShowArgs) -> Result<Exit, Trouble> {
    let data = context.data()?;
    let seen = look(context, &data, args.offline).await?;
    let keys = known(&seen.state, &args.id)?;
    let attempts: Vec<_> = keys.iter().filter_map(|key| seen.state.attempts.get(key)).collect();
    let rows: Vec<Row<'_>> = attempts.iter().map(|one| Row::of(one, &seen.shown)).collect();
    let document = || {
        let (open, rest): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.attempt.stage.is_open());
        json!({
            "schema": "planner.instances/1",
            "instances": rest.iter().map(|row| instance(row, &seen.now)).collect::<Vec<_>>(),
            "unresolved": open.iter().map(|row| unresolved(row.attempt, &seen.now)).collect::<Vec<_>>(),
        })
    };
    match context.output {
        Output::Table => {
            let text: Vec<String> = rows.iter().map(|row| lines(row, &seen.now)).collect();
            context.printer.data(&text.join("\n"))?;
        }
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&sheet(&rows, &seen.now).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&table(&rows, &seen.now)).as_bytes())?,
    }
    Ok(answered(context, &seen, attempts.into_iter()))
}

fn lines(row: &Row<'_>, now: &gpu_broker_engine::clock::Stamp) -> String {
    let (attempt, ordered) = (row.attempt, &row.attempt.ordered);
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10} {value}");
    };
    let machine = attempt.machine.as_ref();
    if let Some(machine) = machine {
        line("id", &shown(machine.id.as_str()));
    }
    line("name", &shown(&attempt.name));
    line("state", &format!("{}, since {}", state(attempt), attempt.since.wall));
    if ordered.kind == Kind::Machine {
        line("gpu", &format!("{} × {}", ordered.gpu.count, gpu_name(&ordered.gpu)));
    }
    line(
        "from",
        &format!(
            "{}, {}",
            seller(&ordered.broker, &ordered.provider),
            shown(ordered.offer.as_str())
        ),
    );
    let center = ordered
        .place
        .data_center
        .as_ref()
        .map_or("an unnamed place", |center| center.as_str());
    line(
        "where",
        &format!("{} ({})", shown(center), shown(ordered.place.region_word())),
    );
    if !attempt.launch.is_empty() {
        line("launch", &attempt.launch);
    }
    let rate = machine.and_then(|machine| machine.rate).unwrap_or(ordered.ceiling);
    line(
        "per hour",
        &format!("{rate} {}, at most {} was approved", ordered.currency, ordered.ceiling),
    );
    if let Some(cost) = attempt.cost_until(now) {
        let so_far = if attempt.cost.is_some() {
            "in all"
        } else {
            "so far, by its time"
        };
        line("cost", &format!("{cost} {} {so_far}", ordered.currency));
    }
    if attempt.stage.is_alive() {
        let left = attempt.minimum_left(now);
        if !left.is_zero() {
            line("minimum", &format!("charged for another {} s at least", left.as_secs()));
        }
        line(
            "ends",
            &attempt
                .ends_at
                .map_or_else(|| "never by itself".to_owned(), |at| format!("at {at}")),
        );
    }
    match attempt.held(now) {
        Some(Held::TooEarly(wait)) => line(
            "held",
            &format!("its broker does not end it for another {} s", wait.as_secs()),
        ),
        Some(Held::Refused) => line("held", "its broker did not end it when asked"),
        None => {}
    }
    if let Some(since) = machine.and_then(|machine| machine.unseen_from.as_ref()) {
        line("unlisted", &format!("its broker does not list it since {}", since.wall));
    }
    if let Some(doom) = attempt.doom {
        line("reason", doom.as_str());
    }
    if !attempt.note.is_empty() {
        line("note", &shown(&attempt.note));
    }
    if attempt.stage.is_open() {
        let (looks, quiet) = attempt.missed();
        let quiet = quiet.and_then(|from| now.since(from)).unwrap_or_default();
        line(
            "looked",
            &format!("{looks} complete lists do not show it, over {} s", quiet.as_secs()),
        );
        line("may cost", &format!("{} {}", attempt.worst, ordered.currency));
    }
    let listed = row.listed.map(|item| &item.ssh).filter(|ssh| !ssh.is_empty());
    for ssh in listed.or(machine.map(|machine| &machine.ssh)).into_iter().flatten() {
        line("ssh", &ssh.to_string());
    }
    if let Some(created) = row.listed.and_then(|item| item.created_at) {
        line("age", &age(now.wall.duration_since(created)));
    }
    text
}
