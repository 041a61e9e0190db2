//! Machines that nobody here ordered, or that came beside the one that was.

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::number::Exact;
use jiff::SignedDuration;

use crate::clock::Stamp;
use crate::launch::event::{Extra, Orphan};
use crate::launch::state::{Attempt, Machine, Stage, State};
use crate::launch::survey::cost::{self, between_ms};

impl State {
    pub(super) fn find_orphan(&mut self, orphan: Orphan, at: &Stamp) -> Result<(), String> {
        let rate = Some(orphan.ordered.ceiling);
        let mut attempt = Attempt::new(orphan.key, orphan.ordered, Stage::Orphan, at);
        attempt.ends_at = orphan.ends_at;
        attempt.created_at = orphan.created_at;
        attempt.machine = Some(listed(orphan.id, rate, at));
        attempt.worst = unplanned(&attempt, at);
        "its name is ours, and the journal knows nothing of it".clone_into(&mut attempt.note);
        self.insert(attempt)
    }

    pub(super) fn extra(&mut self, extra: Extra, at: &Stamp) -> Result<(), String> {
        let of = self.attempt(&extra.of)?.clone();
        let mut attempt = Attempt::new(extra.key, of.ordered, Stage::Accepted, at);
        attempt.name = of.name;
        attempt.launch = of.launch;
        attempt.slot = of.slot;
        attempt.number = of.number;
        // It came of the same request, and may cost as much until it is gone.
        attempt.sent = of.sent;
        attempt.ends_at = of.ends_at;
        attempt.worst = of.worst;
        attempt.machine = Some(listed(extra.id, extra.rate, at));
        self.insert(attempt)
    }
}

/// What a machine may come to cost for which nobody here set money aside: what
/// it has cost, and what it costs until the end that is in its name. Where it
/// has none, a day more: as long as a request covers of which nobody says how
/// long. Past that, what it has cost counts (`Commitment`).
fn unplanned(attempt: &Attempt, at: &Stamp) -> Exact {
    const A_DAY: SignedDuration = SignedDuration::from_hours(24);
    let until = attempt.ends_at.or_else(|| at.wall.checked_add(A_DAY).ok());
    let ms = between_ms(attempt.paid_from(), until.unwrap_or(at.wall).max(at.wall));
    cost::over(attempt.ordered.ceiling, ms).unwrap_or_default()
}

/// A machine that a listing shows.
fn listed(id: InstanceId, rate: Option<Exact>, at: &Stamp) -> Machine {
    Machine {
        id,
        from: at.clone(),
        rate,
        phase: None,
        ssh: Vec::new(),
        listed: true,
        ours: true,
        claimed: false,
        unseen_from: None,
    }
}
