//! S7: asked to stop at each point, once or twice, in each phase of a launch.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use gpu_broker_sandbox::{Broker, Live};

use super::plan::{end, invite, parts, provision, recover};
use super::point::{POINTS, Point, stop_at};
use super::process::{Ended, Process};
use super::promise;
use super::room::Room;
use crate::dice::Dice;

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Interrupt,
    Terminate,
    Twice,
}

/// What it does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// A launch in which nothing goes wrong.
    Calm,
    /// A launch whose answer is lost.
    Lost,
    /// A launch whose machine is dearer than approved, and is ended.
    Dearer,
    /// The end of a machine.
    End,
}

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signal {
    asked: Asked,
    point: u8,
    phase: Phase,
}

const ASKED: [(Asked, &str); 3] = [
    (Asked::Interrupt, "int"),
    (Asked::Terminate, "term"),
    (Asked::Twice, "twice"),
];
const PHASES: [(Phase, &str); 4] = [
    (Phase::Calm, "calm"),
    (Phase::Lost, "lost"),
    (Phase::Dearer, "dearer"),
    (Phase::End, "end"),
];

/// How soon a process must end that was asked to.
const SOON: Duration = Duration::from_secs(12);
/// The same, when it was asked twice: at once, on a machine with much to do.
const AT_ONCE: Duration = Duration::from_millis(1_500);
/// How long a launch takes: a point that is not on its way is any time of it.
const USUALLY_MS: usize = 400;

impl Signal {
    /// All 288.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (asked, _) in ASKED {
            for point in 1..=POINTS {
                all.extend(PHASES.map(|(phase, _)| Self { asked, point, phase }));
            }
        }
        all
    }

    pub(super) fn word(self) -> String {
        let asked = ASKED
            .iter()
            .find(|(asked, _)| *asked == self.asked)
            .map_or("", |(_, word)| word);
        let phase = PHASES
            .iter()
            .find(|(phase, _)| *phase == self.phase)
            .map_or("", |(_, word)| word);
        format!("s7/{asked}/cp{:02}/{phase}", self.point)
    }

    fn broker(self) -> Broker {
        let odd = (usize::from(self.point) + usize::from(self.asked == Asked::Terminate)).is_multiple_of(2);
        if odd { Broker::Prime } else { Broker::Spheron }
    }

    pub(super) fn faults(self) -> Vec<String> {
        match self.phase {
            Phase::Calm | Phase::End => Vec::new(),
            Phase::Lost => vec!["close-after-effect:1".to_owned()],
            Phase::Dearer => vec!["dearer:1".to_owned()],
        }
    }

    /// Whether it was asked at its point.
    pub(super) fn run(self, room: &mut Room) -> bool {
        invite(room, self.broker());
        let launch = provision(room, self.broker());
        let mut words = parts(&launch);
        if self.phase == Phase::End {
            room.run(&words);
            words = vec!["terminate", "--all", "--yes", "--within", "5s"];
        }
        // What is being ended is this command's to tell of.
        let ends = self.phase == Phase::End;
        let mut before = if ends { BTreeSet::new() } else { living(room) };
        let (placed, process) = if let Ok(mut stopped) = stop_at(room, &words, self.point()) {
            self.ask(&mut stopped.process);
            (true, stopped.go(room))
        } else {
            if !ends {
                before = living(room);
            }
            (false, self.any_time(room, &words))
        };
        self.ends(room, process, &before);
        recover(room);
        end(room);
        placed
    }

    fn point(self) -> Point {
        Point::of(self.point, self.broker(), false)
    }

    /// A point that is not on the way of this phase: at any time of a further
    /// command.
    fn any_time(self, room: &mut Room, words: &[&str]) -> Process {
        let mut dice = Dice::new(u64::from(self.point) * 31 + u64::from(self.asked == Asked::Twice));
        let after = Duration::from_millis(u64::try_from(dice.below(USUALLY_MS)).unwrap_or_default());
        let mut process = room.start(words, None);
        // Before it has begun to listen, it ends as any process does.
        process.until(SOON, |process| !process.told().is_empty());
        process.until(after, |_| false);
        self.ask(&mut process);
        process
    }

    fn ask(self, process: &mut Process) {
        process.signal(match self.asked {
            Asked::Interrupt | Asked::Twice => "INT",
            Asked::Terminate => "TERM",
        });
    }

    /// Waits for the end that it was asked for, and checks what it says.
    fn ends(self, room: &mut Room, mut process: Process, before: &BTreeSet<String>) {
        let mut again = None;
        if self.asked == Asked::Twice {
            process.until(AT_ONCE, |process| process.told().contains("stopping:"));
            if process.lives() {
                process.signal("INT");
                again = Some(Instant::now());
            }
        }
        if !process.ends(SOON) {
            room.breach("R14", format!("it goes on {SOON:?} after it was asked to stop"));
        }
        let took = again.map(|again| again.elapsed());
        let ended = room.finish(process);
        if took.is_some_and(|took| took > AT_ONCE) {
            room.breach("R14", format!("it took {took:?} to end at once; {}", ended.told()));
        }
        said(room, &ended, before);
    }
}

/// Our machines that live, by id.
fn living(room: &Room) -> BTreeSet<String> {
    promise::ours(&room.ledger()).map(|live| live.id.clone()).collect()
}

/// It ends as it was asked to, or had come to its own end; what lives because
/// of it is told.
fn said(room: &mut Room, ended: &Ended, before: &BTreeSet<String>) {
    match ended.status {
        Some(130) => {
            let ledger = room.ledger();
            let books = room.books();
            let told = |live: &&Live| {
                before.contains(&live.id) || ended.err.contains(&live.id) || ended.err.contains(&live.name)
            };
            let hidden = promise::ours(&ledger).find(|live| !told(live));
            if let Some(live) = hidden {
                let step = books
                    .of(&live.id)
                    .map(|(_, line)| line.step.clone())
                    .unwrap_or_default();
                room.breach(
                    "S11",
                    format!("{} lives ({step}), and is not told; {}", live.id, ended.told()),
                );
            }
        }
        Some(0 | 3 | 5 | 7) => {}
        _ => room.breach(
            "R14",
            format!("it ends otherwise than it was asked to; {}", ended.told()),
        ),
    }
}
