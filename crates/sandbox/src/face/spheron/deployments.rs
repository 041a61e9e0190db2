//! `/api/deployments`: machines that run, and all that ever did.

mod create;
mod rows;
mod terminate;

pub(super) use create::create;
pub(crate) use create::sold_out;
pub(crate) use rows::shown;
pub(crate) use terminate::too_early;
pub(super) use terminate::{can_terminate, delete};

use super::keys::check_user;
use super::refusal::Refusal;
use crate::broker::Broker;
use crate::clock::Moment;
use crate::face::desk::Desk;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::state::Machine;
use rows::status_word;

/// `GET /api/deployments`: a bare array, with ended rows; it has no pages.
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    check_user(desk)?;
    let other = desk.faults.has(Fault::ListOtherScope).then_some("team_other");
    let team = other.or(desk.query.one("teamId"));
    let status = desk.query.one("status");
    let lag = desk.faults.has(Fault::ListLag).then_some(desk.options.late);
    let machines = desk.state.machines.iter().filter(|machine| {
        machine.broker == Broker::Spheron
            && machine.is_listed(desk.now)
            && team.is_none_or(|team| machine.team.as_deref() == Some(team))
            && status.is_none_or(|status| has_status(machine, status, desk.now))
            && lag.is_none_or(|lag| machine.made.after(lag) <= desk.now)
    });
    let mut rows: Vec<_> = machines.map(|machine| shown(desk, machine)).collect();
    if desk.faults.has(Fault::ListEmpty) {
        rows.clear();
    }
    if desk.faults.has(Fault::ListShort) {
        rows.truncate(rows.len() / 2);
    }
    Ok(Reply::ok(&rows))
}

/// "active (running/deploying), inactive (terminated/failed/terminated-provider), or a specific status value".
fn has_status(machine: &Machine, status: &str, now: Moment) -> bool {
    let word = status_word(machine, now);
    match status {
        "active" => ["running", "deploying"].contains(&word),
        "inactive" => ["terminated", "failed", "terminated-provider"].contains(&word),
        other => word == other,
    }
}

/// `GET /api/deployments/{id}`, whatever has become of it.
pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let machine = found(desk, id)?;
    Ok(Reply::ok(&shown(desk, machine)))
}

fn found<'a>(desk: &'a Desk<'_>, id: &str) -> Result<&'a Machine, Refusal> {
    let place = desk.state.find(Broker::Spheron, id).ok_or_else(missing)?;
    desk.state.machines.get(place).ok_or_else(missing)
}

fn missing() -> Refusal {
    Refusal::not_found("Deployment not found")
}
