//! Prime's answers.

use gpu_broker_core::instance::InstanceId;

use super::records::{catalog_holds, error_holds, fleet_holds, with_stand};
use crate::stand::{WITHIN, answer};

/// The bytes are every page of both listings of machines, of the disks, and the summaries.
pub(super) fn availability(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |_| Some(answer(200, body.clone())));
        catalog_holds(stand, &stand.prime);
    });
}

/// The bytes are the list of pods, its history, one of them, their states, and the answer to a launch.
pub(super) fn pods_history(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |_| Some(answer(200, body.clone())));
        let (broker, id) = (&stand.prime, InstanceId::new("pod-1"));
        fleet_holds(stand, broker, &id);
        if let Err(error) = stand.ask(broker.states(std::slice::from_ref(&id), WITHIN)) {
            error_holds(&error);
        }
    });
}
