//! What holds of every record, whatever a broker answered.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use gpu_broker_core::demand::{Demand, MarketWanted, Nodes, SecurityWanted};
use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::market::{Market, SourceReport};
use gpu_broker_core::offer::{Broker, Offer};
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::quote;
use gpu_broker_core::source::{Ask, Coverage, Hint, Listing, Outcome, Quiet, Source, SourceError};
use gpu_broker_planner::probe;
use jiff::Timestamp;

use crate::inert::{SECRET, assert_inert};
use crate::order::{NAME, order};
use crate::stand::{Stand, WITHIN};

/// More offers than this are read and kept, and not ranked: a search over thousands is no matter of a moment.
const RANKED_MAX: usize = 24;

/// Asks both brokers through one stand that each thread keeps.
pub(super) fn with_stand<T>(ask: impl FnOnce(&Stand) -> T) -> T {
    thread_local! {
        static STAND: RefCell<Stand> = RefCell::new(Stand::new());
    }
    STAND.with_borrow(ask)
}

/// An unhurried question about everything.
pub(crate) fn asked(hint: &Hint) -> Ask<'_> {
    Ask {
        within: WITHIN,
        hint,
        progress: &Quiet,
    }
}

/// Words about what went wrong can be printed as they are.
pub(crate) fn error_holds(error: &SourceError) {
    assert_inert(&error.to_string());
}

pub(crate) fn listing_holds<T>(listing: &Listing<T>) {
    match &listing.coverage {
        Coverage::Partial(error) | Coverage::Failed(error) => error_holds(error),
        Coverage::Complete | Coverage::NoCredentials => {}
    }
    for reject in &listing.rejects {
        assert_inert(&reject.path);
        assert_inert(&reject.reason);
    }
}

/// What a broker sells.
pub(super) fn catalog_holds(stand: &Stand, source: &dyn Source) {
    let (hint, catalog) = (Hint::default(), source.catalog());
    offers_hold(source.broker().as_str(), stand.ask(catalog.offers(&asked(&hint))));
    listing_holds(&stand.ask(catalog.disk_offers(&asked(&hint))));
}

/// What an account of it has: the lists, the machine with this id, and the answers to a launch and to its ending.
pub(super) fn fleet_holds(stand: &Stand, source: &dyn Source, id: &InstanceId) {
    let (hint, fleet) = (Hint::default(), source.fleet().expect("a key"));
    let disks = source.disks().expect("a key");
    machines_hold(&stand.ask(fleet.list(&asked(&hint), Timestamp::UNIX_EPOCH)));
    listing_holds(&stand.ask(disks.list(&asked(&hint))));
    launch_holds(&stand.ask(fleet.create(&order(source.broker().as_str()), WITHIN)));
    match stand.ask(fleet.get(id, WITHIN)) {
        Ok(found) => {
            let found = found.expect("200 is no absence");
            assert_eq!(found.id, *id);
            machine_holds(&found);
        }
        Err(error) => error_holds(&error),
    }
    let told = [
        stand.ask(fleet.delete(id, WITHIN)).map(drop),
        stand.ask(fleet.account().balances(WITHIN)).map(drop),
        stand.ask(fleet.account().keys(WITHIN)).map(drop),
    ];
    told.iter().filter_map(|told| told.as_ref().err()).for_each(error_holds);
}

/// Offers can be kept and read again, and ranking them comes to an end.
pub(crate) fn offers_hold(broker: &str, listing: Listing<Arc<Offer>>) {
    listing_holds(&listing);
    for offer in &listing.items {
        assert!(
            offer.price.is_none_or(|price| !price.per_hour().is_negative()),
            "{offer:?}"
        );
    }
    let market = Market {
        taken_at: Timestamp::UNIX_EPOCH,
        sources: vec![SourceReport::of(Broker::new(broker), &listing)],
        offers: listing.items,
        rejects: listing.rejects,
        disks: None,
    };
    if market.offers.len() <= RANKED_MAX {
        let mut demand = Demand::new(GpuRequest::parse("H100:8").unwrap(), Hours::whole(24));
        demand.nodes = Nodes::Any;
        demand.market = MarketWanted::Both;
        demand.security = SecurityWanted::Any;
        let ranked = quote(&market, &demand, 5);
        if let Err(error) = ranked {
            assert_inert(&error.to_string());
        }
    }
    probe::keeps(market).unwrap();
}

/// A machine is one that can be named in a path and whose words hold no secret of its user's.
pub(crate) fn machine_holds(machine: &Instance) {
    let id = machine.id.as_str();
    assert!(!id.is_empty() && id.len() <= 128, "{id}");
    assert!(
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
        "{id}"
    );
    assert!(
        machine.rate.is_none_or(|rate| !rate.per_hour().is_negative()),
        "{machine:?}"
    );
    assert!(machine.progress.is_none_or(|percent| percent <= 100), "{machine:?}");
    let ways = machine.ssh.iter().map(ToString::to_string).collect::<Vec<_>>();
    for way in &ways {
        assert!(
            way.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') && !way.contains([';', '`', '$', '|', '&']),
            "{way}"
        );
    }
    assert!(!format!("{machine:?}").contains(SECRET), "{machine:?}");
}

/// A list of machines that says it is complete shows each once.
pub(crate) fn machines_hold(listing: &Listing<Instance>) {
    listing_holds(listing);
    for machine in &listing.items {
        machine_holds(machine);
    }
    if listing.coverage == Coverage::Complete {
        assert!(listing.rejects.is_empty(), "{listing:?}");
        let ids: HashSet<_> = listing.items.iter().map(|machine| &machine.id).collect();
        assert_eq!(ids.len(), listing.items.len(), "{listing:?}");
    }
}

/// What is accepted is what was ordered.
pub(crate) fn launch_holds(outcome: &Outcome<Instance>) {
    match outcome {
        Outcome::Accepted(machine) => {
            machine_holds(machine);
            assert_eq!(machine.name, NAME);
        }
        Outcome::Rejected(refusal) => assert_inert(&refusal.message),
        Outcome::NotSent(error) => panic!("it was sent: {error}"),
        Outcome::Unknown(error) => error_holds(error),
    }
}
