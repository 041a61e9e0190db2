//! A machine: what it is, what it costs, what becomes of it.

use serde::{Deserialize, Serialize};

use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::state::Meter;

/// One machine of either broker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) broker: Broker,
    pub(crate) id: String,
    pub(crate) name: String,
    /// At Spheron always there.
    pub(crate) team: Option<String>,
    /// Whether it came from elsewhere, and not through this API.
    pub(crate) foreign: bool,
    /// The key of the offer's stock of which it took a unit.
    pub(crate) stock: Option<String>,
    pub(crate) body: Body,
    pub(crate) key: Option<KeyRef>,
    /// Per hour once it is up.
    pub(crate) rate: Exact,
    /// Per hour when it is stopped.
    pub(crate) stopped_rate: Option<Exact>,
    /// Seconds that are billed in any case.
    pub(crate) minimum: u64,
    pub(crate) meter: Meter,
    pub(crate) made: Moment,
    /// When it will be up; `None` is never.
    pub(crate) ready: Option<Moment>,
    /// From when on it shows in lists.
    pub(crate) listed: Moment,
    pub(crate) phase: Phase,
    /// When this phase began.
    pub(crate) turned: Moment,
    /// What is yet to come, earliest first.
    pub(crate) fates: Vec<(Moment, Fate)>,
    /// What its status word is worth.
    #[serde(default)]
    pub(crate) oddity: Option<Oddity>,
    pub(crate) disks: Vec<String>,
    pub(crate) kubernetes: Option<Cluster>,
    pub(crate) auto_restart: bool,
}

/// What somebody would find in the rack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) provider: String,
    pub(crate) gpu: String,
    pub(crate) socket: String,
    pub(crate) gpus: u32,
    /// Spheron's region.
    pub(crate) region: String,
    /// Prime's country.
    pub(crate) country: Option<String>,
    /// Prime's data centre.
    pub(crate) data_center: Option<String>,
    /// The operating system at Spheron, the image at Prime.
    pub(crate) system: String,
    /// `SPOT`, `DEDICATED` or `CLUSTER`.
    pub(crate) kind: String,
    pub(crate) vcpus: Option<u32>,
    pub(crate) memory: Option<u32>,
    pub(crate) storage: Option<u32>,
    pub(crate) template: Option<String>,
}

/// The key that a machine lets in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRef {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) fingerprint: String,
    /// Whether it came with the create.
    pub(crate) temporary: bool,
}

/// A Kubernetes cluster on a machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(crate) id: String,
    pub(crate) version: String,
}

/// Where a machine is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// Its create was answered, or not, but it is not there yet.
    Unborn,
    /// It is being set up.
    Deploying,
    /// It is up.
    Running,
    /// The provider stopped it; it can bill.
    Stopped,
    /// It failed; it bills nothing and must still be deleted.
    Failed,
    /// The provider took it back.
    Reclaimed,
    /// It was deleted.
    Ended,
}

/// What is wrong with a machine's status word while it can bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Oddity {
    /// It is none that anybody knows.
    Unknown,
    /// It goes forward and back every ten seconds.
    Flapping,
}

/// What becomes of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fate {
    /// It fails.
    Fail,
    /// The provider takes it back.
    Reclaim,
    /// The provider stops it.
    Stop,
    /// Somebody deletes it in the console.
    Delete,
    /// The money that pays for it is gone.
    Drain,
    /// Its rate triples.
    Dearer,
}

impl Machine {
    /// Whether it exists, whatever state it is in.
    pub(crate) fn exists(&self) -> bool {
        !matches!(self.phase, Phase::Unborn | Phase::Reclaimed | Phase::Ended)
    }

    /// Whether it is over and done with.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Reclaimed | Phase::Ended)
    }

    /// Whether it can cost money.
    pub(crate) fn is_billable(&self) -> bool {
        matches!(self.phase, Phase::Deploying | Phase::Running | Phase::Stopped)
    }

    /// Whether lists show it.
    pub(crate) fn is_listed(&self, now: Moment) -> bool {
        self.phase != Phase::Unborn && self.listed <= now
    }

    /// When it ended.
    pub(crate) fn ended(&self) -> Option<Moment> {
        self.is_over().then_some(self.turned)
    }

    /// The phase that its status word tells of.
    pub(crate) fn told_phase(&self, now: Moment) -> Phase {
        let swings = self.oddity == Some(Oddity::Flapping) && self.is_billable();
        match self.phase {
            Phase::Running if swings && now.0 / 10_000 % 2 == 1 => Phase::Deploying,
            Phase::Deploying if swings && now.0 / 10_000 % 2 == 1 => Phase::Running,
            phase => phase,
        }
    }

    /// A word in the place of every status word, where there is one.
    pub(crate) fn odd_word(&self) -> Option<&'static str> {
        (self.oddity == Some(Oddity::Unknown) && self.is_billable()).then_some("migrating")
    }

    /// The hundredths of the way from its create until it is up.
    pub(crate) fn progress(&self, now: Moment) -> u64 {
        match (self.phase, self.ready) {
            (Phase::Unborn | Phase::Deploying, None) => 0,
            (Phase::Unborn | Phase::Deploying, Some(ready)) => {
                (now.since(self.made) * 100 / ready.since(self.made).max(1)).min(99)
            }
            _ => 100,
        }
    }

    /// Per hour in a phase.
    pub(crate) fn rate_in(&self, phase: Phase) -> Exact {
        match phase {
            Phase::Deploying if self.broker == Broker::Prime => Exact::ZERO,
            Phase::Deploying | Phase::Running => self.rate,
            Phase::Stopped => self.stopped_rate.unwrap_or(self.rate),
            Phase::Unborn | Phase::Failed | Phase::Reclaimed | Phase::Ended => Exact::ZERO,
        }
    }
}
