//! The pretend account: it exists at both brokers, and every key belongs to it.

use serde::{Deserialize, Serialize};

use super::storage::{Disk, Volume};
use crate::exact::Exact;
use crate::number::Number;

const TEXT: &str = include_str!("../../catalogue/account.toml");

/// What the account has at both brokers when the world begins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) prime: PrimeAccount,
    pub(crate) spheron: SpheronAccount,
}

impl Account {
    /// Reads the embedded account.
    pub(crate) fn load() -> Result<Self, String> {
        toml::from_str(TEXT).map_err(|error| format!("account.toml: {error}"))
    }
}

/// The account at Prime.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrimeAccount {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) wallet_id: String,
    pub(crate) balance: Exact,
    pub(crate) disks: Vec<Disk>,
    pub(crate) ssh_keys: Vec<PrimeKey>,
}

/// A public key at Prime. Prime API reference, `APISSHKeyConfig`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrimeKey {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) public_key: String,
    pub(crate) is_primary: bool,
    pub(crate) is_user_key: bool,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// The account at Spheron.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpheronAccount {
    pub(crate) user_id: String,
    pub(crate) teams: Vec<Team>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) storage: Vec<Storage>,
    pub(crate) ssh_keys: Vec<SpheronKey>,
    /// Versions for the Kubernetes add-on.
    pub(crate) kubernetes: Vec<String>,
}

/// A team and its balance. Spheron API reference, "Get balance".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) balance: Exact,
    pub(crate) current: bool,
    pub(crate) role: String,
}

/// What one provider asks for volumes, and where. Spheron API reference, "Get volume pricing", "Get volume regions".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Storage {
    pub(crate) provider: String,
    pub(crate) hourly_rate_per_gb: Number,
    pub(crate) regions: Vec<StorageRegion>,
}

/// A place in which a provider keeps volumes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StorageRegion {
    location: String,
    name: String,
    types: Vec<String>,
    country_code: String,
}

/// A public key at Spheron. Spheron API reference, "List SSH keys".
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpheronKey {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) team_id: String,
    pub(crate) name: String,
    pub(crate) public_key: String,
    pub(crate) fingerprint: String,
    pub(crate) created_at: String,
}
