//! `/api/v1/disks/`: schema `APIDiskConfig`.

use gpu_broker_http::{Few, RawNumber, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A disk of the account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a disk")]
pub(crate) struct OwnedDisk<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider_type: Option<Text<'a>>,
    pub(crate) size: Option<WireInt>,
    /// The schema says no more than that it is an object.
    #[serde(borrow)]
    pub(crate) info: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) price_hr: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) pods: Option<Few<Text<'a>>>,
    #[serde(borrow)]
    pub(crate) clusters: Option<Few<Text<'a>>>,
}

/// What Prime's own client reads out of `info`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object about a disk")]
pub(crate) struct DiskInfo<'a> {
    #[serde(borrow)]
    pub(crate) country: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data_center_id: Option<Text<'a>>,
    pub(crate) is_multinode: Option<bool>,
}
