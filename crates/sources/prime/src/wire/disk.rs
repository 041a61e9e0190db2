//! `/api/v1/disks/`: schemas `GenericPaginationResponse` and `APIDiskConfig`.

use gpu_broker_http::{RawNumber, Rows, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One slice of the account's disks. These lists are written `total_count` where `/availability` says `totalCount`.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a slice of disks")]
pub(crate) struct DiskPage<'a> {
    #[serde(borrow)]
    pub(crate) data: Rows<'a, OwnedDisk<'a>>,
    pub(crate) total_count: Option<WireInt>,
}

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
    pub(crate) pods: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(crate) clusters: Option<Vec<Text<'a>>>,
}

/// What Prime's own client reads out of `info`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiskInfo<'a> {
    #[serde(borrow)]
    pub(crate) country: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data_center_id: Option<Text<'a>>,
    pub(crate) is_multinode: Option<bool>,
}
