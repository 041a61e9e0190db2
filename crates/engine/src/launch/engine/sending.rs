//! The one request of an attempt: intent on disk, request, outcome on disk.

mod reserve;

use std::time::Duration;

use gpu_broker_core::instance::{Instance, Phase};
use gpu_broker_core::money::Rate;
use gpu_broker_core::source::{ErrorKind, Fleet, Outcome, RefusalKind, Source, SourceError};

use super::looking::as_machine;
use super::{Engine, EngineError, scope};
use crate::failpoint::reach;
use crate::launch::caps::{self, Ahead};
use crate::launch::chores::create_in;
use crate::launch::event::{Accepted, DoomedEvent, Event, Named, Noted, Ready, Rejected, SoldOut};
use crate::launch::judge::judge;
use crate::launch::spend::Forbidden;
use crate::launch::state::{Stage, State};
use crate::launch::survey::wallet;
use crate::launch::unit::Item;

/// Which machine of which launch.
#[derive(Debug, Clone)]
pub(crate) struct SlotOf<'a> {
    pub(crate) launch: &'a str,
    pub(crate) fresh: u64,
    pub(crate) slot: u16,
    pub(crate) number: u8,
    pub(crate) ends_at: Option<jiff::Timestamp>,
    /// What its plan orders next.
    pub(crate) ahead: &'a [Ahead],
}

/// What came of trying to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// A request left, or could not: the attempt tells.
    Tried(String),
    /// A cap forbids it; nothing was sent.
    Forbidden(Forbidden),
    /// The broker's limit is used up for that long; nothing was sent.
    Busy(Duration),
}

impl Engine {
    /// Orders one thing: sets its money aside, sends one request, and notes
    /// what came of it. The caller holds the turn.
    pub(crate) async fn send(&mut self, of: SlotOf<'_>, item: &Item) -> Result<Sent, EngineError> {
        let broker = item.broker().clone();
        let no_fleet = || EngineError::NoFleet(broker.clone());
        let source = self.source(&broker).ok_or_else(no_fleet)?;
        let fleet = source.fleet().ok_or_else(no_fleet)?;
        let key = match self.parts.names.name(of.fresh, of.slot, of.number, of.ends_at) {
            Ok(key) => key,
            Err(why) => return Ok(Sent::Forbidden(why.into())),
        };
        let item = item.named(&key);
        let reserved = reserve::reserved(&of, &item, &key, scope(fleet));
        let account = reserved.ordered.account();
        if let Some(wait) = create_in(&self.state, &account, fleet.traits().creates, &self.now()) {
            return Ok(Sent::Busy(wait + Duration::from_secs(1)));
        }
        if wallet::is_blank(&self.state, &account) {
            // What happened since the last reading cannot be told without one.
            let purse = self.purse(fleet, &account).await;
            self.commit(|state| Ok(wallet::before_sending(state, &account, purse).into_iter().collect()))?;
        }
        let launch = self.state.launches.get(of.launch);
        let listed = match launch.and_then(|launch| launch.caps.burn) {
            Some(_) => self.listed(&account).await?,
            None => None,
        };
        self.must_keep()?;
        reach("before-reserve");
        let now = self.now();
        let set_aside = self.commit_within(|state| {
            is_open(state, &of)?;
            caps::allow(state, &reserved, (of.ahead, listed.as_ref()), &now)?;
            Ok(vec![Event::Reserved(Box::new(reserved))])
        });
        if let Err(why) = set_aside? {
            return Ok(Sent::Forbidden(why));
        }
        reach("after-reserve");
        let within = self.settings().create_within;
        for _ in 0..self.settings().connects_max.max(1) {
            if self.parts.interrupt.is_set() {
                break;
            }
            reach("before-sending");
            self.note(vec![Event::Sending(Named { key: key.clone() })])?;
            reach("after-sending");
            self.must_keep()?;
            let outcome = create(&*source, fleet, &item, within).await;
            reach("answered");
            let again = matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::Transport);
            self.outcome(&key, &item, outcome)?;
            reach("outcome-noted");
            if !again {
                break;
            }
        }
        // Nothing left: its money is free.
        let attempt = self.state.attempts.get(&key);
        if attempt.is_some_and(|one| one.stage == Stage::Reserved) {
            self.note(vec![Event::Released(Named { key: key.clone() })])?;
        }
        Ok(Sent::Tried(key))
    }

    /// Notes what the broker answered.
    fn outcome(&mut self, key: &str, item: &Item, outcome: Outcome<Instance>) -> Result<(), EngineError> {
        let noted = |note: String| Noted {
            key: key.to_owned(),
            note,
        };
        let made = match &outcome {
            Outcome::Accepted(instance) => Some(instance.id.to_string()),
            Outcome::Rejected(_) | Outcome::NotSent(_) | Outcome::Unknown(_) => None,
        };
        let committed = self.commit(|state| {
            Ok(match outcome {
                Outcome::Accepted(instance) => accepted(state, key, &instance),
                Outcome::Rejected(refusal) => {
                    let sold_out = sold_out(item, refusal.kind);
                    let rejected = Event::Rejected(Rejected {
                        key: key.to_owned(),
                        kind: refusal.kind,
                        note: refusal.message,
                        retry_ms: refusal
                            .retry_after
                            .and_then(|wait| u64::try_from(wait.as_millis()).ok()),
                    });
                    [rejected].into_iter().chain(sold_out).collect()
                }
                Outcome::NotSent(error) => vec![Event::NotSent(noted(error.to_string()))],
                Outcome::Unknown(error) => vec![Event::Unknown(noted(error.to_string()))],
            })
        });
        match (committed, made) {
            (Ok(_), _) => Ok(()),
            (Err(error), Some(id)) => Err(EngineError::Unrecorded {
                broker: item.broker().clone(),
                id,
                name: key.to_owned(),
                error,
            }),
            (Err(error), None) => Err(error.into()),
        }
    }
}

