//! The one request of an attempt: intent on disk, request, outcome on disk.

use gpu_broker_core::instance::{Instance, Phase};
use gpu_broker_core::source::{ErrorKind, LoginKey, Order, Outcome, RefusalKind};

use super::{Engine, EngineError, scope};
use crate::journal::JournalError;
use crate::launch::caps;
use crate::launch::chores::create_in;
use crate::launch::event::{Accepted, DoomedEvent, Event, Named, Noted, Ordered, Ready, Rejected, Reserved, SoldOut};
use crate::launch::judge::judge;
use crate::launch::state::{Stage, State};
use crate::launch::unit::Unit;

/// Which machine of which launch.
#[derive(Debug, Clone)]
pub(crate) struct SlotOf<'a> {
    pub(crate) launch: &'a str,
    pub(crate) fresh: u64,
    pub(crate) slot: u16,
    pub(crate) number: u8,
    pub(crate) ends_at: Option<jiff::Timestamp>,
}

/// What came of trying to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// A request left, or could not: the attempt tells.
    Tried(String),
    /// A cap forbids it; nothing was sent.
    Forbidden(String),
    /// The broker's limit is used up; nothing was sent.
    Busy(String),
}

impl Engine {
    /// Orders one machine: sets its money aside, sends one request, and notes
    /// what came of it. The caller holds the turn.
    pub(crate) async fn send(&mut self, of: SlotOf<'_>, unit: &Unit) -> Result<Sent, EngineError> {
        let broker = unit.order.offer.broker.clone();
        let source = self
            .source(&broker)
            .ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        let fleet = source.fleet().ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        let key = match self.parts.names.name(of.fresh, of.slot, of.number, of.ends_at) {
            Ok(key) => key,
            Err(why) => return Ok(Sent::Forbidden(why)),
        };
        let order = Order {
            name: key.clone(),
            ..unit.order.clone()
        };
        let reserved = reserved(&of, unit, &order, scope(fleet));
        let account = (broker.clone(), reserved.ordered.scope.clone());
        let (now, budget) = (self.now(), fleet.traits().creates);
        if let Some(wait) = create_in(&self.state, &account, budget, &now) {
            let seconds = wait.as_secs() + 1;
            return Ok(Sent::Busy(format!(
                "{broker} takes no more launches for {seconds} s: its limit is used up"
            )));
        }
        let set_aside = self.commit(|state| {
            is_open(state, &of)?;
            caps::allow(state, &reserved)?;
            Ok(vec![Event::Reserved(Box::new(reserved))])
        });
        match set_aside {
            Ok(_) => {}
            Err(JournalError::Refused(why)) => return Ok(Sent::Forbidden(why)),
            Err(error) => return Err(error.into()),
        }
        let within = self.settings().create_within;
        for _ in 0..self.settings().connects_max.max(1) {
            if self.parts.interrupt.is_set() {
                break;
            }
            self.note(vec![Event::Sending(Named { key: key.clone() })])?;
            let outcome = fleet.create(&order, within).await;
            let again = matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::Transport);
            self.outcome(&key, unit, outcome)?;
            if !again {
                break;
            }
        }
        // Nothing left: its money is free.
        let never_left = |state: &State| state.attempts.get(&key).is_some_and(|one| one.stage == Stage::Reserved);
        if never_left(&self.state) {
            self.note(vec![Event::Released(Named { key: key.clone() })])?;
        }
        Ok(Sent::Tried(key))
    }

    /// Notes what the broker answered.
    fn outcome(&mut self, key: &str, unit: &Unit, outcome: Outcome<Instance>) -> Result<(), EngineError> {
        let named = |note: String| Noted {
            key: key.to_owned(),
            note,
        };
        let made = match &outcome {
            Outcome::Accepted(instance) => Some(instance.id.to_string()),
            _ => None,
        };
        let noted = self.commit(|state| {
            Ok(match outcome {
                Outcome::Accepted(instance) => accepted(state, key, &instance),
                Outcome::Rejected(refusal) => {
                    let offer = &unit.order.offer;
                    let mut events = vec![Event::Rejected(Rejected {
                        key: key.to_owned(),
                        kind: refusal.kind,
                        note: refusal.message,
                    })];
                    if matches!(refusal.kind, RefusalKind::OutOfStock | RefusalKind::OfferGone) {
                        events.push(Event::SoldOut(SoldOut {
                            broker: offer.broker.clone(),
                            offer: offer.id.clone(),
                            place: unit.order.place.clone(),
                        }));
                    }
                    events
                }
                Outcome::NotSent(error) => vec![Event::NotSent(named(error.to_string()))],
                Outcome::Unknown(error) => vec![Event::Unknown(named(error.to_string()))],
            })
        });
        match (noted, made) {
            (Ok(_), _) => Ok(()),
            (Err(error), Some(id)) => Err(EngineError::Unrecorded {
                broker: unit.order.offer.broker.clone(),
                id,
                name: key.to_owned(),
                error,
            }),
            (Err(error), None) => Err(error.into()),
        }
    }
}

/// What follows from an answer that names a machine. One whose id is known
/// already is the answer to somebody else's request (F10).
fn accepted(state: &State, key: &str, instance: &Instance) -> Vec<Event> {
    let taken = state.by_id(&instance.broker, &instance.id).is_some();
    let known = state
        .accounts
        .iter()
        .any(|((broker, _), account)| *broker == instance.broker && account.alive.contains(&instance.id));
    if taken || known {
        return vec![Event::Unknown(Noted {
            key: key.to_owned(),
            note: format!("the answer names {}, a machine that was there before", instance.id),
        })];
    }
    let mut events = vec![Event::Accepted(Accepted {
        key: key.to_owned(),
        id: instance.id.clone(),
        rate: instance.rate.map(gpu_broker_core::money::Rate::per_hour),
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

fn reserved(of: &SlotOf<'_>, unit: &Unit, order: &Order, scope: Option<String>) -> Reserved {
    let offer = &order.offer;
    let ordered = Ordered {
        broker: offer.broker.clone(),
        scope,
        provider: offer.provider.clone(),
        offer: offer.id.clone(),
        gpu: offer.gpu.clone(),
        place: order.place.clone(),
        market: offer.market.clone(),
        security: offer.security.clone(),
        ceiling: order.ceiling.per_hour(),
        currency: order.ceiling.currency(),
        prepaid_hours: offer.terms.prepaid.map(gpu_broker_core::quantity::Hours::number),
        minimum_minutes: offer.terms.minimum_runtime.0,
        provisioning_minutes: offer.provisioning_minutes,
        image: order.image.as_ref().map(std::string::ToString::to_string),
    };
    Reserved {
        key: order.name.clone(),
        launch: of.launch.to_owned(),
        slot: of.slot,
        number: of.number,
        ordered,
        worst: unit.worst,
        upfront: unit.upfront,
        ends_at: of.ends_at,
        digest: digest(order),
    }
}

/// A digest of all that is sent, what may be secret in it included.
fn digest(order: &Order) -> String {
    let mut hasher = blake3::Hasher::new();
    let key = match &order.key {
        LoginKey::Account => String::new(),
        LoginKey::Id(id) => id.clone(),
        LoginKey::Public(key) => key.clone(),
    };
    let parts = (
        &order.name,
        &*order.offer,
        &order.place,
        &order.cloud_init,
        &order.disks,
        key,
    );
    // What cannot be written has no digest; the order is refused elsewhere.
    let bytes = serde_json::to_vec(&parts).unwrap_or_default();
    hasher.update(&bytes);
    hasher.finalize().to_hex().to_string()
}
