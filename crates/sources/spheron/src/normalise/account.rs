//! What the teams of an account have, and its public keys.

use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::source::{AccountKey, Balance};
use gpu_broker_source_kit::{Fault, said};

use super::instance::id;
use crate::wire;

/// The most teams of an account that are read.
const TEAMS_MAX: usize = 1000;

/// What one team of the account can spend; below zero when it owes.
pub(crate) fn balance(row: &wire::Team<'_>, currency: Currency) -> Result<Balance, Fault> {
    let amount = row.balance.ok_or_else(|| Fault::missing("balance"))?;
    Ok(Balance {
        team: Some(team(row).ok_or_else(|| Fault::missing("teamId"))?.to_owned()),
        name: said(row.name.0.as_ref()).unwrap_or_default().to_owned(),
        amount: Exact::from_broker(amount.as_str()).map_err(|error| Fault::new("balance", error))?,
        currency,
        current: row.is_current.0.unwrap_or(false),
    })
}

fn team<'t>(row: &'t wire::Team<'_>) -> Option<&'t str> {
    said(row.id.as_ref()).or_else(|| said(row.other_id.0.as_ref()))
}

/// The team that machines are for when nobody names one: the current one, or the only one. `None` when there is no
/// team at all.
pub(crate) fn current_team(balance: wire::Balance<'_>) -> Result<Option<String>, Fault> {
    let teams = balance.teams.all(TEAMS_MAX);
    let (teams, odd) = teams.ok_or_else(|| Fault::new("teams", format_args!("there are more than {TEAMS_MAX}")))?;
    let current = teams.iter().find(|row| row.is_current.0 == Some(true));
    let chosen = match (current, teams.as_slice()) {
        (Some(row), _) => row,
        (None, [row]) if odd.is_empty() => row,
        (None, []) if odd.is_empty() => return Ok(None),
        (None, _) => {
            return Err(Fault::new(
                "teams",
                "none is said to be the current one; name the team to use",
            ));
        }
    };
    let team = team(chosen).ok_or_else(|| Fault::missing("teams.teamId"))?;
    Ok(Some(team.to_owned()))
}

/// A public key. The API has no word for the one that is used when none is named, so that is the `first` of the list.
pub(crate) fn key(row: &wire::SshKey<'_>, first: bool) -> Result<AccountKey, Fault> {
    Ok(AccountKey {
        id: id(row.id.as_ref(), row.underscore_id.as_ref())?.to_owned(),
        name: said(row.name.0.as_ref()).unwrap_or_default().to_owned(),
        public_key: said(row.public_key.0.as_ref()).unwrap_or_default().trim().to_owned(),
        primary: first,
    })
}
