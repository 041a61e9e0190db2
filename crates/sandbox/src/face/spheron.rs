//! Spheron AI: the reading side.

mod account;
mod groups;
mod offers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use super::answer::{EitherSlash as _, bearer, json, set};
use crate::world::{Admission, REFUSED_KEY, World};

/// Paths that answer without a key.
const PUBLIC: [&str; 2] = ["/api/providers", "/api/gpu-offers"];

/// All of Spheron's paths.
pub(crate) fn router(world: &Arc<World>) -> Router {
    Router::new()
        .either("/api/providers", get(offers::providers))
        .either("/api/gpu-offers", get(offers::list))
        .either("/api/volumes", get(account::volumes))
        .either("/api/volumes/pricing", get(account::volume_pricing))
        .either("/api/volumes/regions", get(account::volume_regions))
        .either("/api/volumes/{id}", get(account::volume))
        .either("/api/balance", get(account::balance))
        .either("/api/ssh-keys", get(account::ssh_keys))
        .either("/api/ssh-keys/{id}", get(account::ssh_key))
        .either("/api/deployments", get(account::deployments))
        .either("/api/deployments/{id}", get(account::deployment))
        .either("/api/kubernetes/versions", get(account::kubernetes_versions))
        .fallback(|| async { Fault::not_found("Not found") })
        .method_not_allowed_fallback(|| async {
            Fault::new("Method not allowed", "METHOD_NOT_ALLOWED").answer(StatusCode::METHOD_NOT_ALLOWED)
        })
        .layer(middleware::from_fn_with_state(Arc::clone(world), front))
        .with_state(Arc::clone(world))
}

/// What every request passes first: the latency, the limit, the user agent, the key.
async fn front(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    tokio::time::sleep(world.latency).await;
    let admission = world.limiter.admit(peer.ip(), Instant::now());
    let mut response = match refusal(&admission, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    set(headers, "x-ratelimit-limit", &admission.limit.to_string());
    set(headers, "x-ratelimit-remaining", &admission.remaining.to_string());
    set(
        headers,
        "x-ratelimit-reset",
        &world.spheron_clock.iso(admission.resets_in),
    );
    set(headers, "date", &world.spheron_clock.http_date());
    response
}

fn refusal(admission: &Admission, request: &Request) -> Option<Response> {
    if !admission.allowed {
        return Some(too_many(admission));
    }
    if !has_real_user_agent(request.headers()) {
        let fault = Fault::new("Insufficient permissions to access this resource", "FORBIDDEN");
        return Some(fault.answer(StatusCode::FORBIDDEN));
    }
    let path = request.uri().path().trim_end_matches('/');
    match bearer(request.headers()) {
        None if PUBLIC.contains(&path) => None,
        None | Some(REFUSED_KEY) => {
            Some(Fault::new("Invalid API key", "UNAUTHORIZED").answer(StatusCode::UNAUTHORIZED))
        }
        Some(_) => None,
    }
}

/// Spheron turns away clients that do not say who they are, and Python's default.
fn has_real_user_agent(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.is_some_and(|agent| !agent.trim().is_empty() && !agent.starts_with("Python-urllib"))
}

/// API reference, "Rate limit response".
fn too_many(admission: &Admission) -> Response {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        error: &'static str,
        message: &'static str,
        retry_after: u64,
    }
    let body = Body {
        error: "Too many requests",
        message: "Too many requests from this IP, please try again later.",
        // The time left, in whole seconds rounded up.
        retry_after: admission
            .resets_in
            .as_millis()
            .div_ceil(1_000)
            .try_into()
            .unwrap_or(u64::MAX),
    };
    json(StatusCode::TOO_MANY_REQUESTS, &body)
}

/// An error body. API reference, "Error reference".
#[derive(Debug, Serialize)]
struct Fault<'a> {
    error: &'a str,
    code: &'a str,
}

impl<'a> Fault<'a> {
    fn new(error: &'a str, code: &'a str) -> Self {
        Self { error, code }
    }

    fn answer(&self, status: StatusCode) -> Response {
        json(status, self)
    }

    fn invalid(error: &str) -> Response {
        Fault::new(error, "VALIDATION_ERROR").answer(StatusCode::BAD_REQUEST)
    }

    fn not_found(error: &str) -> Response {
        Fault::new(error, "NOT_FOUND").answer(StatusCode::NOT_FOUND)
    }
}
