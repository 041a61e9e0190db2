//! Prime's answers.

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::{Catalog as _, Disks, Fleet, Hint};
use jiff::Timestamp;

use super::records::{
    asked, error_holds, launch_holds, listing_holds, machine_holds, machines_hold, offers_hold, with_stand,
};
use crate::order::order;
use crate::stand::{WITHIN, answer};

/// The bytes are every page of both listings of machines, of the disks, and the summaries.
pub(super) fn availability(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |_| Some(answer(200, body.clone())));
        let hint = Hint::default();
        offers_hold("prime", stand.ask(stand.prime.offers(&asked(&hint))));
        listing_holds(&stand.ask(stand.prime.disk_offers(&asked(&hint))));
    });
}

/// The bytes are the list of pods, its history, one of them, their states, and the answer to a launch.
pub(super) fn pods_history(bytes: &[u8]) {
    let body = bytes.to_vec();
    with_stand(|stand| {
        stand.answers(move |_| Some(answer(200, body.clone())));
        let (hint, broker) = (Hint::default(), &stand.prime);
        machines_hold(&stand.ask(Fleet::list(broker, &asked(&hint), Timestamp::UNIX_EPOCH)));
        listing_holds(&stand.ask(Disks::list(broker, &asked(&hint))));
        launch_holds(&stand.ask(Fleet::create(broker, &order("prime"), WITHIN)));
        let id = InstanceId::new("pod-1");
        match stand.ask(broker.get(&id, WITHIN)) {
            Ok(found) => {
                let found = found.expect("200 is no absence");
                assert_eq!(found.id, id);
                machine_holds(&found);
            }
            Err(error) => error_holds(&error),
        }
        let told = [
            stand.ask(broker.states(std::slice::from_ref(&id), WITHIN)).map(drop),
            stand.ask(Fleet::delete(broker, &id, WITHIN)).map(drop),
            stand.ask(broker.account().balances(WITHIN)).map(drop),
            stand.ask(broker.account().keys(WITHIN)).map(drop),
        ];
        told.iter().filter_map(|told| told.as_ref().err()).for_each(error_holds);
    });
}
