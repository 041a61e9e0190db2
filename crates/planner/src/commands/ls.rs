//! `planner ls`: what was launched from here.

use gpu_broker_core::market::Completeness;
use gpu_broker_core::market::{SourceReport, completeness};
use gpu_broker_core::source::Coverage;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::journal::SqliteJournal;
use gpu_broker_engine::launch::Shown;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{LsArgs, Output};
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{journal, looking, perhaps_ours, told_elsewhere, trouble, warn_unkept};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::instances::{Row, doubt, instance, overdue, rates, sheet, table, unasked, unresolved};
use crate::view::text::shown as escaped;
use crate::view::{columns, footer, format};

/// What the journal and the brokers know.
pub(super) struct Known {
    pub(super) state: State,
    pub(super) shown: Vec<Shown>,
    pub(super) now: Stamp,
    /// How each listing went.
    pub(super) reports: Vec<SourceReport>,
    /// Why the journal cannot be used: what is known is what the brokers list, by its names.
    pub(super) unread: Option<Trouble>,
}

/// Prints it.
pub(crate) async fn ls(context: &Context<'_>, args: &LsArgs) -> Result<Exit, Trouble> {
    let data = context.launched()?;
    let known = look(context, &data, args.offline).await?;
    let attempts = || known.state.attempts.values();
    let is_listed = |one: &&Attempt| one.stage.is_alive() || (args.all && !one.stage.is_open());
    let rows: Vec<Row<'_>> = attempts()
        .filter(is_listed)
        .map(|one| Row::of(one, &known.shown))
        .collect();
    let open: Vec<&Attempt> = attempts().filter(|one| one.stage.is_open()).collect();

    let mut all: Vec<Row<'_>> = rows
        .iter()
        .copied()
        .chain(open.iter().map(|attempt| Row { attempt, listed: None }))
        .collect();
    // The oldest first: what was forgotten stands on top.
    all.sort_by_key(Row::created_at);
    print(context, &all, &known.now, |document| {
        with_sources(document, &known.reports)
    })?;
    let printer = context.printer;
    let living: Vec<&Attempt> = attempts().filter(|one| one.stage.is_alive()).collect();
    printer.note(&if living.is_empty() && known.unread.is_some() {
        "what was launched from here is not known\n".to_owned()
    } else if living.is_empty() {
        "nothing runs that was launched from here\n".to_owned()
    } else {
        format!(
            "{} running, {} per hour; `planner show ID` tells how to log in, `planner terminate ID` ends one\n",
            living.len(),
            rates(living.iter().copied())
        )
    });
    for doubt in living.iter().filter_map(|one| doubt(one)) {
        printer.warn(&format!("warning: {doubt}; `planner reconcile` finds out\n"));
    }
    printer.note(&overdue(living.iter().copied()));
    if !open.is_empty() {
        printer.note(&format!(
            "of {} it is not known whether they exist: run `planner reconcile`\n",
            open.len()
        ));
    }
    printer.note(&footer::sources(&known.reports, "machine"));
    if let Some(why) = known.unread {
        printer.warn(&told_elsewhere(&perhaps_ours(&known.state, &known.shown, None)));
        return Err(why);
    }
    let shown = (&known.shown[..], &known.reports[..]);
    if args.offline {
        return Ok(Exit::Done);
    }
    Ok(answered(context, shown, living.into_iter().chain(open)))
}

/// What the journal knows, and unless `offline` what the brokers list. Where
/// nothing was ever launched, nobody is asked and nothing is made.
pub(super) async fn look(context: &Context<'_>, data: &Data, offline: bool) -> Result<Known, Trouble> {
    let clock = gpu_broker_engine::clock::SystemClock::new();
    let mut known = Known {
        state: State::default(),
        shown: Vec::new(),
        now: gpu_broker_engine::clock::Clock::now(&clock),
        reports: Vec::new(),
        unread: None,
    };
    let begun = data.is_begun();
    if matches!(begun, Ok(false)) {
        return Ok(known);
    }
    if offline {
        begun?;
        if SqliteJournal::exists(data.folder()).map_err(|error| journal(&error))? {
            known.state = crate::launch::offline(data)?;
        }
        return Ok(known);
    }
    let sources = context.fleets(data)?;
    let (mut engine, unread) = looking(context, data, &sources)?;
    known.unread = unread;
    known.shown = engine.look_around().await.map_err(|error| trouble(&error))?;
    warn_unkept(context, &engine);
    known.now = engine.parts().clock.now();
    known.reports = reports(&sources, &known.shown);
    known.state = engine.state().clone();
    Ok(known)
}

