//! `/api/kubernetes`: versions, and the health of clusters.

use serde::Serialize;

use super::refusal::Refusal;
use crate::face::desk::Desk;
use crate::reply::Reply;
use crate::state::Phase;

/// The one provider with Kubernetes.
pub(super) const PROVIDER: &str = "voltage-park";

/// `GET /api/kubernetes/versions`
pub(super) fn versions(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Versions<'a> {
        versions: Vec<Version<'a>>,
    }
    #[derive(Serialize)]
    struct Version<'a> {
        version: &'a str,
        available: bool,
    }
    match desk.query.one("provider") {
        Some(PROVIDER) => {
            let versions = desk.catalogue.account.spheron.kubernetes.iter();
            Ok(Reply::ok(&Versions {
                versions: versions
                    .map(|version| Version {
                        version,
                        available: true,
                    })
                    .collect(),
            }))
        }
        Some(_) => Err(Refusal::invalid("Kubernetes is not supported for this provider")),
        None => Err(Refusal::invalid("Missing required field: provider")),
    }
}

#[derive(Serialize)]
struct Nodes {
    healthy: u32,
    total: u32,
    status: &'static str,
}

impl Nodes {
    fn of(total: u32, up: bool) -> Self {
        Self {
            healthy: if up { total } else { 0 },
            total,
            status: word(up),
        }
    }
}

fn word(up: bool) -> &'static str {
    if up { "healthy" } else { "unhealthy" }
}

/// `GET /api/kubernetes/{clusterId}/health`: healthy as soon as its machine is up.
pub(super) fn health(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Answer {
        health: Report,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Report {
        control_plane_nodes: Nodes,
        worker_nodes: Nodes,
        network_components: Nodes,
        overall_health: &'static str,
    }
    let has_it = |machine: &&crate::state::Machine| {
        machine.exists() && machine.kubernetes.as_ref().is_some_and(|cluster| cluster.id == id)
    };
    let found = desk.state.machines.iter().find(has_it);
    let machine = found.ok_or_else(|| Refusal::not_found("Kubernetes cluster not found"))?;
    let up = machine.phase == Phase::Running;
    Ok(Reply::ok(&Answer {
        health: Report {
            control_plane_nodes: Nodes::of(3, up),
            worker_nodes: Nodes::of(machine.body.gpus, up),
            network_components: Nodes::of(2, up),
            overall_health: word(up),
        },
    }))
}
