//! S6: two planners at once over one data folder, one of which may be killed,
//! with a budget that lets both launch, or one, or none.

use std::time::Duration;

use gpu_broker_core::number::Exact;
use gpu_broker_sandbox::Broker;
use serde_json::Value;

use super::plan::{end, invite, parts, provision, recover};
use super::process::Ended;
use super::promise;
use super::room::Room;
use crate::dice::Dice;

/// How long two launches, one after the other, take.
const USUALLY_MS: usize = 700;

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Race(pub(super) u32);

impl Race {
    /// All 500.
    pub(super) fn all() -> Vec<Self> {
        (0..500).map(Self).collect()
    }

    pub(super) fn word(self) -> String {
        format!("s6/{}", self.0)
    }

    fn broker(self) -> Broker {
        if self.0.is_multiple_of(2) {
            Broker::Prime
        } else {
            Broker::Spheron
        }
    }

    pub(super) fn run(self, room: &mut Room) -> bool {
        let mut dice = Dice::new(0x56_0000 + u64::from(self.0));
        invite(room, self.broker());
        let plain = provision(room, self.broker());
        let Some(worst) = worst(room, &plain) else {
            return false;
        };
        // In halves of what one launch may cost: none, one just, one, two.
        let halves = dice.pick(&[1, 2, 3, 4, 5]);
        let budget = worst.times_count(halves).and_then(|sum| sum.over(Exact::whole(2)));
        let budget = budget.expect("few digits").to_string();
        let mut launch = plain.clone();
        launch.extend([dice.pick(&["--budget", "--budget", "--max-total"]).to_owned(), budget]);
        // A cap on each launch lets both have one; a budget is of both.
        let together = launch.contains(&"--budget".to_owned());
        let allowed = match (together, halves) {
            (true, _) => halves / 2,
            (false, 1) => 0,
            (false, _) => 2,
        };
        let others: [&[&str]; 4] = [
            &parts(&launch),
            &parts(&launch),
            &["reconcile", "--within", "4s"],
            &["terminate", "--all", "--yes", "--within", "5s"],
        ];
        let other = dice.pick(&others);
        let both = run_both(room, &mut dice, &parts(&launch), other);
        refused_only_with_reason(room, &both, halves);
        within(room, allowed);
        recover(room);
        within(room, allowed);
        end(room);
        true
    }
}

/// The most that one launch may cost, as planner says before it is one.
fn worst(room: &mut Room, plain: &[String]) -> Option<Exact> {
    let words = [parts(plain), vec!["--dry-run", "-o", "json"]].concat();
    let process = room.start(&words, None);
    let told = room.finish_beside(process);
    let said: Option<Value> = serde_json::from_str(&told.out).ok();
    let worst = said
        .as_ref()
        .and_then(|said| said["planned"][0]["worst"].as_str()?.parse().ok());
    if worst.is_none() {
        room.breach(
            "S11",
            format!("a dry run does not say what a launch may cost; {}", told.told()),
        );
    }
    worst
}

/// Starts both, and kills one of them every other time.
fn run_both(room: &mut Room, dice: &mut Dice, first: &[&str], second: &[&str]) -> [Ended; 2] {
    let killed = dice.pick(&[None, None, Some(0), Some(1)]);
    let after = Duration::from_millis(u64::try_from(dice.below(USUALLY_MS)).unwrap_or_default());
    let apart = Duration::from_millis(u64::try_from(dice.pick(&[0, 0, 3, 30, 150])).unwrap_or_default());
    let one = room.start(first, None);
    std::thread::sleep(apart);
    let two = room.start(second, None);
    let mut both = [one, two];
    if let Some(at) = killed {
        both[at].until(after, |_| false);
        both[at].kill();
    }
    both.map(|process| room.finish_beside(process))
}

/// More machines at once than the budget holds, and none that was refused for
/// another reason.
fn within(room: &mut Room, allowed: u64) {
    let most = promise::most_at_once(&room.ledger(), |_| true);
    if most > allowed {
        room.breach(
            "I3",
            format!("{most} machines lived at once, and the cap holds {allowed}"),
        );
    }
}

fn refused_only_with_reason(room: &mut Room, both: &[Ended; 2], halves: u64) {
    for ended in both.iter().filter(|ended| ended.words.starts_with("provision")) {
        // A launch of its own is refused only where the cap is too low for one,
        // somebody else has used it up, or its machine was ended meanwhile.
        let undone = ended.err.contains("somebody asked");
        if ended.status == Some(5) && halves >= 4 && !undone {
            room.breach(
                "S11",
                format!("it was refused, and the cap holds both; {}", ended.told()),
            );
        }
        if ended.status == Some(0) && halves < 2 {
            room.breach(
                "I3",
                format!("it was launched, and the cap is too low; {}", ended.told()),
            );
        }
    }
}
