//! Asking a broker to end a machine: intent on disk, request, answer on disk.

use std::time::Duration;

use gpu_broker_core::disk::DiskId;
use gpu_broker_core::source::{Deletion, SourceError};

use super::{Engine, EngineError};
use crate::failpoint::reach;
use crate::launch::account::Kind;
use crate::launch::event::{DoomedEvent, EndRefused, Event, Named};
use crate::launch::judge::Doom;
use crate::launch::state::Stage;

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
            let (now, most) = (self.now(), self.settings().end_blocked);
            self.commit(|state| {
                // Another process may have seen it gone meanwhile.
                let Some(still) = state.attempts.get(key).filter(|one| one.stage == Stage::Ending) else {
                    return Ok(Vec::new());
                };
                let first = still.refused_ends.as_ref().map(|ends| &ends.first);
                let waited = first.and_then(|first| now.since(first)).unwrap_or_default();
                Ok(vec![Event::EndRefused(EndRefused {
                    for_long: waited >= most,
                    ..refused
                })])
            })?;
        }
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
