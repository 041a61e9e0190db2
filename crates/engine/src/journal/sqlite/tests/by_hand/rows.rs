//! Rows and layouts that were changed with SQL.

use super::*;
use crate::journal::chain;

/// Runs statements on a journal whose own defences were taken off, and puts them on again.
fn forged(statements: &'static str) -> impl Fn(&Room) {
    move |room| {
        let connection = Connection::open(room.file(NAME)).unwrap();
        connection
            .execute_batch(
                "DROP TRIGGER event_in_order; DROP TRIGGER event_is_not_changed; DROP TRIGGER event_is_not_removed;",
            )
            .unwrap();
        connection.execute_batch(statements).unwrap();
        for (name, statement) in schema::STATEMENTS {
            if *name != "event" {
                connection.execute_batch(statement).unwrap();
            }
        }
    }
}

#[test]
fn rows_that_were_changed_with_sql() {
    let Founds { closed, killed, .. } = Founds::new("rows");
    let room = Room::new("rows");
    let check = |statements: &'static str, said: &'static str| {
        for kept in [&closed, &killed] {
            check(&room, statements, kept, &forged(statements), Refused(said));
        }
    };
    check(
        "DELETE FROM event WHERE seq = 12",
        "row 12 of the journal is damaged: it was written and is gone",
    );
    check(
        "DELETE FROM event WHERE seq > 5",
        "row 6 of the journal is damaged: it was written and is gone",
    );
    check(
        "DELETE FROM event",
        "row 1 of the journal is damaged: it was written and is gone",
    );
    check(
        "DELETE FROM event WHERE seq = 6",
        "row 6 of the journal is damaged: a row is missing",
    );
    check(
        "DELETE FROM event WHERE seq = 1",
        "row 1 of the journal is damaged: a row is missing",
    );
    check(
        "UPDATE event SET seq = 13 WHERE seq = 12",
        "row 12 of the journal is damaged: a row is missing",
    );
    check(
        "UPDATE event SET seq = 99 WHERE seq = 3; UPDATE event SET seq = 3 WHERE seq = 4; UPDATE event SET seq = 4 WHERE seq = 99",
        "row 3 of the journal is damaged",
    );
    for column in [
        "body = 'nothing'",
        "body = body || ' '",
        "wall = '2026-11-22T09:30:00.123456788Z'",
        "wall = 'yesterday'",
        "up_ms = up_ms + 1",
        "boot = ''",
        "pid = 0",
        "pid = 4294967296",
        "hash = randomblob(32)",
        "prev_hash = zeroblob(32)",
    ] {
        let statement: &'static str = format!("UPDATE event SET {column} WHERE seq = 7").leak();
        check(statement, "row 7 of the journal is damaged");
    }
}

/// Whoever forges a row can compute its digest: the next one still follows the row that was.
#[test]
fn rows_that_were_forged_with_their_digests() {
    let Founds { closed, .. } = Founds::new("forged");
    let room = Room::new("forged");
    let check = |name: &str, seq: usize, previous: [u8; 32], at: i64, said: &'static str| {
        let mut row = closed.rows[seq - 1].clone();
        row.draft.body = "forged".to_owned();
        let row = chain::next(u64::try_from(at).unwrap(), &previous, row.draft);
        let forge = |room: &Room| {
            let connection = Connection::open(room.file(NAME)).unwrap();
            connection
                .execute_batch("DROP TRIGGER event_in_order; DROP TRIGGER event_is_not_removed")
                .unwrap();
            connection
                .execute(
                    "REPLACE INTO event SELECT ?1, wall, up_ms, boot, pid, 'forged', ?2, ?3 FROM event WHERE seq = ?4",
                    rusqlite::params![at, previous, row.hash, i64::try_from(seq).unwrap()],
                )
                .unwrap();
            for (_, statement) in schema::STATEMENTS.iter().filter(|(name, _)| *name != "event") {
                let _ = connection.execute_batch(statement);
            }
        };
        super::check(&room, name, &closed, &forge, Refused(said));
    };
    let before = |seq: usize| closed.rows[seq - 2].hash;
    check("in the middle", 7, before(7), 7, "row 8 of the journal is damaged");
    check("the last", 12, before(12), 12, "it is not the row that was written");
    check(
        "added to the wrong row",
        12,
        before(12),
        13,
        "row 13 of the journal is damaged",
    );
    check(
        "added to nothing",
        12,
        chain::GENESIS,
        13,
        "row 13 of the journal is damaged",
    );
}

#[test]
fn layouts_that_are_not_ours() {
    let Founds { closed, .. } = Founds::new("layouts");
    let room = Room::new("layouts");
    let check = |statements: &'static str, said: &'static str| {
        let change = |room: &Room| {
            let connection = Connection::open(room.file(NAME)).unwrap();
            connection.execute_batch(statements).unwrap();
        };
        super::check(&room, statements, &closed, &change, Refused(said));
    };
    check("PRAGMA user_version = 2", "newer version (layout 2); use that version");
    check(
        "PRAGMA user_version = 2; DROP TABLE event",
        "newer version (layout 2); use that version",
    );
    check("PRAGMA user_version = 0", "its layout is not the one");
    check("PRAGMA user_version = -1", "its layout is not the one");
    check("PRAGMA application_id = 0", "is something else");
    check("PRAGMA application_id = 1735418475", "is something else");
    check("PRAGMA journal_mode = delete", "not kept with a log");
    check("DROP TABLE event", "its layout is not the one");
    check("DROP TRIGGER event_is_not_changed", "its layout is not the one");
    check("CREATE TABLE more (id INTEGER)", "its layout is not the one");
    check("CREATE INDEX more ON event (pid)", "its layout is not the one");
    check("ALTER TABLE event ADD COLUMN more TEXT", "its layout is not the one");
    check(
        "ALTER TABLE event RENAME COLUMN boot TO start",
        "its layout is not the one",
    );
    check(
        "DROP TABLE event; CREATE TABLE event (seq INTEGER PRIMARY KEY, wall TEXT, up_ms INTEGER, boot TEXT, pid INTEGER, \
         body TEXT, prev_hash BLOB, hash BLOB)",
        "its layout is not the one",
    );
}
