//! Machines of ours that a listing leaves out: each is asked for by its id.

use std::time::Duration;

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Coverage, Fleet, Listing};

use super::Engine;
use crate::clock::Stamp;
use crate::launch::account::{Account, Kind};
use crate::launch::state::{Attempt, Stage};

/// Lost records that are asked for one by one in one look: more than that is a
/// broken listing, and asking would use up the broker's limit.
pub(super) const ASKED_MAX: usize = 5;

/// How long a machine of which the broker said that it is there, or nothing, is
/// not asked for again.
const ASK_EVERY: Duration = Duration::from_secs(300);

impl Engine {
    /// What the broker says of machines of ours that a listing showed before and
    /// this one leaves out. One that it does not know is in doubt: an answer of
    /// "not found" proves no end (R8).
    pub(super) async fn left_out(
        &mut self,
        fleet: &dyn Fleet,
        account: &Account,
        listing: &Listing<Instance>,
    ) -> Vec<Instance> {
        if account.kind == Kind::Disk || listing.coverage != Coverage::Complete {
            return Vec::new();
        }
        let now = self.now();
        let is_lost = |one: &Attempt| {
            let machine = one.machine.as_ref().filter(|machine| machine.listed)?;
            let shown = listing.items.iter().any(|item| item.id == machine.id);
            let ours = one.stage.is_alive() && one.ordered.account() == *account;
            let quiet = self.was_asked_for(&account.broker, &machine.id, &now);
            (ours && !shown && !quiet).then(|| machine.id.clone())
        };
        let lost: Vec<InstanceId> = self.state.attempts.values().filter_map(is_lost).collect();
        let mut found = Vec::new();
        for id in lost.into_iter().take(ASKED_MAX) {
            let record = fleet.get(&id, self.settings().ask_within).await.ok().flatten();
            if record.as_ref().is_none_or(|one| one.phase.is_billable()) {
                self.asked.insert((account.broker.clone(), id), now.clone());
            }
            found.extend(record);
        }
        found
    }

    /// Whether it was asked for by its id a moment ago (R13).
    pub(super) fn was_asked_for(&self, broker: &Broker, id: &InstanceId, now: &Stamp) -> bool {
        let last = self.asked.get(&(broker.clone(), id.clone()));
        last.and_then(|last| now.since(last))
            .is_some_and(|waited| waited < ASK_EVERY)
    }

    /// Whether a machine is no concern of the journal: nobody's here, or gone.
    pub(super) fn is_nobodys(&self, broker: &Broker, id: &InstanceId) -> bool {
        let known = self.state.by_id(broker, id);
        known.is_none_or(|one| one.stage == Stage::Gone)
    }
}