/// How the listings of machines went, and who was not asked.
pub(super) fn reports(sources: &Sources, shown: &[Shown]) -> Vec<SourceReport> {
    let listed = |one: &Shown| SourceReport::of(one.broker.clone(), &one.listing);
    let asked = shown.iter().map(listed);
    let without = sources.asked.iter().filter(|source| source.fleet().is_none());
    let without = without
        .map(|source| source.broker().clone())
        .chain(sources.without_key.iter().cloned());
    asked.chain(without.map(SourceReport::without_key)).collect()
}

/// Whether everybody answered whose machines are in the journal.
pub(super) fn answered<'a>(
    context: &Context<'_>,
    (shown, reports): (&[Shown], &[SourceReport]),
    attempts: impl Iterator<Item = &'a Attempt>,
) -> Exit {
    let asked: Vec<_> = shown.iter().map(|shown| shown.broker.clone()).collect();
    if let Some(broker) = unasked(attempts, &asked).first() {
        context.printer.warn(&format!(
            "warning: {broker} was not asked, and machines of it are in the journal\n"
        ));
        return Exit::Credentials;
    }
    match completeness(reports) {
        Completeness::Whole => Exit::Done,
        // Nobody is configured, and nothing of theirs is here.
        Completeness::KeysRefused if shown.is_empty() => Exit::Done,
        Completeness::KeysRefused => Exit::Credentials,
        Completeness::Partial => Exit::PartialMarket,
    }
}

/// Says which listings came in full and yet cannot be all that there is: what
/// they do not show may run on, so nothing is settled (R7).
pub(super) fn doubted(context: &Context<'_>, shown: &[Shown]) -> bool {
    let doubted = |one: &&Shown| !one.whole && one.listing.coverage == Coverage::Complete;
    let mut any = false;
    for one in shown.iter().filter(doubted) {
        any = true;
        let ids: Vec<_> = one.missing.iter().map(|id| escaped(id.as_str())).collect();
        let what = match (ids.len(), one.listing.rejects.len()) {
            (0, 0) => "shows one id twice".to_owned(),
            (0, rejects) => format!("has {rejects} that cannot be read"),
            (_, _) => format!("leaves out what it showed before: {}", ids.join(", ")),
        };
        context.printer.warn(&format!(
            "the list of {} {what}; what it does not show may run and cost money, so look again later\n",
            one.broker
        ));
    }
    any
}

/// Prints some attempts as they are now.
pub(super) fn tell(context: &Context<'_>, attempts: &[&Attempt], now: &Stamp) -> Result<(), Trouble> {
    let rows: Vec<Row<'_>> = attempts.iter().map(|attempt| Row { attempt, listed: None }).collect();
    print(context, &rows, now, |document| document)
}

/// Prints rows in the form that was asked for; `more` adds to the document.
pub(super) fn print(
    context: &Context<'_>,
    rows: &[Row<'_>],
    now: &Stamp,
    more: impl FnOnce(Value) -> Value,
) -> Result<(), Trouble> {
    let printer = context.printer;
    let document = || {
        let (open, rest): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.attempt.stage.is_open());
        more(json!({
            "schema": "planner.instances/1",
            "instances": rest.iter().map(|row| instance(row, now)).collect::<Vec<_>>(),
            "unresolved": open.iter().map(|row| unresolved(row.attempt, now)).collect::<Vec<_>>(),
        }))
    };
    match context.output {
        Output::Table if rows.is_empty() => {}
        Output::Table => printer.data(&(columns::lines(table(rows, now), printer.columns).join("\n") + "\n"))?,
        Output::Json | Output::Jsonl => bytes(&context.json(&document())?)?,
        Output::Yaml => bytes(&context.yaml(&document())?)?,
        Output::Csv => bytes(&sheet(rows, now).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&table(rows, now)).as_bytes())?,
    }
    Ok(())
}

/// A document with how each listing went.
pub(super) fn with_sources(mut document: Value, reports: &[SourceReport]) -> Value {
    let sources = reports.iter().map(crate::view::document::source).collect::<Vec<_>>();
    if let Some(fields) = document.as_object_mut() {
        fields.insert("sources".to_owned(), json!(sources));
    }
    document
}

/// The status after a person's word: whether all of it has come to rest.
pub(super) fn finish(attempts: &[&Attempt]) -> Exit {
    if attempts
        .iter()
        .all(|one| one.is_settled() || one.stage == Stage::Accepted)
    {
        Exit::Done
    } else {
        Exit::Unknown
    }
}
