//! S3: killed at each point, with each fault, at each broker, and recovered
//! with the journal or without it.

use std::fs;

use gpu_broker_sandbox::Broker;

use super::books::Books;
use super::plan::{self, FAULTS, end, invite, is_in_order, is_silent, parts, provision, recover, until_done};
use super::point::{FIRST_OF_END, LAST_OF_END, POINTS, Point, stop_at};
use super::promise;
use super::room::{LATE, Room};

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crash {
    pub(super) broker: Broker,
    /// From 1.
    pub(super) point: u8,
    /// Among [`FAULTS`].
    pub(super) fault: usize,
    /// Whether the journal is lost with the process.
    pub(super) lost: bool,
}

impl Crash {
    /// All 2,880.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for broker in [Broker::Prime, Broker::Spheron] {
            for point in 1..=POINTS {
                for fault in 0..FAULTS.len() {
                    all.extend([false, true].map(|lost| Self {
                        broker,
                        point,
                        fault,
                        lost,
                    }));
                }
            }
        }
        all
    }

    pub(super) fn word(self) -> String {
        format!(
            "s3/{}/cp{:02}/{}/{}",
            self.broker.name(),
            self.point,
            plan::short(FAULTS[self.fault]),
            if self.lost { "lost" } else { "kept" }
        )
    }

    /// What goes wrong, for the sandbox.
    pub(super) fn faults(self) -> Vec<String> {
        vec![format!("{}:{}", self.broker.name(), FAULTS[self.fault])]
    }

    /// Whether the answers must come byte by byte: a relay that holds parts of
    /// them has them whole first.
    pub(super) fn is_raw(self) -> bool {
        FAULTS[self.fault].contains("drip") && ![12, 13, 16].contains(&self.point)
    }

    /// Whether it was killed where it should be.
    pub(super) fn run(self, room: &mut Room) -> bool {
        invite(room, self.broker);
        let words = provision(room, self.broker);
        let words = parts(&words);
        let point = Point::of(self.point, self.broker, is_silent(FAULTS[self.fault]));
        let ends = (FIRST_OF_END..=LAST_OF_END).contains(&self.point);
        let placed = if ends {
            // The fault may have kept the first from coming to be.
            let _ = (0..3).any(|_| {
                room.run(&words);
                promise::ours(&room.ledger()).next().is_some()
            });
            // A broker that hangs may outlast the first.
            (0..2).any(|_| kill(room, &["terminate", "--all", "--yes", "--within", "5s"], point))
        } else {
            (0..2).any(|_| kill(room, &words, point))
        };
        if self.lost {
            self.lose(room);
        } else {
            recover(room);
            end(room);
        }
        placed
    }

    /// Loses the journal, and finds everything again by its name.
    fn lose(self, room: &mut Room) {
        let data = room.data();
        let books = room.books();
        promise::written_ahead(room, &books);
        for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
            let _ = fs::remove_file(data.join(name));
        }
        // Every other time, all memory of it goes as well.
        if self.fault.is_multiple_of(2) {
            let _ = fs::remove_file(data.join("journal.witness"));
        }
        // What is late is seen when it is there, and cannot be seen before.
        std::thread::sleep(LATE);
        let known = |room: &mut Room| {
            let books = Books::read(&room.data()).unwrap_or_default();
            let ledger = room.ledger();
            promise::ours(&ledger).all(|live| books.of(&live.id).is_some())
        };
        let mut words = vec!["reconcile", "--from-tags", "--within", "4s"];
        let mut found = false;
        for _ in 0..8 {
            let ended = room.run(&words);
            // Once it is set aside there is a new one.
            if data.join("journal.db").exists() {
                words = vec!["reconcile", "--within", "4s"];
            }
            found = known(room) && matches!(ended.status, Some(0 | 7));
            if found {
                break;
            }
        }
        if !found {
            room.breach("I2", "without the journal, not all machines are found again".to_owned());
        }
        let words = ["reconcile", "--terminate-orphans", "--yes", "--within", "5s"];
        if !until_done(room, &words, is_in_order) {
            room.breach("I6", "orphans are not ended".to_owned());
        }
        let books = room.books();
        promise::at_rest(room, &books, "ending orphans");
        promise::whole(room, &books);
        plan::nothing_lives(room);
    }
}

fn kill(room: &mut Room, words: &[&str], point: Point) -> bool {
    match stop_at(room, words, point) {
        Ok(stopped) => {
            stopped.kill(room);
            true
        }
        Err(_) => false,
    }
}
