//! Whole launches against a scripted broker, on a clock that only they move.

mod broker;
mod clock;
mod ending;
mod limits;
mod money;
mod passed;
mod price;
mod recovery;
mod sending;
mod unkept;
mod unseen;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::source::{LoginKey, Order};
use jiff::Timestamp;

use self::broker::{Answer, Delete, Get, List, Scripted, Wallet};
use self::clock::SteppedClock;
use super::spend::SpendCaps;
use super::state::Stage;
use super::*;
use crate::identity::Identity;
use crate::journal::{Journal, MemoryStore};

/// A broker, a clock and a journal that outlive the engines over them.
struct World {
    broker: Arc<Scripted>,
    clock: Arc<SteppedClock>,
    store: MemoryStore,
    settings: Settings,
}

impl World {
    fn new(answers: Vec<Answer>) -> Self {
        let clock = Arc::new(SteppedClock::default());
        Self {
            broker: Arc::new(Scripted::new(answers, Arc::clone(&clock))),
            clock,
            store: MemoryStore::default(),
            settings: Settings::default(),
        }
    }

    fn engine(&self) -> Engine {
        self.engine_over(self.store.open())
    }

    fn engine_over(&self, journal: impl Journal + 'static) -> Engine {
        let parts = Parts {
            sources: vec![self.broker.clone()],
            clock: self.clock.clone(),
            names: Arc::new(TaggedNames::new(Identity::from_bytes([3; 36]))),
            turns: Arc::new(Alone),
            watcher: Arc::new(Unwatched),
            interrupt: Interrupt::default(),
            settings: self.settings.clone(),
        };
        Engine::open(Box::new(journal), parts).unwrap()
    }

    async fn provision(&self, wish: &Wish) -> Report {
        self.engine().provision(wish).await.unwrap()
    }
}

fn unit(offer: &str, price: &str) -> Unit {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: None,
        socket: None,
        count: 8,
    };
    let mut made = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new(offer), gpu);
    let price: Exact = price.parse().unwrap();
    let rate = Rate::new(price, Currency::USD);
    made.price = Some(rate);
    made.places = vec![Place::new(None, None, Some(DataCenter::new("dc")))];
    let exchange = Exchange::new(Currency::USD);
    let configuration = made.configure(&Selection::default(), &exchange).unwrap();
    let place = made.places[0].clone();
    Unit {
        worst: price.times_count(24).unwrap(),
        upfront: Exact::ZERO,
        order: Order {
            name: String::new(),
            offer: Arc::new(made),
            place,
            configuration,
            ceiling: rate,
            image: None,
            key: LoginKey::Account,
            cloud_init: None,
            disks: Vec::new(),
            kubernetes: None,
        },
    }
}

fn wish(plans: Vec<Vec<Unit>>) -> Wish {
    Wish {
        plans: plans.into_iter().map(Package::from).collect(),
        all_or_nothing: true,
        caps: SpendCaps::default(),
        currency: Currency::USD,
        ends_at: None,
        on_unknown: OnUnknown::Hold,
        resolve_for: Duration::from_secs(60),
        wait: Some(Duration::from_secs(1200)),
        quote: None,
    }
}

/// The stages of a launch's attempts, in the order of their slots and numbers.
fn stages(report: &Report) -> Vec<Stage> {
    let mut attempts: Vec<_> = report.attempts.iter().collect();
    attempts.sort_by_key(|one| (one.slot, one.number));
    attempts.iter().map(|one| one.stage).collect()
}

#[test]
fn time_begins_at_a_moment_that_can_be_written() {
    let clock = SteppedClock::default();
    assert!(clock.wall_in(Duration::ZERO) > Timestamp::UNIX_EPOCH);
}
