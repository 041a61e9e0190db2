//! Bodies of requests that spend money, built from what was quoted and nothing else. Pure.

mod disk;
mod key;
mod pod;
mod words;

pub(crate) use disk::{DiskRequest, rename};
pub(crate) use key::{PublicKey, new_key};
pub(crate) use pod::{NAME_LEN_MAX, PodRequest};
pub(crate) use words::{Said, remember};

use serde::Serialize;

#[cfg(test)]
mod tests;

/// The cloud that owns the machines or disks.
#[derive(Debug, Serialize)]
struct Provider<'o> {
    #[serde(rename = "type")]
    kind: &'o str,
}

/// The team that pays.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Team<'o> {
    team_id: &'o str,
}

/// A body as JSON.
fn written(body: &impl Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_vec(body).map_err(|error| format!("the request cannot be written: {error}"))
}
