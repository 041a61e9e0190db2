//! What comes of one attempt, and what not to try again.

use gpu_broker_core::source::RefusalKind;

use super::hunt::Hunt;
use super::step::Next;
use super::{End, OnUnknown};
use crate::launch::chores::Care;
use crate::launch::doom::Doom;
use crate::launch::engine::EngineError;
use crate::launch::state::{Attempt, Stage, State};
use crate::launch::unit::Item;

impl Hunt<'_> {
    /// What comes of one attempt, as far as it must be known before going on.
    pub(super) async fn follow(&mut self, key: &str, item: &Item) -> Result<Next, EngineError> {
        if matches!(self.stage(key), Some(Stage::Rejected | Stage::Unknown)) {
            let open = |state: &State| {
                let stage = state.attempts.get(key).map(|one| one.stage);
                !matches!(stage, Some(Stage::Rejected | Stage::Unknown))
            };
            let whose = |one: &Attempt| one.key == key;
            self.engine
                .tend(whose, Care::Unsettled, self.wish.resolve_for, open)
                .await?;
        }
        match self.stage(key) {
            Some(Stage::Accepted | Stage::Ready) => Ok(Next::Go),
            // Whoever asked to stop came before the request: there is nothing to tell.
            Some(Stage::Released) if self.was_stopped(key) => Ok(Next::Stop(End::Interrupted)),
            Some(Stage::Released) => {
                self.give_up(key, item).await;
                Ok(Next::Elsewhere)
            }
            Some(Stage::Absent) if self.may_recreate(item) => Ok(Next::Elsewhere),
            Some(Stage::Doomed | Stage::Ending | Stage::Blocked | Stage::Gone) => self.dispose_of(key, item).await,
            _ => {
                self.remark(key);
                Ok(Next::Stop(End::Unknown))
            }
        }
    }

    /// Whether a machine that stayed away may be ordered again (T12).
    fn may_recreate(&mut self, item: &Item) -> bool {
        let state = self.engine.state();
        let lags = state.lags.get(item.broker()).map_or(0, |lags| lags.count);
        let enough = lags >= self.engine.settings().lags_min;
        if self.wish.on_unknown == OnUnknown::Recreate && !enough {
            self.notes.push(format!(
                "it is not ordered again: only {lags} launches show how late the broker's listing is"
            ));
        }
        self.wish.on_unknown == OnUnknown::Recreate && enough
    }

    /// A refusal that was confirmed, or a request that never left: what not to
    /// try again.
    async fn give_up(&mut self, key: &str, item: &Item) {
        let note = self.remark(key);
        let broker = item.broker().clone();
        let attempt = self.engine.state().attempts.get(key);
        let (refusal, wait) = attempt.map_or((None, None), |one| (one.refusal, one.retry_in));
        match (refusal, item) {
            (Some(RefusalKind::OutOfStock | RefusalKind::OfferGone | RefusalKind::Price | RefusalKind::Invalid), _) => {
                self.exclude(item, note);
            }
            (Some(RefusalKind::Key), _) => {
                let why = format!("{broker} refuses the key, so nothing more is ordered from it");
                self.notes.push(why.clone());
                self.excluded.brokers.insert(broker, why);
                self.key_refused = Some(note);
            }
            (Some(RefusalKind::Funds), Item::Machine(unit)) => self.excluded.too_poor(unit),
            (Some(RefusalKind::Busy), _) => self.busy(&broker, wait, &note).await,
            (Some(RefusalKind::Funds), Item::Disk(_)) => {
                self.excluded.brokers.insert(broker, note);
            }
            // The request never left.
            (None, _) => {
                self.excluded.unasked.insert(broker.clone());
                self.excluded.brokers.insert(broker, note);
            }
        }
    }

    /// Whether somebody asked to stop before its request left.
    fn was_stopped(&self, key: &str) -> bool {
        let attempt = self.engine.state().attempts.get(key);
        let unsent = attempt.is_some_and(|one| one.sent.is_none() && one.note.is_empty());
        unsent && self.engine.parts().interrupt.is_set()
    }

    /// A machine that is not what was approved, or failed: it must be gone
    /// before anything is ordered in its stead.
    async fn dispose_of(&mut self, key: &str, item: &Item) -> Result<Next, EngineError> {
        let note = self.remark(key);
        let doom = self.engine.state().attempts.get(key).and_then(|one| one.doom);
        if !self.until_gone(|one| one.key == key).await? {
            return Ok(Next::Stop(End::Unknown));
        }
        // Without a doom its broker ended it at once.
        if doom.is_none_or(Doom::may_try_elsewhere) {
            self.exclude(item, note);
            return Ok(Next::Elsewhere);
        }
        Ok(Next::Stop(End::Guarded(note.into())))
    }

    /// Does not try this again. What could not be had is a machine; where it is
    /// a disk, the plan is given up as a whole.
    fn exclude(&mut self, item: &Item, why: String) {
        if let Item::Machine(unit) = item {
            self.excluded.wares.insert(unit.ware(), why);
        }
    }
}
