//! What comes of requests to launch.

use super::*;

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
    End::Guarded(String::new().into())
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
