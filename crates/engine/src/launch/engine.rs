//! The engine: a journal, brokers, a clock, and the rule that nothing which
//! costs money is done before the journal says so.

mod ending;
mod left_out;
mod looking;
mod sending;

pub(crate) use looking::Looked;
pub(crate) use sending::{Sent, SlotOf};

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Fleet, Source};
use thiserror::Error;

use super::account::{Account, Kind};
use super::caps::Listed;
use super::event::{Event, Named, Noted};
use super::interrupt::Interrupt;
use super::names::Names;
use super::settings::Settings;
use super::spend::Forbidden;
use super::state::{Stage, State};
use super::watch::Watcher;
use crate::clock::{Clock, Stamp};
use crate::failpoint::reach;
use crate::journal::{Draft, Journal, JournalError, Row};

/// Launches machines, ends them, and finds out what became of them.
#[derive(Debug)]
pub struct Engine {
    journal: Box<dyn Journal>,
    state: State,
    parts: Parts,
    /// When each account was last looked at, by this process.
    looked: BTreeMap<Account, Stamp>,
    /// When each account was last seen as a whole, by this process.
    whole: BTreeMap<Account, Stamp>,
    /// What it showed then.
    listed: BTreeMap<Account, Listed>,
    /// When it found machines that a listing had left out.
    asked: BTreeMap<(Broker, InstanceId), Stamp>,
    /// The attempts that the journal has rows of, from when on it takes no more.
    noted: Option<BTreeSet<String>>,
    /// The launch that it began last.
    pub(super) begun: Option<String>,
}

/// What an engine works with.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The brokers.
    pub sources: Vec<Arc<dyn Source>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The names.
    pub names: Arc<dyn Names>,
    /// Keeps other processes from sending meanwhile.
    pub turns: Arc<dyn Turns>,
    /// Is told what happens.
    pub watcher: Arc<dyn Watcher>,
    /// Says when to stop.
    pub interrupt: Interrupt,
    /// The patience.
    pub settings: Settings,
}

/// Keeps other processes on this machine from sending while one does (R12).
pub trait Turns: std::fmt::Debug + Send + Sync {
    /// Takes the turn, or says who has it. It ends when the answer is dropped,
    /// and with the process.
    ///
    /// # Errors
    /// When the lock cannot be had at all, in words.
    fn take(&self) -> Result<Option<Box<dyn Send>>, String>;
}

/// Nobody else is there: for simulations in one thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Turns for Alone {
    ///
    /// # Errors
    /// When the lock cannot be had at all, in words.
    fn take(&self) -> Result<Option<Box<dyn Send>>, String> {
        Ok(Some(Box::new(())))
    }
}

/// Why the engine stopped. What was sent before is in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The journal cannot be used; nothing more was sent.
    #[error("the journal cannot be used: {0}")]
    Journal(#[from] JournalError),
    /// The journal failed after a machine was made: its id must not be lost.
    #[error(
        "{broker} made the machine {id} (name {name}), and the journal could not note it: {error}; \
         reconcile once the journal can be written again"
    )]
    Unrecorded {
        /// Who made it.
        broker: Broker,
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// What is wrong with the journal.
        error: JournalError,
    },
    /// Another process is sending; this one waited for some minutes.
    #[error("another process is launching; wait until it is done, and try again")]
    Busy,
    /// There is no name for a launch, so nothing can be found again by its name.
    #[error("{0}")]
    Unnamed(String),
    /// Nobody is configured to ask this broker.
    #[error("no key is configured for {0}, so its machines can be neither seen nor ended")]
    NoFleet(Broker),
}

/// How long to wait for another process that is sending: its request may take
/// three minutes.
const TURN_WITHIN: Duration = Duration::from_secs(200);
/// How often to ask whether it is done.
const TURN_EVERY: Duration = Duration::from_millis(250);

