//! `GET /api/providers` and `GET /api/balance`. API reference, "Get providers" and "Teams".

use gpu_broker_http::{RawNumber, Rows};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

use super::Loose;

/// The names of all providers: a bare list.
pub(crate) type Providers<'a> = Rows<'a, Text<'a>>;

/// What the teams of an account have.
#[derive(Debug, Deserialize)]
pub(crate) struct Balance<'a> {
    #[serde(borrow)]
    pub(crate) teams: Rows<'a, Team<'a>>,
    #[serde(borrow)]
    pub(crate) currency: Option<Text<'a>>,
}

/// One team.
#[derive(Debug, Deserialize)]
pub(crate) struct Team<'a> {
    #[serde(borrow, rename = "teamId")]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow, default, rename = "teamName")]
    pub(crate) name: Loose<Text<'a>>,
    #[serde(borrow)]
    pub(crate) balance: Option<RawNumber<'a>>,
    #[serde(default, rename = "isCurrentTeam")]
    pub(crate) is_current: Loose<bool>,
}
