//! Prime Intellect, v1: the reading side.

mod account;
mod availability;
mod invalid;
mod select;
mod summary;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use super::answer::{EitherSlash as _, bearer, json, set};
use crate::world::{REFUSED_KEY, World};

/// All of Prime's paths.
pub(crate) fn router(world: &Arc<World>) -> Router {
    Router::new()
        .either("/api/v1/availability/gpus", get(availability::gpus))
        .either("/api/v1/availability/multi-node", get(availability::multi_node))
        .either("/api/v1/availability/disks", get(availability::disks))
        .either("/api/v1/availability/gpu-summary", get(summary::gpus))
        .either("/api/v1/availability/multi-node-summary", get(summary::multi_node))
        .either("/api/v1/availability", get(availability::legacy_gpus))
        .either("/api/v1/availability/clusters", get(availability::legacy_clusters))
        .either("/api/v1/disks", get(account::disks))
        .either("/api/v1/disks/{id}", get(account::disk))
        .either("/api/v1/pods", get(account::pods))
        .either("/api/v1/pods/history", get(account::pods))
        .either("/api/v1/pods/status", get(account::pod_status))
        .either("/api/v1/pods/{id}", get(account::pod))
        .either("/api/v1/ssh_keys", get(account::ssh_keys))
        .either("/api/v1/billing/wallet", get(account::wallet))
        .either("/api/v1/user/whoami", get(account::whoami))
        .either("/api/v1/user/teams", get(account::teams))
        .fallback(|| async { detail(StatusCode::NOT_FOUND, "Not Found") })
        .method_not_allowed_fallback(|| async { detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") })
        .layer(middleware::from_fn_with_state(Arc::clone(world), front))
        .with_state(Arc::clone(world))
}

/// What every request passes first: the latency, then the key.
async fn front(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    tokio::time::sleep(world.latency).await;
    let mut response = match bearer(request.headers()) {
        None => detail(StatusCode::FORBIDDEN, "Not authenticated"),
        Some(REFUSED_KEY) => detail(StatusCode::UNAUTHORIZED, "Invalid token"),
        Some(_) => next.run(request).await,
    };
    set(response.headers_mut(), "date", &world.prime_clock.http_date());
    response
}

/// `FastAPI`'s error body.
fn detail(status: StatusCode, detail: &str) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        detail: &'a str,
    }
    json(status, &Body { detail })
}
