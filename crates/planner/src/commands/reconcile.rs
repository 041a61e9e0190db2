//! `planner reconcile`: find out what came of every launch, and end what must
//! end.

use std::time::Duration;

use gpu_broker_core::market::{Completeness, completeness};
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::journal::set_aside;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{Engine, Shown};
use gpu_broker_engine::lock::{Holder, Lock};
use serde_json::json;

use super::Context;
use super::ls::reports;
use super::terminate::end;
use crate::cli::{Output, ReconcileArgs};
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{Purpose, confirm, journal, opened, trouble};
use crate::printer::bytes;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::instances::{Row, instance, rates, sheet, table, unasked, unresolved};
use crate::view::text::shown;
use crate::view::{columns, footer, format};

/// As long as anybody waits.
const FOR_EVER: Duration = Duration::from_secs(10 * 366 * 86_400);

/// Settles what can be settled.
pub(crate) async fn reconcile(context: &Context<'_>, args: &ReconcileArgs) -> Result<Exit, Trouble> {
    let data = context.data()?;
    if !data.is_begun() {
        context.printer.note("nothing was launched from here\n");
        return Ok(Exit::Done);
    }
    let sources = context.fleets(&data)?;
    if args.from_tags {
        anew(context, &data)?;
    }
    let mut engine = opened(context, &data, &sources, &Purpose::Send("reconcile"), false)?;
    let settled = settle(context, args, &mut engine).await;
    let (state, now) = (engine.state().clone(), engine.parts().clock.now());
    drop(engine);
    let shown = match settled {
        Err(_) if context.stop.is_asked() => return Ok(Exit::Interrupted),
        settled => settled?,
    };
    told(context, &sources, (&state, &shown), &now)
}

async fn settle(context: &Context<'_>, args: &ReconcileArgs, engine: &mut Engine) -> Result<Vec<Shown>, Trouble> {
    let within = if args.watch { Duration::ZERO } else { args.within };
    let shown = if args.from_tags {
        engine.reconcile_anew(within).await
    } else {
        engine.reconcile(within).await
    };
    let shown = shown.map_err(|error| trouble(&error))?;
    if args.terminate_orphans && !context.stop.is_asked() {
        let orphans: Vec<&Attempt> = engine
            .state()
            .attempts
            .values()
            .filter(|one| one.stage == Stage::Orphan)
            .collect();
        let keys: Vec<String> = orphans.iter().map(|one| one.key.clone()).collect();
        if !keys.is_empty() {
            let ids = orphans.iter().filter_map(|one| one.machine.as_ref());
            let ids: Vec<_> = ids.map(|machine| shown_id(machine.id.as_str())).collect();
            context.printer.note(&format!("orphans: {}\n", ids.join(", ")));
            confirm(context, args.yes, "end these?").await?;
            end(engine, &keys, args.within.max(Duration::from_secs(180))).await?;
        }
    }
    if args.watch && !context.stop.is_asked() {
        let within = args.watch_for.unwrap_or(FOR_EVER);
        engine.watch(within).await.map_err(|error| trouble(&error))?;
    }
    Ok(shown)
}

fn shown_id(id: &str) -> String {
    shown(id).into_owned()
}

/// Sets a journal that cannot be used aside, so that a new one begins.
fn anew(context: &Context<'_>, data: &Data) -> Result<(), Trouble> {
    let holder = Holder {
        pid: std::process::id(),
        command: "planner reconcile --from-tags".to_owned(),
        since: context.now,
    };
    let Some(_lock) = Lock::try_take(data.folder(), &holder).map_err(journal)? else {
        return Err(
            Trouble::new(Exit::Refused, "another planner is at work in this data folder")
                .hint("wait for it to end, and try again"),
        );
    };
    if crate::launch::is_sound(data) {
        return Err(
            Trouble::new(Exit::Refused, "the journal is whole, so it is not set aside").hint("leave out `--from-tags`"),
        );
    }
    for path in set_aside(data.folder(), context.now).map_err(journal)? {
        context.printer.note(&format!("set aside: {}\n", path.display()));
    }
    Ok(())
}

fn told(
    context: &Context<'_>,
    sources: &Sources,
    (state, shown): (&State, &[Shown]),
    now: &Stamp,
) -> Result<Exit, Trouble> {
    let printer = context.printer;
    let attempts = || state.attempts.values();
    let open: Vec<&Attempt> = attempts().filter(|one| !one.stage.is_settled()).collect();
    let rows: Vec<Row<'_>> = attempts()
        .filter(|one| one.stage.is_alive() || !one.stage.is_settled())
        .map(|one| Row::of(one, shown))
        .collect();
    let reports = reports(sources, shown);
    let document = || {
        let (doubtful, rest): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.attempt.stage.is_open());
        json!({
            "schema": "planner.instances/1",
            "settled": open.is_empty(),
            "instances": rest.iter().map(|row| instance(row, now)).collect::<Vec<_>>(),
            "unresolved": doubtful.iter().map(|row| unresolved(row.attempt, now)).collect::<Vec<_>>(),
            "sources": reports.iter().map(crate::view::document::source).collect::<Vec<_>>(),
        })
    };
    match context.output {
        Output::Table if rows.is_empty() => {}
        Output::Table => printer.data(&(columns::lines(table(&rows, now), printer.columns).join("\n") + "\n"))?,
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Csv => bytes(&sheet(&rows, now).into_bytes())?,
        Output::Markdown => bytes(format::markdown_table(&table(&rows, now)).as_bytes())?,
    }
    printer.note(&footer::sources(&reports));
    let asked: Vec<_> = shown.iter().map(|shown| shown.broker.clone()).collect();
    let missing = unasked(attempts().filter(|one| !one.stage.is_over()), &asked);
    if context.stop.is_asked() {
        return Ok(Exit::Interrupted);
    }
    if !open.is_empty() {
        printer.warn(&format!(
            "{} not settled, up to {} per hour; `planner reconcile` looks again, `planner resolve` takes your word\n",
            open.len(),
            rates(open.iter().copied())
        ));
        return Ok(Exit::Unknown);
    }
    if let Some(broker) = missing.first() {
        printer.warn(&format!(
            "{broker} was not asked, and machines of it are in the journal\n"
        ));
        return Ok(Exit::Credentials);
    }
    let exit = match completeness(&reports) {
        Completeness::Whole => Exit::Done,
        Completeness::KeysRefused if shown.is_empty() => Exit::Done,
        Completeness::KeysRefused => Exit::Credentials,
        Completeness::Partial => Exit::PartialMarket,
    };
    if exit == Exit::Done {
        printer.note("everything is settled\n");
    }
    Ok(exit)
}
