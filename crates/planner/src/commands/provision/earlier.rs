//! What was begun from here before, and may come on top of a launch.

use gpu_broker_engine::launch::state::{Attempt, Stage, State};

use crate::view::instances::{called, rates};
use crate::view::text::shown;

/// A sentence for each request whose outcome is open, and for each launch of this quote of which something runs.
pub(super) fn told(state: &State, quote: Option<&str>) -> Vec<String> {
    let is_open = |one: &&Attempt| matches!(one.stage, Stage::Sending | Stage::Unknown);
    let open = state.attempts.values().filter(is_open);
    let mut told: Vec<String> = open
        .map(|one| {
            let ordered = &one.ordered;
            format!(
                "an earlier request is open: {} may exist at {}, up to {} {} per hour; `planner reconcile` looks again",
                shown(&one.name),
                ordered.broker,
                ordered.ceiling,
                ordered.currency
            )
        })
        .collect();
    let launches = state.launches.iter();
    for (id, launch) in launches.filter(|(_, launch)| quote.is_some() && launch.quote.as_deref() == quote) {
        let living: Vec<&Attempt> = state.of_launch(id).filter(|one| one.stage.is_alive()).collect();
        if living.is_empty() {
            continue;
        }
        let names: Vec<_> = living.iter().map(|one| called(one)).collect();
        let runs = if living.len() == 1 { "runs" } else { "run" };
        told.push(format!(
            "this quote was launched at {:.0}: {} {runs}, for {} per hour; this launches it once more",
            launch.at.wall,
            names.join(", "),
            rates(living.into_iter())
        ));
    }
    told
}
