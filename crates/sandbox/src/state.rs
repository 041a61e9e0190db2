//! What changes in the world: machines, storage, keys, money, and what was asked of it.
//!
//! All of it can be kept in a file. What never changes, the offers and unit prices, is the catalogue's.

mod account;
mod machine;
mod market;
mod meter;
mod settle;
mod storage;

pub(crate) use account::{Account, PrimeKey, SpheronKey, Storage};
pub(crate) use machine::{Body, Cluster, Fate, KeyRef, Machine, Oddity, Phase};
pub(crate) use market::Market;
pub(crate) use meter::Meter;
pub(crate) use storage::{Disk, DiskInfo, Volume};

use serde::{Deserialize, Serialize};

use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::seed;

/// The form of the kept world. A newer one is refused, not guessed at.
pub(crate) const VERSION: u32 = 1;

/// Everything that changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) version: u32,
    /// Ids come from this and the counter.
    seed: u64,
    counter: u64,
    /// What was added to the clock, in milliseconds.
    pub(crate) ahead: u64,
    /// Until when everything has happened.
    pub(crate) settled: Moment,
    /// Whether both brokers refuse every key.
    pub(crate) revoked: bool,
    pub(crate) machines: Vec<Machine>,
    pub(crate) market: Market,
    pub(crate) disks: Vec<Disk>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) prime_keys: Vec<PrimeKey>,
    pub(crate) spheron_keys: Vec<SpheronKey>,
    pub(crate) purses: Vec<Purse>,
    /// Creates seen on the wire, whatever came of them.
    pub(crate) posts: Vec<Posts>,
    /// Deletes of machines seen on the wire.
    pub(crate) deletes: Vec<Delete>,
    /// Requests that came to where a redirect led.
    pub(crate) strays: u32,
}

/// Where money is: Prime's wallet, or a team at Spheron.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Purse {
    pub(crate) broker: Broker,
    /// The wallet's or the team's id.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) current: bool,
    pub(crate) role: String,
    /// What is in it, less what has been billed to the end.
    pub(crate) credit: Exact,
}

/// How many creates carried a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Posts {
    pub(crate) broker: Broker,
    pub(crate) name: String,
    pub(crate) count: u32,
}

/// One delete of a machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delete {
    pub(crate) broker: Broker,
    pub(crate) id: String,
    pub(crate) at: Moment,
}

impl Purse {
    pub(crate) fn pays_for(&self, machine: &Machine) -> bool {
        machine.broker == self.broker
            && (self.broker == Broker::Prime || machine.team.as_deref() == Some(self.id.as_str()))
    }

    fn pays_for_team(&self, team: &str) -> bool {
        self.broker == Broker::Spheron && self.id == team
    }
}

impl State {
    /// A world in which nothing has happened yet.
    pub(crate) fn new(account: &Account, seed: u64, now: Moment) -> Self {
        let wallet = Purse {
            broker: Broker::Prime,
            id: account.prime.wallet_id.clone(),
            name: account.prime.name.clone(),
            current: true,
            role: "owner".to_owned(),
            credit: account.prime.balance,
        };
        let teams = account.spheron.teams.iter().map(|team| Purse {
            broker: Broker::Spheron,
            id: team.id.clone(),
            name: team.name.clone(),
            current: team.current,
            role: team.role.clone(),
            credit: team.balance,
        });
        Self {
            version: VERSION,
            // A world that was thrown away and begun again has new ids, so that nobody takes one machine for another.
            seed: seed::mix(seed ^ seed::mix(now.0)),
            counter: 0,
            ahead: 0,
            settled: now,
            revoked: false,
            machines: Vec::new(),
            market: Market::default(),
            disks: account.prime.disks.clone(),
            volumes: account.spheron.volumes.clone(),
            prime_keys: account.prime.ssh_keys.clone(),
            spheron_keys: account.spheron.ssh_keys.clone(),
            purses: std::iter::once(wallet).chain(teams).collect(),
            posts: Vec::new(),
            deletes: Vec::new(),
            strays: 0,
        }
    }

    /// A new id in the form that a broker gives: 24 hexadecimal digits at Spheron, a UUID at Prime.
    pub(crate) fn next_id(&mut self, broker: Broker) -> String {
        self.counter += 1;
        let high = seed::mix(self.seed.wrapping_add(self.counter));
        let low = seed::mix(high ^ self.seed);
        let digits = format!("{high:016x}{low:016x}");
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        match broker {
            Broker::Spheron => part(0, 24).to_owned(),
            Broker::Prime => format!(
                "{}-{}-4{}-a{}-{}",
                part(0, 8),
                part(8, 12),
                part(13, 16),
                part(17, 20),
                part(20, 32)
            ),
        }
    }

    /// The machine of a broker with an id, among those that came into being.
    pub(crate) fn find(&self, broker: Broker, id: &str) -> Option<usize> {
        let wanted = |machine: &Machine| machine.broker == broker && machine.id == id && machine.phase != Phase::Unborn;
        self.machines.iter().position(wanted)
    }

    /// Notes a create on the wire.
    pub(crate) fn note_post(&mut self, broker: Broker, name: &str) {
        match self
            .posts
            .iter_mut()
            .find(|posts| posts.broker == broker && posts.name == name)
        {
            Some(posts) => posts.count += 1,
            None => self.posts.push(Posts {
                broker,
                name: name.to_owned(),
                count: 1,
            }),
        }
    }
}
