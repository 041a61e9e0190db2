//! Machines whose names have the form of ours and that no key here proves:
//! launched by planner from another installation, or from a data folder that
//! is gone (F30).

use std::fmt::Write as _;

use gpu_broker_core::instance::Instance;
use gpu_broker_engine::launch::state::State;
use gpu_broker_engine::launch::{Kind, Shown};
use gpu_broker_engine::tag::Tag;
use jiff::Timestamp;

use crate::view::text::shown;

/// Whether a machine is one that planner launched, though nothing here knows of
/// it.
pub(crate) fn is_elsewhere(item: &Instance) -> bool {
    Tag::shape(&item.name).is_some()
}

/// Those that may have been launched from here. What is younger than this data
/// folder cannot have been launched from one that was lost before it was begun:
/// with two hosts and one key, it is the other's (F36).
pub(crate) fn perhaps_ours<'a>(state: &State, listed: &'a [Shown], begun: Option<Timestamp>) -> Vec<&'a Instance> {
    let machines = listed.iter().filter(|one| one.kind == Kind::Machine);
    let items = machines.flat_map(|one| one.listing.items.iter().map(move |item| (one, item)));
    let older = |item: &Instance| match (item.created_at, begun) {
        (Some(created_at), Some(begun)) => created_at < begun,
        _ => true,
    };
    let unknown = items.filter(|(one, item)| state.by_id(&one.broker, &item.id).is_none());
    unknown
        .map(|(_, item)| item)
        .filter(|item| item.phase.is_billable() && is_elsewhere(item) && older(item))
        .collect()
}

/// Whether one of them may be what this data folder was begun anew over. A folder
/// that launches and keeps its journal was not lost: whose they are is worth a
/// word then, and no doubt.
pub(crate) fn in_doubt(state: &State, machines: &[&Instance]) -> bool {
    state.launches.is_empty() && state.attempts.is_empty() && !machines.is_empty()
}

/// What is to be said of them; nothing where there are none.
pub(crate) fn told(machines: &[&Instance]) -> String {
    let mut text = String::new();
    for item in machines {
        let id = shown(item.id.as_str());
        let installation = Tag::shape(&item.name).map(|said| said.installation).unwrap_or_default();
        let rate = item
            .rate
            .map(|rate| format!(", {} {} per hour", rate.per_hour(), rate.currency()));
        let _ = writeln!(
            text,
            "{id} at {} ({}{}) was launched by planner from another installation ({}), or from a data folder that is \
             gone: `planner terminate {id}` ends it",
            item.broker,
            shown(&item.name),
            rate.unwrap_or_default(),
            shown(&installation),
        );
    }
    if !text.is_empty() {
        text.push_str(
            "should it be another host's with this key, `planner ls` there shows it; `planner audit` lists all there is\n",
        );
    }
    text
}
