//! `planner reconcile`: find out what came of every launch, and end what must
//! end.

use std::time::Duration;

use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::journal::{JournalError, set_aside};
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{Engine, Shown};
use gpu_broker_engine::lock::{Holder, Lock};
use serde_json::{Value, json};

use super::Context;
use super::audit::sums;
use super::ls::{answered, doubted, print, reports, with_sources};
use crate::cli::ReconcileArgs;
use crate::data::Data;
use crate::exit::Exit;
use crate::launch::{
    Purpose, SAY_YES, confirm, in_doubt, journal, opened, perhaps_ours, told_elsewhere, trouble, unbegun, unread,
};
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::audit::billed;
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
    let is_begun = data.is_begun();
    let is_new = is_begun.as_ref().is_ok_and(|begun| !begun);
    if is_new && !context.fleets(&data)?.has_fleet() {
        // What was launched and forgotten would be found at the brokers alone.
        return Err(Sources::nobody_asked("machines"));
    }
    if is_new {
        context.printer.note("nothing was launched from here\n");
        return left_behind(context, &data).await;
    }
    let sources = context.fleets(&data)?;
    let begun = is_begun.and_then(|_| if args.from_tags { anew(context, &data) } else { Ok(()) });
    let opened = begun.and_then(|()| opened(context, &data, &sources, &Purpose::End("reconcile"), false));
    let mut engine = match opened {
        Ok(engine) => engine,
        Err(why) if why.exit == Exit::Refused => return Err(why),
        Err(why) => {
            return by_name(context, (&data, &sources), &why, |document| {
                with_settled(document, false)
            })
            .await;
        }
    };
    let before = engine.state().clone();
    context.stop.engage();
    let settled = settle(context, args, &mut engine).await;
    let (state, now) = (engine.state().clone(), engine.parts().clock.now());
    let unkept = engine.unkept().map(|why| Unkept::of(why, &before, &state));
    drop(engine);
    let shown = match settled {
        Err(_) if context.stop.is_asked() => return Ok(Exit::Interrupted),
        settled => settled?,
    };
    let ended = if args.terminate_orphans && !context.stop.is_asked() && unkept.is_none() {
        orphans(context, args, (&data, &sources), &state).await?
    } else {
        None
    };
    let state = ended.unwrap_or(state);
    let lost = perhaps_ours(&state, &shown, data.begun());
    context.printer.warn(&told_elsewhere(&lost));
    let forgets = unkept.as_ref().is_some_and(|unkept| unkept.forgets);
    let doubt = in_doubt(&state, &lost) || forgets;
    let exit = told(context, &sources, (&state, &shown), !doubt, &now)?;
    if let Some(unkept) = unkept {
        unkept.warn(context);
    }
    Ok(match exit {
        Exit::Done if doubt => Exit::Unknown,
        // Keys and partial markets can wait; what is lost with this process cannot.
        Exit::Credentials | Exit::PartialMarket if forgets => Exit::Unknown,
        exit => exit,
    })
}

/// A journal that took no more rows while things were found out.
struct Unkept {
    why: String,
    /// Whether what was found out is more than the journal has of it: it does not account for what runs then.
    forgets: bool,
}

impl Unkept {
    fn of(why: &JournalError, before: &State, after: &State) -> Self {
        let stage = |state: &State, key: &str| state.attempts.get(key).map(|one| one.stage);
        let mut keys = after.attempts.keys();
        Self {
            why: why.to_string(),
            forgets: keys.any(|key| stage(before, key) != stage(after, key)),
        }
    }

    fn warn(&self, context: &Context<'_>) {
        let why = shown(&self.why);
        let hint = if self.forgets {
            "once the journal can be written again, run `planner reconcile`: it finds out again what became of them\n"
        } else {
            ""
        };
        context
            .printer
            .warn(&format!("warning: nothing of this is noted down: {why}\n{hint}"));
    }
}

/// Looks for what a data folder that is gone launched, where nothing was begun in
/// this one, and says what runs that no journal here knows. Nothing is made.
pub(super) async fn left_behind(context: &Context<'_>, data: &Data) -> Result<Exit, Trouble> {
    let sources = context.fleets(data)?;
    if !sources.asked.iter().any(|source| source.fleet().is_some()) {
        return Ok(Exit::Done);
    }
    let mut engine = unbegun(context, data, &sources)?;
    let listed = engine.look_around().await.map_err(|error| trouble(&error))?;
    let (state, now) = (engine.state(), engine.parts().clock.now());
    let lost = perhaps_ours(state, &listed, data.begun());
    let doubt = in_doubt(state, &lost);
    let reports = reports(&sources, &listed);
    print(context, &[], &now, |document| {
        let whole = listed.iter().all(|shown| shown.whole);
        with_sources(with_settled(document, whole && !doubt), &reports)
    })?;
    let printer = context.printer;
    printer.note(&sums(&billed(state, &listed), &reports));
    printer.note(&footer::sources(&reports, "machine"));
    printer.warn(&told_elsewhere(&lost));
    if doubt || doubted(context, &listed) {
        return Ok(Exit::Unknown);
    }
    Ok(answered(context, (&listed, &reports), std::iter::empty()))
}

/// Says what runs where the journal cannot be used, and so accounts for nothing: what it would tell of may run, whatever
/// the brokers list.
pub(super) async fn by_name(
    context: &Context<'_>,
    (data, sources): (&Data, &Sources),
    why: &Trouble,
    more: impl FnOnce(Value) -> Value,
) -> Result<Exit, Trouble> {
    let mut engine = unread(context, data, sources)?;
    let listed = engine.look_around().await.map_err(|error| trouble(&error))?;
    let (state, now) = (engine.state(), engine.parts().clock.now());
    let lost = perhaps_ours(state, &listed, None);
    let attempts = || state.attempts.values();
    let rows: Vec<Row<'_>> = attempts().map(|one| Row::of(one, &listed)).collect();
    let reports = reports(sources, &listed);
    print(context, &rows, &now, |document| with_sources(more(document), &reports))?;
    let printer = context.printer;
    if sources.has_fleet() {
        printer.note(&sums(&billed(state, &listed), &reports));
    }
    printer.note(&footer::sources(&reports, "machine"));
    printer.warn(&told_elsewhere(&lost));
    if !lost.is_empty() {
        printer.warn(
            "with this data folder nothing is ended before that is put right: name another one with `--data-dir`, or use the \
             broker's console\n",
        );
    }
    if !rows.is_empty() {
        printer.warn(&format!(
            "{} running whose names are ours, {} per hour, and the journal cannot be used\n",
            rows.len(),
            rates(attempts())
        ));
    }
    printer.warn(&why.lines());
    Ok(Exit::Unknown)
}

/// A document with whether all has come to rest.
fn with_settled(mut document: Value, settled: bool) -> Value {
    if let Some(fields) = document.as_object_mut() {
        fields.insert("settled".to_owned(), json!(settled));
    }
    document
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
    if crate::launch::is_sound(data)? {
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
    print(context, &rows, now, |document| {
        let whole = listed.iter().all(|shown| shown.whole);
        with_sources(with_settled(document, open.is_empty() && whole && clear), &reports)
    })?;
    printer.note(&footer::sources(&reports, "machine"));
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
        return Err(Sources::nobody_asked("machines"));
    }
    if exit == Exit::Done && clear {
        printer.note("everything is settled\n");
    }
    Ok(exit)
}
