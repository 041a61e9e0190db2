//! Machines.

use gpu_broker_http::{Call, Repeat};

use super::{ONE_BYTES_MAX, one, sliced};

const PODS: &str = "/api/v1/pods/";

/// `POST /api/v1/pods/`: rents a machine. Sent once, whatever comes of it.
pub(crate) fn create(body: Vec<u8>) -> Call {
    Call::post(PODS, body)
        .repeat(Repeat::Once)
        .body_bytes_max(ONE_BYTES_MAX)
}

/// `GET /api/v1/pods/{id}`.
pub(crate) fn get(id: &str) -> Call {
    Call::get(one(PODS, id)).body_bytes_max(ONE_BYTES_MAX)
}

/// `GET /api/v1/pods/`.
pub(crate) fn list(offset: u64) -> Call {
    sliced(PODS, offset)
}

/// `GET /api/v1/pods/history`, what ended last first. That is the order in which rows are only ever added at the front:
/// while it is read, a row can come twice and none can be missed.
pub(crate) fn history(offset: u64) -> Call {
    sliced("/api/v1/pods/history", offset)
        .query("sort_by", "terminatedAt")
        .query("sort_order", "desc")
}

/// `GET /api/v1/pods/status`.
pub(crate) fn states<'i>(ids: impl Iterator<Item = &'i str>) -> Call {
    ids.fold(Call::get("/api/v1/pods/status"), |call, id| call.query("pod_ids", id))
}

/// `DELETE /api/v1/pods/{id}`.
pub(crate) fn delete(id: &str) -> Call {
    Call::delete(one(PODS, id)).body_bytes_max(ONE_BYTES_MAX)
}

/// `GET /api/v1/pods/{id}/log`. (A copy of the guide says `/logs`; the API reference does not.)
pub(crate) fn log(id: &str, tail: Option<u32>) -> Call {
    let call = Call::get(format!("{}/log", one(PODS, id)));
    match tail {
        Some(lines) => call.query("tail", lines.to_string()),
        None => call,
    }
}
