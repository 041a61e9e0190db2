//! Disks of the account.

use gpu_broker_http::{Call, Repeat};

use super::{ONE_BYTES_MAX, one, sliced};

const DISKS: &str = "/api/v1/disks/";

/// `POST /api/v1/disks/`: rents a disk. Sent once, whatever comes of it.
pub(crate) fn create(body: Vec<u8>) -> Call {
    Call::post(DISKS, body)
        .repeat(Repeat::Once)
        .body_bytes_max(ONE_BYTES_MAX)
}

/// `GET /api/v1/disks/{id}`.
pub(crate) fn get(id: &str) -> Call {
    Call::get(one(DISKS, id)).body_bytes_max(ONE_BYTES_MAX)
}

/// `GET /api/v1/disks/`.
pub(crate) fn list(offset: u64) -> Call {
    sliced(DISKS, offset)
}

/// `PATCH /api/v1/disks/{id}`: another name.
pub(crate) fn rename(id: &str, body: Vec<u8>) -> Call {
    Call::patch(one(DISKS, id), body).body_bytes_max(ONE_BYTES_MAX)
}

/// `DELETE /api/v1/disks/{id}`.
pub(crate) fn delete(id: &str) -> Call {
    Call::delete(one(DISKS, id)).body_bytes_max(ONE_BYTES_MAX)
}
