//! Keys, wallets, teams.

use gpu_broker_http::Call;

use super::{ONE_BYTES_MAX, one, sliced};

const KEYS: &str = "/api/v1/ssh_keys/";

/// `GET /api/v1/ssh_keys/`.
pub(crate) fn keys(offset: u64) -> Call {
    sliced(KEYS, offset)
}

/// `POST /api/v1/ssh_keys/`.
pub(crate) fn add_key(body: Vec<u8>) -> Call {
    Call::post(KEYS, body).body_bytes_max(ONE_BYTES_MAX)
}

/// `PATCH /api/v1/ssh_keys/{id}`: makes it the primary one.
pub(crate) fn set_primary(id: &str) -> Call {
    Call::patch(one(KEYS, id), br#"{"isPrimary":true}"#.to_vec()).body_bytes_max(ONE_BYTES_MAX)
}

/// `DELETE /api/v1/ssh_keys/{id}`.
pub(crate) fn remove_key(id: &str) -> Call {
    Call::delete(one(KEYS, id)).body_bytes_max(ONE_BYTES_MAX)
}

/// `GET /api/v1/billing/wallet`, with the fewest of the billed rows that it comes with.
pub(crate) fn wallet(team: Option<&str>) -> Call {
    let call = Call::get("/api/v1/billing/wallet")
        .query("limit", "1")
        .body_bytes_max(ONE_BYTES_MAX);
    match team {
        Some(team) => call.query("teamId", team),
        None => call,
    }
}

/// `GET /api/v1/user/teams`.
pub(crate) fn teams(offset: u64) -> Call {
    sliced("/api/v1/user/teams", offset)
}

/// `GET /api/v1/user/whoami`.
pub(crate) fn user() -> Call {
    Call::get("/api/v1/user/whoami").body_bytes_max(ONE_BYTES_MAX)
}
