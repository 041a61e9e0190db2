//! Holding what the journal says against the truth, at every commit.

use std::time::Duration;

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;
use gpu_broker_engine::launch::Watcher;
use gpu_broker_engine::launch::event::Event;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};

use super::book::Promise;
use super::machine::{Machine, Owner};
use super::shop::{BROKERS, exact};
use super::world::{Shared, World};

/// Watches every commit of a run.
#[derive(Debug)]
pub(crate) struct Audit(pub(crate) Shared);

impl Watcher for Audit {
    fn happened(&self, event: &Event, state: &State) {
        self.0.lock().committed(event, state);
    }

    fn waiting(&self, _: &State, _: Duration) {}
}

impl World {
    fn committed(&mut self, event: &Event, state: &State) {
        match event {
            Event::Sending(named) => *self.book.announced.entry(named.key.clone()).or_default() += 1,
            Event::Reserved(reserved) => {
                self.set_aside(state, &reserved.launch);
                self.burns(state, &reserved.launch, &reserved.ordered.broker);
            }
            Event::Accepted(accepted) => self.learned(accepted.id.as_str()),
            Event::Extra(extra) => self.learned(extra.id.as_str()),
            Event::Orphan(orphan) => self.learned(orphan.id.as_str()),
            Event::Ready(ready) => self.ready(state.attempts.get(&ready.key)),
            Event::Doomed(doomed) => {
                if let Some(id) = id_of(state, &doomed.key) {
                    let now = self.now;
                    self.book.doomed.entry(id.to_owned()).or_insert(now);
                }
            }
            Event::Gone(gone) => {
                let now = self.now;
                let id = id_of(state, &gone.key).unwrap_or_default();
                if self.machine(id).is_some_and(|machine| machine.lives(now)) {
                    self.breach(Promise::I4, format!("{id} is called gone, and lives"));
                }
            }
            _ => {}
        }
    }

    fn learned(&mut self, id: &str) {
        let now = self.now;
        self.book.known.insert(id.to_owned());
        self.book.adopted.entry(id.to_owned()).or_insert(now);
    }

    /// What a process that was killed had written is known to the next.
    pub(crate) fn reopened(&mut self, state: &State) {
        let ids = state.attempts.values().filter_map(|one| one.machine.as_ref());
        let ids: Vec<String> = ids.map(|machine| machine.id.to_string()).collect();
        for id in ids {
            self.learned(&id);
        }
    }

    /// The machine with that id, if it is ours in truth.
    pub(crate) fn machine(&self, id: &str) -> Option<&Machine> {
        self.ours().find(|one| one.id.as_str() == id)
    }

    /// All that a launch may come to cost, reckoned anew: money is free again
    /// only where nothing came of a request or its machine is gone (I3).
    fn set_aside(&mut self, state: &State, launch: &str) {
        let Some(caps) = state.launches.get(launch).map(|one| one.caps) else {
            return;
        };
        let of_launch = |one: &&Attempt| one.launch == launch;
        let total = sum(state.attempts.values().filter(of_launch).map(costs));
        let budget = sum(state.attempts.values().map(costs));
        let rate = sum(state.attempts.values().filter(of_launch).map(|one| match one.stage {
            Stage::Released | Stage::Gone => Exact::ZERO,
            _ => one.ordered.ceiling,
        }));
        for (what, amount, cap) in [
            ("total", total, caps.total),
            ("budget", budget, caps.budget),
            ("rate", rate, caps.rate),
        ] {
            if cap.is_some_and(|cap| amount > cap) {
                self.breach(Promise::I3, format!("{what} {amount} is above its cap"));
            }
        }
    }

    /// All that an account may cost per hour, reckoned anew: what was launched
    /// from here, and the strangers that it has in truth and has shown (I3).
    fn burns(&mut self, state: &State, launch: &str, broker: &Broker) {
        let Some(cap) = state.launches.get(launch).and_then(|one| one.caps.burn) else {
            return;
        };
        let now = self.now;
        let ours = state.attempts.values().filter(|one| one.ordered.broker == *broker);
        let ours = ours.filter(|one| !matches!(one.stage, Stage::Released | Stage::Gone));
        let listed = |one: &Attempt| one.machine.as_ref().and_then(|machine| machine.rate);
        let ours = sum(ours.map(|one| listed(one).unwrap_or(one.ordered.ceiling)));
        let sites = self.sites.iter().zip(BROKERS.iter());
        let machines = sites
            .filter(|(_, one)| *one == broker)
            .flat_map(|(site, _)| &site.machines);
        let strangers = machines.filter(|one| one.owner == Owner::Stranger && one.lives(now) && one.shown.is_some());
        let known = |one: &Machine| state.by_id(broker, &one.id).is_some();
        let strangers = sum(strangers.filter(|one| !known(one)).map(|one| exact(one.rate)));
        if ours.plus(strangers).is_none_or(|burn| burn > cap) {
            let what = format!("{broker} bills {ours} to us and {strangers} to others, above the cap of {cap}");
            self.breach(Promise::I3, what);
        }
    }

    fn ready(&mut self, attempt: Option<&Attempt>) {
        let id = attempt
            .and_then(|one| one.machine.as_ref())
            .map(|machine| machine.id.clone());
        let Some(machine) = id.as_ref().and_then(|id| self.machine(id.as_str())) else {
            self.breach(Promise::I8, format!("{id:?} is called ready, and is not ours"));
            return;
        };
        if !machine.as_ordered || machine.rate > machine.approved {
            let what = format!("{} is called ready, and is not what was approved", machine.id);
            self.breach(Promise::I8, what);
        }
    }
}

fn id_of<'a>(state: &'a State, key: &str) -> Option<&'a str> {
    Some(state.attempts.get(key)?.machine.as_ref()?.id.as_str())
}

/// What an attempt has cost or may cost.
fn costs(attempt: &Attempt) -> Exact {
    match attempt.stage {
        Stage::Gone => attempt.cost.unwrap_or(attempt.worst),
        Stage::Released => Exact::ZERO,
        _ => attempt.worst,
    }
}

fn sum(amounts: impl Iterator<Item = Exact>) -> Exact {
    amounts.fold(Exact::ZERO, |sum, amount| sum.plus(amount).expect("few digits"))
}
