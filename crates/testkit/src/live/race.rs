//! S6: two planners at once over one data folder, one of which may be killed,
//! with a budget that lets both launch, or one, or none.

mod extended;

use std::time::{Duration, Instant};

use gpu_broker_core::number::Exact;
use gpu_broker_sandbox::Broker;
use serde_json::Value;

use super::plan::{end, invite, parts, provision, recover};
use super::process::Ended;
use super::promise;
use super::room::Room;
use crate::dice::Dice;

/// One of so many lets a machine run longer while another is ordered.
const EXTENDED_EACH: u32 = 5;

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

    /// Whether both ran at the same time.
    pub(super) fn run(self, room: &mut Room) -> bool {
        let mut dice = Dice::new(0x56_0000 + u64::from(self.0));
        invite(room, self.broker());
        if self.0 % EXTENDED_EACH == EXTENDED_EACH - 1 {
            return extended::run(room, self.broker(), &mut dice);
        }
        let plain = provision(room, self.broker());
        let start = Instant::now();
        let Some(worst) = worst(room, &plain) else {
            return false;
        };
        let looked = start.elapsed();
        // In halves of what one launch may cost: none, one just, one, two.
        let halves = dice.pick(&[1, 2, 3, 4, 5]);
        let budget = in_halves(worst, halves);
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
        let (both, beside) = run_both(room, &mut dice, &parts(&launch), other, looked);
        refused_only_with_reason(room, &both, halves);
        within(room, allowed);
        recover(room);
        within(room, allowed);
        end(room);
        beside
    }
}

/// So many halves of an amount, as a flag takes it.
fn in_halves(amount: Exact, halves: u64) -> String {
    let sum = amount.times_count(halves).and_then(|sum| sum.over(Exact::whole(2)));
    sum.expect("few digits").to_string()
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

/// Starts both, one as much later as it takes to look at the market or less, so that the first is still at it; and kills
/// one of them every other time. Whether both ran at the same time.
fn run_both(room: &mut Room, dice: &mut Dice, first: &[&str], second: &[&str], looked: Duration) -> ([Ended; 2], bool) {
    let killed = dice.pick(&[None, None, Some(0), Some(1)]);
    let share = |dice: &mut Dice, percent: usize| looked * u32::try_from(dice.below(percent)).unwrap_or_default() / 100;
    let mut apart = Duration::ZERO;
    if dice.percent(60) {
        apart = share(dice, 50);
    }
    // A launch takes two or three times as long as a look.
    let after = share(dice, 300);
    let mut one = room.start(first, None);
    while !one.stays(apart) && !apart.is_zero() && promise::ours(&room.ledger()).next().is_none() {
        // It was refused before the other began: once more, and closer.
        apart /= 2;
        room.finish_beside(one);
        one = room.start(first, None);
    }
    let mut two = room.start(second, None);
    if !one.lives() && promise::ours(&room.ledger()).next().is_none() {
        // It was refused at that very moment: once more, beside the one that has just begun.
        room.finish_beside(one);
        one = room.start(first, None);
    }
    let beside = one.lives() && two.lives();
    let mut both = [one, two];
    if let Some(at) = killed {
        both[at].until(after, |_| false);
        both[at].kill();
    }
    (both.map(|process| room.finish_beside(process)), beside)
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
