//! What the teams of an account have.

use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_source_kit::{Fault, said};

use crate::wire;

/// What one team of the account can spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamBalance {
    /// The team's id, which a launch must state.
    pub id: String,
    /// Its name; empty when the API does not say.
    pub name: String,
    /// What is left; below zero when it owes.
    pub balance: Exact,
    /// In which currency.
    pub currency: Currency,
    /// Whether it is the team that requests are for when they name none.
    pub is_current: bool,
}

pub(crate) fn team(row: &wire::Team<'_>, currency: Currency) -> Result<TeamBalance, Fault> {
    let balance = row.balance.ok_or_else(|| Fault::missing("balance"))?;
    Ok(TeamBalance {
        id: said(row.id.as_ref())
            .ok_or_else(|| Fault::missing("teamId"))?
            .to_owned(),
        name: said(row.name.0.as_ref()).unwrap_or_default().to_owned(),
        balance: Exact::from_broker(balance.as_str()).map_err(|error| Fault::new("balance", error))?,
        currency,
        is_current: row.is_current.0.unwrap_or(false),
    })
}
