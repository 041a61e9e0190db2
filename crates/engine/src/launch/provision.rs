//! From ranked plans to machines that run.

mod before;
mod choose;
mod disks;
mod follow;
mod hunt;
mod patience;
mod settle;
mod step;

use std::time::Duration;

use gpu_broker_core::money::Currency;
use gpu_broker_core::offer::Broker;
use jiff::Timestamp;

use super::engine::{Engine, EngineError};
use super::event::{Closed, Event, Planned};
use super::spend::{Forbidden, SpendCaps};
use super::state::Attempt;
use super::unit::Package;
use hunt::Hunt;

/// What is to be launched.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Plans, the best first. The next is tried where stock is gone.
    pub plans: Vec<Package>,
    /// Whether some of a plan's machines without the others are of no use.
    pub all_or_nothing: bool,
    /// What it may cost.
    pub caps: SpendCaps,
    /// The currency of the caps and of every unit's worst case.
    pub currency: Currency,
    /// When the machines end by themselves.
    pub ends_at: Option<Timestamp>,
    /// What to do when nobody knows whether a request was acted upon.
    pub on_unknown: OnUnknown,
    /// How long to look for a machine whose outcome is unknown.
    pub resolve_for: Duration,
    /// How long to wait until it is ready; `None` for not at all.
    pub wait: Option<Duration>,
    /// The quote whose plans these are, by its id, for whoever launches it again.
    pub quote: Option<String>,
}

/// What to do when nobody knows whether a request was acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnknown {
    /// Order nothing more until it is known (D2).
    #[default]
    Hold,
    /// Order again once it has stayed away for long enough. It can rent twice.
    Recreate,
}

/// What came of a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub launch: String,
    /// How it ended.
    pub end: End,
    /// Every attempt of it, as the journal knows it.
    pub attempts: Vec<Attempt>,
    /// What stood in the way, in the order in which it did.
    pub notes: Vec<String>,
    /// Brokers that could not be asked, or were busy for too long: what they
    /// sell may be had all the same.
    pub unasked: Vec<Broker>,
}

/// How a launch ended. Closed: each has an exit status of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All machines are ready.
    Ready,
    /// All machines exist; some are not ready yet, and billed.
    Deploying,
    /// Some machines exist, and the others could not be had.
    Partial {
        /// How many exist.
        got: usize,
        /// How many were wanted.
        wanted: usize,
    },
    /// Nothing could be had, and nothing of it runs. Where brokers could not be
    /// asked, [`Report::unasked`] names them.
    Nothing,
    /// A guard forbade it: a cap, or a price that was not approved.
    Guarded(Forbidden),
    /// The key was refused.
    Key(String),
    /// It is not known what came of a request, or something that should end
    /// has not ended.
    Unknown,
    /// Somebody asked to stop.
    Interrupted,
}

impl Engine {
    /// Launches the best plan that can be had.
    ///
    /// Sends at most one request for each name, never a second one for a
    /// machine while the outcome of the first is unknown, and nothing that the
    /// caps forbid. Costs money from the first accepted request on.
    ///
    /// # Errors
    /// When the journal cannot be used, or another process is launching. What
    /// was sent before is in the journal, and `reconcile` settles it.
    pub async fn provision(&mut self, wish: &Wish) -> Result<Report, EngineError> {
        self.recover().await?;
        let fresh = self.parts().names.fresh().map_err(EngineError::Unnamed)?;
        let launch = self.parts().names.launch(fresh);
        let slots = wish.plans.first().map_or(0, |plan| plan.machines.len());
        self.note(vec![Event::Planned(Planned {
            launch: launch.clone(),
            slots: u16::try_from(slots).unwrap_or(u16::MAX),
            all_or_nothing: wish.all_or_nothing,
            caps: wish.caps,
            currency: wish.currency,
            ends_at: wish.ends_at,
            quote: wish.quote.clone(),
        })])?;
        self.begun = Some(launch.clone());
        let mut hunt = Hunt::new(self, wish, &launch, fresh);
        let end = hunt.run().await?;
        let notes = hunt.notes;
        let unasked = hunt.excluded.unasked.into_iter().collect();
        self.note(vec![Event::Closed(Closed {
            launch: launch.clone(),
            note: end.word().to_owned(),
        })])?;
        Ok(Report {
            attempts: self.state().of_launch(&launch).cloned().collect(),
            launch,
            end,
            notes,
            unasked,
        })
    }

    /// The launch that this engine began last. Where [`provision`](Self::provision)
    /// failed in the middle, [`state`](Self::state) tells what was sent for it.
    pub fn begun(&self) -> Option<&str> {
        self.begun.as_deref()
    }
}

impl End {
    /// The word used in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Deploying => "deploying",
            Self::Partial { .. } => "partial",
            Self::Nothing => "nothing",
            Self::Guarded(_) => "guarded",
            Self::Key(_) => "key_refused",
            Self::Unknown => "unknown",
            Self::Interrupted => "interrupted",
        }
    }
}
