//! What counts against a budget, whoever ordered it and however long it runs.

use super::*;

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

/// A wish for one machine at 10 per hour, of which a day is set aside.
fn within(budget: &str) -> Wish {
    Wish {
        caps: SpendCaps {
            budget: Some(exact(budget)),
            ..SpendCaps::default()
        },
        ..wish(vec![vec![unit("best", "10")]])
    }
}

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn machines_that_the_journal_lost_count_against_a_budget() {
    // 240 are set aside for another one; the one that was lost costs 10 per hour
    // until the end in its name, or for a day.
    for (ends_in, before, enough, too_little) in [
        (None, HOUR, "490.1", "489.9"),
        (Some(3 * HOUR), HOUR, "270.1", "269.4"),
        (None, 30 * HOUR, "780.1", "779.9"),
        // Its end is past, and it runs on.
        (Some(HOUR), 5 * HOUR, "290.1", "289.9"),
    ] {
        let check = async |budget: &str, allowed: bool| {
            let mut world = World::new(vec![Answer::Made]);
            let first = Wish {
                ends_at: ends_in.map(|time| world.clock.wall_in(time)),
                ..wish(vec![vec![unit("lost", "10")]])
            };
            world.provision(&first).await;
            world.clock.step(before);
            world.store = MemoryStore::default();
            let report = world.provision(&within(budget)).await;
            assert_eq!(report.end == End::Ready, allowed, "{ends_in:?} {budget}: {report:#?}");
            let engine = world.engine();
            let orphan = engine.state().attempts.values().find(|one| one.stage == Stage::Orphan);
            // To keep it does not make it free.
            let (key, id) = orphan
                .map(|one| (one.key.clone(), one.machine.as_ref().unwrap().id.clone()))
                .unwrap();
            world.engine().adopt(&key, &id).await.unwrap();
            let second = world.provision(&within(budget)).await;
            assert!(!allowed || matches!(second.end, End::Guarded(_)), "{second:#?}");
        };
        check(enough, true).await;
        check(too_little, false).await;
    }
}

#[tokio::test]
async fn a_machine_that_runs_on_counts_what_it_has_cost() {
    for (ran, budget, allowed) in [
        (20 * HOUR, "480", true),
        (20 * HOUR, "479", false),
        // Six hours beyond the day that was planned.
        (30 * HOUR, "480", false),
        (30 * HOUR, "539.9", false),
        (30 * HOUR, "540.1", true),
    ] {
        let world = World::new(vec![Answer::Made]);
        world.provision(&wish(vec![vec![unit("first", "10")]])).await;
        world.clock.step(ran);
        let report = world.provision(&within(budget)).await;
        assert_eq!(report.end == End::Ready, allowed, "{ran:?} {budget}: {report:#?}");
    }
}

#[tokio::test]
async fn a_second_machine_of_one_request_counts_until_it_is_gone() {
    let world = World::new(vec![Answer::Twice]);
    world.provision(&wish(vec![vec![unit("first", "10")]])).await;
    world.broker.delete_as(Delete::Fails);
    world.engine().reconcile(Duration::from_secs(20)).await.unwrap();
    let refused = world.provision(&within("719")).await;
    assert!(matches!(refused.end, End::Guarded(_)), "{refused:#?}");
    world.broker.delete_as(Delete::Works);
    world.engine().watch(Duration::from_secs(600)).await.unwrap();
    assert_eq!(world.broker.alive(), 1);
    assert_eq!(world.provision(&within("490")).await.end, End::Ready);
}