impl Engine {
    /// An engine over a journal, whose rows are read now.
    ///
    /// # Errors
    /// When the journal cannot be read, or its rows cannot have been written by
    /// this program.
    pub fn open(mut journal: Box<dyn Journal>, parts: Parts) -> Result<Self, EngineError> {
        let rows = journal.read_after(0)?;
        let mut state = State::default();
        take_in(&mut state, &rows).map_err(JournalError::Refused)?;
        let noted = journal.lost().map(|_| state.attempts.keys().cloned().collect());
        Ok(Self {
            journal,
            state,
            parts,
            noted,
            looked: BTreeMap::new(),
            whole: BTreeMap::new(),
            listed: BTreeMap::new(),
            asked: BTreeMap::new(),
            begun: None,
        })
    }

    /// What is known, as of the last look at the journal.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Why the journal takes no more rows, where it does not and this engine goes
    /// on for looking and ending: what it knows then is lost with it.
    pub fn unkept(&self) -> Option<&JournalError> {
        self.journal.lost()
    }

    /// Whether the journal has rows of an attempt. Once it takes no more, nothing
    /// else is ended.
    pub fn is_noted(&self, key: &str) -> bool {
        self.noted.as_ref().is_none_or(|noted| noted.contains(key))
    }

    /// Refuses whatever must be on disk before it is done (R1, F31).
    pub(crate) fn must_keep(&self) -> Result<(), JournalError> {
        self.journal.lost().map_or(Ok(()), |why| Err(why.clone()))
    }

    /// Reads what other processes wrote meanwhile.
    ///
    /// # Errors
    /// When the journal cannot be read, or a row in it may not follow those before.
    pub fn refresh(&mut self) -> Result<&State, EngineError> {
        let rows = self.journal.read_after(self.state.seq)?;
        take_in(&mut self.state, &rows).map_err(JournalError::Refused)?;
        Ok(&self.state)
    }

