//! The pretend account: it exists at both brokers, and every key belongs to it.

use serde::{Deserialize, Serialize};

use crate::number::Number;

const TEXT: &str = include_str!("../../catalogue/account.toml");

/// What the account has at both brokers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) prime: PrimeAccount,
    pub(crate) spheron: SpheronAccount,
}

impl Account {
    /// Reads the embedded account.
    pub(super) fn load() -> Result<Self, String> {
        toml::from_str(TEXT).map_err(|error| format!("account.toml: {error}"))
    }
}

/// The account at Prime.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrimeAccount {
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) wallet_id: String,
    pub(crate) balance: Number,
    pub(crate) disks: Vec<PrimeDisk>,
    pub(crate) ssh_keys: Vec<PrimeKey>,
}

/// A disk that the account already has. Prime API reference, `APIDiskConfig`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(crate) struct PrimeDisk {
    pub(crate) id: String,
    name: String,
    created_at: String,
    updated_at: String,
    #[serde(default)]
    terminated_at: Option<String>,
    status: String,
    #[serde(rename(serialize = "providerType"))]
    pub(crate) provider: String,
    size: u32,
    pub(crate) info: PrimeDiskInfo,
    price_hr: Number,
    #[serde(default)]
    stopped_price_hr: Option<Number>,
    provisioning_price_hr: Number,
    user_id: String,
    #[serde(default)]
    team_id: Option<String>,
    wallet_id: String,
    #[serde(default)]
    pods: Vec<String>,
    #[serde(default)]
    clusters: Vec<String>,
}

/// Where a disk is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(crate) struct PrimeDiskInfo {
    #[serde(default)]
    country: Option<String>,
    #[serde(default, rename(serialize = "dataCenterId"))]
    pub(crate) data_center: Option<String>,
    #[serde(default)]
    cloud_id: Option<String>,
    is_multinode: bool,
}

/// A public key at Prime. Prime API reference, `APISSHKeyConfig`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(crate) struct PrimeKey {
    id: String,
    user_id: String,
    name: String,
    public_key: String,
    is_primary: bool,
    is_user_key: bool,
    created_at: String,
    updated_at: String,
}

/// The account at Spheron.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpheronAccount {
    pub(crate) teams: Vec<Team>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) storage: Vec<Storage>,
    pub(crate) ssh_keys: Vec<SpheronKey>,
    /// Versions for the Kubernetes add-on.
    pub(crate) kubernetes: Vec<String>,
}

/// A team and its balance. Spheron API reference, "Get balance".
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(crate) struct Team {
    #[serde(rename(serialize = "teamId"))]
    pub(crate) id: String,
    #[serde(rename(serialize = "teamName"))]
    name: String,
    balance: Number,
    #[serde(rename(serialize = "isCurrentTeam"))]
    pub(crate) current: bool,
    role: String,
}

/// A volume that the account already has. Spheron API reference, "List volumes".
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(crate) struct Volume {
    pub(crate) id: String,
    /// The provider's own id.
    #[serde(rename(serialize = "volumeId"))]
    pub(crate) handle: String,
    name: String,
    user_id: String,
    pub(crate) team_id: String,
    provider_id: String,
    size_in_gb: u32,
    used_capacity_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    virtual_ip: Option<String>,
    attached_to_deployment_ids: Vec<String>,
    attached_to_order_ids: Vec<String>,
    pub(crate) status: String,
    hourly_rate: Number,
    last_price_update: String,
    delete_with_instance: bool,
    created_at: String,
}

/// What one provider asks for volumes, and where. Spheron API reference, "Get volume pricing", "Get volume regions".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Storage {
    pub(crate) provider: String,
    pub(crate) hourly_rate_per_gb: Number,
    pub(crate) regions: Vec<StorageRegion>,
}

/// A place in which a provider keeps volumes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StorageRegion {
    location: String,
    name: String,
    types: Vec<String>,
    country_code: String,
}

/// A public key at Spheron. Spheron API reference, "List SSH keys".
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(crate) struct SpheronKey {
    pub(crate) id: String,
    user_id: String,
    team_id: String,
    name: String,
    public_key: String,
    fingerprint: String,
    created_at: String,
}
