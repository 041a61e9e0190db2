//! `/api/deployments`. API reference, "Deployments"; what it lacks is marked.
//!
//! Not read at all, because it is secret or may hold what is: `kubernetesAddon.kubeconfig` and its `service_links`.

use gpu_broker_http::{RawNumber, WireInt};
use gpu_broker_source_kit::Text;
use serde::Deserialize;

use super::Loose;

/// A machine: the answer to a launch, a row of the list, or one by its id.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a machine")]
pub(crate) struct Deployment<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    /// The same under the other name that live clients have read.
    #[serde(borrow, rename = "_id")]
    pub(crate) underscore_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) name: Loose<Text<'a>>,
    #[serde(borrow)]
    pub(crate) provider_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) gpu_model_id: Loose<Text<'a>>,
    pub(crate) gpu_count: Option<WireInt>,
    #[serde(borrow, default)]
    pub(crate) region: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) instance_type: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) status: Loose<Text<'a>>,
    /// USD per hour for the whole machine, less the team's discount.
    #[serde(borrow)]
    pub(crate) hourly_rate: Option<RawNumber<'a>>,
    /// USD so far.
    #[serde(borrow, default)]
    pub(crate) total_cost: Loose<RawNumber<'a>>,
    #[serde(borrow, default)]
    pub(crate) created_at: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) stopped_at: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) ssh_command: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) ip_address: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) user: Loose<Text<'a>>,
    #[serde(default)]
    pub(crate) ssh_port: Loose<WireInt>,
    /// The reference promises "error details in the deployment object" and gives no name; these are those of error
    /// bodies.
    #[serde(borrow, default)]
    pub(crate) error: Loose<Text<'a>>,
    #[serde(borrow, default, rename = "error_message")]
    pub(crate) error_message: Loose<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) kubernetes_addon: Loose<Cluster<'a>>,
}

/// The Kubernetes cluster on a machine, without what opens it.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a cluster")]
pub(crate) struct Cluster<'a> {
    #[serde(borrow, default, rename = "k8s_cluster_id")]
    pub(crate) id: Loose<Text<'a>>,
}

/// Whether a machine may be ended. Not in the reference; read by live clients in 2026.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "whether a machine may be ended")]
pub(crate) struct MayEnd<'a> {
    pub(crate) can_terminate: Option<bool>,
    /// In minutes.
    #[serde(borrow, default)]
    pub(crate) time_remaining: Loose<RawNumber<'a>>,
}
