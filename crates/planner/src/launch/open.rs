//! An engine over the journal of the data folder.

use std::path::Path;
use std::sync::Arc;

use gpu_broker_engine::clock::SystemClock;
use gpu_broker_engine::failpoint::reach;
use gpu_broker_engine::identity::Identity;
use gpu_broker_engine::journal::{Journal, JournalError, MemoryStore, Mode, SpareJournal, SqliteJournal};
use gpu_broker_engine::launch::state::State;
use gpu_broker_engine::launch::{
    Engine, EngineError, FolderTurns, Interrupt, Names, Parts, Said, Settings, TaggedNames, Turns, Unwatched, Watcher,
};
use gpu_broker_engine::lock::{Holder, Lock};

use super::Narrator;
use super::lookout::Lookout;
use crate::commands::Context;
use crate::data::Data;
use crate::exit::Exit;
use crate::report::Trouble;
use crate::settings::Sources;
use crate::view::text::shown;

/// What an engine is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// Looking only: it is interrupted at once, and goes on over a journal that
    /// can only be read.
    Look,
    /// Writing a person's word down.
    Note,
    /// Finding out and ending, under this command's name: as with
    /// [`Send`](Self::Send), over a journal that need not take more rows.
    End(&'static str),
    /// Sending, under this command's name: once something is at stake, it is
    /// interrupted between two steps.
    Send(&'static str),
}

impl Purpose {
    /// Whether it can be done when nothing can be written: what only looks or
    /// ends costs nothing.
    fn goes_on(&self) -> bool {
        matches!(self, Self::Look | Self::End(_))
    }

    /// The command that others are told of, of those that are interrupted
    /// between two steps.
    fn command(&self) -> Option<&'static str> {
        match self {
            Self::Look | Self::Note => None,
            Self::End(command) | Self::Send(command) => Some(command),
        }
    }
}

/// Opens the journal, which is made when there is none.
///
/// # Errors
/// When it cannot be used.
pub(crate) fn opened(
    context: &Context<'_>,
    data: &Data,
    sources: &Sources,
    purpose: &Purpose,
    strict: bool,
) -> Result<Engine, Trouble> {
    let folder = data.folder().to_owned();
    let identity = Identity::load_or_create(&folder).map_err(|error| journal(&error))?;
    let kept = kept(context, &folder, purpose).map_err(|error| journal(&error))?;
    reach("after-journal-open");
    let mut settings = patience(context, data);
    settings.strict = strict;
    let (command, watcher, interrupt): (_, Arc<dyn Watcher>, _) = match purpose.command() {
        None => ("look", Arc::new(Lookout::new(context.printer)), Interrupt::default()),
        Some(command) => (
            command,
            Arc::new(Narrator::new(context.printer)),
            context.stop.interrupt(),
        ),
    };
    let holder = holder(context, command);
    let parts = Parts {
        sources: sources.asked.clone(),
        clock: Arc::new(SystemClock::new()),
        names: Arc::new(TaggedNames::new(identity)),
        turns: Arc::new(FolderTurns::new(folder, holder)),
        watcher,
        interrupt,
        settings,
    };
    Engine::open(kept, parts).map_err(|error| trouble(&error))
}

fn holder(context: &Context<'_>, command: &str) -> Holder {
    Holder {
        pid: std::process::id(),
        command: format!("planner {command}"),
        since: context.now,
    }
}

/// Says that a launch is under way, until the answer is dropped.
///
/// # Errors
/// When the data folder cannot be used.
pub(crate) fn launching(context: &Context<'_>, data: &Data) -> Result<Lock, Trouble> {
    Lock::launching(data.folder(), &holder(context, "provision")).map_err(|error| journal(&error))
}

