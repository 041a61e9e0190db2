//! Prime's rows, and what they look like on the wire.

use std::collections::BTreeSet;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::number::Number;

/// Where something stands, as Prime says it; each part may be unknown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) data_center: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
}

/// A resource of an offer, and its answer on the wire.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    #[serde(rename(serialize = "minCount"))]
    pub(super) min: Option<u32>,
    #[serde(rename(serialize = "defaultCount"))]
    pub(crate) default: Option<u32>,
    #[serde(rename(serialize = "maxCount"))]
    pub(super) max: Option<u32>,
    #[serde(rename(serialize = "pricePerUnit"))]
    pub(crate) unit_price: Option<Number>,
    pub(super) step: Option<u32>,
    #[serde(rename(serialize = "defaultIncludedInPrice"))]
    pub(crate) included: Option<bool>,
    #[serde(rename(serialize = "additionalInfo"))]
    pub(super) note: Option<String>,
}

/// A row of `/availability/gpus` or `/availability/multi-node`.
#[derive(Clone, Debug)]
pub(crate) struct GpuOffer {
    pub(crate) cloud_id: String,
    pub(crate) gpu_type: String,
    pub(crate) socket: String,
    pub(crate) provider: String,
    pub(crate) place: Place,
    pub(crate) gpu_count: u32,
    pub(super) gpu_memory: u32,
    pub(crate) disk: Spec,
    pub(crate) shared_disk: Spec,
    pub(crate) vcpu: Spec,
    pub(crate) memory: Spec,
    pub(super) internet_speed: Option<Number>,
    pub(super) interconnect: Option<u32>,
    pub(super) interconnect_type: Option<String>,
    pub(super) provisioning_minutes: Option<u32>,
    pub(crate) stock: String,
    pub(crate) security: String,
    pub(crate) price: Option<Number>,
    pub(crate) currency: String,
    pub(super) variable: Option<bool>,
    pub(super) images: Vec<String>,
    pub(crate) spot: bool,
    pub(super) prepaid_hours: Option<Number>,
    pub(crate) multi_node: bool,
    pub(super) omit: BTreeSet<String>,
}

impl GpuOffer {
    /// Whether the price is the community one.
    pub(crate) fn is_community(&self) -> bool {
        self.security == "community_cloud"
    }

    /// The row as the legacy endpoint gives it, without a region.
    pub(crate) fn legacy(&self) -> Legacy<'_> {
        Legacy(self)
    }

    fn write<S: Serializer>(&self, serializer: S, with_region: bool) -> Result<S::Ok, S::Error> {
        let mut row = Row {
            map: serializer.serialize_map(None)?,
            omit: &self.omit,
        };
        row.put("cloudId", &self.cloud_id)?;
        row.put("gpuType", &self.gpu_type)?;
        row.put("socket", &self.socket)?;
        row.put("provider", &self.provider)?;
        if with_region {
            row.put("region", &self.place.region)?;
        }
        row.put("dataCenter", &self.place.data_center)?;
        row.put("country", &self.place.country)?;
        row.put("gpuCount", &self.gpu_count)?;
        row.put("gpuMemory", &self.gpu_memory)?;
        row.put("disk", &self.disk)?;
        row.put("sharedDisk", &self.shared_disk)?;
        row.put("vcpu", &self.vcpu)?;
        row.put("memory", &self.memory)?;
        row.put("internetSpeed", &self.internet_speed)?;
        row.put("interconnect", &self.interconnect)?;
        row.put("interconnectType", &self.interconnect_type)?;
        row.put("provisioningTime", &self.provisioning_minutes)?;
        row.put("stockStatus", &self.stock)?;
        row.put("security", &self.security)?;
        let community = self.is_community();
        row.put(
            "prices",
            &Prices {
                on_demand: self.price.as_ref().filter(|_| !community),
                community_price: self.price.as_ref().filter(|_| community),
                is_variable: self.variable,
                currency: &self.currency,
            },
        )?;
        row.put("images", &self.images)?;
        row.put("isSpot", &self.spot.then_some(true))?;
        row.put("prepaidTime", &self.prepaid_hours)?;
        row.map.end()
    }
}

impl Serialize for GpuOffer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write(serializer, true)
    }
}

/// A row without its region.
#[derive(Debug)]
pub(crate) struct Legacy<'a>(&'a GpuOffer);

impl Serialize for Legacy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, false)
    }
}

/// A map that leaves some keys out.
struct Row<'a, M> {
    map: M,
    omit: &'a BTreeSet<String>,
}

impl<M: serde::ser::SerializeMap> Row<'_, M> {
    fn put<T: Serialize>(&mut self, key: &str, value: &T) -> Result<(), M::Error> {
        if self.omit.contains(key) {
            return Ok(());
        }
        self.map.serialize_entry(key, value)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Prices<'a> {
    on_demand: Option<&'a Number>,
    community_price: Option<&'a Number>,
    is_variable: Option<bool>,
    currency: &'a str,
}

/// A row of `/availability/disks`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiskOffer {
    pub(crate) cloud_id: Option<String>,
    pub(super) provider: String,
    pub(crate) data_center: Option<String>,
    pub(super) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(super) spec: Spec,
    pub(super) stock_status: String,
    pub(super) security: String,
    pub(super) is_multinode: Option<bool>,
}
