//! `GET /api/providers`, `GET /api/balance` and `/api/ssh-keys`. API reference, "Get providers", "Teams" and "SSH keys".

use gpu_broker_http::{RawNumber, Rows};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

use super::Loose;

/// The names of all providers: a bare list.
pub(crate) type Providers<'a> = Rows<'a, Text<'a>>;

/// What the teams of an account have.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a balance")]
pub(crate) struct Balance<'a> {
    #[serde(borrow)]
    pub(crate) teams: Rows<'a, Team<'a>>,
    #[serde(borrow)]
    pub(crate) currency: Option<Text<'a>>,
}

/// One team.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a team")]
pub(crate) struct Team<'a> {
    #[serde(borrow, rename = "teamId")]
    pub(crate) id: Option<Text<'a>>,
    /// The same under a name that a live client has also read.
    #[serde(borrow, default, rename = "id")]
    pub(crate) other_id: Loose<Text<'a>>,
    #[serde(borrow, default, rename = "teamName")]
    pub(crate) name: Loose<Text<'a>>,
    #[serde(borrow)]
    pub(crate) balance: Option<RawNumber<'a>>,
    #[serde(default, rename = "isCurrentTeam")]
    pub(crate) is_current: Loose<bool>,
}

/// A public key of the account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a public key")]
pub(crate) struct SshKey<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    /// The same under the other name that live clients have read.
    #[serde(borrow, rename = "_id")]
    pub(crate) underscore_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) name: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) public_key: Loose<Text<'a>>,
}

/// The answer to a request to delete a key or a volume.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an answer to a deletion")]
pub(crate) struct Done {
    #[serde(default)]
    pub(crate) success: Loose<bool>,
}
