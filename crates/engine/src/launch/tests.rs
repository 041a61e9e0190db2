//! Whole launches against a scripted broker, on a clock that only they move.

mod broker;
mod money;
mod passed;
mod unseen;

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

use self::broker::{Answer, Delete, List, Scripted, SteppedClock};
use super::caps::Caps;
use super::state::Stage;
use super::*;
use crate::identity::Identity;
use crate::journal::MemoryStore;

/// A broker, a clock and a journal that outlive the engines over them.
struct World {
    broker: Arc<Scripted>,
    clock: Arc<SteppedClock>,
    store: MemoryStore,
}

impl World {
    fn new(answers: Vec<Answer>) -> Self {
        let clock = Arc::new(SteppedClock::default());
        Self {
            broker: Arc::new(Scripted::new(answers, Arc::clone(&clock))),
            clock,
            store: MemoryStore::default(),
        }
    }

    fn engine(&self) -> Engine {
        let parts = Parts {
            sources: vec![self.broker.clone()],
            clock: self.clock.clone(),
            names: Arc::new(TaggedNames::new(Identity::from_bytes([3; 36]))),
            turns: Arc::new(Alone),
            watcher: Arc::new(Unwatched),
            interrupt: Interrupt::default(),
            settings: Settings::default(),
        };
        Engine::open(Box::new(self.store.open()), parts).unwrap()
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
        caps: Caps::default(),
        currency: Currency::USD,
        ends_at: None,
        on_unknown: OnUnknown::Hold,
        resolve_for: Duration::from_secs(60),
        wait: Some(Duration::from_secs(1200)),
    }
}

/// The stages of a launch's attempts, in the order of their slots and numbers.
fn stages(report: &Report) -> Vec<Stage> {
    let mut attempts: Vec<_> = report.attempts.iter().collect();
    attempts.sort_by_key(|one| (one.slot, one.number));
    attempts.iter().map(|one| one.stage).collect()
}

#[tokio::test]
async fn each_answer_to_a_request_leads_somewhere() {
    use Stage::{Gone, Ready, Rejected, Released, Unknown};
    let two = || wish(vec![vec![unit("best", "10")], vec![unit("next", "11")]]);
    for (name, answers, end, expected, alive) in [
        ("made", vec![Answer::Made], End::Ready, vec![Ready], 1),
        ("made, no answer", vec![Answer::LostAfter], End::Ready, vec![Ready], 1),
        (
            "not made, no answer",
            vec![Answer::LostBefore],
            End::Unknown,
            vec![Unknown],
            0,
        ),
        ("sold out", vec![Answer::SoldOut], End::Ready, vec![Released, Ready], 1),
        (
            "sold out twice",
            vec![Answer::SoldOut, Answer::SoldOut],
            End::Nothing,
            vec![Released, Released],
            0,
        ),
        (
            "sold out, and made all the same",
            vec![Answer::SoldOutAfter],
            End::Ready,
            vec![Ready],
            1,
        ),
        ("another price", vec![Answer::Dearer], guarded(), vec![Gone], 0),
        (
            "other hardware",
            vec![Answer::OtherGpu],
            End::Ready,
            vec![Gone, Ready],
            1,
        ),
        ("two machines", vec![Answer::Twice], End::Ready, vec![Ready, Gone], 1),
        (
            "no connection",
            vec![Answer::NotSent; 3],
            End::Nothing,
            vec![Released],
            0,
        ),
        ("connected at last", vec![Answer::NotSent], End::Ready, vec![Ready], 1),
        (
            "a machine that fails",
            vec![Answer::Failing],
            End::Ready,
            vec![Gone, Ready],
            1,
        ),
    ] {
        let world = World::new(answers);
        let report = world.provision(&two()).await;
        let same_end = report.end == end || matches!((&report.end, &end), (End::Guarded(_), End::Guarded(_)));
        assert!(same_end, "{name}: {report:#?}");
        if name == "two machines" {
            // The second is ended after the launch.
            world.engine().reconcile(Duration::from_secs(120)).await.unwrap();
            let engine = world.engine();
            let found: Vec<Stage> = engine.state().attempts.values().map(|one| one.stage).collect();
            assert_eq!(found, expected, "{name}");
        } else {
            assert_eq!(stages(&report), expected, "{name}: {report:#?}");
        }
        assert_eq!(world.broker.alive(), alive, "{name}");
        assert!(world.broker.posts_per_name() <= 1 || name.contains("connect"), "{name}");
        assert_ne!(report.attempts[0].stage, Rejected, "{name}");
    }
}

fn guarded() -> End {
    End::Guarded(String::new())
}