/// The journal of a folder, for what is to be done with it.
fn kept(context: &Context<'_>, folder: &Path, purpose: &Purpose) -> Result<Box<dyn Journal>, JournalError> {
    let kept = match SqliteJournal::open(folder, Mode::Write) {
        Ok(kept) => kept,
        Err(why @ JournalError::Unwritable(_)) if purpose.goes_on() => {
            let read = SqliteJournal::open(folder, Mode::Read).and_then(|kept| SpareJournal::above(kept, why.clone()));
            // What it cannot be written for is what is to be mended.
            return match read {
                Ok(spare) => Ok(Box::new(spare)),
                Err(_) => Err(why),
            };
        }
        Err(why) => return Err(why),
    };
    if purpose.command().is_some()
        && let Err(error) = kept.keep_copy(context.now)
    {
        let text = error.to_string();
        context.printer.warn(&format!("warning: {}\n", shown(&text)));
    }
    Ok(if purpose.goes_on() {
        Box::new(SpareJournal::over(kept))
    } else {
        Box::new(kept)
    })
}

/// Says that what an engine found out is lost with it, where the journal takes
/// no more rows.
pub(crate) fn warn_unkept(context: &Context<'_>, engine: &Engine) {
    if let Some(why) = engine.unkept() {
        let why = why.to_string();
        context
            .printer
            .warn(&format!("warning: nothing of this is noted down: {}\n", shown(&why)));
    }
}

/// How patient the engine is.
fn patience(context: &Context<'_>, data: &Data) -> Settings {
    #[cfg(feature = "failpoints")]
    if crate::env::is_hurried() {
        return Settings::hurried();
    }
    let mut settings = if data.is_sandbox() {
        Settings::sandbox()
    } else {
        Settings::default()
    };
    settings.ask_within = context.within();
    settings
}

/// What an engine's error is to a person.
pub(crate) fn trouble(error: &EngineError) -> Trouble {
    let message = shown(&error.to_string()).into_owned();
    match error {
        EngineError::Journal(error) => journal(error),
        EngineError::Unrecorded {
            broker,
            id,
            name,
            error,
        } => {
            let what =
                format!("{broker} made the machine {id} (name {name}), and the journal could not note it: {error}");
            Trouble::new(Exit::Unknown, shown(&what).into_owned())
                .hint("run `planner reconcile` once the journal can be written again")
        }
        EngineError::Busy => {
            Trouble::new(Exit::Refused, "another planner is launching").hint("wait for it, or look with `planner ls`")
        }
        EngineError::Unnamed(_) => Trouble::new(Exit::Refused, message),
        EngineError::NoFleet(broker) => Trouble::new(Exit::Credentials, message)
            .hint(format!("set {}_API_KEY", broker.as_str().to_ascii_uppercase())),
        _ => Trouble::new(Exit::Internal, message),
    }
}

/// What is wrong with the journal, and how to begin anew where it cannot be trusted.
pub(crate) fn journal(error: &JournalError) -> Trouble {
    let internal = |what: &str| Trouble::new(Exit::Internal, shown(what).into_owned());
    let text = error.to_string();
    let damaged = |what: &str| {
        internal(what).hint(
            "nothing is launched meanwhile; `planner reconcile --from-tags` sets it aside and rebuilds it from what the \
             brokers list",
        )
    };
    match error {
        JournalError::Damaged { seq, why } => damaged(&format!("row {seq} of the journal is damaged: {why}")),
        JournalError::Unreadable(why) => damaged(&format!("the journal is damaged: {why}")),
        JournalError::Newer(layout) => {
            internal(&format!("the journal was written by a newer version (layout {layout})"))
                .hint("update planner to use it")
        }
        JournalError::Place(_) => {
            let (what, hint) = text.split_once("; ").unwrap_or((&text, ""));
            Trouble::usage(shown(what)).hint(format!("{hint} with `--data-dir` or PLANNER_DATA_DIR"))
        }
        _ => internal(&text),
    }
}

/// An engine for a data folder in which nothing was begun: it looks, and makes
/// nothing there.
///
/// # Errors
/// None: there is no row that could be wrong.
pub(crate) fn unbegun(context: &Context<'_>, data: &Data, sources: &Sources) -> Result<Engine, Trouble> {
    let parts = Parts {
        sources: sources.asked.clone(),
        watcher: Arc::new(Lookout::new(context.printer)),
        settings: patience(context, data),
        ..reading()
    };
    Engine::open(Box::new(MemoryStore::default().open()), parts).map_err(|error| trouble(&error))
}

