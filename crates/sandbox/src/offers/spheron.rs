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
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) vcpus: u32,
    pub(crate) memory: u32,
    pub(crate) storage: u32,
    #[serde(rename = "gpuCount")]
    pub(crate) gpu_count: u32,
    pub(crate) price: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spot_price: Option<Number>,
    pub(crate) available: bool,
    pub(crate) clusters: Vec<String>,
    pub(crate) region: String,
    pub(crate) gpu_memory: u32,
    pub(crate) os_options: Vec<String>,
    pub(crate) maintenance: bool,
    #[serde(rename = "interconnectType")]
    pub(crate) interconnect: String,
    #[serde(rename = "interconnectDescription")]
    pub(crate) interconnect_description: String,
    #[serde(rename = "instanceType")]
    pub(crate) kind: String,
    #[serde(rename = "supportsCloudInit")]
    pub(crate) cloud_init: bool,
    #[serde(rename = "minimumRuntimeMinutes", skip_serializing_if = "Option::is_none")]
    pub(crate) minimum_minutes: Option<u32>,
    #[serde(rename = "supportsPause", skip_serializing_if = "Option::is_none")]
    pub(crate) pause: Option<bool>,
    pub(crate) extras: Extras,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

impl Offer {
    /// Units in stock to begin with: as many as the broker says, and the sandbox's own ten where it says nothing.
    pub(crate) fn units(&self) -> u32 {
        match &self.extras.technical {
            Some(technical) => technical.units_available,
            None if self.available => 10,
            None => 0,
        }
    }

    /// What its stock is kept under.
    pub(crate) fn stock_key(&self) -> String {
        format!("spheron/{}/{}", self.provider, self.id)
    }
}

/// What does not fit elsewhere.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Extras {
    pub(crate) deployment_type: &'static str,
    pub(crate) networking_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nvlink: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kubernetes_addon: Option<Kubernetes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) technical: Option<Technical>,
}

/// How many are left.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Technical {
    pub(crate) units_available: u32,
    pub(crate) availability_level: String,
}

/// What Kubernetes costs on top, for the whole machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kubernetes {
    pub(crate) available: bool,
    pub(crate) total_cost_per_hour: Number,
}