/// Sends the request.
async fn create(source: &dyn Source, fleet: &dyn Fleet, item: &Item, within: Duration) -> Outcome<Instance> {
    match (item, source.disks()) {
        (Item::Machine(unit), _) => fleet.create(&unit.order, within).await,
        (Item::Disk(unit), Some(disks)) => match disks.create(&unit.order, within).await {
            Outcome::Accepted(disk) => Outcome::Accepted(as_machine(disk)),
            Outcome::Rejected(refusal) => Outcome::Rejected(refusal),
            Outcome::NotSent(error) => Outcome::NotSent(error),
            Outcome::Unknown(error) => Outcome::Unknown(error),
        },
        (Item::Disk(_), None) => Outcome::NotSent(SourceError::new(
            ErrorKind::Unauthorised,
            "no key is configured that may create disks",
        )),
    }
}

/// What is left alone for a while after a no.
fn sold_out(item: &Item, kind: RefusalKind) -> Option<Event> {
    let Item::Machine(unit) = item else {
        return None;
    };
    matches!(kind, RefusalKind::OutOfStock | RefusalKind::OfferGone).then(|| {
        let (broker, offer, place) = unit.ware();
        Event::SoldOut(SoldOut { broker, offer, place })
    })
}

/// What follows from an answer that names a machine. One whose id is known
/// already is the answer to somebody else's request (F10).
fn accepted(state: &State, key: &str, instance: &Instance) -> Vec<Event> {
    let kind = state
        .attempts
        .get(key)
        .map_or_else(Default::default, |one| one.ordered.kind);
    let taken = state.find(&instance.broker, kind, &instance.id).is_some();
    let known = state.accounts.iter().any(|(account, view)| {
        account.broker == instance.broker && account.kind == kind && view.alive.contains(&instance.id)
    });
    if taken || known {
        return vec![Event::Unknown(Noted {
            key: key.to_owned(),
            note: format!("the answer names {}, which was there before", instance.id),
        })];
    }
    let mut events = vec![Event::Accepted(Accepted {
        key: key.to_owned(),
        id: instance.id.clone(),
        rate: instance.rate.map(Rate::per_hour),
        seen: false,
        lag_ms: None,
    })];
    let ordered = state.attempts.get(key).map(|attempt| &attempt.ordered);
    if let Some((doom, note)) = ordered.and_then(|ordered| judge(ordered, instance)) {
        let key = key.to_owned();
        events.push(Event::Doomed(DoomedEvent { key, doom, note }));
    } else if instance.phase == Phase::Running {
        events.push(Event::Ready(Ready {
            key: key.to_owned(),
            ssh: instance.ssh.clone(),
        }));
    }
    events
}

fn is_open(state: &State, of: &SlotOf<'_>) -> Result<(), String> {
    if state.is_open(of.launch, of.slot) {
        Ok(())
    } else {
        Err(format!("machine {} of {} is ordered already", of.slot + 1, of.launch))
    }
}