#[tokio::test]
async fn an_unknown_outcome_is_held_until_its_time_is_over() {
    let world = World::new(vec![Answer::LostBefore]);
    world.broker.stranger("somebody-elses");
    let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
    assert_eq!(report.end, End::Unknown);
    // One pass cannot tell more, and says so by returning at once.
    world.engine().reconcile(Duration::from_secs(60)).await.unwrap();
    assert!(!world.engine().state().is_settled());
    // Ten minutes and three listings can.
    world.engine().watch(Duration::from_secs(700)).await.unwrap();
    let engine = world.engine();
    let attempt = engine.state().attempts.values().next().unwrap();
    assert_eq!(attempt.stage, Stage::Absent);
    assert!(engine.state().is_settled());
}

#[tokio::test]
async fn a_machine_that_appears_late_is_adopted_or_ended() {
    for (after_s, expected) in [(30, Stage::Ready), (400, Stage::Ready)] {
        let world = World::new(vec![Answer::LostLate(after_s)]);
        world.broker.stranger("somebody-elses");
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        if after_s < 60 {
            assert_eq!(report.end, End::Ready);
        } else {
            assert_eq!(report.end, End::Unknown);
            world.engine().watch(Duration::from_secs(500)).await.unwrap();
        }
        let engine = world.engine();
        let stages: Vec<Stage> = engine.state().attempts.values().map(|one| one.stage).collect();
        assert_eq!(stages, [expected], "{after_s}");
    }
}

#[tokio::test]
async fn listings_that_prove_nothing_are_no_absence() {
    for list in [List::Fails, List::Empty, List::Short] {
        let world = World::new(vec![Answer::LostAfter]);
        world.broker.stranger("somebody-elses");
        world.engine().look_around().await.unwrap();
        world.broker.list_after_post(list);
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        assert_eq!(report.end, End::Unknown, "{list:?}");
        // Where nothing can be found again, nothing is ordered.
        if list != List::Empty {
            let second = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
            assert_eq!((second.end, world.broker.posts()), (End::Nothing, 1), "{list:?}");
        }
        world.engine().watch(Duration::from_secs(2_000)).await.unwrap();
        let stage = |world: &World| world.engine().state().attempts.values().next().unwrap().stage;
        assert_eq!(stage(&world), Stage::Unknown, "{list:?}");
        world.broker.list_as(List::Whole);
        world.engine().reconcile(Duration::from_secs(60)).await.unwrap();
        assert_eq!(stage(&world), Stage::Ready, "{list:?}");
    }
}

#[tokio::test]
async fn ending_is_believed_when_listings_say_so() {
    for (delete, expected) in [
        (Delete::Works, Stage::Gone),
        (Delete::SaysSoAndDoesNot, Stage::Ending),
        (Delete::SaysAbsent, Stage::Ending),
        (Delete::FailsAndDoes, Stage::Gone),
        (Delete::Fails, Stage::Ending),
        (Delete::TooEarly, Stage::Blocked),
        (Delete::KeyRefused, Stage::Blocked),
    ] {
        let world = World::new(vec![Answer::Made]);
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        world.broker.delete_as(delete);
        let keys: Vec<String> = report.attempts.iter().map(|one| one.key.clone()).collect();
        world.engine().terminate(&keys, Duration::from_secs(180)).await.unwrap();
        let stage = world.engine().state().attempts[&keys[0]].stage;
        assert_eq!(stage, expected, "{delete:?}");
        assert_eq!(world.broker.alive() == 0, stage == Stage::Gone, "{delete:?}");
        // Once it works, it ends.
        world.broker.delete_as(Delete::Works);
        world.engine().watch(Duration::from_secs(900)).await.unwrap();
        let engine = world.engine();
        assert_eq!(engine.state().attempts[&keys[0]].stage, Stage::Gone, "{delete:?}");
        assert!(
            engine.state().attempts[&keys[0]]
                .cost
                .is_some_and(|cost| !cost.is_zero())
        );
    }
}

#[tokio::test]
async fn caps_are_checked_before_anything_is_sent() {
    let cap = |text: &str| Some(text.parse::<Exact>().unwrap());
    for (caps, allowed) in [
        (Caps::default(), true),
        (
            Caps {
                rate: cap("10"),
                ..Caps::default()
            },
            true,
        ),
        (
            Caps {
                rate: cap("9.99"),
                ..Caps::default()
            },
            false,
        ),
        (
            Caps {
                total: cap("240"),
                ..Caps::default()
            },
            true,
        ),
        (
            Caps {
                total: cap("239.999"),
                ..Caps::default()
            },
            false,
        ),
        (
            Caps {
                budget: cap("240"),
                ..Caps::default()
            },
            true,
        ),
        (
            Caps {
                budget: cap("239"),
                ..Caps::default()
            },
            false,
        ),
    ] {
        let world = World::new(vec![Answer::Made]);
        let wish = Wish {
            caps,
            ..wish(vec![vec![unit("best", "10")]])
        };
        let report = world.provision(&wish).await;
        assert_eq!(report.end == End::Ready, allowed, "{caps:?} {report:?}");
        assert_eq!(world.broker.posts() > 0, allowed, "{caps:?}");
        // A budget holds all launches together.
        if caps.budget.is_some() && allowed {
            let second = world.provision(&wish).await;
            assert!(matches!(second.end, End::Guarded(_)), "{second:?}");
            assert_eq!(world.broker.posts(), 1);
        }
    }
}

