//! Teams and their money.

use serde::Serialize;

use super::refusal::Refusal;
use crate::broker::Broker;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::reply::Reply;
use crate::state::{Purse, State};

/// `GET /api/balance`
pub(super) fn balance(desk: &Desk<'_>) -> Reply {
    #[derive(Serialize)]
    struct Balance<'a> {
        teams: Vec<Row<'a>>,
        currency: &'a str,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Row<'a> {
        team_id: &'a str,
        team_name: &'a str,
        balance: Number,
        is_current_team: bool,
        role: &'a str,
    }
    let only_current = desk.query.one("all") == Some("false");
    let wanted = desk.query.one("teamId");
    let teams = teams(desk.state)
        .filter(|team| (!only_current || team.current) && wanted.is_none_or(|id| id == team.id))
        .map(|team| Row {
            team_id: &team.id,
            team_name: &team.name,
            balance: desk.state.balance(team, desk.now).money(),
            is_current_team: team.current,
            role: &team.role,
        });
    Reply::ok(&Balance {
        teams: teams.collect(),
        currency: "USD",
    })
}

/// The team with an id, which must be one of the account's.
pub(super) fn known(state: &State, id: &str) -> Result<String, Refusal> {
    if teams(state).any(|team| team.id == id) {
        Ok(id.to_owned())
    } else {
        let text = "Insufficient permissions to access this resource";
        Err(Refusal::new(403, text, "FORBIDDEN"))
    }
}

/// The team that is meant when none is named.
pub(super) fn current(state: &State) -> String {
    let team = teams(state).find(|team| team.current);
    team.map(|team| team.id.clone()).unwrap_or_default()
}

/// What is left in a team's purse.
pub(super) fn left(desk: &Desk<'_>, team: &str) -> Exact {
    let purse = teams(desk.state).find(|purse| purse.id == team);
    purse.map_or(Exact::ZERO, |purse| desk.state.balance(purse, desk.now))
}

fn teams(state: &State) -> impl Iterator<Item = &Purse> {
    state.purses.iter().filter(|purse| purse.broker == Broker::Spheron)
}
