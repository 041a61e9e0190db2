//! What is done with machines that were launched before: finding out, ending,
//! extending, adopting.

use std::time::Duration;

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Coverage, Listing};
use jiff::Timestamp;

use super::account::{Account, Kind};
use super::chores::{Care, Chore};
use super::engine::{Engine, EngineError, Looked};
use super::event::{Accepted, Event, Extended, Gone, Named, Orphan};
use super::insight::Held;
use super::judge::Doom;
use super::state::{Attempt, Stage, State};
use super::survey::as_listed;
use super::survey::cost::{self, between_ms};
use crate::clock::Stamp;

/// What a broker counts in whole seconds is over one later.
const SECOND: Duration = Duration::from_secs(1);

/// What an account showed.
#[derive(Debug)]
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
pub enum CareError {
    /// The engine stopped.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What was asked for does not fit what is known.
    #[error("{0}")]
    Unfit(String),
}

impl Engine {
    /// Looks at every account, whatever the journal expects there. Costs
    /// nothing.
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
    /// ends machines at their deadline, and those that never become ready.
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
    /// appeared yet is ended when it does. Where a broker says that it is too
    /// early, and that is over within the time, it is asked again then. Where
    /// the journal takes no more rows, only machines of which it has some are
    /// ended ([`is_noted`](Self::is_noted)).
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
        // What its broker will not end yet is told at once, not waited for.
        let rested = |state: &State| {
            let mut named = state.attempts.values().filter(|one| named(one));
            named.all(|one| !one.stage.is_alive() || one.stage == Stage::Blocked)
        };
        self.tend(named, Care::Unsettled, within, rested).await?;
        Ok(())
    }

    /// Takes a machine that the journal does not know into it, because a
    /// person named it. Returns its key.
    ///
    /// # Errors
    /// When no account shows it.
    pub async fn take_charge(&mut self, id: &InstanceId) -> Result<String, CareError> {
        for shown in self.look_around().await? {
            let Some(item) = shown.listing.items.iter().find(|item| item.id == *id) else {
                continue;
            };
            if shown.kind != Kind::Machine {
                continue;
            }
            if let Some(attempt) = self.state().by_id(&shown.broker, id) {
                return Ok(attempt.key.clone());
            }
            let key = format!("{}/{id}", shown.broker);
            let orphan = Orphan {
                key: key.clone(),
                id: id.clone(),
                ordered: as_listed(&shown.account(), item),
                ends_at: None,
                created_at: None,
            };
            self.note(vec![Event::Orphan(Box::new(orphan))])
                .map_err(EngineError::from)?;
            return Ok(key);
        }
        Err(CareError::Unfit(format!(
            "no account lists a machine with the id {id}; `planner audit` shows what there is"
        )))
    }

    /// Takes a person's word that a machine is to end, whatever its broker shows:
    /// somebody named it by its id (I5). One that its broker shows under
    /// another name is left alone all the same.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn claim(&mut self, key: &str) -> Result<(), EngineError> {
        let attempt = self.state().attempts.get(key).filter(|one| one.stage.is_alive());
        let machine = attempt.and_then(|one| one.machine.as_ref());
        if machine.is_some_and(|machine| !machine.ours && !machine.claimed) {
            self.note(vec![Event::Claimed(Named { key: key.to_owned() })])?;
        }
        Ok(())
    }

    /// Takes a person's word that nothing came of a request, or that a machine
    /// ended which its broker does not list any more.
    ///
    /// # Errors
    /// When the attempt is neither one whose outcome is open, nor in doubt.
    pub fn vouch_absent(&mut self, key: &str) -> Result<(), CareError> {
        let attempt = self.state().attempts.get(key).filter(|one| one.is_doubted());
        if let Some(attempt) = attempt {
            let gone = Gone {
                key: key.to_owned(),
                cost: cost::of(attempt, None, &self.now()),
            };
            return self
                .note(vec![Event::Gone(gone)])
                .map_err(|error| EngineError::from(error).into());
        }
        self.expect(key, &[Stage::Unknown, Stage::Rejected, Stage::Absent])?;
        let named = Named { key: key.to_owned() };
        self.note(vec![Event::Vouched(named)])
            .map_err(|error| EngineError::from(error).into())
    }

    /// Takes a person's word that a machine is the one that came of a request,
    /// or that an unknown machine of ours may stay.
    ///
    /// # Errors
    /// When the attempt is not open, or its account does not show the machine.
    pub async fn adopt(&mut self, key: &str, id: &InstanceId) -> Result<(), CareError> {
        let open = [Stage::Unknown, Stage::Rejected, Stage::Absent, Stage::Orphan];
        let attempt = self.expect(key, &open)?;
        let account = attempt.ordered.account();
        let listing = self.look(&account).await?.listing;
        let Some(item) = listing.items.iter().find(|item| item.id == *id) else {
            let how = if listing.coverage == Coverage::Complete {
                "does not list"
            } else {
                "did not list, in an answer that is not complete,"
            };
            return Err(CareError::Unfit(format!(
                "{} {how} a machine with the id {id}",
                account.broker
            )));
        };
        // The look may have settled it.
        if self.expect(key, &open).is_err() {
            return Ok(());
        }
        let accepted = Accepted {
            key: key.to_owned(),
            id: id.clone(),
            rate: item.rate.map(gpu_broker_core::money::Rate::per_hour),
            seen: true,
            lag_ms: None,
        };
        self.note(vec![Event::Accepted(accepted)])
            .map_err(|error| EngineError::from(error).into())
    }

    /// Lets a machine run until later, within the caps of its launch.
    ///
    /// # Errors
    /// When it does not run, or what it would cost is above a cap.
    pub fn extend(&mut self, key: &str, ends_at: Timestamp) -> Result<(), CareError> {
        self.expect(key, &[Stage::Accepted, Stage::Ready])?;
        let now = self.now();
        let extended = self.commit(|state| {
            let attempt = state.attempts.get(key).ok_or("it is gone")?;
            let worst = until(attempt, ends_at).ok_or("what it would cost has too many digits")?;
            super::caps::allow_more(state, attempt, worst, &now)?;
            Ok(vec![Event::Extended(Extended {
                key: key.to_owned(),
                ends_at: Some(ends_at),
                worst,
            })])
        });
        match extended {
            Ok(_) => Ok(()),
            Err(crate::journal::JournalError::Refused(why)) => Err(CareError::Unfit(why)),
            Err(error) => Err(EngineError::from(error).into()),
        }
    }

    fn expect(&self, key: &str, stages: &[Stage]) -> Result<&Attempt, CareError> {
        let attempt = self.state().attempts.get(key);
        let attempt = attempt.ok_or_else(|| {
            CareError::Unfit(format!(
                "the journal knows no attempt {key}; `planner ls` shows what there is"
            ))
        })?;
        if stages.contains(&attempt.stage) {
            Ok(attempt)
        } else {
            Err(CareError::Unfit(format!("{key} is {}", attempt.stage.as_str())))
        }
    }
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

/// The most that a machine may cost until a time.
fn until(attempt: &Attempt, ends_at: Timestamp) -> Option<Exact> {
    let cost = cost::over(attempt.ordered.ceiling, between_ms(attempt.paid_from(), ends_at))?;
    Some(cost.max(attempt.upfront))
}