    /// What it works with.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    pub(crate) fn looked(&self) -> &BTreeMap<Account, Stamp> {
        &self.looked
    }

    /// Whether this process saw all of an account a moment ago, so that another
    /// listing would tell nothing new (R13).
    pub(crate) fn is_fresh(&self, account: &Account) -> bool {
        let waited = self.whole.get(account).and_then(|last| self.now().since(last));
        waited.is_some_and(|waited| waited < self.settings().list_every)
    }

    /// Whether this process saw all of an account since then.
    pub(crate) fn was_whole(&self, account: &Account, start: &Stamp) -> bool {
        let last = self.whole.get(account);
        last.is_some_and(|last| last.boot == start.boot && last.up_ms >= start.up_ms)
    }

    pub(crate) fn now(&self) -> Stamp {
        self.parts.clock.now()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// Adds what `decide` makes of all that is known, in one transaction. A
    /// refusal adds nothing.
    pub(crate) fn commit(
        &mut self,
        decide: impl FnOnce(&State) -> Result<Vec<Event>, String>,
    ) -> Result<Vec<Event>, JournalError> {
        let stamp = self.parts.clock.now();
        let mut decide = Some(decide);
        // Most looks tell nothing new: then nothing is copied.
        let mut next = Cow::Borrowed(&self.state);
        let mut events = Vec::new();
        reach("before-commit");
        let added = self.journal.transact(self.state.seq, &mut |rows: &[Row]| {
            if !rows.is_empty() {
                take_in(next.to_mut(), rows)?;
            }
            let decide = decide.take().ok_or("a transaction was run twice")?;
            events = decide(&next)?;
            let mut drafts = Vec::with_capacity(events.len());
            for event in &events {
                next.to_mut().apply(event.clone(), &stamp)?;
                drafts.push(draft(event, &stamp)?);
            }
            Ok(drafts)
        })?;
        if self.noted.is_none() && self.journal.lost().is_some() {
            self.noted = Some(self.state.attempts.keys().cloned().collect());
        }
        reach("after-commit");
        if let Some(last) = added.last() {
            next.to_mut().seq = last.seq;
        }
        if let Cow::Owned(next) = next {
            self.state = next;
        }
        for event in &events {
            self.parts.watcher.happened(event, &self.state);
        }
        Ok(events)
    }

    /// As [`Self::commit`], with what forbids it kept as more than words.
    pub(crate) fn commit_within(
        &mut self,
        decide: impl FnOnce(&State) -> Result<Vec<Event>, Forbidden>,
    ) -> Result<Result<Vec<Event>, Forbidden>, JournalError> {
        let mut refusal = None;
        let committed = self.commit(|state| {
            decide(state).map_err(|why| {
                let text = why.to_string();
                refusal = Some(why);
                text
            })
        });
        match committed {
            Ok(events) => Ok(Ok(events)),
            Err(JournalError::Refused(text)) => Ok(Err(refusal.unwrap_or_else(|| text.into()))),
            Err(error) => Err(error),
        }
    }

    /// Adds events that are allowed whatever is known.
    pub(crate) fn note(&mut self, events: Vec<Event>) -> Result<(), JournalError> {
        self.commit(|_| Ok(events)).map(drop)
    }

    /// Takes the turn to send, and settles what a process that died in its own
    /// turn left behind: whoever sends holds the turn, so nobody is sending
    /// now (T7).
    pub(crate) async fn turn(&mut self) -> Result<Box<dyn Send>, EngineError> {
        reach("before-lock");
        let turns = Arc::clone(&self.parts.turns);
        let start = self.now();
        let turn = loop {
            if let Some(turn) = turns.take().map_err(JournalError::Storage)? {
                break turn;
            }
            let waited = self.now().since(&start).unwrap_or_default();
            if waited >= TURN_WITHIN || self.parts.interrupt.is_set() {
                return Err(EngineError::Busy);
            }
            self.parts.clock.sleep(TURN_EVERY).await;
        };
        reach("after-lock");
        self.commit(|state| Ok(abandoned(state)))?;
        Ok(turn)
    }

    /// Settles what a process that died left behind.
    ///
    /// # Errors
    /// When the journal cannot be read or written.
    pub async fn recover(&mut self) -> Result<(), EngineError> {
        self.refresh()?;
        if abandoned(&self.state).is_empty() {
            return Ok(());
        }
        match self.turn().await {
            // Nobody knows whether they are under way; nothing is sent meanwhile.
            Err(EngineError::Journal(_)) if self.unkept().is_some() => Ok(()),
            turn => turn.map(drop),
        }
    }

    /// The machines of a broker.
    pub(crate) fn source(&self, broker: &Broker) -> Option<Arc<dyn Source>> {
        self.parts.sources.iter().find(|one| one.broker() == broker).cloned()
    }

    /// The accounts that can be asked.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let mut accounts = Vec::new();
        for source in &self.parts.sources {
            let Some(fleet) = source.fleet() else {
                continue;
            };
            let account = |kind| Account {
                broker: source.broker().clone(),
                scope: scope(fleet),
                kind,
            };
            accounts.push(account(Kind::Machine));
            accounts.extend(source.disks().map(|_| account(Kind::Disk)));
        }
        accounts
    }
}

/// The account that a fleet asks, as the journal writes it.
pub(crate) fn scope(fleet: &dyn Fleet) -> Option<String> {
    fleet.scope().map(str::to_owned)
}

/// What nobody will finish: requests that may have left, and money that was
/// set aside for requests that never did.
fn abandoned(state: &State) -> Vec<Event> {
    let found = state.attempts.values().filter_map(|attempt| match attempt.stage {
        Stage::Sending => Some(Event::Unknown(Noted {
            key: attempt.key.clone(),
            note: "the process ended while the request was under way".to_owned(),
        })),
        Stage::Reserved => Some(Event::Released(Named {
            key: attempt.key.clone(),
        })),
        _ => None,
    });
    found.collect()
}

fn take_in(state: &mut State, rows: &[Row]) -> Result<(), String> {
    for row in rows {
        let event: Event = serde_json::from_str(&row.draft.body)
            .map_err(|error| format!("row {} of the journal cannot be read: {error}", row.seq))?;
        state
            .apply(event, &row.draft.stamp)
            .map_err(|why| format!("row {} of the journal cannot follow: {why}", row.seq))?;
        state.seq = row.seq;
    }
    Ok(())
}

fn draft(event: &Event, stamp: &Stamp) -> Result<Draft, String> {
    Ok(Draft {
        stamp: stamp.clone(),
        pid: std::process::id(),
        body: serde_json::to_string(event).map_err(|error| error.to_string())?,
    })
}
