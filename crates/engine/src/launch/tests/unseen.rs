//! Machines that their broker's own listing leaves out, or shows as ended.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A machine that runs, and was listed.
async fn running(list: List, change: impl FnOnce(&Scripted)) -> World {
    let world = World::new(vec![Answer::Made]);
    world.provision(&wish(vec![vec![unit("best", "10")]])).await;
    world.engine().reconcile(MINUTE).await.unwrap();
    assert!(world.engine().state().is_settled());
    change(&world.broker);
    world.broker.list_as(list);
    world
}

fn only(world: &World) -> super::super::state::Attempt {
    world.engine().state().attempts.values().next().unwrap().clone()
}

#[tokio::test]
async fn one_look_shows_that_a_machine_is_in_doubt() {
    let unchanged: fn(&Scripted) = |_| {};
    for (name, list, change, doubted) in [
        ("left out, and there when asked for", List::Empty, unchanged, false),
        ("left out, and ended", List::Empty, Scripted::end_elsewhere, true),
        ("left out, and unknown", List::Whole, Scripted::forget, true),
        ("listed as ended", List::Whole, Scripted::end_elsewhere, true),
        ("not listed, because that failed", List::Fails, Scripted::forget, false),
        ("perhaps on another page", List::Short, Scripted::forget, false),
    ] {
        let world = running(list, change).await;
        world.engine().look_around().await.unwrap();
        let attempt = only(&world);
        assert_eq!((attempt.stage, attempt.is_doubted()), (Stage::Ready, doubted), "{name}");
        assert_eq!(world.engine().state().is_settled(), !doubted, "{name}");
        // Until that is settled it counts, and costs.
        assert!(attempt.cost.is_none(), "{name}");
    }
}

#[tokio::test]
async fn what_the_broker_says_of_it_settles_it() {
    let end: fn(&Scripted) = Scripted::end_elsewhere;
    for (name, list, change, within, expected) in [
        (
            "ended, in too short a time",
            List::Empty,
            end,
            Duration::from_secs(1),
            Stage::Ready,
        ),
        ("ended", List::Empty, end, MINUTE, Stage::Gone),
        ("listed as ended", List::Whole, end, MINUTE, Stage::Gone),
        // Not found is no proof, however often it is said.
        ("unknown", List::Whole, Scripted::forget, 60 * MINUTE, Stage::Ready),
    ] {
        let world = running(list, change).await;
        world.engine().reconcile(within).await.unwrap();
        let attempt = only(&world);
        assert_eq!(attempt.stage, expected, "{name}");
        assert_eq!(world.engine().state().is_settled(), expected == Stage::Gone, "{name}");
    }
}

#[tokio::test]
async fn a_person_can_vouch_for_the_end_of_one_that_nobody_knows() {
    let world = running(List::Whole, Scripted::forget).await;
    let key = only(&world).key;
    // Not as long as nothing speaks against it.
    assert!(world.engine().vouch_absent(&key).is_err());
    world.engine().look_around().await.unwrap();
    world.engine().vouch_absent(&key).unwrap();
    let gone = only(&world);
    assert_eq!(gone.stage, Stage::Gone);
    assert!(gone.cost.is_some_and(|cost| !cost.is_zero()));
    // The listing that lacks it is whole again.
    let shown = world.engine().look_around().await.unwrap();
    assert!(shown.iter().all(|one| one.whole));
    assert!(world.engine().state().is_settled());
}

#[tokio::test]
async fn reconcile_waits_for_what_is_under_way() {
    let world = World::new(vec![Answer::LostLate(90)]);
    world.broker.stranger("somebody-elses");
    let wish = Wish {
        resolve_for: Duration::ZERO,
        ..wish(vec![vec![unit("best", "10")]])
    };
    assert_eq!(world.provision(&wish).await.end, End::Unknown);
    for (within, expected) in [(Duration::from_secs(30), Stage::Unknown), (2 * MINUTE, Stage::Ready)] {
        let before = world.clock.now_ms();
        world.engine().reconcile(within).await.unwrap();
        assert_eq!(only(&world).stage, expected);
        let took = Duration::from_millis(world.clock.now_ms() - before);
        assert!(took <= within + Duration::from_secs(1), "{took:?}");
    }
}
