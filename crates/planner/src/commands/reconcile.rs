//! `planner reconcile`: find out what came of every launch, and end what must
//! end.

use std::time::Duration;

use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::journal::set_aside;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{Engine, Shown};
use gpu_broker_engine::lock::{Holder, Lock};
use serde_json::json;

use super::Context;
use super::ls::{answered, doubted, print, reports, with_sources};
use crate::cli::ReconcileArgs;
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{
    Purpose, SAY_YES, confirm, in_doubt, journal, opened, perhaps_ours, told_elsewhere, trouble, unbegun,
};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::footer;
use crate::view::instances::{Row, called, doubt, rates};
use crate::view::text::shown;

/// As long as anybody waits.
const FOR_EVER: Duration = Duration::from_secs(10 * 366 * 86_400);

/// How long to wait at least until machines are listed as gone.
const GONE_WITHIN: Duration = Duration::from_secs(180);

/// Settles what can be settled.
pub(crate) async fn reconcile(context: &Context<'_>, args: &ReconcileArgs) -> Result<Exit, Trouble> {
    let data = context.launched()?;
    if !data.is_begun() && !context.fleets(&data)?.has_fleet() {
        // What was launched and forgotten would be found at the brokers alone.
        return Err(Sources::nobody_asked());
    }
    if !data.is_begun() {
        context.printer.note("nothing was launched from here\n");
        return left_behind(context, &data).await;
    }
    let sources = context.fleets(&data)?;
    if args.from_tags {
        anew(context, &data)?;
    }
    let mut engine = opened(context, &data, &sources, &Purpose::Send("reconcile"), false)?;
    context.stop.engage();
    let settled = settle(context, args, &mut engine).await;
    let (state, now) = (engine.state().clone(), engine.parts().clock.now());
    drop(engine);
    let shown = match settled {
        Err(_) if context.stop.is_asked() => return Ok(Exit::Interrupted),
        settled => settled?,
    };
    let ended = if args.terminate_orphans && !context.stop.is_asked() {
        orphans(context, args, (&data, &sources), &state).await?
    } else {
        None
    };
    let state = ended.unwrap_or(state);
    let lost = perhaps_ours(&state, &shown, data.begun());
    context.printer.warn(&told_elsewhere(&lost));
    let doubt = in_doubt(&state, &lost);
    let exit = told(context, &sources, (&state, &shown), !doubt, &now)?;
    Ok(if exit == Exit::Done && doubt {
        Exit::Unknown
    } else {
        exit
    })
}

/// Looks for what a data folder that is gone launched, where nothing was begun in
/// this one. Nothing is made.
pub(super) async fn left_behind(context: &Context<'_>, data: &Data) -> Result<Exit, Trouble> {
    let sources = context.fleets(data)?;
    if !sources.asked.iter().any(|source| source.fleet().is_some()) {
        return Ok(Exit::Done);
    }
    let mut engine = unbegun(context, data, &sources)?;
    let listed = engine.look_around().await.map_err(|error| trouble(&error))?;
    let lost = perhaps_ours(engine.state(), &listed, data.begun());
    context.printer.warn(&told_elsewhere(&lost));
    if in_doubt(engine.state(), &lost) {
        return Ok(Exit::Unknown);
    }
    let reports = reports(&sources, &listed);
    Ok(answered(context, (&listed, &reports), std::iter::empty()))
}

async fn settle(context: &Context<'_>, args: &ReconcileArgs, engine: &mut Engine) -> Result<Vec<Shown>, Trouble> {
    let within = if args.watch { Duration::ZERO } else { args.within };
    let shown = if args.from_tags {
        engine.reconcile_anew(within).await
    } else {
        engine.reconcile(within).await
    };
    let shown = shown.map_err(|error| trouble(&error))?;
    if args.watch && !context.stop.is_asked() {
        let within = args.watch_for.unwrap_or(FOR_EVER);
        engine.watch(within).await.map_err(|error| trouble(&error))?;
    }
    Ok(shown)
}

