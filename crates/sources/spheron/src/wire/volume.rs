//! `GET /api/volumes`, `/api/volumes/pricing` and `/api/volumes/regions`. API reference, "Volumes".

use gpu_broker_http::{Few, RawNumber, Rows, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

use super::Loose;

/// A page of volumes: under `data` in the reference, under `volumes` in live answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a page of volumes")]
pub(crate) struct VolumePage<'a> {
    #[serde(borrow, alias = "volumes")]
    pub(crate) data: Rows<'a, Volume<'a>>,
    #[serde(default)]
    pub(crate) total: Loose<WireInt>,
    #[serde(default)]
    pub(crate) total_pages: Loose<WireInt>,
}

/// A volume of the account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a volume")]
pub(crate) struct Volume<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    /// The same under its other name.
    #[serde(borrow, rename = "_id")]
    pub(crate) underscore_id: Option<Text<'a>>,
    /// The provider's own id.
    #[serde(borrow, default, rename = "volumeId")]
    pub(crate) handle: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) name: Loose<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) size_in_gb: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) attached_to_deployment_ids: Option<Few<Option<Text<'a>>>>,
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    /// USD per hour for the whole volume.
    #[serde(borrow)]
    pub(crate) hourly_rate: Option<RawNumber<'a>>,
}

/// What a GB costs at one provider.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a price")]
pub(crate) struct Pricing<'a> {
    /// USD per GB and hour.
    #[serde(borrow)]
    pub(crate) hourly_rate_per_gb: Option<RawNumber<'a>>,
}

/// Where one provider has volumes.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an answer with regions")]
pub(crate) struct Regions<'a> {
    #[serde(borrow)]
    pub(crate) regions: Rows<'a, Region<'a>>,
}

/// One of them. Its `types` (`NFS`, `NVMe_Shared`) are not read: whether several deployments may attach such a volume
/// is said nowhere.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a region")]
pub(crate) struct Region<'a> {
    #[serde(borrow)]
    pub(crate) location: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) country_code: Loose<Text<'a>>,
}
