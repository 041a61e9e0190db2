//! Spheron AI.

mod body;
mod deployments;
mod groups;
mod keys;
mod kubernetes;
mod offers;
mod order;
mod refusal;
mod teams;
mod volumes;

pub(crate) use deployments::{shown as deployment, sold_out, too_early};

use serde::Serialize;

use super::desk::Desk;
use crate::broker::REFUSED_KEY;
use crate::fault::Op;
use crate::limiter::Admission;
use crate::reply::Reply;
use refusal::Refusal;

/// What is answered when something is gone.
#[derive(Serialize)]
struct Success {
    success: bool,
}

/// Paths that answer without a key.
const PUBLIC: [&[&str]; 2] = [&["api", "providers"], &["api", "gpu-offers"]];

/// What a request is for.
pub(super) fn op(method: &str, path: &[&str]) -> Op {
    match (method, path) {
        ("POST", ["api", "deployments"]) => Op::Create,
        ("GET", ["api", "deployments"]) => Op::List,
        ("GET", ["api", "deployments", ..]) => Op::Get,
        ("DELETE", ["api", "deployments", _]) => Op::Delete,
        (_, ["api", "providers" | "gpu-offers"]) => Op::Offers,
        _ => Op::Other,
    }
}

/// What every request passes first: the limit, the user agent, the key.
pub(super) fn front(desk: &Desk<'_>, admission: &Admission, path: &[&str]) -> Option<Reply> {
    if !admission.allowed {
        return Some(refusal::too_many(admission));
    }
    let agent = desk.request.agent.as_deref().unwrap_or_default();
    // Spheron turns away clients that do not say who they are, and Python's default.
    if agent.trim().is_empty() || agent.starts_with("Python-urllib") {
        let text = "Insufficient permissions to access this resource";
        return Some(Refusal::new(403, text, "FORBIDDEN").reply());
    }
    match desk.request.key.as_deref() {
        None if PUBLIC.contains(&path) => None,
        Some(key) if key != REFUSED_KEY && !desk.state.revoked => None,
        _ => Some(Refusal::new(401, "Invalid API key", "UNAUTHORIZED").reply()),
    }
}

/// What the headers of every answer say of the limit.
pub(super) fn stamp(reply: &mut Reply, admission: &Admission, reset: String) {
    reply.set("x-ratelimit-limit", admission.limit.to_string());
    reply.set("x-ratelimit-remaining", admission.remaining.to_string());
    reply.set("x-ratelimit-reset", reset);
}

/// All of Spheron's paths.
pub(super) fn serve(desk: &mut Desk<'_>, path: &[&str]) -> Reply {
    let served = match path {
        ["api", rest @ ..] => route(desk, rest),
        _ => Err(Refusal::not_found("Not found")),
    };
    served.unwrap_or_else(Refusal::reply)
}

fn route(desk: &mut Desk<'_>, path: &[&str]) -> Result<Reply, Refusal> {
    match (desk.request.method, path) {
        ("GET", ["providers"]) => Ok(offers::providers(desk)),
        ("GET", ["gpu-offers"]) => offers::list(desk),
        ("GET", ["deployments"]) => deployments::list(desk),
        ("POST", ["deployments"]) => deployments::create(desk),
        ("GET", ["deployments", id]) => deployments::get(desk, id),
        ("DELETE", ["deployments", id]) => deployments::delete(desk, id),
        ("GET", ["deployments", id, "can-terminate"]) => deployments::can_terminate(desk, id),
        ("GET", ["volumes"]) => Ok(volumes::list(desk)),
        ("POST", ["volumes"]) => volumes::create(desk),
        ("GET", ["volumes", "pricing"]) => volumes::pricing(desk),
        ("GET", ["volumes", "regions"]) => volumes::regions(desk),
        ("GET", ["volumes", id]) => volumes::get(desk, id),
        ("PATCH", ["volumes", id]) => volumes::update(desk, id),
        ("DELETE", ["volumes", id]) => volumes::delete(desk, id),
        ("POST", ["volumes", id, "attach"]) => volumes::attach(desk, id),
        ("POST", ["volumes", id, "detach"]) => volumes::detach(desk, id),
        ("GET", ["balance"]) => Ok(teams::balance(desk)),
        ("GET", ["ssh-keys"]) => keys::list(desk),
        ("POST", ["ssh-keys"]) => keys::create(desk),
        ("GET", ["ssh-keys", id]) => keys::get(desk, id),
        ("DELETE", ["ssh-keys", id]) => keys::delete(desk, id),
        ("GET", ["kubernetes", "versions"]) => kubernetes::versions(desk),
        ("GET", ["kubernetes", id, "health"]) => kubernetes::health(desk, id),
        (_, path) if is_known(path) => Err(Refusal::new(405, "Method not allowed", "METHOD_NOT_ALLOWED")),
        _ => Err(Refusal::not_found("Not found")),
    }
}

/// Whether a path answers to some method.
fn is_known(path: &[&str]) -> bool {
    matches!(
        path,
        ["providers" | "gpu-offers" | "deployments" | "volumes" | "balance" | "ssh-keys"]
            | ["deployments" | "volumes" | "ssh-keys", _]
            | ["deployments", _, "can-terminate"]
            | ["volumes", _, "attach" | "detach"]
            | ["kubernetes", "versions"]
            | ["kubernetes", _, "health"]
    )
}