/// An engine for a data folder whose journal cannot be used: it looks, and knows
/// what was launched from here by its name alone.
///
/// # Errors
/// None: there is no row that could be wrong.
pub(crate) fn unread(context: &Context<'_>, data: &Data, sources: &Sources) -> Result<Engine, Trouble> {
    let names: Arc<dyn Names> = match Identity::load_or_create(data.folder()) {
        Ok(identity) => Arc::new(TaggedNames::new(identity)),
        Err(_) => Arc::new(NoNames),
    };
    let parts = Parts {
        sources: sources.asked.clone(),
        watcher: Arc::new(Lookout::new(context.printer)),
        settings: patience(context, data),
        names,
        ..reading()
    };
    Engine::open(Box::new(MemoryStore::default().open()), parts).map_err(|error| trouble(&error))
}

/// An engine to look with. Where the journal cannot be used, why, and an engine that knows what was launched from here by
/// its name alone.
///
/// # Errors
/// None: there is no row that could be wrong.
pub(crate) fn looking(
    context: &Context<'_>,
    data: &Data,
    sources: &Sources,
) -> Result<(Engine, Option<Trouble>), Trouble> {
    let begun = data.is_begun();
    match begun.and_then(|_| opened(context, data, sources, &Purpose::Look, false)) {
        Ok(engine) => Ok((engine, None)),
        Err(why) => Ok((unread(context, data, sources)?, Some(why))),
    }
}

/// What the journal knows, and nobody is asked.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn offline(data: &Data) -> Result<State, Trouble> {
    let kept = SqliteJournal::open(data.folder(), Mode::Read).map_err(|error| journal(&error))?;
    let engine = Engine::open(Box::new(kept), reading()).map_err(|error| trouble(&error))?;
    Ok(engine.state().clone())
}

/// What an engine works with that asks nobody.
fn reading() -> Parts {
    Parts {
        sources: Vec::new(),
        clock: Arc::new(SystemClock::new()),
        names: Arc::new(NoNames),
        turns: Arc::new(NoTurns),
        watcher: Arc::new(Unwatched),
        interrupt: Interrupt::default(),
        settings: Settings::default(),
    }
}

/// What the journal knows, where it could be used to launch; nothing is made.
///
/// # Errors
/// When [`opened`] would be refused, as far as that can be seen by looking.
pub(crate) fn usable(data: &Data) -> Result<State, Trouble> {
    let folder = data.folder();
    let noted = Identity::check(folder).map_err(|error| journal(&error))?;
    if noted || SqliteJournal::exists(folder).map_err(|error| journal(&error))? {
        offline(data)
    } else {
        Ok(State::default())
    }
}

/// Whether there is a journal that can be used.
///
/// # Errors
/// When it cannot be read as it is: it may be whole.
pub(crate) fn is_sound(data: &Data) -> Result<bool, Trouble> {
    let folder = data.folder();
    if !SqliteJournal::exists(folder).map_err(|error| journal(&error))? {
        return Ok(false);
    }
    match SqliteJournal::open(folder, Mode::Read) {
        Ok(kept) => Ok(Engine::open(Box::new(kept), reading()).is_ok()),
        Err(why @ JournalError::Unwritable(_)) => Err(journal(&why)),
        Err(_) => Ok(false),
    }
}

/// Nobody is given a name by who only reads.
#[derive(Debug)]
struct NoNames;

impl Names for NoNames {
    fn fresh(&self) -> Result<u64, String> {
        Err("the journal is only read".to_owned())
    }

    fn launch(&self, _: u64) -> String {
        String::new()
    }

    fn name(&self, _: u64, _: u16, _: u8, _: Option<jiff::Timestamp>) -> Result<String, String> {
        Err("the journal is only read".to_owned())
    }

    fn ours(&self, _: &str) -> Option<Said> {
        None
    }
}

/// Nobody sends who only reads.
#[derive(Debug)]
struct NoTurns;

impl Turns for NoTurns {
    fn take(&self) -> Result<Option<Box<dyn Send>>, String> {
        Err("the journal is only read".to_owned())
    }
}