#[tokio::test]
async fn a_part_of_a_whole_is_given_back() {
    let both = || vec![unit("a", "10"), unit("b", "11")];
    for (all_or_nothing, end, alive) in [(true, End::Nothing, 0), (false, End::Partial { got: 1, wanted: 2 }, 1)] {
        let world = World::new(vec![Answer::Made, Answer::SoldOut]);
        let wish = Wish {
            all_or_nothing,
            ..wish(vec![both()])
        };
        let report = world.provision(&wish).await;
        assert_eq!(report.end, end, "{report:#?}");
        assert_eq!(world.broker.alive(), alive, "{all_or_nothing}");
    }
    // Another plan with the machine that is there needs only the rest.
    let world = World::new(vec![Answer::Made, Answer::SoldOut, Answer::Made]);
    let report = world
        .provision(&wish(vec![both(), vec![unit("a", "10"), unit("c", "12")]]))
        .await;
    assert_eq!(
        (report.end, world.broker.alive(), world.broker.posts()),
        (End::Ready, 2, 3)
    );
}

#[tokio::test]
async fn a_machine_ends_at_its_deadline() {
    let world = World::new(vec![Answer::Made]);
    let ends_at = world.clock.wall_in(Duration::from_secs(3_600));
    let wish = Wish {
        ends_at: Some(ends_at),
        ..wish(vec![vec![unit("best", "10")]])
    };
    world.provision(&wish).await;
    world.engine().watch(Duration::from_secs(1_800)).await.unwrap();
    assert_eq!(world.broker.alive(), 1);
    let key = world.engine().state().attempts.keys().next().unwrap().clone();
    let later = world.clock.wall_in(Duration::from_secs(7_200));
    world.engine().extend(&key, later).unwrap();
    world.engine().watch(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(world.broker.alive(), 1);
    world.engine().watch(Duration::from_secs(4_000)).await.unwrap();
    assert_eq!(world.broker.alive(), 0);
    let state = world.engine().state().clone();
    assert_eq!(
        (state.attempts[&key].stage, state.attempts[&key].doom),
        (Stage::Gone, Some(Doom::Expired))
    );
}

#[tokio::test]
async fn a_lost_journal_leaves_no_machine_unknown() {
    let mut world = World::new(vec![Answer::Made]);
    let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
    world.broker.stranger("gp-aaaaaa-aaaaaaaa-00a1-xzzzzz-aaaa");
    world.store = MemoryStore::default();
    world.engine().reconcile(Duration::from_secs(60)).await.unwrap();
    let mut engine = world.engine();
    let found: Vec<(&String, Stage)> = engine
        .state()
        .attempts
        .iter()
        .map(|(key, one)| (key, one.stage))
        .collect();
    assert_eq!(found, [(&report.attempts[0].key, Stage::Orphan)]);
    assert!(!engine.state().is_settled());
    let key = report.attempts[0].key.clone();
    engine.terminate(&[key], Duration::from_secs(180)).await.unwrap();
    assert!(engine.state().is_settled());
    assert_eq!(world.broker.alive(), 1, "the stranger's stays");
}

#[tokio::test]
async fn a_process_that_died_in_its_turn_is_taken_over() {
    let world = World::new(vec![Answer::Made]);
    let wish = wish(vec![vec![unit("best", "10")]]);
    // The journal ends where the request is about to leave, or has left.
    world.provision(&wish).await;
    let rows = world.store.rows();
    let sending = rows
        .iter()
        .position(|row| row.draft.body.contains("\"sending\""))
        .unwrap();
    for (kept, made, expected) in [
        (sending, false, Stage::Released),
        (sending + 1, false, Stage::Unknown),
        (sending + 1, true, Stage::Ready),
    ] {
        let nobody = || Arc::new(Scripted::new(Vec::new(), world.clock.clone()));
        let after = World {
            store: MemoryStore::of(rows[..kept].to_vec()),
            broker: if made { world.broker.clone() } else { nobody() },
            clock: world.clock.clone(),
        };
        after.engine().reconcile(Duration::from_secs(60)).await.unwrap();
        let engine = after.engine();
        let stages: Vec<Stage> = engine.state().attempts.values().map(|one| one.stage).collect();
        assert_eq!(stages, [expected], "{kept} {made}");
    }
}

#[test]
fn time_begins_at_a_moment_that_can_be_written() {
    let clock = SteppedClock::default();
    assert!(clock.wall_in(Duration::ZERO) > Timestamp::UNIX_EPOCH);
}
