//! A process that is killed at any moment: what it said is on disk is on disk.

use std::time::Duration;

use super::child::{Said, Worker};
use super::*;

#[test]
fn no_row_that_was_acknowledged_is_lost() {
    let room = Room::new("killed");
    let mut dice = Dice(0x00c0_ffee);
    let mut rows: Vec<Row> = Vec::new();
    let mut acknowledged = 0;
    for kill in 0..cases().div_ceil(3) * 2 {
        let mut worker = Worker::start(&room, None);
        let mut last = 0;
        let mut hear = |worker: &mut Worker| match worker.next() {
            Some(Said::Added(seq)) => {
                last = seq;
                acknowledged += 1;
                true
            }
            None => false,
            other => panic!("kill {kill}: {other:?}"),
        };
        // Killed while it begins, or in the middle of any of its rows.
        for _ in 0..dice.below(12) {
            hear(&mut worker);
        }
        let moment = u64::try_from(dice.below(3000)).unwrap();
        std::thread::sleep(Duration::from_micros(moment));
        worker.kill();
        while hear(&mut worker) {}
        drop(worker);

        if !SqliteJournal::exists(&room.0).unwrap() {
            assert_eq!(last, 0, "kill {kill}");
            continue;
        }
        let found = room.open(Mode::Read).unwrap().read_after(0).unwrap();
        assert!(
            found.len() >= usize::try_from(last).unwrap(),
            "kill {kill}: a row is lost"
        );
        assert!(found.starts_with(&rows), "kill {kill}: rows changed");
        rows = found;
    }
    assert!(acknowledged > 0);
    harmless(&room, &rows).unwrap();
}
