//! S7: asked to stop at each point, once or twice, in each phase of a launch.
//!
//! Not every command comes by every point, so each phase has a command of its own for those that its launch does not
//! come by: whoever is asked to stop is always asked at the point.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use gpu_broker_sandbox::{Broker, Live};

use super::plan::{end, invite, parts, provision, recover};
use super::point::{FIRST_OF_END, LAST_OF_END, POINTS, Point, stop_at};
use super::process::{Ended, Process};
use super::promise;
use super::relay::{Moment, Op};
use super::room::Room;

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
    /// A launch in which nothing goes wrong; for the points of ending, somebody who goes on with the end of its machine.
    Calm,
    /// A launch whose answer is lost; for the points of ending, the end of what may have come of it.
    Lost,
    /// A launch whose machine is dearer than approved, and is ended.
    Dearer,
    /// The end of a machine; for the points of launching, a launch while another machine is ending.
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
/// The end of everything.
const END: [&str; 5] = ["terminate", "--all", "--yes", "--within", "5s"];
/// The points at which the answer to a launch has come in part.
const OF_ANSWER: [u8; 2] = [12, 13];

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
            // An answer that is lost as a whole does not come in part.
            Phase::Lost if OF_ANSWER.contains(&self.point) => vec!["cut-json:1".to_owned()],
            Phase::Lost => vec!["close-after-effect:1".to_owned()],
            Phase::Dearer => vec!["dearer:1".to_owned()],
        }
    }

    /// Whether it was asked at its point.
    pub(super) fn run(self, room: &mut Room) -> bool {
        invite(room, self.broker());
        let words = self.begin(room);
        let words = parts(&words);
        // What is being ended is this command's to tell of.
        let launches = words.first() == Some(&"provision");
        let before = if launches { living(room) } else { BTreeSet::new() };
        let stopped = stop_at(room, &words, self.point());
        let placed = stopped.is_ok();
        if let Ok(mut stopped) = stopped {
            self.ask(&mut stopped.process);
            let process = stopped.go(room);
            self.ends(room, process, &before);
        }
        recover(room);
        end(room);
        placed
    }

    /// Does what comes before the command that is asked to stop; returns its words.
    fn begin(self, room: &mut Room) -> Vec<String> {
        let launch = provision(room, self.broker());
        let words = parts(&launch);
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let ends = (FIRST_OF_END..=LAST_OF_END).contains(&self.point);
        match self.phase {
            Phase::Calm if ends => {
                room.run(&words);
                killed(room, &END, Point::At("before-ending"));
                owned(&["reconcile", "--within", "4s"])
            }
            Phase::Lost if ends => {
                // Nobody looks for it before it is to end.
                let hasty = words.iter().map(|word| if *word == "2s" { "0s" } else { word });
                room.run(&hasty.collect::<Vec<_>>());
                owned(&END)
            }
            Phase::Calm | Phase::Lost | Phase::Dearer => launch,
            Phase::End => match self.point {
                // Whoever ends machines takes a turn where a launch was killed in its own.
                1 | 2 => {
                    killed(room, &words, Point::At("after-sending"));
                    owned(&END)
                }
                4..=15 | POINTS => {
                    room.run(&words);
                    killed(room, &END, Point::On(Moment::Read(Op::Delete)));
                    launch
                }
                _ => {
                    room.run(&words);
                    owned(&END)
                }
            },
        }
    }

    fn point(self) -> Point {
        Point::of(self.point, self.broker(), false)
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

/// Runs a command that is killed at a point.
fn killed(room: &mut Room, words: &[&str], point: Point) {
    match stop_at(room, words, point) {
        Ok(stopped) => drop(stopped.kill(room)),
        Err(ended) => room.breach("S11", format!("it does not come by {point:?}; {}", ended.told())),
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
