//! A disk that takes nothing more: machines are seen and ended, and none is ordered (F31, F32).

use super::*;
use crate::journal::{JournalError, MemoryJournal, Row, SpareJournal, Work};

/// Rows in memory, to which so many transactions can add.
#[derive(Debug)]
struct Full {
    rows: MemoryJournal,
    room: usize,
}

impl Journal for Full {
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError> {
        self.rows.read_after(seq)
    }

    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError> {
        let mut full = false;
        let added = self.rows.transact(seq, &mut |rows| {
            let drafts = work(rows)?;
            full = self.room == 0 && !drafts.is_empty();
            self.room -= usize::from(self.room > 0 && !drafts.is_empty());
            if full { Err(String::new()) } else { Ok(drafts) }
        });
        if full {
            return Err(JournalError::Unwritable("the disk is full".to_owned()));
        }
        added
    }
}

fn full(world: &World, room: usize) -> Engine {
    world.engine_over(SpareJournal::over(Full {
        rows: world.store.open(),
        room,
    }))
}

#[tokio::test]
async fn machines_end_and_whoever_looks_later_finds_that() {
    let mut lost = 0;
    for room in 0..8 {
        let world = World::new(vec![Answer::Made]);
        let report = world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        let keys = vec![report.attempts[0].key.clone()];
        let mut engine = full(&world, room);
        engine.look_around().await.unwrap();
        assert_eq!(engine.state().attempts[&keys[0]].stage, Stage::Ready, "{room}");
        engine.terminate(&keys, Duration::from_secs(180)).await.unwrap();
        let ended = &engine.state().attempts[&keys[0]];
        assert_eq!(ended.stage, Stage::Gone, "{room}");
        assert!(ended.was_asked_to_end() && engine.is_noted(&keys[0]), "{room}");
        assert_eq!(world.broker.alive(), 0, "{room}");
        let is_lost = engine.unkept().is_some();
        drop(engine);
        lost += usize::from(is_lost);
        let stage = |engine: &Engine| engine.state().attempts[&keys[0]].stage;
        assert_eq!(stage(&world.engine()) == Stage::Gone, !is_lost, "{room}");
        // There is room again.
        world.engine().reconcile(Duration::from_secs(180)).await.unwrap();
        let engine = world.engine();
        assert_eq!(stage(&engine), Stage::Gone, "{room}");
        assert!(engine.state().is_settled(), "{room}");
    }
    assert!((1..8).contains(&lost), "{lost}");
}

#[tokio::test]
async fn nothing_is_ordered_unless_its_row_is_kept() {
    let mut sent = 0;
    for room in 0..8 {
        let world = World::new(vec![Answer::Made]);
        let mut engine = full(&world, room);
        let _ = engine.provision(&wish(vec![vec![unit("best", "10")]])).await;
        let posts = world.broker.posts();
        sent += posts;
        let kept: Vec<String> = world.store.rows().into_iter().map(|row| row.draft.body).collect();
        let intended = kept.iter().any(|body| body.contains("sending"));
        assert_eq!(posts > 0, intended, "{room}: {kept:#?}");
        // Whatever was made is found by its name.
        drop(engine);
        world.engine().reconcile(Duration::from_secs(180)).await.unwrap();
        let engine = world.engine();
        let alive = engine
            .state()
            .attempts
            .values()
            .filter(|one| one.stage.is_alive())
            .count();
        assert_eq!(alive, world.broker.alive(), "{room}");
    }
    assert!((1..8).contains(&sent), "{sent}");
}

#[tokio::test]
async fn what_the_journal_has_no_row_of_is_left_alone() {
    for room in [0, 8] {
        let mut world = World::new(vec![Answer::Made]);
        world.provision(&wish(vec![vec![unit("best", "10")]])).await;
        // The journal is lost, the machine is not.
        world.store = MemoryStore::default();
        let mut engine = full(&world, room);
        engine.look_around().await.unwrap();
        let orphan = engine.state().attempts.values().next().unwrap();
        assert_eq!(orphan.stage, Stage::Orphan, "{room}");
        let keys = vec![orphan.key.clone()];
        assert_eq!(engine.is_noted(&keys[0]), room > 0);
        engine.terminate(&keys, Duration::from_secs(180)).await.unwrap();
        assert_eq!(world.broker.alive() == 0, room > 0);
        assert_eq!(world.broker.deletes() > 0, room > 0);
    }
}
