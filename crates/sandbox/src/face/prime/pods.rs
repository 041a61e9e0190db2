//! `/pods`: machines that run, and those that did.

mod create;
mod rows;

pub(super) use create::create;
pub(crate) use create::sold_out;
pub(crate) use rows::shown;

use std::cmp::Reverse;

use serde::Serialize;

use super::invalid::{Invalid, Refusal};
use super::listing;
use crate::broker::Broker;
use crate::face::desk::Desk;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::state::{Machine, Phase};
use rows::{Past, Standing, status_word};

/// `GET /api/v1/pods/`: what has not ended. A team's id, which some clients send as a header, narrows it to that team.
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    let mine = visible(desk).filter(|machine| !machine.is_over());
    listing::page(desk, mine.map(|machine| shown(desk, machine)).collect())
}

/// `GET /api/v1/pods/history`: what has ended, with what it cost.
pub(super) fn history(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    let mut invalid = Invalid::default();
    let by_creation = match desk.query.one("sort_by") {
        None | Some("terminatedAt") => false,
        Some("createdAt") => true,
        Some(_) => {
            invalid.add("sort_by", "Input should be 'terminatedAt' or 'createdAt'".to_owned());
            false
        }
    };
    let ascending = match desk.query.one("sort_order") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => {
            invalid.add("sort_order", "Input should be 'asc' or 'desc'".to_owned());
            false
        }
    };
    invalid.unless(())?;
    let mut rows: Vec<&Machine> = visible(desk).filter(|machine| machine.is_over()).collect();
    rows.sort_by_key(|machine| if by_creation { machine.made } else { machine.turned });
    if !ascending {
        // Stable in both directions: among equals, the later create comes first.
        rows.reverse();
    }
    listing::page(desk, rows.into_iter().map(|machine| Past::of(desk, machine)).collect())
}

/// What a list may show: of the asked-for team, and no longer too new.
fn visible<'a>(desk: &'a Desk<'_>) -> impl Iterator<Item = &'a Machine> {
    let other = desk.faults.has(Fault::ListOtherScope).then_some("team_other");
    let team = other.or(desk.query.one("teamId")).or(desk.request.team.as_deref());
    let lag = desk.faults.has(Fault::ListLag).then_some(desk.options.late);
    desk.state.machines.iter().filter(move |machine| {
        machine.broker == Broker::Prime
            && machine.is_listed(desk.now)
            && team.is_none_or(|team| machine.team.as_deref() == Some(team))
            && lag.is_none_or(|lag| machine.made.after(lag) <= desk.now)
    })
}

/// `GET /api/v1/pods/status?pod_ids=…`: of ended pods too; unknown ids are left out.
pub(super) fn status(desk: &Desk<'_>) -> Reply {
    #[derive(Serialize)]
    struct Statuses<'a> {
        data: Vec<Standing<'a>>,
    }
    let found = desk
        .query
        .all("pod_ids")
        .filter_map(|id| desk.state.find(Broker::Prime, id));
    let machines = found.filter_map(|place| desk.state.machines.get(place));
    Reply::ok(&Statuses {
        data: machines.map(|machine| Standing::of(desk, machine)).collect(),
    })
}

/// `GET /api/v1/pods/{id}`: what has not ended.
pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let machine = live(desk, id)?;
    Ok(Reply::ok(&shown(desk, machine)))
}

/// `DELETE /api/v1/pods/{id}`
pub(super) fn delete(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Deleted {
        status: &'static str,
    }
    live(desk, id)?;
    if let Some(place) = desk.state.find(Broker::Prime, id) {
        desk.state.end(place, Phase::Ended, desk.now);
    }
    Ok(Reply::ok(&Deleted { status: "TERMINATED" }))
}

/// `GET /api/v1/pods/{id}/log?tail=N`: the form is open; here an array of lines, the last ones first asked for.
pub(super) fn log(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut invalid = Invalid::default();
    let Ok(tail) = desk.query.number::<usize>("tail") else {
        invalid.add("tail", super::invalid::NO_INTEGER.to_owned());
        return Err(invalid.into());
    };
    let place = desk.state.find(Broker::Prime, id).ok_or_else(missing)?;
    let machine = desk.state.machines.get(place).ok_or_else(missing)?;
    let mut lines = vec![(machine.made, format!("{} asked for", machine.body.system))];
    if let Some(ready) = machine.ready.filter(|ready| *ready <= desk.now) {
        lines.push((ready, "sshd is up".to_owned()));
    }
    if machine.turned > machine.made {
        lines.push((machine.turned, format!("status {}", status_word(machine, desk.now))));
    }
    lines.sort_by_key(|(at, _)| Reverse(*at));
    lines.truncate(tail.unwrap_or(100));
    let lines: Vec<String> = lines
        .iter()
        .rev()
        .map(|(at, line)| format!("{} {line}", at.iso()))
        .collect();
    Ok(Reply::ok(&lines))
}

/// A pod that has not ended; an ended one is in the history, and its own page is gone.
fn live<'a>(desk: &'a Desk<'_>, id: &str) -> Result<&'a Machine, Refusal> {
    let place = desk.state.find(Broker::Prime, id).ok_or_else(missing)?;
    let machine = desk.state.machines.get(place).ok_or_else(missing)?;
    if machine.is_over() { Err(missing()) } else { Ok(machine) }
}

fn missing() -> Refusal {
    Refusal::detail(404, "Pod not found")
}
