//! How machines end, and which are asked to.

use super::*;
use crate::launch::state::Attempt;

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
async fn a_minimum_runtime_that_is_over_in_time_is_waited_for() {
    let check = async |early: u64, within: u64, expected: Stage, deletes: usize| {
        let name = format!("too early for {early} s, within {within} s");
        let world = World::new(vec![Answer::Made]);
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        let keys = vec![report.attempts[0].key.clone()];
        let began = world.clock.now_ms();
        world.broker.delete_as(Delete::EarlyUntil(began + early * 1000));
        world
            .engine()
            .terminate(&keys, Duration::from_secs(within))
            .await
            .unwrap();
        assert_eq!(only(&world.engine()).stage, expected, "{name}");
        assert_eq!(world.broker.deletes(), deletes, "{name}");
        let took = Duration::from_millis(world.clock.now_ms() - began).as_secs();
        assert!(took <= within + 1, "{name}: {took} s");
        // What cannot end in the time is told at once.
        assert_eq!(took >= early, expected == Stage::Gone, "{name}: {took} s");
        assert_eq!(world.broker.alive() == 0, expected == Stage::Gone, "{name}");
    };
    check(90, 300, Stage::Gone, 2).await;
    check(90, 60, Stage::Blocked, 1).await;
    check(0, 300, Stage::Gone, 1).await;
    check(3600, 300, Stage::Blocked, 1).await;
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
    world.engine().extend(&key, later, None).unwrap();
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

/// The one attempt of a launch.
fn only(engine: &Engine) -> &Attempt {
    let mut attempts = engine.state().attempts.values();
    match (attempts.next(), attempts.next()) {
        (Some(one), None) => one,
        other => panic!("not one attempt: {other:?}"),
    }
}

#[tokio::test]
async fn only_what_its_broker_shows_under_our_name_is_asked_to_end() {
    // A machine that must end at once, of which only the answer told.
    for (get, list, asked) in [
        (Get::Works, List::Whole, true),
        (Get::Works, List::Empty, true),
        (Get::Absent, List::Whole, true),
        (Get::Fails, List::Whole, true),
        (Get::Fails, List::Fails, false),
        (Get::Fails, List::Empty, false),
        (Get::Nameless, List::Empty, false),
    ] {
        let name = format!("{get:?} {list:?}");
        let world = World::new(vec![Answer::Dearer]);
        world.broker.get_as(get);
        world.broker.list_after_post(list);
        world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        world.engine().reconcile(Duration::from_secs(300)).await.unwrap();
        assert_eq!(world.broker.deletes() > 0, asked, "{name}");
        if asked {
            assert_eq!(world.broker.alive(), 0, "{name}");
            continue;
        }
        // It is held, with its money, and after a while loudly.
        let engine = world.engine();
        assert_eq!(only(&engine).stage, Stage::Ending, "{name}");
        assert!(only(&engine).note.contains("whether it is ours is not known"), "{name}");
        drop(engine);
        world.engine().watch(Duration::from_secs(2_000)).await.unwrap();
        let engine = world.engine();
        assert_eq!(only(&engine).stage, Stage::Blocked, "{name}");
        assert!(
            only(&engine).stage.is_reserved() && !engine.state().is_settled(),
            "{name}"
        );
        assert_eq!((world.broker.deletes(), world.broker.alive()), (0, 1), "{name}");
        // Once its broker shows it, it ends.
        world.broker.list_as(List::Whole);
        world.engine().watch(Duration::from_secs(900)).await.unwrap();
        assert_eq!(only(&world.engine()).stage, Stage::Gone, "{name}");
        assert_eq!(world.broker.alive(), 0, "{name}");
    }
}

#[tokio::test]
async fn what_is_never_shown_is_held_whatever_was_asked() {
    for strict in [false, true] {
        let mut world = World::new(vec![Answer::Made]);
        world.settings.strict = strict;
        world.broker.get_as(Get::Absent);
        world.broker.list_after_post(List::Empty);
        world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        // Its broker is given a minute to show it.
        let keys = vec![only(&world.engine()).key.clone()];
        world.engine().terminate(&keys, Duration::from_secs(30)).await.unwrap();
        assert_eq!((world.broker.deletes(), world.broker.alive()), (0, 1), "{strict}");
        world.engine().watch(Duration::from_secs(2_000)).await.unwrap();
        assert_eq!(world.broker.deletes() > 0, !strict);
        let engine = world.engine();
        let held = [Stage::Ending, Stage::Blocked];
        assert!(held.contains(&only(&engine).stage), "{:?}", only(&engine).stage);
        assert!(only(&engine).stage.is_reserved() && !engine.state().is_settled());
        world.broker.list_as(List::Whole);
        world.engine().watch(Duration::from_secs(900)).await.unwrap();
        assert_eq!(only(&world.engine()).stage, Stage::Gone, "{strict}");
        assert_eq!(world.broker.alive(), 0, "{strict}");
    }
}

#[tokio::test]
async fn a_person_may_end_by_its_id_what_no_broker_shows() {
    let world = World::new(vec![Answer::Made]);
    world.broker.get_as(Get::Fails);
    world.broker.list_after_post(List::Empty);
    world.provision(&wish(vec![vec![unit("best", "10")]])).await;
    let keys = vec![only(&world.engine()).key.clone()];
    let end = async |claimed: bool| {
        let mut engine = world.engine();
        if claimed {
            engine.claim(&keys[0]).unwrap();
        }
        engine.terminate(&keys, Duration::from_secs(60)).await.unwrap();
        (world.broker.deletes() > 0, world.broker.alive(), only(&engine).stage)
    };
    assert_eq!(end(false).await, (false, 1, Stage::Ending));
    // It ends, and is not believed to be gone before a list says so.
    assert_eq!(end(true).await, (true, 0, Stage::Ending));
    world.broker.list_as(List::Whole);
    world.engine().watch(Duration::from_secs(900)).await.unwrap();
    assert_eq!(only(&world.engine()).stage, Stage::Gone);
}

#[tokio::test]
async fn an_answer_that_names_somebody_elses_machine_takes_nothing_from_them() {
    for (get, claimed) in [(Get::Works, false), (Get::Works, true), (Get::Absent, true)] {
        let world = World::new(vec![Answer::OthersId]);
        world.broker.get_as(get);
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        let keys = vec![report.attempts[0].key.clone()];
        let mut engine = world.engine();
        if get == Get::Absent {
            // A look puts it right before anybody asks.
            engine.reconcile(Duration::from_secs(60)).await.unwrap();
            assert_eq!(only(&engine).stage, Stage::Ready);
        }
        if claimed {
            engine.claim(&keys[0]).unwrap();
        }
        engine.terminate(&keys, Duration::from_secs(300)).await.unwrap();
        assert!(world.broker.spares_strangers(), "{get:?} {claimed}");
        assert_eq!(world.broker.alive(), 0, "{get:?} {claimed}");
        engine.watch(Duration::from_secs(300)).await.unwrap();
        assert_eq!(only(&engine).stage, Stage::Gone, "{get:?} {claimed}");
    }
}
