//! What the account has: volumes, deployments, keys, money.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;

use super::Fault;
use crate::face::answer::ok;
use crate::face::query::Query;
use crate::number::Number;
use crate::world::{Volume, World};

/// The provider that volume questions are about when they name none.
const USUAL_PROVIDER: &str = "voltage-park";

/// `GET /api/volumes`
pub(super) async fn volumes(State(world): State<Arc<World>>, query: Query) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Listing<'a> {
        data: Vec<&'a Volume>,
        total: usize,
        page: usize,
        limit: usize,
        total_pages: usize,
    }
    let page = query.number("page").ok().flatten().unwrap_or(1).max(1);
    let limit = query.number("limit").ok().flatten().unwrap_or(20).max(1);
    let wanted = |volume: &&Volume| {
        query.one("teamId").is_none_or(|team| team == volume.team_id)
            && query.one("status").is_none_or(|status| status == volume.status)
    };
    let rows: Vec<_> = world.account.spheron.volumes.iter().filter(wanted).collect();
    let total = rows.len();
    let data = rows
        .into_iter()
        .skip((page - 1_usize).saturating_mul(limit))
        .take(limit)
        .collect();
    ok(&Listing {
        data,
        total,
        page,
        limit,
        total_pages: total.div_ceil(limit),
    })
}

/// `GET /api/volumes/{id}`, by either of a volume's two ids.
pub(super) async fn volume(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    let mut volumes = world.account.spheron.volumes.iter();
    match volumes.find(|volume| volume.id == id || volume.handle == id) {
        Some(volume) => ok(volume),
        None => Fault::not_found("Volume not found"),
    }
}

/// `GET /api/volumes/pricing`
pub(super) async fn volume_pricing(State(world): State<Arc<World>>, query: Query) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Pricing<'a> {
        provider: &'a str,
        hourly_rate_per_gb: &'a Number,
    }
    let wanted = query.one("provider").unwrap_or(USUAL_PROVIDER);
    match world
        .account
        .spheron
        .storage
        .iter()
        .find(|storage| storage.provider == wanted)
    {
        Some(storage) => ok(&Pricing {
            provider: &storage.provider,
            hourly_rate_per_gb: &storage.hourly_rate_per_gb,
        }),
        None => Fault::invalid("Volumes are not supported for this provider"),
    }
}

/// `GET /api/volumes/regions`
pub(super) async fn volume_regions(State(world): State<Arc<World>>, query: Query) -> Response {
    #[derive(Serialize)]
    struct Regions<'a, T> {
        regions: &'a [T],
    }
    let wanted = query.one("provider").unwrap_or(USUAL_PROVIDER);
    match world
        .account
        .spheron
        .storage
        .iter()
        .find(|storage| storage.provider == wanted)
    {
        Some(storage) => ok(&Regions {
            regions: &storage.regions,
        }),
        None => Fault::invalid("Volumes are not supported for this provider"),
    }
}

/// `GET /api/balance`
pub(super) async fn balance(State(world): State<Arc<World>>, query: Query) -> Response {
    #[derive(Serialize)]
    struct Balance<'a, T> {
        teams: Vec<&'a T>,
        currency: &'a str,
    }
    let only_current = query.one("all") == Some("false");
    let teams = world.account.spheron.teams.iter();
    let teams =
        teams.filter(|team| (!only_current || team.current) && query.one("teamId").is_none_or(|id| id == team.id));
    ok(&Balance {
        teams: teams.collect(),
        currency: "USD",
    })
}

/// `GET /api/ssh-keys`: a bare array.
pub(super) async fn ssh_keys(State(world): State<Arc<World>>) -> Response {
    ok(&world.account.spheron.ssh_keys)
}

/// `GET /api/ssh-keys/{id}`
pub(super) async fn ssh_key(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    match world.account.spheron.ssh_keys.iter().find(|key| key.id == id) {
        Some(key) => ok(key),
        None => Fault::not_found("SSH key not found"),
    }
}

/// `GET /api/deployments`: a bare array; nothing was ever launched.
pub(super) async fn deployments() -> Response {
    ok::<[(); 0]>(&[])
}

/// `GET /api/deployments/{id}`
pub(super) async fn deployment() -> Response {
    Fault::not_found("Deployment not found")
}

/// `GET /api/kubernetes/versions`
pub(super) async fn kubernetes_versions(State(world): State<Arc<World>>, query: Query) -> Response {
    #[derive(Serialize)]
    struct Versions<'a> {
        versions: Vec<Version<'a>>,
    }
    #[derive(Serialize)]
    struct Version<'a> {
        version: &'a str,
        available: bool,
    }
    match query.one("provider") {
        Some(USUAL_PROVIDER) => {
            let versions = world.account.spheron.kubernetes.iter();
            ok(&Versions {
                versions: versions
                    .map(|version| Version {
                        version,
                        available: true,
                    })
                    .collect(),
            })
        }
        Some(_) => Fault::invalid("Kubernetes is not supported for this provider"),
        None => Fault::invalid("Missing required field: provider"),
    }
}
