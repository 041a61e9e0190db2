//! Keys, wallets, teams: the account behind the machines.

use gpu_broker_core::number::Exact;
use gpu_broker_core::source::{AccountKey, Balance};
use gpu_broker_http::RawNumber;
use gpu_broker_source_kit::{Fault, Text, said};

use super::words::{CURRENCY, id};
use crate::state::{Permission, Team, User};
use crate::wire;

/// What a person's own wallet is called, which has no name.
const PERSONAL: &str = "personal";

/// A row of `/ssh_keys/`.
pub(crate) fn key(row: &wire::KeyRow<'_>) -> Result<AccountKey, Fault> {
    Ok(AccountKey {
        id: id(row.id.as_ref(), "id")?.to_owned(),
        name: row.name.as_ref().map_or("", Text::as_str).to_owned(),
        public_key: said(row.public_key.as_ref())
            .ok_or_else(|| Fault::missing("publicKey"))?
            .to_owned(),
        primary: row.is_primary == Some(true),
    })
}

/// The wallet of `team`, or of the key's owner.
pub(crate) fn balance(team: Option<&Team>, row: &wire::Wallet<'_>) -> Result<Balance, Fault> {
    let said = said(row.team_id.as_ref());
    if let (Some(team), Some(said)) = (team, said)
        && team.id != said
    {
        return Err(Fault::new(
            "team_id",
            format_args!("it is the wallet of {said}, not of {}", team.id),
        ));
    }
    let amount: RawNumber<'_> = row.balance_usd.ok_or_else(|| Fault::missing("balance_usd"))?;
    Ok(Balance {
        team: team.map(|team| team.id.as_str()).or(said).map(str::to_owned),
        name: team
            .map(|team| team.name.as_str())
            .or(said)
            .unwrap_or(PERSONAL)
            .to_owned(),
        // May be below zero: there is an overdraft.
        amount: Exact::from_broker(amount.as_str()).map_err(|error| Fault::new("balance_usd", error))?,
        currency: CURRENCY,
        current: false,
    })
}

/// A row of `/user/teams`.
pub(crate) fn team(row: &wire::TeamRow<'_>) -> Result<Team, Fault> {
    let id = said(row.team_id.as_ref()).ok_or_else(|| Fault::missing("teamId"))?;
    Ok(Team {
        id: id.to_owned(),
        name: said(row.name.as_ref()).unwrap_or(id).to_owned(),
        role: said(row.role.as_ref()).map(str::to_owned),
    })
}

/// The content of `/user/whoami`.
pub(crate) fn user(row: wire::User<'_>) -> Result<User, Fault> {
    let permission = |granted: Option<wire::Permission>| {
        let granted = granted.unwrap_or_default();
        Permission {
            read: granted.read == Some(true),
            write: granted.write == Some(true),
        }
    };
    Ok(User {
        id: said(row.id.as_ref()).ok_or_else(|| Fault::missing("id"))?.to_owned(),
        name: said(row.name.as_ref()).map(str::to_owned),
        banned: row.is_banned == Some(true),
        skips_prepay: row.skip_prepay == Some(true),
        permissions: row
            .scope
            .into_iter()
            .flatten()
            .map(|(subject, granted)| (subject, permission(granted)))
            .collect(),
    })
}
