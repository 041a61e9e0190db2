//! Spheron's answers.

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::{Catalog as _, Disks, Fleet, Hint};
use jiff::Timestamp;

use super::records::{
    asked, error_holds, launch_holds, listing_holds, machine_holds, machines_hold, offers_hold, with_stand,
};
use crate::order::order;
use crate::stand::{WITHIN, answer};

/// The bytes are every page of the offers, and every answer about disks.
pub(super) fn offers(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |call| (call.path() != "/api/balance").then(|| answer(200, body.clone())));
        let hint = Hint::default();
        offers_hold("spheron", stand.ask(stand.spheron.offers(&asked(&hint))));
        listing_holds(&stand.ask(stand.spheron.disk_offers(&asked(&hint))));
    });
}

/// The bytes are the list of machines, one of them, and the answer to a launch and to its ending.
pub(super) fn deployments(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |_| Some(answer(200, body.clone())));
        let (hint, broker) = (Hint::default(), &stand.spheron);
        machines_hold(&stand.ask(Fleet::list(broker, &asked(&hint), Timestamp::UNIX_EPOCH)));
        listing_holds(&stand.ask(Disks::list(broker, &asked(&hint))));
        launch_holds(&stand.ask(Fleet::create(broker, &order("spheron"), WITHIN)));
        let id = InstanceId::new("deployment_1");
        match stand.ask(broker.get(&id, WITHIN)) {
            Ok(found) => {
                let found = found.expect("200 is no absence");
                assert_eq!(found.id, id);
                machine_holds(&found);
            }
            Err(error) => error_holds(&error),
        }
        let told = [
            stand.ask(broker.may_end(&id, WITHIN)).map(drop),
            stand.ask(Fleet::delete(broker, &id, WITHIN)).map(drop),
            stand.ask(broker.account().balances(WITHIN)).map(drop),
            stand.ask(broker.account().keys(WITHIN)).map(drop),
        ];
        told.iter().filter_map(|told| told.as_ref().err()).for_each(error_holds);
    });
}
