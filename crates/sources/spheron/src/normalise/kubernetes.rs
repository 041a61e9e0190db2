//! The Kubernetes add-on: what can be installed, and how a cluster is.

use std::cmp::Reverse;

use gpu_broker_http::WireInt;
use gpu_broker_source_kit::{Fault, said};

use crate::wire;

/// The most versions that are read.
const VERSIONS_MAX: usize = 1000;

/// How the Kubernetes cluster on a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterHealth {
    /// The cluster's id.
    pub cluster: String,
    /// The broker's word for the whole, such as `healthy`; empty when it does not say.
    pub overall: String,
    /// Its control plane.
    pub control_plane: PartHealth,
    /// Its workers.
    pub workers: PartHealth,
    /// Its network.
    pub network: PartHealth,
}

/// How one part of a cluster is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PartHealth {
    /// How many are well, when the broker says.
    pub healthy: Option<u64>,
    /// Of how many.
    pub total: Option<u64>,
    /// The broker's word for it; empty when it does not say.
    pub status: String,
}

pub(crate) fn health(cluster: &str, row: &wire::HealthReport<'_>) -> Result<ClusterHealth, Fault> {
    let row = row.health.as_ref().ok_or_else(|| Fault::missing("health"))?;
    Ok(ClusterHealth {
        cluster: cluster.to_owned(),
        overall: said(row.overall.0.as_ref()).unwrap_or_default().to_owned(),
        control_plane: part(row.control_plane_nodes.0.as_ref()),
        workers: part(row.worker_nodes.0.as_ref()),
        network: part(row.network_components.0.as_ref()),
    })
}

fn part(row: Option<&wire::Part<'_>>) -> PartHealth {
    row.map_or_else(PartHealth::default, |row| PartHealth {
        healthy: row.healthy.0.map(WireInt::get),
        total: row.total.0.map(WireInt::get),
        status: said(row.status.0.as_ref()).unwrap_or_default().to_owned(),
    })
}

/// The versions that can be ordered, newest first: `1.9` is older than `1.35`.
pub(crate) fn versions(answer: wire::Versions<'_>) -> Result<Vec<String>, Fault> {
    let rows = answer.versions.all(VERSIONS_MAX);
    let (rows, _) = rows.ok_or_else(|| Fault::new("versions", format_args!("there are more than {VERSIONS_MAX}")))?;
    let orderable = rows.iter().filter(|row| row.available.0 != Some(false));
    let mut versions: Vec<&str> = orderable.filter_map(|row| said(row.version.as_ref())).collect();
    versions.sort_by_key(|version| Reverse(parts(version)));
    versions.dedup();
    Ok(versions.into_iter().map(str::to_owned).collect())
}

/// The numbers of a version; what is none counts as older than any.
fn parts(version: &str) -> Vec<Option<u64>> {
    let bare = version.strip_prefix('v').unwrap_or(version);
    bare.split(['.', '-', '+']).map(|part| part.parse().ok()).collect()
}
