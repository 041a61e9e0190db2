//! `/api/kubernetes`. API reference, "Kubernetes".

use gpu_broker_http::{Rows, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

use super::Loose;

/// The versions that a provider installs.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an answer with versions")]
pub(crate) struct Versions<'a> {
    #[serde(borrow)]
    pub(crate) versions: Rows<'a, Version<'a>>,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a version")]
pub(crate) struct Version<'a> {
    #[serde(borrow)]
    pub(crate) version: Option<Text<'a>>,
    #[serde(default)]
    pub(crate) available: Loose<bool>,
}

/// How a cluster is.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a report on a cluster")]
pub(crate) struct HealthReport<'a> {
    #[serde(borrow)]
    pub(crate) health: Option<Health<'a>>,
}

/// The parts of a cluster.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object of parts")]
pub(crate) struct Health<'a> {
    #[serde(borrow, default)]
    pub(crate) control_plane_nodes: Loose<Part<'a>>,
    #[serde(borrow, default)]
    pub(crate) worker_nodes: Loose<Part<'a>>,
    #[serde(borrow, default)]
    pub(crate) network_components: Loose<Part<'a>>,
    #[serde(borrow, default, rename = "overallHealth")]
    pub(crate) overall: Loose<Text<'a>>,
}

/// One part.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a part of a cluster")]
pub(crate) struct Part<'a> {
    #[serde(default)]
    pub(crate) healthy: Loose<WireInt>,
    #[serde(default)]
    pub(crate) total: Loose<WireInt>,
    #[serde(borrow, default)]
    pub(crate) status: Loose<Text<'a>>,
}
