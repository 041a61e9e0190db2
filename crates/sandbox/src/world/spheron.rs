//! Spheron's rows, as they look on the wire.

use serde::{Deserialize, Serialize};

use crate::number::Number;

/// An offer inside a group of `/api/gpu-offers`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Offer {
    /// The group's key; the offer itself does not carry it.
    #[serde(skip)]
    pub(crate) gpu_type: String,
    pub(crate) provider: String,
    #[serde(rename = "offerId")]
    pub(crate) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) vcpus: u32,
    pub(super) memory: u32,
    pub(super) storage: u32,
    #[serde(rename = "gpuCount")]
    pub(super) gpu_count: u32,
    pub(crate) price: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spot_price: Option<Number>,
    pub(crate) available: bool,
    pub(super) clusters: Vec<String>,
    pub(super) region: String,
    pub(super) gpu_memory: u32,
    pub(super) os_options: Vec<String>,
    pub(super) maintenance: bool,
    #[serde(rename = "interconnectType")]
    pub(crate) interconnect: String,
    #[serde(rename = "interconnectDescription")]
    pub(super) interconnect_description: String,
    #[serde(rename = "instanceType")]
    pub(crate) kind: String,
    #[serde(rename = "supportsCloudInit")]
    pub(super) cloud_init: bool,
    #[serde(rename = "minimumRuntimeMinutes", skip_serializing_if = "Option::is_none")]
    pub(super) minimum_minutes: Option<u32>,
    #[serde(rename = "supportsPause", skip_serializing_if = "Option::is_none")]
    pub(super) pause: Option<bool>,
    pub(super) extras: Extras,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

/// What does not fit elsewhere.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Extras {
    pub(super) deployment_type: &'static str,
    pub(super) networking_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nvlink: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kubernetes_addon: Option<Kubernetes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) technical: Option<Technical>,
}

/// How many are left.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Technical {
    pub(super) units_available: u32,
    pub(super) availability_level: String,
}

/// What Kubernetes costs on top, for the whole machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kubernetes {
    pub(super) available: bool,
    pub(super) total_cost_per_hour: Number,
}
