//! `planner audit`: what the brokers bill that the journal does not know.

use std::fmt::Write as _;

use gpu_broker_core::market::SourceReport;
use gpu_broker_core::source::Coverage;
use gpu_broker_engine::launch::state::Attempt;
use serde_json::json;

use super::Context;
use super::ls::{answered, doubted, reports};
use crate::cli::{AuditArgs, Output};
use crate::exit::Exit;
use crate::launch::{in_doubt, looking, perhaps_ours, told_elsewhere, trouble, warn_unkept};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::audit::{Billed, Whose, billed, sheet, table, together};
use crate::view::instances::{called, overdue, unresolved};
use crate::view::text::shown;
use crate::view::{columns, document, footer, format};

/// Lists every machine that costs money and every disk of ours, and says whose it is.
pub(crate) async fn audit(context: &Context<'_>, _: &AuditArgs) -> Result<Exit, Trouble> {
    let data = context.audited()?;
    let sources = context.fleets(&data)?;
    if !sources.has_fleet() && matches!(data.is_begun(), Ok(false)) {
        return Err(Sources::nobody_asked("machines"));
    }
    let (mut engine, unread) = looking(context, &data, &sources)?;
    let listed = engine.look_around().await.map_err(|error| trouble(&error))?;
    warn_unkept(context, &engine);
    let (state, now) = (engine.state(), engine.parts().clock.now());
    let rows = billed(state, &listed);
    let attempts = || state.attempts.values();
    // Machines that may be there and that nobody shows.
    let lost: Vec<&Attempt> = attempts().filter(|one| is_lost(one)).collect();
    let open: Vec<&Attempt> = attempts()
        .filter(|one| one.stage.is_open() && !one.stage.is_settled())
        .collect();
    let reports = reports(&sources, &listed);

    let printer = context.printer;
    let document = || {
        json!({
            "schema": "planner.audit/1",
            "created_at": now.wall,
            "machines": rows.iter().map(Billed::document).collect::<Vec<_>>(),
            "unlisted": lost.iter().map(|one| json!({
                "id": one.machine.as_ref().map(|machine| &machine.id),
                "name": one.name,
                "broker": one.ordered.broker,
                "rate": one.machine.as_ref().and_then(|machine| machine.rate).unwrap_or(one.ordered.ceiling),
                "currency": one.ordered.currency,
            })).collect::<Vec<_>>(),
            "unresolved": open.iter().map(|one| unresolved(one, &now)).collect::<Vec<_>>(),
            "sources": reports.iter().map(document::source).collect::<Vec<_>>(),
        })
    };
    match context.output {
        Output::Table if rows.is_empty() => {}
        Output::Table => printer.data(&(columns::lines(table(&rows, &now), printer.columns).join("\n") + "\n"))?,
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&sheet(&rows).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&table(&rows, &now)).as_bytes())?,
    }
    if sources.has_fleet() {
        printer.note(&sums(&rows, &reports));
        printer.note("disks that were not launched from here are not among these: `planner disks` lists them\n");
    }
    printer.note(&overdue(attempts()));
    printer.note(&footer::sources(&reports, "machine"));
    let found = found(&rows, &lost, open.len());
    let begun = data.begun().filter(|_| unread.is_none());
    let elsewhere = perhaps_ours(state, &listed, begun);
    printer.warn(&found);
    printer.warn(&told_elsewhere(&elsewhere));
    // What the brokers bill is told all the same, and nothing accounts for it.
    if let Some(why) = unread {
        printer.warn(&why.lines());
        return Ok(Exit::Unknown);
    }
    if !found.is_empty() || in_doubt(state, &elsewhere) || doubted(context, &listed) {
        return Ok(Exit::Unknown);
    }
    let exit = answered(
        context,
        (&listed, &reports),
        attempts().filter(|one| !one.stage.is_over()),
    );
    if exit == Exit::Done && !sources.has_fleet() {
        return Err(Sources::nobody_asked("machines"));
    }
    Ok(exit)
}

/// What each kind costs together.
pub(super) fn sums(rows: &[Billed<'_>], reports: &[SourceReport]) -> String {
    if rows.is_empty() {
        let whole = reports.iter().all(|report| report.coverage == Coverage::Complete);
        let who = if whole { "no broker" } else { "no broker that answered" };
        return format!("{who} lists a machine that costs money\n");
    }
    let mut text = String::new();
    for (word, what) in [
        ("ours", "launched from here"),
        ("orphan", "with a name of ours, of which the journal knows nothing"),
        (
            "elsewhere",
            "launched by planner from another installation, or from a data folder that is gone",
        ),
        ("stranger", "of others, or launched by other means"),
    ] {
        let some: Vec<&Billed<'_>> = rows.iter().filter(|row| row.whose.word() == word).collect();
        if !some.is_empty() {
            let _ = writeln!(
                text,
                "{} {what}: {} per hour",
                some.len(),
                together(some.iter().copied())
            );
        }
    }
    text
}

/// What the journal cannot account for.
fn found(rows: &[Billed<'_>], lost: &[&Attempt], open: usize) -> String {
    let mut text = String::new();
    for row in rows.iter().filter(|row| matches!(row.whose, Whose::Orphan(_))) {
        let id = shown(row.item.id.as_str());
        let _ = writeln!(
            text,
            "{id} is an orphan: `planner terminate {id}` ends it, `planner resolve {id} --adopt {id}` keeps it"
        );
    }
    for one in lost {
        let _ = writeln!(
            text,
            "{} is in the journal, and its broker does not list it",
            called(one)
        );
    }
    if open > 0 {
        let _ = writeln!(
            text,
            "of {open} it is not known whether they exist: run `planner reconcile`"
        );
    }
    text
}

/// Whether a machine should be in its broker's list and is not.
fn is_lost(attempt: &Attempt) -> bool {
    let unseen = attempt
        .machine
        .as_ref()
        .is_some_and(|machine| machine.unseen_from.is_some());
    attempt.stage.is_alive() && unseen
}
