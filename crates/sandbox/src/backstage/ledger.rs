//! The truth: what was asked for, what was made, what lives, and what it all costs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::state::{Machine, Phase, State};
use crate::world::World;

/// What really happened, which no answer needs to agree with.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Ledger {
    /// The world's time, in milliseconds since 1970.
    pub now_ms: u64,
    /// Every machine that ever came into being, in the order of their creates.
    pub created: Vec<Created>,
    /// Creates seen on the wire, by name.
    pub posts: Vec<Posted>,
    /// Deletes of machines seen on the wire, in their order.
    pub deletes: Vec<Deletion>,
    /// What can bill now.
    pub live: Vec<Live>,
    /// Seconds during which more than one machine of a name could bill, by name; names without any are left out.
    pub double_seconds: BTreeMap<String, u64>,
    /// Billed so far for machines made through these APIs, in US dollars as decimal text, by broker.
    pub billed: BTreeMap<&'static str, String>,
    /// Requests that followed a redirect to another host.
    pub strays: u32,
}

/// One machine.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Created {
    /// Whose it is.
    pub broker: Broker,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its team, if it has one.
    pub team: Option<String>,
    /// Whether somebody else made it.
    pub foreign: bool,
    /// When it came into being, in milliseconds since 1970.
    pub made_ms: u64,
    /// When it stopped being able to bill, in milliseconds since 1970.
    pub ended_ms: Option<u64>,
    /// Its rate per hour, as decimal text.
    pub rate: String,
    /// What it has cost so far, as decimal text.
    pub billed: String,
    /// Where it is in its life.
    pub phase: &'static str,
    /// Its GPU, in the broker's words.
    pub gpu: String,
    /// How many of them.
    pub gpus: u32,
    /// Its region or data centre.
    pub place: String,
    /// Whether it is `SPOT`, `DEDICATED` or a `CLUSTER`.
    pub kind: String,
}

/// How often a name was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Posted {
    /// At which broker.
    pub broker: Broker,
    /// The name; empty when the body had none.
    pub name: String,
    /// How often.
    pub count: u32,
}

/// One delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deletion {
    /// At which broker.
    pub broker: Broker,
    /// Of which machine, if there is such a one.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

/// One machine that can bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Live {
    /// Whose it is.
    pub broker: Broker,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether somebody else made it.
    pub foreign: bool,
    /// What it costs an hour now, as decimal text.
    pub rate: String,
}

impl Ledger {
    /// Seconds of double life among the machines of these APIs, by any key that names give: those of one slot, say, whatever
    /// the attempt. Names without a key are left out, and so are keys without any.
    pub fn overlap(&self, key: impl Fn(&str) -> Option<String>) -> BTreeMap<String, u64> {
        let mut lives: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
        for machine in self.created.iter().filter(|machine| !machine.foreign) {
            if let Some(key) = key(&machine.name) {
                let end = machine.ended_ms.unwrap_or(self.now_ms);
                lives.entry(key).or_default().push((machine.made_ms, end));
            }
        }
        lives
            .into_iter()
            .map(|(key, lives)| (key, doubled(&lives)))
            .filter(|(_, seconds)| *seconds > 0)
            .collect()
    }
}

/// Whole seconds in which at least two of the spans run, rounded up so that no overlap is lost.
fn doubled(spans: &[(u64, u64)]) -> u64 {
    let mut edges: Vec<(u64, i32)> = spans.iter().flat_map(|(from, to)| [(*from, 1), (*to, -1)]).collect();
    // At the same instant, the end comes first.
    edges.sort_unstable();
    let (mut running, mut since, mut total) = (0, 0, 0_u64);
    for (at, step) in edges {
        if running >= 2 {
            total += at - since;
        }
        running += step;
        since = at;
    }
    total.div_ceil(1_000)
}

impl World {
    /// What really happened so far.
    ///
    /// # Errors
    /// When a kept world can no longer be read.
    pub fn ledger(&self) -> Result<Ledger, String> {
        self.with(false, |state, now| read(state, now))
    }
}

fn read(state: &State, now: Moment) -> Ledger {
    let there = state.machines.iter().filter(|machine| machine.phase != Phase::Unborn);
    let mut ledger = Ledger {
        now_ms: now.0,
        created: there.clone().map(|machine| created(machine, now)).collect(),
        posts: state
            .posts
            .iter()
            .map(|posts| Posted {
                broker: posts.broker,
                name: posts.name.clone(),
                count: posts.count,
            })
            .collect(),
        deletes: state
            .deletes
            .iter()
            .map(|delete| Deletion {
                broker: delete.broker,
                id: delete.id.clone(),
                at_ms: delete.at.0,
            })
            .collect(),
        live: there
            .clone()
            .filter(|machine| machine.is_billable())
            .map(live)
            .collect(),
        double_seconds: BTreeMap::new(),
        billed: BTreeMap::new(),
        strays: state.strays,
    };
    ledger.double_seconds = ledger.overlap(|name| Some(name.to_owned()));
    for broker in [Broker::Prime, Broker::Spheron] {
        let own = there
            .clone()
            .filter(|machine| machine.broker == broker && !machine.foreign);
        let sum = own.fold(Exact::ZERO, |sum, machine| sum.add(machine.meter.total(now)));
        ledger.billed.insert(broker.name(), sum.to_string());
    }
    ledger
}

fn created(machine: &Machine, now: Moment) -> Created {
    let place = machine.body.data_center.as_ref().unwrap_or(&machine.body.region);
    Created {
        broker: machine.broker,
        id: machine.id.clone(),
        name: machine.name.clone(),
        team: machine.team.clone(),
        foreign: machine.foreign,
        made_ms: machine.made.0,
        ended_ms: (!machine.is_billable()).then_some(machine.turned.0),
        rate: machine.rate.to_string(),
        billed: machine.meter.total(now).to_string(),
        phase: match machine.phase {
            Phase::Unborn => "unborn",
            Phase::Deploying => "deploying",
            Phase::Running => "running",
            Phase::Stopped => "stopped",
            Phase::Failed => "failed",
            Phase::Reclaimed => "reclaimed",
            Phase::Ended => "ended",
        },
        gpu: machine.body.gpu.clone(),
        gpus: machine.body.gpus,
        place: place.clone(),
        kind: machine.body.kind.clone(),
    }
}

fn live(machine: &Machine) -> Live {
    Live {
        broker: machine.broker,
        id: machine.id.clone(),
        name: machine.name.clone(),
        foreign: machine.foreign,
        rate: machine.rate_in(machine.phase).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::doubled;

    #[test]
    fn overlaps() {
        for (spans, seconds) in [
            (&[][..], 0),
            (&[(0, 5_000)], 0),
            (&[(0, 5_000), (5_000, 9_000)], 0),
            (&[(0, 5_000), (4_000, 9_000)], 1),
            (&[(0, 5_000), (4_001, 9_000)], 1),
            (&[(0, 9_000), (1_000, 3_000), (2_000, 4_000)], 3),
        ] {
            assert_eq!(doubled(spans), seconds, "{spans:?}");
        }
    }
}
