//! What is done with machines that were launched before: finding out, ending, watching.

mod word;

use std::time::Duration;

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Listing;

use super::account::{Account, Kind};
use super::chores::{Care, Chore};
use super::doom::Doom;
use super::engine::{Engine, EngineError, Looked};
use super::event::{Event, Named};
use super::insight::Held;
use super::spend::Forbidden;
use super::state::{Attempt, Stage, State};
use crate::clock::Stamp;

/// What a broker counts in whole seconds is over one later.
const SECOND: Duration = Duration::from_secs(1);

/// What an account showed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shown {
    /// Whose.
    pub broker: Broker,
    /// Of which team, as far as it was configured.
    pub scope: Option<String>,
    /// Whether it lists machines, or disks in the form of machines.
    pub kind: Kind,
    /// What it listed.
    pub listing: Listing<Instance>,
    /// Whether that is all that there is, as far as anybody can know: nothing
    /// is missing that was there before (R7). Only then is what is settled in
    /// the journal settled.
    pub whole: bool,
    /// Machines that were alive when last seen, that it leaves out, and of
    /// which the broker says nothing else when asked for each.
    pub missing: Vec<InstanceId>,
}

impl Shown {
    fn account(&self) -> Account {
        Account {
            broker: self.broker.clone(),
            scope: self.scope.clone(),
            kind: self.kind,
        }
    }
}

/// Why a person's word cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CareError {
    /// The engine stopped.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// No account lists a machine with this id.
    #[error("no account lists a machine with the id {0}; look around for what there is")]
    Unlisted(InstanceId),
    /// The journal knows no attempt with this key.
    #[error("the journal knows no attempt {0}; its state has what there is")]
    Unknown(String),
    /// What was asked for would cost more than it may.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// What was asked for does not fit what is known, in words.
    #[error("{0}")]
    Unfit(String),
}

impl Engine {
    /// Looks at every account, whatever the journal expects there. Costs
    /// nothing.
    ///
    /// # Errors
    /// When the journal cannot be read. An account that cannot be asked is no error: what
    /// it shows says so.
    pub async fn look_around(&mut self) -> Result<Vec<Shown>, EngineError> {
        self.refresh()?;
        let mut shown = Vec::new();
        for account in self.accounts() {
            let disks_of_ours = |one: &Attempt| one.ordered.account() == account;
            if account.kind == Kind::Disk && !self.state().attempts.values().any(disks_of_ours) {
                continue;
            }
            let Looked {
                listing,
                whole,
                missing,
            } = self.look(&account).await?;
            let Account { broker, scope, kind } = account;
            shown.push(Shown {
                broker,
                scope,
                kind,
                listing,
                whole,
                missing,
            });
        }
        Ok(shown)
    }

    /// Settles what can be settled: finds out what became of every request,
    /// waits for what deploys, and ends what must end. Returns when everything
    /// has come to rest, when only a person can tell more, or after `within`.
    /// It orders nothing, so it costs nothing; what runs and was ordered runs on.
    ///
    /// # Errors
    /// When the journal cannot be used, or another process is launching.
    pub async fn reconcile(&mut self, within: Duration) -> Result<Vec<Shown>, EngineError> {
        self.recover().await?;
        let start = self.now();
        let mut shown = self.look_around().await?;
        self.catch_up().await?;
        let rested = |state: &State| !state.attempts.values().any(is_moving);
        self.tend(is_moving, Care::Unsettled, within, rested).await?;
        // A later look may have shown what the first left out.
        for one in shown.iter_mut().filter(|one| !one.whole) {
            if self.was_whole(&one.account(), &start) {
                one.whole = true;
                one.missing.clear();
            }
        }
        Ok(shown)
    }

    /// As [`reconcile`](Self::reconcile), with a journal that was begun anew.
    /// Of an account of which nothing is known, one listing that shows nothing
    /// proves nothing (R7): each is read as often as it takes to give up a name.
    ///
    /// # Errors
    /// As [`reconcile`](Self::reconcile).
    pub async fn reconcile_anew(&mut self, within: Duration) -> Result<Vec<Shown>, EngineError> {
        let mut shown = self.reconcile(within).await?;
        for _ in 1..self.settings().looks {
            self.rest(self.settings().list_every).await;
            if self.parts().interrupt.is_set() {
                break;
            }
            shown = self.look_around().await?;
        }
        Ok(shown)
    }

