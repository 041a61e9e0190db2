//! A machine that is let run longer while another is ordered under the same budget: whichever comes first, the other must
//! count it. The turn to send keeps two launches apart, and not this; only a cap that is checked in the transaction that
//! sets the money aside holds.

use gpu_broker_sandbox::Broker;

use super::super::plan::{end, parts, provision, recover};
use super::super::point::{Point, stop_at};
use super::super::promise;
use super::super::room::Room;
use super::{in_halves, within, worst};
use crate::dice::Dice;

/// As long as a quote is for, so that as long again costs as much again.
const HOURS: [&str; 4] = ["--hours", "24", "--max-duration", "24h"];
const AGAIN: &str = "24h";

/// Whether the launch stood where it should while the other was let run longer.
pub(super) fn run(room: &mut Room, broker: Broker, dice: &mut Dice) -> bool {
    let mut launch = provision(room, broker);
    launch.extend(HOURS.map(str::to_owned));
    let Some(worst) = worst(room, &launch) else {
        return false;
    };
    // Of two machines and as much again for one, the budget holds all, or all but one.
    let (halves, holds_all) = dice.pick(&[(5, false), (7, true)]);
    launch.extend(["--budget".to_owned(), in_halves(worst, halves)]);
    let words = parts(&launch);
    let first = room.run(&words);
    let Some(id) = promise::ours(&room.ledger()).next().map(|live| live.id.clone()) else {
        room.breach("S11", format!("nothing was launched; {}", first.told()));
        return false;
    };
    let place = dice.pick(&["before-reserve", "after-reserve"]);
    let Ok(stopped) = stop_at(room, &words, Point::At(place)) else {
        return false;
    };
    let longer = room.start(&["extend", &id, "--by", AGAIN, "--yes"], None);
    let longer = room.finish_beside(longer);
    let second = stopped.go(room);
    let second = room.finish_beside(second);
    // Whoever set the money aside first has it.
    let refused = Some(5);
    let (of_longer, of_second) = match (holds_all, place) {
        (true, _) => (Some(0), Some(0)),
        (false, "before-reserve") => (Some(0), refused),
        (false, _) => (refused, Some(0)),
    };
    for (ended, expected) in [(longer, of_longer), (second, of_second)] {
        if ended.status != expected {
            let what = format!(
                "at {place} with {halves} halves it should end with {expected:?}; {}",
                ended.told()
            );
            room.breach("I3", what);
        }
    }
    let allowed = if of_second == refused { 1 } else { 2 };
    within(room, allowed);
    recover(room);
    within(room, allowed);
    end(room);
    true
}
