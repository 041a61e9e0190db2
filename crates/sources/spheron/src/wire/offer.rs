//! `GET /api/gpu-offers`. API reference, "Get GPU offers"; fields that it lacks are marked.
//!
//! Not read at all, because they must decide nothing: `spot_price` (P4) and the group's `lowestPrice`, `highestPrice`
//! and `averagePrice`, which mix GPU counts and markets.

use gpu_broker_http::{Few, RawNumber, Rows, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

use super::Loose;

/// A page of groups.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a page of groups")]
pub(crate) struct GroupPage<'a> {
    #[serde(borrow)]
    pub(crate) data: Rows<'a, Group<'a>>,
    /// Groups on all pages; not offers.
    #[serde(default)]
    pub(crate) total: Loose<WireInt>,
    #[serde(default)]
    pub(crate) total_pages: Loose<WireInt>,
}

/// All offers of one GPU type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a group of offers")]
pub(crate) struct Group<'a> {
    #[serde(borrow)]
    pub(crate) gpu_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) offers: Option<Rows<'a, Offer<'a>>>,
}

/// One offer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an offer")]
pub(crate) struct Offer<'a> {
    #[serde(borrow)]
    pub(crate) provider: Option<Text<'a>>,
    #[serde(borrow, rename = "offerId")]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) vcpus: Option<RawNumber<'a>>,
    /// In GB.
    #[serde(borrow)]
    pub(crate) memory: Option<RawNumber<'a>>,
    /// In GB.
    #[serde(borrow)]
    pub(crate) storage: Option<RawNumber<'a>>,
    pub(crate) gpu_count: Option<WireInt>,
    /// USD per hour for the whole offer.
    #[serde(borrow)]
    pub(crate) price: Option<RawNumber<'a>>,
    pub(crate) available: Option<bool>,
    #[serde(borrow)]
    pub(crate) clusters: Option<Few<Option<Text<'a>>>>,
    #[serde(borrow)]
    pub(crate) region: Option<Text<'a>>,
    /// In GB, of one GPU.
    #[serde(borrow, rename = "gpu_memory")]
    pub(crate) gpu_memory: Option<RawNumber<'a>>,
    #[serde(borrow, rename = "os_options")]
    pub(crate) os_options: Option<Few<Option<Text<'a>>>>,
    pub(crate) maintenance: Option<bool>,
    #[serde(borrow, default)]
    pub(crate) interconnect_type: Loose<Text<'a>>,
    #[serde(borrow)]
    pub(crate) instance_type: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) supports_cloud_init: Loose<bool>,
    /// Seen in live answers of 2026, not in the reference.
    #[serde(borrow)]
    pub(crate) minimum_runtime_minutes: Option<RawNumber<'a>>,
    #[serde(borrow)]
    pub(crate) extras: Option<Extras<'a>>,
}

/// What differs between providers.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object of extras")]
pub(crate) struct Extras<'a> {
    #[serde(borrow, default)]
    pub(crate) networking_type: Loose<Text<'a>>,
    /// Seen in live answers of 2026, not in the reference.
    #[serde(default)]
    pub(crate) nvlink: Loose<bool>,
    #[serde(borrow)]
    pub(crate) kubernetes_addon: Option<KubernetesAddon<'a>>,
    pub(crate) technical: Option<Technical>,
}

/// The Kubernetes add-on of bare-metal offers.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an add-on")]
pub(crate) struct KubernetesAddon<'a> {
    pub(crate) available: Option<bool>,
    /// USD per hour for the whole offer, commission included.
    #[serde(borrow)]
    pub(crate) total_cost_per_hour: Option<RawNumber<'a>>,
}

/// Stock as the provider counts it. Seen in live answers of 2026, not in the reference. `availability_level` beside it
/// is not read: what its words promise is documented nowhere.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object of counts")]
pub(crate) struct Technical {
    pub(crate) units_available: Option<WireInt>,
}
