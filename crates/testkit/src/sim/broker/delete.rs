//! What comes of a request to end a machine.

use std::time::Duration;

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::{Deletion, ErrorKind, SourceError};

use crate::sim::book::{Call, Promise};
use crate::sim::fault::Delete;
use crate::sim::machine::Owner;
use crate::sim::time::{MINUTE, SECOND, ms};
use crate::sim::world::World;

/// How long a machine goes on to cost money after it was ended.
const ENDING_MS: u64 = 8 * SECOND;
/// How long a machine must run before it may be ended, where that is asked.
const MINIMUM_MS: u64 = 20 * MINUTE;

impl World {
    pub(crate) fn delete(&mut self, site: usize, id: &InstanceId, within: Duration) -> Result<Deletion, SourceError> {
        self.called(site, Call::Delete);
        let fault = self.script.delete(self.now);
        self.say(|| format!("-> delete {id} ({})", fault.word()));
        let found = self.sites[site].machines.iter().position(|one| one.id == *id);
        let owner = found.map(|at| self.sites[site].machines[at].owner);
        let ours = matches!(owner, Some(Owner::Ours(_)));
        if owner.is_some() && !(ours && self.book.known.contains(id.as_str())) {
            self.breach(Promise::I5, format!("a request to end {id}, which is not ours"));
        }
        let failed = |kind, what: &str| Err(SourceError::new(kind, what));
        let age = found.map_or(0, |at| self.now.saturating_sub(self.sites[site].machines[at].from));
        let answer = match fault {
            Delete::TooEarly if age < MINIMUM_MS => {
                Ok(Deletion::TooEarly(Some(Duration::from_millis(MINIMUM_MS - age))))
            }
            Delete::Ok | Delete::TooEarly => Ok(self.end(site, found)),
            Delete::Error => failed(ErrorKind::Unavailable, "500"),
            Delete::EffectError => {
                let _ = self.end(site, found);
                failed(ErrorKind::Unavailable, "500")
            }
            Delete::Nothing => Ok(Deletion::Requested),
            Delete::Absent => Ok(Deletion::Absent),
            Delete::Unauthorised => failed(ErrorKind::Unauthorised, "401"),
            Delete::Hang => {
                self.pass(ms(within));
                failed(ErrorKind::Timeout, "no answer in time")
            }
        };
        if self.twice {
            let _ = self.end(site, found);
        }
        self.pass(SECOND);
        self.say(|| format!("<- {answer:?}"));
        answer
    }

    fn end(&mut self, site: usize, found: Option<usize>) -> Deletion {
        let now = self.now;
        let Some(machine) = found.map(|at| &mut self.sites[site].machines[at]) else {
            return Deletion::Absent;
        };
        if !machine.lives(now) {
            return Deletion::Absent;
        }
        if machine.ending.is_none() {
            machine.ending = Some(now);
            let until = machine.until.unwrap_or(u64::MAX).min(now + ENDING_MS);
            machine.until = Some(until);
        }
        Deletion::Requested
    }
}
