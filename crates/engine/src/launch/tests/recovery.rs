//! What a process finds that comes after another.

use super::*;

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
            settings: world.settings.clone(),
        };
        after.engine().reconcile(Duration::from_secs(60)).await.unwrap();
        let engine = after.engine();
        let stages: Vec<Stage> = engine.state().attempts.values().map(|one| one.stage).collect();
        assert_eq!(stages, [expected], "{kept} {made}");
    }
}
