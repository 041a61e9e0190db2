//! S4: killed at any time, with a fault or without one.

use std::time::{Duration, Instant};

use gpu_broker_sandbox::Broker;

use super::books::Books;
use super::plan::{FAULTS, end, invite, parts, provision, recover};
use super::room::Room;
use crate::dice::Dice;

/// How long a launch or an end takes when nothing goes wrong, and somewhat
/// more: kills come at any time of it.
const USUALLY: Duration = Duration::from_millis(450);
/// How often a command is started that is done before it is killed.
const TRIES: usize = 12;

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chance(pub(super) u32);

impl Chance {
    /// All 2,000.
    pub(super) fn all() -> Vec<Self> {
        (0..2_000).map(Self).collect()
    }

    pub(super) fn word(self) -> String {
        format!("s4/{}", self.0)
    }

    fn dice(self) -> Dice {
        Dice::new(0x54_0000 + u64::from(self.0))
    }

    fn broker(self) -> Broker {
        if self.0.is_multiple_of(2) {
            Broker::Prime
        } else {
            Broker::Spheron
        }
    }

    /// Every other run, nothing goes wrong but the kill.
    pub(super) fn faults(self) -> Vec<String> {
        let mut dice = self.dice();
        if dice.percent(50) {
            return Vec::new();
        }
        let fault = dice.pick(&FAULTS);
        vec![format!("{}:{fault}", self.broker().name())]
    }

    /// Whether it was killed while it ran.
    pub(super) fn run(self, room: &mut Room) -> bool {
        let mut dice = self.dice();
        for _ in 0..8 {
            dice.roll();
        }
        invite(room, self.broker());
        let mut words = provision(room, self.broker());
        if dice.percent(25) {
            words.extend(["--count".to_owned(), "2".to_owned()]);
        }
        let mut hit = kill(room, &mut dice, &parts(&words));
        if dice.percent(40) {
            hit &= kill(room, &mut dice, &["reconcile", "--within", "4s"]);
        }
        recover(room);
        if dice.percent(60) {
            hit &= kill(room, &mut dice, &["terminate", "--all", "--yes", "--within", "5s"]);
            recover(room);
        }
        end(room);
        hit
    }
}

/// Kills a command at any time of all that it takes: one that was done before is started again, and killed within the
/// time that it took. Whether it was hit while it ran.
fn kill(room: &mut Room, dice: &mut Dice, words: &[&str]) -> bool {
    let mut within = USUALLY;
    for _ in 0..TRIES {
        let most = usize::try_from(within.as_micros()).unwrap_or_default().max(1);
        let after = Duration::from_micros(u64::try_from(dice.below(most)).unwrap_or_default());
        let before = room.books();
        let start = Instant::now();
        let mut process = room.start(words, None);
        process.until(after, |_| false);
        let took = start.elapsed();
        process.kill();
        let killed = room.finish(process).signal.is_some();
        // What it had noted must still be there.
        kept(room, &before);
        if killed {
            return true;
        }
        within = within.min(took);
    }
    false
}

/// Rows that were read once are there for good.
pub(super) fn kept(room: &mut Room, before: &Books) {
    let after = room.books();
    if !after.bodies.starts_with(&before.bodies) {
        let (was, is) = (before.rows, after.rows);
        room.breach("R15", format!("rows were lost or changed: {was} before, {is} after"));
    }
}
