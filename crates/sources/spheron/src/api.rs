//! One function for each request. The paths and parameters are those of the API reference, "Endpoints", but for
//! `can-terminate`, which live clients have used.

use gpu_broker_http::{Call, Repeat, path_segment};

/// Groups, or volumes, on a page. The server may answer with fewer, and says so.
const PAGE_SIZE: &str = "100";

/// The largest answer that is about one thing, in bytes. A machine takes about one thousand.
const ONE_BYTES_MAX: usize = 1 << 20;

/// The largest answer that is about one price, in bytes.
const PRICE_BYTES_MAX: usize = 64 << 10;

/// One page of the groups of offers. Public.
pub(crate) fn gpu_offers(page: u32, search: Option<&str>) -> Call {
    let call = Call::get("/api/gpu-offers")
        .query("page", page.to_string())
        .query("limit", PAGE_SIZE);
    match search {
        Some(term) => call.query("search", term),
        None => call,
    }
}

/// The names of all providers. Public.
pub(crate) fn providers() -> Call {
    Call::get("/api/providers")
}

/// Launches a machine. Sent once: a name is not unique, and nothing else tells two requests apart.
pub(crate) fn launch(body: Vec<u8>) -> Call {
    Call::post("/api/deployments", body)
        .repeat(Repeat::Once)
        .body_bytes_max(ONE_BYTES_MAX)
}

/// Every machine of the team, ended ones included; not in pages.
pub(crate) fn deployments(team: Option<&str>) -> Call {
    of_team(Call::get("/api/deployments"), team)
}

/// One machine.
pub(crate) fn deployment(id: &str) -> Call {
    Call::get(one("deployments", id)).body_bytes_max(ONE_BYTES_MAX)
}

/// Ends a machine.
pub(crate) fn end(id: &str) -> Call {
    Call::delete(one("deployments", id)).body_bytes_max(ONE_BYTES_MAX)
}

/// Whether a machine may be ended now.
pub(crate) fn may_end(id: &str) -> Call {
    Call::get(one("deployments", id) + "/can-terminate").body_bytes_max(ONE_BYTES_MAX)
}

/// One page of the account's volumes.
pub(crate) fn volumes(page: u32, team: Option<&str>) -> Call {
    let call = Call::get("/api/volumes")
        .query("page", page.to_string())
        .query("limit", PAGE_SIZE);
    of_team(call, team)
}

/// One volume.
pub(crate) fn volume(id: &str) -> Call {
    Call::get(one("volumes", id)).body_bytes_max(ONE_BYTES_MAX)
}

/// Creates a volume. Sent once: it costs money until somebody finds it.
pub(crate) fn create_volume(body: Vec<u8>) -> Call {
    Call::post("/api/volumes", body)
        .repeat(Repeat::Once)
        .body_bytes_max(ONE_BYTES_MAX)
}

/// Renames or enlarges a volume. Twice is the same as once, because both are stated as they shall be.
pub(crate) fn change_volume(id: &str, body: Vec<u8>) -> Call {
    Call::patch(one("volumes", id), body)
        .repeat(Repeat::Safe)
        .body_bytes_max(ONE_BYTES_MAX)
}

/// Deletes a volume.
pub(crate) fn delete_volume(id: &str) -> Call {
    Call::delete(one("volumes", id)).body_bytes_max(ONE_BYTES_MAX)
}

/// Attaches a volume to a machine.
pub(crate) fn attach_volume(id: &str, body: Vec<u8>) -> Call {
    Call::post(one("volumes", id) + "/attach", body).body_bytes_max(ONE_BYTES_MAX)
}

/// Detaches a volume from a machine.
pub(crate) fn detach_volume(id: &str, body: Vec<u8>) -> Call {
    Call::post(one("volumes", id) + "/detach", body).body_bytes_max(ONE_BYTES_MAX)
}

/// Where a provider has volumes.
pub(crate) fn volume_regions(provider: &str) -> Call {
    Call::get("/api/volumes/regions").query("provider", provider)
}

/// What a GB costs at a provider. It is waited for while an answer about regions is held: a large one would wait for
/// that in turn.
pub(crate) fn volume_pricing(provider: &str) -> Call {
    Call::get("/api/volumes/pricing")
        .query("provider", provider)
        .body_bytes_max(PRICE_BYTES_MAX)
}

/// What the teams have: all of them, or the one that was chosen.
pub(crate) fn balance(team: Option<&str>) -> Call {
    of_team(Call::get("/api/balance"), team)
}

/// The account's public keys.
pub(crate) fn keys() -> Call {
    Call::get("/api/ssh-keys")
}

/// One of them.
pub(crate) fn key(id: &str) -> Call {
    Call::get(one("ssh-keys", id)).body_bytes_max(ONE_BYTES_MAX)
}

/// Adds a public key.
pub(crate) fn add_key(body: Vec<u8>) -> Call {
    Call::post("/api/ssh-keys", body).body_bytes_max(ONE_BYTES_MAX)
}

/// Removes a public key.
pub(crate) fn remove_key(id: &str) -> Call {
    Call::delete(one("ssh-keys", id)).body_bytes_max(ONE_BYTES_MAX)
}

/// The Kubernetes versions that a provider installs.
pub(crate) fn kubernetes_versions(provider: &str) -> Call {
    Call::get("/api/kubernetes/versions").query("provider", provider)
}

/// How a cluster is.
pub(crate) fn kubernetes_health(cluster: &str) -> Call {
    Call::get(one("kubernetes", cluster) + "/health").body_bytes_max(ONE_BYTES_MAX)
}

fn one(kind: &str, id: &str) -> String {
    format!("/api/{kind}/{}", path_segment(id))
}

fn of_team(call: Call, team: Option<&str>) -> Call {
    match team {
        Some(team) => call.query("teamId", team),
        None => call,
    }
}
