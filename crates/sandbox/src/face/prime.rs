//! Prime Intellect, v1.

mod availability;
mod disks;
mod fields;
mod invalid;
mod keys;
mod listing;
mod money;
mod order;
mod pods;
mod select;
mod summary;

pub(crate) use pods::{shown as pod, sold_out};

use serde::Serialize;

use super::desk::Desk;
use crate::broker::REFUSED_KEY;
use crate::fault::Op;
use crate::reply::Reply;
use invalid::Refusal;

/// What a request is for.
pub(super) fn op(method: &str, path: &[&str]) -> Op {
    match (method, path) {
        ("POST", ["api", "v1", "pods"]) => Op::Create,
        ("GET", ["api", "v1", "pods"] | ["api", "v1", "pods", "history"]) => Op::List,
        ("GET", ["api", "v1", "pods", ..]) => Op::Get,
        ("DELETE", ["api", "v1", "pods", _]) => Op::Delete,
        (_, ["api", "v1", "availability", ..]) => Op::Offers,
        _ => Op::Other,
    }
}

/// What every request passes first: the key.
pub(super) fn front(desk: &Desk<'_>) -> Option<Reply> {
    match desk.request.key.as_deref() {
        None => Some(detail(403, "Not authenticated")),
        Some(REFUSED_KEY) => Some(detail(401, "Invalid token")),
        Some(_) if desk.state.revoked => Some(detail(401, "Invalid token")),
        Some(_) => None,
    }
}

/// All of Prime's paths.
pub(super) fn serve(desk: &mut Desk<'_>, path: &[&str]) -> Reply {
    let served = match path {
        ["api", "v1", rest @ ..] => route(desk, rest),
        _ => Err(Refusal::detail(404, "Not Found")),
    };
    served.unwrap_or_else(Refusal::reply)
}

fn route(desk: &mut Desk<'_>, path: &[&str]) -> Result<Reply, Refusal> {
    match (desk.request.method, path) {
        ("GET", ["availability", rest @ ..]) => available(desk, rest),
        ("GET", ["pods"]) => pods::list(desk),
        ("POST", ["pods"]) => pods::create(desk),
        ("GET", ["pods", "history"]) => pods::history(desk),
        ("GET", ["pods", "status"]) => Ok(pods::status(desk)),
        ("GET", ["pods", id]) => pods::get(desk, id),
        ("DELETE", ["pods", id]) => pods::delete(desk, id),
        ("GET", ["pods", id, "log" | "logs"]) => pods::log(desk, id),
        ("GET", ["disks"]) => disks::list(desk),
        ("POST", ["disks"]) => disks::create(desk),
        ("GET", ["disks", id]) => disks::get(desk, id),
        ("PATCH", ["disks", id]) => disks::rename(desk, id),
        ("DELETE", ["disks", id]) => disks::delete(desk, id),
        ("GET", ["ssh_keys"]) => keys::list(desk),
        ("POST", ["ssh_keys"]) => keys::create(desk),
        ("PATCH", ["ssh_keys", id]) => keys::make_primary(desk, id),
        ("DELETE", ["ssh_keys", id]) => keys::delete(desk, id),
        ("GET", ["billing", "wallet"]) => Ok(money::wallet(desk)),
        ("GET", ["user", "whoami"]) => Ok(money::whoami(desk)),
        ("GET", ["user", "teams"]) => listing::page(desk, Vec::<()>::new()),
        (_, path) if is_known(path) => Err(Refusal::detail(405, "Method Not Allowed")),
        _ => Err(Refusal::detail(404, "Not Found")),
    }
}

fn available(desk: &Desk<'_>, path: &[&str]) -> Result<Reply, Refusal> {
    let found = match path {
        ["gpus"] => availability::gpus(desk),
        ["multi-node"] => availability::multi_node(desk),
        ["disks"] => availability::disks(desk),
        ["gpu-summary"] => Ok(summary::gpus(desk)),
        ["multi-node-summary"] => Ok(summary::multi_node(desk)),
        [] => availability::legacy_gpus(desk),
        ["clusters"] => availability::legacy_clusters(desk),
        _ => return Err(Refusal::detail(404, "Not Found")),
    };
    found.map_err(Refusal::from)
}

/// What `/availability` lists.
const LISTS: [&str; 6] = [
    "gpus",
    "multi-node",
    "disks",
    "gpu-summary",
    "multi-node-summary",
    "clusters",
];

/// Whether a path answers to some method.
fn is_known(path: &[&str]) -> bool {
    match path {
        ["availability" | "pods" | "disks" | "ssh_keys"] | ["pods" | "disks" | "ssh_keys", _] => true,
        ["pods", _, last] => ["log", "logs"].contains(last),
        ["billing", last] => *last == "wallet",
        ["user", last] => ["whoami", "teams"].contains(last),
        ["availability", last] => LISTS.contains(last),
        _ => false,
    }
}

/// `FastAPI`'s error body.
pub(crate) fn detail(status: u16, detail: &str) -> Reply {
    #[derive(Serialize)]
    struct Body<'a> {
        detail: &'a str,
    }
    Reply::json(status, &Body { detail })
}
