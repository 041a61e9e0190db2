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
    pub(crate) min: Option<u32>,
    #[serde(rename(serialize = "defaultCount"))]
    pub(crate) default: Option<u32>,
    #[serde(rename(serialize = "maxCount"))]
    pub(crate) max: Option<u32>,
    #[serde(rename(serialize = "pricePerUnit"))]
    pub(crate) unit_price: Option<Number>,
    pub(crate) step: Option<u32>,
    #[serde(rename(serialize = "defaultIncludedInPrice"))]
    pub(crate) included: Option<bool>,
    #[serde(rename(serialize = "additionalInfo"))]
    pub(crate) note: Option<String>,
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
    pub(crate) gpu_memory: u32,
    pub(crate) disk: Spec,
    pub(crate) shared_disk: Spec,
    pub(crate) vcpu: Spec,
    pub(crate) memory: Spec,
    pub(crate) internet_speed: Option<Number>,
    pub(crate) interconnect: Option<u32>,
    pub(crate) interconnect_type: Option<String>,
    pub(crate) provisioning_minutes: Option<u32>,
    pub(crate) stock: String,
    pub(crate) security: String,
    pub(crate) price: Option<Number>,
    pub(crate) currency: String,
    pub(crate) variable: Option<bool>,
    pub(crate) images: Vec<String>,
    pub(crate) spot: bool,
    pub(crate) prepaid_hours: Option<Number>,
    pub(crate) multi_node: bool,
    pub(crate) omit: BTreeSet<String>,
}

impl GpuOffer {
    /// Whether the price is the community one.
    pub(crate) fn is_community(&self) -> bool {
        self.security == "community_cloud"
    }

    /// Units in stock to begin with. The broker gives a level at most; the numbers are the sandbox's own.
    pub(crate) fn units(&self) -> u32 {
        match self.stock.as_str() {
            "Unavailable" => 0,
            "Low" => 2,
            "Medium" => 5,
            _ => 10,
        }
    }

    /// What its stock is kept under.
    pub(crate) fn stock_key(&self) -> String {
        let place = self.place.data_center.as_deref().unwrap_or_default();
        let country = self.place.country.as_deref().unwrap_or_default();
        let spot = if self.spot { "spot" } else { "" };
        format!(
            "prime/{}/{}/{}x{}/{place}/{country}/{}/{spot}",
            self.provider, self.cloud_id, self.gpu_count, self.gpu_type, self.security
        )
    }

    fn write<S: Serializer>(&self, serializer: S, seen: &Row<'_>) -> Result<S::Ok, S::Error> {
        let price = seen.price.as_ref().or(self.price.as_ref());
        let mut row = Keys {
            map: serializer.serialize_map(None)?,
            omit: &self.omit,
        };
        row.put("cloudId", &self.cloud_id)?;
        row.put("gpuType", &self.gpu_type)?;
        row.put("socket", &self.socket)?;
        row.put("provider", &self.provider)?;
        if seen.with_region {
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
        row.put("stockStatus", &if seen.sold_out { "Unavailable" } else { &self.stock })?;
        row.put("security", &self.security)?;
        let community = self.is_community();
        row.put(
            "prices",
            &Prices {
                on_demand: price.filter(|_| !community),
                community_price: price.filter(|_| community),
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

/// A row as it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) offer: &'a GpuOffer,
    /// The legacy endpoint gives none.
    pub(crate) with_region: bool,
    /// Whether others took all that there was.
    pub(crate) sold_out: bool,
    /// In the place of the catalogue's.
    pub(crate) price: Option<Number>,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.offer.write(serializer, self)
    }
}

/// A map that leaves some keys out.
struct Keys<'a, M> {
    map: M,
    omit: &'a BTreeSet<String>,
}

impl<M: serde::ser::SerializeMap> Keys<'_, M> {
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
    pub(crate) provider: String,
    pub(crate) data_center: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) spec: Spec,
    pub(crate) stock_status: String,
    pub(crate) security: String,
    pub(crate) is_multinode: Option<bool>,
}
