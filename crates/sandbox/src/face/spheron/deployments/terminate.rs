//! Ending a deployment: whether it may be, and doing it.

use serde::Serialize;

use super::found;
use super::rows::status_word;
use crate::broker::Broker;
use crate::face::desk::Desk;
use crate::face::spheron::refusal::Refusal;
use crate::options::MinimumRuntime;
use crate::reply::Reply;
use crate::state::{Machine, Phase};

/// What the sandbox says when it ends early what the broker would not.
const BILLED_ANYWAY: &str =
    "the sandbox ends instances at any time, and bills the minimum runtime; the broker would refuse";

/// `GET /api/deployments/{id}/can-terminate`; not in the reference, and seen live.
pub(in crate::face::spheron) fn can_terminate(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a> {
        can_terminate: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        current_status: Option<&'a str>,
        minimum_runtime: u64,
        time_remaining: u64,
    }
    let machine = found(desk, id)?;
    let remaining = minutes_remaining(desk, machine);
    let over = machine.is_over();
    let reason = if over {
        Some("Instance has already been terminated")
    } else {
        (remaining > 0).then_some("Minimum runtime not met")
    };
    Ok(Reply::ok(&Answer {
        can_terminate: reason.is_none(),
        reason,
        current_status: over.then(|| status_word(machine, desk.now)),
        minimum_runtime: machine.minimum / 60,
        time_remaining: remaining,
    }))
}

/// `DELETE /api/deployments/{id}`
pub(in crate::face::spheron) fn delete(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let machine = found(desk, id)?;
    if machine.is_over() {
        let word = status_word(machine, desk.now);
        let message = "Instance has already been terminated.";
        return Err(Refusal::explained(400, "Cannot terminate instance", message)
            .with("currentStatus", word)
            .with("canTerminate", false));
    }
    let minimum = machine.minimum / 60;
    let remaining = minutes_remaining(desk, machine);
    if remaining > 0 {
        return Err(refusal(minimum, remaining));
    }
    let early = desk.options.minimum_runtime == MinimumRuntime::Billed
        && machine.is_billable()
        && desk.now.seconds_since(machine.made) < machine.minimum;
    if let Some(place) = desk.state.find(Broker::Spheron, id) {
        desk.state.end(place, Phase::Ended, desk.now);
    }
    Ok(Reply::ok(&Destroyed::of(id, desk.now.iso(), early)))
}

/// The answer to a DELETE before the minimum runtime, in minutes; its shape was seen live.
pub(crate) fn too_early(minimum: u64, remaining: u64) -> Reply {
    refusal(minimum, remaining).reply()
}

fn refusal(minimum: u64, remaining: u64) -> Refusal {
    let message = format!("Instance must run for at least {minimum} minutes. Time remaining: {remaining} minutes.");
    Refusal::explained(400, "Minimum runtime not met", message)
        .with("canTerminate", false)
        .with("timeRemaining", remaining)
        .with("minimumRuntime", minimum)
}

/// Minutes until it may be ended, rounded up; none unless the world enforces the minimum.
fn minutes_remaining(desk: &Desk<'_>, machine: &Machine) -> u64 {
    if desk.options.minimum_runtime != MinimumRuntime::Enforced || !machine.is_billable() {
        return 0;
    }
    let run = desk.now.seconds_since(machine.made);
    machine.minimum.saturating_sub(run).div_ceil(60)
}

/// API reference, "Terminate deployment".
#[derive(Serialize)]
struct Destroyed<'a> {
    message: &'static str,
    deployment: Ended<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ended<'a> {
    id: &'a str,
    status: &'static str,
    stopped_at: String,
}

impl<'a> Destroyed<'a> {
    fn of(id: &'a str, stopped_at: String, early: bool) -> Self {
        Self {
            message: "Instance destruction initiated",
            deployment: Ended {
                id,
                status: "terminated",
                stopped_at,
            },
            note: early.then_some(BILLED_ANYWAY),
        }
    }
}
