//! What else is known of attempts, for people: how sure, how late, how dear.

use std::time::Duration;

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;
use jiff::Timestamp;

use super::state::{Attempt, Stage, State};
use super::survey::cost;
use crate::clock::Stamp;

/// Why a machine that should end does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Its broker says that it is too early, and for how long still.
    TooEarly(Duration),
    /// Its broker refuses the key.
    Key,
    /// Its broker says something else, or nothing.
    Refused,
}

/// How late a broker's listing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// Machines that showed it.
    pub count: u32,
    /// The longest.
    pub longest: Duration,
}

impl Stage {
    /// Whether it is nobody's concern any more: it ended, or never was.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Gone | Self::Released)
    }

    /// Whether nobody knows what came of its request.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sending | Self::Rejected | Self::Unknown | Self::Absent)
    }
}

impl Attempt {
    /// Whether its broker's own listing speaks against what is known of its
    /// machine: it leaves it out, or shows it as ended, which is not proved yet
    /// (T22).
    pub fn is_doubted(&self) -> bool {
        let unseen = self.machine.as_ref().is_some_and(|one| one.unseen_from.is_some());
        self.stage.is_alive() && (unseen || self.gone_from.is_some())
    }

    /// Since when its broker's listing shows it as ended.
    pub fn ended_from(&self) -> Option<&Stamp> {
        self.gone_from.as_ref().filter(|_| self.stage.is_alive())
    }

    /// Whether its broker was asked to end it.
    pub fn was_asked_to_end(&self) -> bool {
        self.end_sent.is_some()
    }

    /// Whether nothing is left to be found out or done for it.
    pub fn is_settled(&self) -> bool {
        self.stage.is_settled() && !self.is_doubted()
    }

    /// What it has cost by then: what it did, once it is gone, or else what its
    /// time comes to at its rate, no less than what is charged at least. `None`
    /// where no machine of it is known.
    pub fn cost_until(&self, now: &Stamp) -> Option<Exact> {
        match self.cost {
            Some(cost) => Some(cost),
            None => self.machine.as_ref().map(|_| cost::of(self, None, now)),
        }
    }

    /// Since when it is paid for: since its request left, or since its broker says
    /// that it exists, or else since it is known.
    pub(crate) fn paid_from(&self) -> Timestamp {
        let sent = self.sent.as_ref().map(|sent| sent.wall);
        let known = || self.machine.as_ref().map(|machine| machine.from.wall);
        sent.or(self.created_at).or_else(known).unwrap_or(self.since.wall)
    }

    /// The most that is reckoned for it: what was set aside, or what it has cost
    /// where it runs on beyond what was planned. A machine of which nobody knows
    /// whether it exists is taken to run.
    pub(crate) fn reckoned(&self, now: &Stamp) -> Exact {
        if let Some(cost) = self.cost {
            return cost;
        }
        let may_run = self.stage.is_alive() || matches!(self.stage, Stage::Sending | Stage::Unknown);
        let ran = may_run.then(|| cost::of(self, None, now));
        ran.map_or(self.worst, |ran| ran.max(self.worst))
    }

    /// Complete listings that do not show it, and since when they count.
    pub fn missed(&self) -> (u32, Option<&Stamp>) {
        (self.looks, self.quiet_from.as_ref())
    }

    /// Why it does not end, where its broker said no.
    pub fn held(&self, now: &Stamp) -> Option<Held> {
        let ends = self.refused_ends.as_ref().filter(|_| self.stage.is_alive())?;
        Some(match ends.too_early {
            Some(wait) => {
                let waited = now.since(&ends.last).unwrap_or_default();
                Held::TooEarly(wait.saturating_sub(waited))
            }
            None if ends.unauthorised => Held::Key,
            None => Held::Refused,
        })
    }

    /// How long it is charged for at least, from this moment on.
    pub fn minimum_left(&self, now: &Stamp) -> Duration {
        let least = Duration::from_secs(self.ordered.minimum_minutes.saturating_mul(60));
        let from = self.sent.as_ref().unwrap_or(&self.since);
        let ms = now.wall.as_millisecond().saturating_sub(from.wall.as_millisecond());
        least.saturating_sub(Duration::from_millis(u64::try_from(ms).unwrap_or_default()))
    }
}

impl State {
    /// How late a broker's listing was, as far as launches from here showed it.
    pub fn lag_of(&self, broker: &Broker) -> Option<Lag> {
        let lags = self.lags.get(broker)?;
        Some(Lag {
            count: lags.count,
            longest: lags.longest,
        })
    }

    /// Rows of the journal that are in here.
    pub fn rows(&self) -> u64 {
        self.seq
    }
}
