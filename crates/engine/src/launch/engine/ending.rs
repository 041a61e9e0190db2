//! Asking a broker to end a machine: intent on disk, request, answer on disk.

use std::time::Duration;

use gpu_broker_core::disk::DiskId;
use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::{Deletion, Fleet, SourceError};

use super::looking::bears;
use super::{Engine, EngineError};
use crate::failpoint::reach;
use crate::launch::account::{Account, Kind};
use crate::launch::doom::Doom;
use crate::launch::event::{DoomedEvent, EndRefused, Event, Named};
use crate::launch::state::{Attempt, Stage};

/// How long to wait when the broker says that it is too early, and not for how
/// long.
const TOO_EARLY: Duration = Duration::from_secs(60);

impl Engine {
    /// Asks to end a machine that must end. Whether it did, listings tell.
    pub(crate) async fn end(&mut self, key: &str) -> Result<(), EngineError> {
        let Some(attempt) = self.state.attempts.get(key) else {
            return Ok(());
        };
        let Some(machine) = &attempt.machine else {
            return Ok(());
        };
        let (broker, kind, id) = (attempt.ordered.broker.clone(), attempt.ordered.kind, machine.id.clone());
        let source = self
            .source(&broker)
            .ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        let fleet = source.fleet().ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        let named = || Named { key: key.to_owned() };
        if !machine.ours && !self.is_ours(fleet, key).await? {
            return Ok(());
        }
        reach("before-ending");
        self.note(vec![Event::Ending(named())])?;
        reach("after-ending");
        let within = self.settings().ask_within;
        let answer = match (kind, source.disks()) {
            (Kind::Disk, Some(disks)) => disks.delete(&DiskId::new(id.as_str()), within).await,
            _ => fleet.delete(&id, within).await,
        };
        reach("end-answered");
        if let Some(refused) = refused(key, &answer) {
            self.refuse(refused, &[Stage::Ending])?;
        }
        Ok(())
    }

    /// Whether a machine of which only the answer to a request told is ours: its
    /// broker must show it under our name before anybody asks to end it, or a
    /// person must have named it by its id (I5). Until then it is held, with
    /// its money, and asked for again.
    ///
    /// Where a broker says for a minute that it has no such machine, under our
    /// name or another, the answer's word counts: it named us, and whatever
    /// runs must not go on costing money because a list is late. Such a machine
    /// is asked to end, and stays held, for nothing but a list shows that it is
    /// gone.
    async fn is_ours(&mut self, fleet: &dyn Fleet, key: &str) -> Result<bool, EngineError> {
        let Some((account, id)) = self.unsure(key) else {
            return Ok(true);
        };
        let (why, unauthorised) = if account.kind == Kind::Disk {
            self.look(&account).await?;
            ("no list shows it under our name".to_owned(), false)
        } else {
            match fleet.get(&id, self.settings().ask_within).await {
                Ok(Some(found)) => {
                    self.commit(|state| {
                        // Another process may have asked meanwhile.
                        let still = state.attempts.get(key).filter(|one| is_unsure(one, &id));
                        Ok(still.and_then(|one| bears(one, &found.name)).into_iter().collect())
                    })?;
                    ("its broker shows it without a name".to_owned(), false)
                }
                Ok(None) if self.may_be_unshown(key) => return Ok(true),
                Ok(None) => ("its broker says that there is no such machine".to_owned(), false),
                Err(error) => (error.to_string(), error.is_credentials()),
            }
        };
        let still = self.state.attempts.get(key).filter(|one| one.stage.is_alive());
        let Some(machine) = still.and_then(|one| one.machine.as_ref()) else {
            return Ok(false);
        };
        if machine.ours || machine.claimed {
            return Ok(true);
        }
        let refused = EndRefused {
            key: key.to_owned(),
            note: format!("whether it is ours is not known, so nobody asks to end it: {why}"),
            unauthorised,
            for_long: false,
            too_early_ms: None,
        };
        self.refuse(refused, &[Stage::Doomed, Stage::Ending, Stage::Blocked])?;
        Ok(false)
    }

    /// Whether its broker has had the time to show it.
    fn may_be_unshown(&self, key: &str) -> bool {
        let machine = self.state.attempts.get(key).and_then(|one| one.machine.as_ref());
        let known = machine.map(|machine| self.now().since(&machine.from));
        let long = known.is_some_and(|known| known.is_none_or(|known| known >= self.settings().unshown));
        long && !self.settings().strict
    }

    /// The account and the id of a machine that its broker never showed.
    fn unsure(&self, key: &str) -> Option<(Account, InstanceId)> {
        let attempt = self.state.attempts.get(key)?;
        let id = &attempt.machine.as_ref()?.id;
        is_unsure(attempt, id).then(|| (attempt.ordered.account(), id.clone()))
    }

    /// Notes that a machine does not end, if it is at that still: another
    /// process may have seen it gone meanwhile.
    fn refuse(&mut self, refused: EndRefused, at: &[Stage]) -> Result<(), EngineError> {
        let (now, most) = (self.now(), self.settings().end_blocked);
        self.commit(|state| {
            let attempt = state.attempts.get(&refused.key);
            let Some(still) = attempt.filter(|one| at.contains(&one.stage)) else {
                return Ok(Vec::new());
            };
            let first = still.refused_ends.as_ref().map(|ends| &ends.first);
            let waited = first.and_then(|first| now.since(first)).unwrap_or_default();
            Ok(vec![Event::EndRefused(EndRefused {
                for_long: waited >= most,
                ..refused
            })])
        })?;
        Ok(())
    }

    /// Notes that a machine must end, unless it is beyond that already.
    pub(crate) fn doom(&mut self, key: &str, doom: Doom, note: &str) -> Result<(), EngineError> {
        self.commit(|state| {
            let stage = state.attempts.get(key).map(|one| one.stage);
            let lives = matches!(stage, Some(Stage::Accepted | Stage::Ready | Stage::Orphan));
            let event = Event::Doomed(DoomedEvent {
                key: key.to_owned(),
                doom,
                note: note.to_owned(),
            });
            Ok(if lives { vec![event] } else { Vec::new() })
        })?;
        Ok(())
    }
}

/// Whether only the answer to its request told of this machine.
fn is_unsure(attempt: &Attempt, id: &InstanceId) -> bool {
    let machine = attempt.machine.as_ref().filter(|machine| machine.id == *id);
    attempt.stage.is_alive() && machine.is_some_and(|machine| !machine.ours)
}

fn refused(key: &str, answer: &Result<Deletion, SourceError>) -> Option<EndRefused> {
    let key = key.to_owned();
    match answer {
        Ok(Deletion::Requested | Deletion::Absent) => None,
        Ok(Deletion::TooEarly(wait)) => {
            let wait = wait.unwrap_or(TOO_EARLY);
            Some(EndRefused {
                key,
                note: format!("the minimum runtime is not over for {} s", wait.as_secs()),
                unauthorised: false,
                for_long: false,
                too_early_ms: Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            })
        }
        Err(error) => Some(EndRefused {
            key,
            note: error.to_string(),
            unauthorised: error.is_credentials(),
            for_long: false,
            too_early_ms: None,
        }),
    }
}
