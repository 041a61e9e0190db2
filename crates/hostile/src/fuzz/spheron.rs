//! Spheron's answers.

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::Fleet as _;

use super::records::{catalog_holds, error_holds, fleet_holds, with_stand};
use crate::stand::{WITHIN, answer};

/// The bytes are every page of the offers, and every answer about disks.
pub(super) fn offers(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |call| (call.path() != "/api/balance").then(|| answer(200, body.clone())));
        catalog_holds(stand, &stand.spheron);
    });
}

/// The bytes are the list of machines, one of them, and the answer to a launch and to its ending.
pub(super) fn deployments(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |_| Some(answer(200, body.clone())));
        let (broker, id) = (&stand.spheron, InstanceId::new("deployment_1"));
        fleet_holds(stand, broker, &id);
        if let Err(error) = stand.ask(broker.may_end(&id, WITHIN)) {
            error_holds(&error);
        }
    });
}