/// Ends machines that bear a name of ours and that the journal knows nothing
/// of, after asking.
async fn orphans(
    context: &Context<'_>,
    args: &ReconcileArgs,
    (data, sources): (&Data, &Sources),
    state: &State,
) -> Result<Option<State>, Trouble> {
    let orphans = || state.attempts.values().filter(|one| one.stage == Stage::Orphan);
    let keys: Vec<String> = orphans().map(|one| one.key.clone()).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    let ids: Vec<_> = orphans().map(called).collect();
    context.printer.note(&format!("to be ended: {}\n", ids.join(", ")));
    confirm(context, args.yes || data.is_sandbox(), "end these?", SAY_YES).await?;
    let mut engine = opened(context, data, sources, &Purpose::Send("reconcile"), false)?;
    let ended = engine.terminate(&keys, args.within.max(GONE_WITHIN)).await;
    ended.map_err(|error| trouble(&error))?;
    Ok(Some(engine.state().clone()))
}

/// Sets a journal that cannot be used aside, so that a new one begins.
fn anew(context: &Context<'_>, data: &Data) -> Result<(), Trouble> {
    let holder = Holder {
        pid: std::process::id(),
        command: "planner reconcile --from-tags".to_owned(),
        since: context.now,
    };
    let Some(_lock) = Lock::try_take(data.folder(), &holder).map_err(|error| journal(&error))? else {
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
    for path in set_aside(data.folder(), context.now).map_err(|error| journal(&error))? {
        context.printer.note(&format!("set aside: {}\n", path.display()));
    }
    Ok(())
}

/// What is not settled about one, and what a person can do.
fn unsettled(attempt: &Attempt) -> String {
    let id = called(attempt);
    if let Some(doubt) = doubt(attempt) {
        return format!("  {doubt}; `planner resolve {id} --absent` takes your word that it ended\n");
    }
    match attempt.stage {
        Stage::Rejected | Stage::Unknown => {
            format!("  {id} may exist: `planner resolve {id}` takes your word, `--absent` or `--adopt ID`\n")
        }
        Stage::Orphan => format!(
            "  {id} is an orphan: `planner terminate {id}` ends it, `planner resolve {id} --adopt {id}` keeps it\n"
        ),
        Stage::Accepted => format!("  {id} is still deploying, and billed: `planner terminate {id}` ends it\n"),
        Stage::Blocked => format!("  {id} does not end: {}\n", shown(&attempt.note)),
        Stage::Reserved | Stage::Sending => format!("  {id} is being ordered by another planner\n"),
        Stage::Doomed | Stage::Ending => format!("  {id} is ending\n"),
        Stage::Ready | Stage::Absent | Stage::Released | Stage::Gone => String::new(),
    }
}

fn told(
    context: &Context<'_>,
    sources: &Sources,
    (state, listed): (&State, &[Shown]),
    clear: bool,
    now: &Stamp,
) -> Result<Exit, Trouble> {
    let printer = context.printer;
    let attempts = || state.attempts.values();
    let open: Vec<&Attempt> = attempts().filter(|one| !one.is_settled()).collect();
    let rows: Vec<Row<'_>> = attempts()
        .filter(|one| one.stage.is_alive() || !one.is_settled())
        .map(|one| Row::of(one, listed))
        .collect();
    let reports = reports(sources, listed);
    print(context, &rows, now, |mut document| {
        if let Some(fields) = document.as_object_mut() {
            let whole = listed.iter().all(|shown| shown.whole);
            fields.insert("settled".to_owned(), json!(open.is_empty() && whole));
        }
        with_sources(document, &reports)
    })?;
    printer.note(&footer::sources(&reports));
    if context.stop.is_asked() {
        return Ok(Exit::Interrupted);
    }
    if !open.is_empty() {
        printer.warn(&format!(
            "{} not settled, up to {} per hour; `planner reconcile` looks again\n{}",
            open.len(),
            rates(open.iter().copied()),
            open.iter().map(|one| unsettled(one)).collect::<String>()
        ));
        return Ok(Exit::Unknown);
    }
    if doubted(context, listed) {
        return Ok(Exit::Unknown);
    }
    let living = attempts().filter(|one| !one.stage.is_over());
    let exit = answered(context, (listed, &reports), living);
    if exit == Exit::Done && !sources.has_fleet() {
        return Err(Sources::nobody_asked());
    }
    if exit == Exit::Done && clear {
        printer.note("everything is settled\n");
    }
    Ok(exit)
}
