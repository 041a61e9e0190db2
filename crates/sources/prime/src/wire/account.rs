//! `/api/v1/ssh_keys/`, `/billing/wallet`, `/user/…`: schema `APISSHKeyConfig`; the others as Prime's API reference and
//! its own client read them.

use std::collections::BTreeMap;

use gpu_broker_http::RawNumber;
use gpu_broker_source_kit::Text;
use serde::Deserialize;

/// A public key.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a public key")]
pub(crate) struct KeyRow<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) public_key: Option<Text<'a>>,
    pub(crate) is_primary: Option<bool>,
}

/// What there is to spend. This endpoint alone writes `snake_case`.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a wallet")]
pub(crate) struct Wallet<'a> {
    #[serde(borrow)]
    pub(crate) team_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) balance_usd: Option<RawNumber<'a>>,
}

/// A team that the key's owner belongs to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a team")]
pub(crate) struct TeamRow<'a> {
    #[serde(borrow)]
    pub(crate) team_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) role: Option<Text<'a>>,
}

/// An answer with its content one level down.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an answer with data", bound(deserialize = "T: Deserialize<'de>"))]
pub(crate) struct Wrapped<T> {
    pub(crate) data: Option<T>,
}

/// Whose key it is. Address, picture and birthday of the account are left unread.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a user")]
pub(crate) struct User<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    pub(crate) is_banned: Option<bool>,
    pub(crate) skip_prepay: Option<bool>,
    /// What the key may do, by subject.
    pub(crate) scope: Option<BTreeMap<String, Option<Permission>>>,
}

/// What a key may do with one subject.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(expecting = "a permission")]
pub(crate) struct Permission {
    pub(crate) read: Option<bool>,
    pub(crate) write: Option<bool>,
}
