//! S5: a journal that was damaged or cannot be written. Either it makes no
//! difference, or nothing is sent and a person is told what to do.

use std::path::PathBuf;

use gpu_broker_sandbox::Broker;

use super::books::Books;
use super::chance::kept;
use super::damage::{self, Damage, HAND_MADE};
use super::plan::{self, end, invite, is_in_order, parts, provision, recover, until_done};
use super::point::{Point, stop_at};
use super::process::Ended;
use super::promise;
use super::relay::Op;
use super::room::Room;
use crate::dice::Dice;

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    damage: Damage,
    number: u32,
}

/// How many of each.
const COUNTS: [(Damage, &str, u32); 5] = [
    (Damage::Flip, "flip", 300),
    (Damage::Cut, "cut", 100),
    (Damage::Full, "full", 50),
    (Damage::Fail, "fail", 50),
    (Damage::HandMade, "made", 40),
];

impl Broken {
    /// All 540.
    pub(super) fn all() -> Vec<Self> {
        let each = |(damage, _, count)| (0..count).map(move |number| Self { damage, number });
        COUNTS.into_iter().flat_map(each).collect()
    }

    pub(super) fn word(self) -> String {
        let word = COUNTS.iter().find(|(damage, ..)| *damage == self.damage);
        let word = word.map_or("", |(_, word, _)| word);
        match self.hand_made() {
            Some(name) => format!("s5/{word}/{name}/{}", self.number),
            None => format!("s5/{word}/{}", self.number),
        }
    }

    fn hand_made(self) -> Option<&'static str> {
        let at = usize::try_from(self.number).ok()? / 2;
        (self.damage == Damage::HandMade).then(|| HAND_MADE[at])
    }

    fn broker(self) -> Broker {
        if self.number.is_multiple_of(3) {
            Broker::Spheron
        } else {
            Broker::Prime
        }
    }

    /// Whether the damage could be done.
    pub(super) fn run(self, room: &mut Room) -> bool {
        invite(room, self.broker());
        match self.damage {
            Damage::Full | Damage::Fail => self.fails(room),
            Damage::Flip | Damage::Cut | Damage::HandMade => {
                self.is_damaged(room);
                true
            }
        }
    }

    /// Writing fails while machines are launched.
    fn fails(self, room: &mut Room) -> bool {
        let Some(before) = damage::failing(self.damage, self.number) else {
            return false;
        };
        let words = provision(room, self.broker());
        let process = room.start_in(&before, &parts(&words), None);
        let ended = room.finish_beside(process);
        match ended.status {
            Some(0 | 7) => promise::claimed(room, &ended),
            Some(_) => helps(room, &ended),
            None => room.breach("S11", format!("it ends by a signal; {}", ended.told())),
        }
        let books = room.books();
        promise::written_ahead(room, &books);
        // The disk is fine again.
        recover(room);
        kept(room, &books);
        end(room);
        true
    }

    /// A journal with machines in it is damaged between two commands.
    fn is_damaged(self, room: &mut Room) {
        let mut dice = Dice::new(0x55_0000 + u64::from(self.number));
        let words = provision(room, self.broker());
        let words = parts(&words);
        let old = self.some_time_ago(room, &words);
        // Every other time it was closed in order, or its process was killed.
        if self.number.is_multiple_of(2) {
            room.run(&words);
        } else if let Ok(stopped) = stop_at(room, &words, Point::At("outcome-noted")) {
            stopped.kill(room);
        }
        let (data, before) = (room.data(), room.books());
        match self.hand_made() {
            Some(name) => damage::by_hand(&data, name, &old, &old),
            None => damage::by_chance(&data, self.damage, &mut dice),
        }
        let sent = creates(room);
        let process = room.start(&words, None);
        let ended = room.finish_beside(process);
        damage::close(&data);
        let harmless = Books::read(&data).is_ok_and(|books| books.bodies.starts_with(&before.bodies));
        let is_rolled_back = self.hand_made() == Some("old-folder");
        if creates(room) > sent && !harmless && !is_rolled_back {
            room.breach("R1", format!("a request left with a broken journal; {}", ended.told()));
        }
        // A busy machine may take longer to start than is waited for.
        if matches!(ended.status, Some(0 | 7)) {
            // What a whole old copy of the folder knows nothing of is found.
            goes_on(room, is_rolled_back);
            return;
        }
        helps(room, &ended);
        // Without the identity nobody knows which machines are ours.
        if !self.hand_made().is_some_and(|name| name.starts_with("identity")) {
            found_again(room);
        }
    }

    /// The folder as it was before the last launch.
    fn some_time_ago(self, room: &mut Room, words: &[&str]) -> PathBuf {
        let old = room.aside();
        if self.damage == Damage::HandMade {
            room.run(words);
            damage::copy(&room.data(), &old);
        }
        old
    }
}

fn goes_on(room: &mut Room, is_rolled_back: bool) {
    if is_rolled_back {
        found_again(room);
    } else {
        recover(room);
        end(room);
    }
}

/// Everything is found again by its name, and ended.
fn found_again(room: &mut Room) {
    let data = room.data();
    let sound = data.join("journal.db").exists() && Books::read(&data).is_ok();
    let mut words = vec!["reconcile", "--within", "4s", "--from-tags"];
    if sound {
        words.pop();
    }
    let known = |room: &mut Room| {
        let books = Books::read(&room.data()).unwrap_or_default();
        let ledger = room.ledger();
        promise::ours(&ledger).all(|live| books.of(&live.id).is_some())
    };
    let ended = {
        let process = room.start(&words, None);
        room.finish_beside(process)
    };
    if !matches!(ended.status, Some(0 | 7)) || !known(room) {
        room.breach(
            "I2",
            format!("without the journal, not all is found again; {}", ended.told()),
        );
        return;
    }
    let words = ["reconcile", "--terminate-orphans", "--yes", "--within", "5s"];
    let ended = until_done(room, &words, is_in_order);
    let words = ["terminate", "--all", "--yes", "--within", "5s"];
    if !ended || !until_done(room, &words, is_in_order) {
        room.breach("I6", "what was found again is not ended".to_owned());
    }
    plan::nothing_lives(room);
}

/// A refusal says what is wrong and what to do.
fn helps(room: &mut Room, ended: &Ended) {
    let text = ended.err.trim();
    let says_what = ["journal", "identity", "folder", "disk", "write", "lock"]
        .iter()
        .any(|word| text.contains(word));
    let says_how = text.contains("; ") || text.contains("hint:");
    if !matches!(ended.status, Some(1 | 5)) || !says_what || !says_how {
        room.breach(
            "S11",
            format!("it does not say what is wrong and what to do; {}", ended.told()),
        );
    }
}

/// Requests to launch, as the relay counted them.
fn creates(room: &Room) -> usize {
    room.relay.seen().iter().filter(|seen| seen.op == Op::Create).count()
}
