//! A machine as it truly is, whatever a listing says.

use gpu_broker_core::gpu::Gpu;
use gpu_broker_core::instance::{Instance, InstanceId, Phase};
use gpu_broker_core::offer::{Broker, MarketType, Provider};
use gpu_broker_core::place::Place;

use super::names::Slot;
use super::shop::{Good, usd};
use super::time::{MINUTE, stamp_of};

/// How long after it was made a machine can be used, in milliseconds.
pub(crate) const READY_MS: u64 = 90_000;
/// When one that never becomes ready is given up, counted from
/// when it was found: what was lost for a while is given up later.
pub(crate) const SLOW_MS: u64 = 75 * MINUTE;
/// For how long a status goes back and forth, or is one that nobody knows.
pub(crate) const ODD_MS: u64 = 600_000;

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Ours(Slot),
    /// Somebody else's, in the same account.
    Stranger,
    /// In another team, which our listing never shows unless it is wrong.
    OtherTeam,
}

/// What becomes of it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Runs,
    NeverReady,
    FailsAt(u64),
    StoppedAt(u64),
    /// A word that nobody knows, until then.
    OddWordUntil(u64),
    /// Back and forth, until then.
    FlapsUntil(u64),
}

/// A machine.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) id: InstanceId,
    pub(crate) name: String,
    pub(crate) owner: Owner,
    pub(crate) provider: Provider,
    pub(crate) gpu: Gpu,
    pub(crate) place: Place,
    pub(crate) market: MarketType,
    /// Per hour, in millionths.
    pub(crate) rate: u64,
    /// What was approved for it.
    pub(crate) approved: u64,
    /// From when on it costs more, and how much.
    pub(crate) raised: Option<(u64, u64)>,
    /// When it began to cost money, and when it ceased to.
    pub(crate) from: u64,
    pub(crate) until: Option<u64>,
    /// Since when it is being ended.
    pub(crate) ending: Option<u64>,
    pub(crate) fate: Fate,
    /// Whether it is one that no client could have prevented.
    pub(crate) excused: bool,
    /// Whether it is what was ordered, but for the rate.
    pub(crate) as_ordered: bool,
    /// When a listing first showed it as one that may cost money, and as gone.
    pub(crate) shown: Option<u64>,
    pub(crate) end_shown: Option<u64>,
    /// How often a flapping one was shown.
    pub(crate) flaps: u8,
}

impl Machine {
    /// One that is what its offer says, and runs from then on.
    pub(crate) fn new(id: InstanceId, name: &str, owner: Owner, good: &Good, from: u64) -> Self {
        Self {
            id,
            name: name.to_owned(),
            owner,
            provider: good.offer.provider.clone(),
            gpu: good.offer.gpu.clone(),
            place: good.place.clone(),
            market: good.offer.market.clone(),
            rate: good.rate,
            approved: good.rate,
            raised: None,
            from,
            until: None,
            ending: None,
            fate: Fate::Runs,
            excused: false,
            as_ordered: true,
            shown: None,
            end_shown: None,
            flaps: 0,
        }
    }

    /// Whether it costs money at that moment.
    pub(crate) fn lives(&self, at: u64) -> bool {
        at >= self.from && self.until.is_none_or(|until| at < until)
    }

    pub(crate) fn slot(&self) -> Option<Slot> {
        match self.owner {
            Owner::Ours(slot) => Some(slot),
            Owner::Stranger | Owner::OtherTeam => None,
        }
    }

    /// What it costs per hour at that moment.
    pub(crate) fn rate_at(&self, at: u64) -> u64 {
        match self.raised {
            Some((from, rate)) if at >= from => rate,
            _ => self.rate,
        }
    }

    /// What becomes of it at that moment; `None` before it exists.
    fn phase(&mut self, at: u64) -> Option<(Phase, &'static str)> {
        if at < self.from {
            return None;
        }
        if self.until.is_some_and(|until| at >= until) {
            return Some((Phase::Gone, "terminated"));
        }
        if self.ending.is_some_and(|ending| at >= ending) {
            return Some((Phase::Ending, "terminating"));
        }
        let ready = at >= self.from + READY_MS;
        let usual = if ready {
            (Phase::Running, "running")
        } else {
            (Phase::Deploying, "deploying")
        };
        Some(match self.fate {
            Fate::NeverReady => (Phase::Deploying, "deploying"),
            Fate::FailsAt(from) if at >= from => (Phase::Failed, "failed"),
            Fate::StoppedAt(from) if at >= from => (Phase::Stopped, "stopped"),
            Fate::OddWordUntil(until) if ready && at < until => (Phase::Unclear, "hibernating"),
            Fate::FlapsUntil(until) if ready && at < until => {
                self.flaps = (self.flaps + 1) % 4;
                match self.flaps {
                    0 => (Phase::Running, "running"),
                    1 => (Phase::Gone, "terminated"),
                    2 => (Phase::Unclear, "rebooting"),
                    _ => (Phase::Deploying, "deploying"),
                }
            }
            _ => usual,
        })
    }

    /// The row that a listing has of it, as of that moment.
    pub(crate) fn row(&mut self, broker: &Broker, at: u64) -> Option<Instance> {
        let (phase, word) = self.phase(at)?;
        let ended = phase == Phase::Gone;
        Some(Instance {
            broker: broker.clone(),
            id: self.id.clone(),
            name: self.name.clone(),
            provider: self.provider.clone(),
            gpu: self.gpu.clone(),
            place: self.place.clone(),
            market: Some(self.market.clone()),
            phase,
            status: word.to_owned(),
            rate: Some(usd(self.rate_at(at))),
            billed: None,
            created_at: Some(stamp_of(self.from)),
            ended_at: self.until.filter(|_| ended).map(stamp_of),
            ssh: Vec::new(),
            progress: None,
            trouble: None,
        })
    }

    /// When the last thing happens to it that happens by itself.
    pub(crate) fn last_event(&self) -> u64 {
        let fate = match self.fate {
            Fate::Runs => self.from + READY_MS,
            Fate::NeverReady => self.from + SLOW_MS,
            Fate::FailsAt(at) | Fate::StoppedAt(at) | Fate::OddWordUntil(at) | Fate::FlapsUntil(at) => at,
        };
        let raised = self.raised.map_or(0, |(at, _)| at);
        fate.max(raised).max(self.until.unwrap_or_default())
    }
}