    /// Does what is due by the clock alone: ends what is past its deadline or
    /// never became ready (D5), and asks again for what its broker would not
    /// end (T19).
    async fn catch_up(&mut self) -> Result<(), EngineError> {
        for chore in self.agenda(&|_| true, Care::Watchdog).now {
            match chore {
                Chore::Doom { .. } | Chore::End { .. } => self.do_chore(chore).await?,
                Chore::Look { .. } => {}
            }
        }
        Ok(())
    }

    /// Looks after everything until somebody asks to stop or `within` is over:
    /// ends machines at their deadline, and those that never become ready. It
    /// orders nothing.
    ///
    /// # Errors
    /// When the journal cannot be used, or another process is launching.
    pub async fn watch(&mut self, within: Duration) -> Result<(), EngineError> {
        self.recover().await?;
        for account in self.accounts() {
            if !self.is_fresh(&account) {
                self.look(&account).await?;
            }
        }
        self.tend(|_| true, Care::Watchdog, within, |_| false).await?;
        Ok(())
    }

    /// Ends machines, and returns when their broker's own listing has said
    /// twice that they are gone, or after `within`. A machine that has not
    /// appeared yet is looked for that long, and ended when it does. Where a
    /// broker says that it is too early, and that is over within the time, it is
    /// asked again then. Where the journal takes no more rows, only machines of
    /// which it has some are ended ([`is_noted`](Self::is_noted)). It orders
    /// nothing; machines are billed until they are gone.
    ///
    /// # Errors
    /// When the journal cannot be used, or another process is launching.
    pub async fn terminate(&mut self, keys: &[String], within: Duration) -> Result<(), EngineError> {
        self.recover().await?;
        let start = self.now();
        loop {
            let noted = |key: &&String| self.is_noted(key);
            let keys: Vec<String> = keys.iter().filter(noted).cloned().collect();
            self.end_all(&keys, self.left(&start, within)).await?;
            let left = self.left(&start, within);
            let Some(wait) = self.too_early(&keys).filter(|wait| *wait < left) else {
                return Ok(());
            };
            let wait = wait + SECOND;
            let line = format!("waiting {} s for a minimum runtime", wait.as_secs());
            self.parts().watcher.remarked(&line);
            self.rest(wait).await;
            if self.parts().interrupt.is_set() {
                return Ok(());
            }
        }
    }

    /// What is left of a time that began then. With a clock that was started
    /// anew, nothing.
    fn left(&self, start: &Stamp, within: Duration) -> Duration {
        within.saturating_sub(self.now().since(start).unwrap_or(within))
    }

    /// For how long it is too early to end some of them: as long as the longest.
    fn too_early(&self, keys: &[String]) -> Option<Duration> {
        let now = self.now();
        let attempts = keys.iter().filter_map(|key| self.state().attempts.get(key));
        let waits = attempts.filter_map(|one| match one.held(&now)? {
            Held::TooEarly(wait) => Some(wait),
            Held::Key | Held::Refused => None,
        });
        waits.max()
    }

    async fn end_all(&mut self, keys: &[String], within: Duration) -> Result<(), EngineError> {
        for key in keys {
            let Some(attempt) = self.state().attempts.get(key) else {
                continue;
            };
            if attempt.stage == Stage::Blocked {
                // Whoever asks again wants it to be tried again (T19).
                self.end(key).await?;
            } else if attempt.stage.is_alive() {
                self.doom(key, Doom::User, "")?;
            } else if attempt.stage != Stage::Gone {
                self.note(vec![Event::Unwanted(Named { key: key.clone() })])?;
            }
        }
        let named = |one: &Attempt| keys.contains(&one.key);
        // What its broker will not end yet is told at once, not waited for; what may still appear is (R14).
        let rested = |state: &State| {
            let mut named = state.attempts.values().filter(|one| named(one));
            named.all(|one| one.stage == Stage::Blocked || !one.stage.is_alive() && !may_appear(one.stage))
        };
        self.tend(named, Care::Unsettled, within, rested).await?;
        Ok(())
    }
}

/// Whether a machine may come of it that listings do not show yet, and nobody has given it up.
fn may_appear(stage: Stage) -> bool {
    stage.is_open() && stage != Stage::Absent
}

/// What listings may settle while somebody waits, as opposed to what only a
/// person can, or what is at rest.
fn is_moving(attempt: &Attempt) -> bool {
    match attempt.stage {
        Stage::Rejected | Stage::Unknown | Stage::Accepted | Stage::Doomed | Stage::Ending => true,
        Stage::Ready | Stage::Blocked | Stage::Orphan => attempt.is_doubted(),
        Stage::Reserved | Stage::Sending | Stage::Absent | Stage::Released | Stage::Gone => false,
    }
}
