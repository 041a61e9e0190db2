//! Where a process is killed or interrupted: CP1 to CP24 of the design, each
//! as a place in planner's code or a moment on the way to a broker.

use std::time::{Duration, Instant};

use gpu_broker_sandbox::Broker;

use super::process::{Ended, Process};
use super::relay::{Held, Moment, Op, Reached};
use super::room::Room;

/// How many there are.
pub(super) const POINTS: u8 = 24;
/// The first of those that are reached by ending a machine.
pub(super) const FIRST_OF_END: u8 = 20;
/// The last of them.
pub(super) const LAST_OF_END: u8 = 23;

/// Where something happens to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// At a place in its code.
    At(&'static str),
    /// When its request or the answer has come so far.
    On(Moment),
    /// While it waits for an answer that does not come.
    Waiting(Moment),
    /// While it handles a signal, with a request under way.
    InSignal,
}

impl Point {
    /// The point of a number. An answer that never comes has no head: then it
    /// is while it is waited for.
    pub(super) fn of(number: u8, broker: Broker, silent: bool) -> Self {
        match number {
            1 => Self::At("before-lock"),
            2 => Self::At("after-lock"),
            3 => Self::At("after-journal-open"),
            4 => Self::At("after-quote"),
            5 => Self::At("before-reserve"),
            6 => Self::At("after-reserve"),
            7 => Self::At("before-sending"),
            8 => Self::At("after-sending"),
            9 => Self::On(Moment::Connected(Op::Create)),
            10 => Self::On(Moment::HalfRead(Op::Create)),
            11 => Self::On(Moment::Read(Op::Create)),
            12 | 13 if silent => Self::Waiting(Moment::Read(Op::Create)),
            12 => Self::On(Moment::Head(Op::Create)),
            13 => Self::On(Moment::HalfAnswer(Op::Create)),
            14 => Self::At("answered"),
            15 => Self::At("outcome-noted"),
            // Spheron's listing has one page.
            16 if broker == Broker::Spheron => Self::On(Moment::HalfAnswer(Op::List)),
            16 => Self::On(Moment::Answered(Op::List)),
            17 => Self::At("listed"),
            18 => Self::At("listed>row-written"),
            19 => Self::At("concluded"),
            20 => Self::At("before-ending"),
            21 => Self::At("after-ending"),
            22 => Self::On(Moment::Read(Op::Delete)),
            23 => Self::At("verified"),
            _ => Self::InSignal,
        }
    }
}

/// How long until a point counts as one that is not reached.
const NEVER: Duration = Duration::from_secs(30);
/// How long an answer that does not come is waited for.
const WAITED: Duration = Duration::from_millis(150);

/// A process that stands at a point.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) process: Process,
    held: Option<Reached>,
}

impl Stopped {
    /// Lets it go on.
    pub(super) fn go(mut self, room: &Room) -> Process {
        let _ = std::fs::remove_file(room.marker());
        if let Some(held) = self.held.take() {
            held.go(true);
        }
        self.process
    }

    /// Kills it where it stands.
    pub(super) fn kill(mut self, room: &mut Room) -> Ended {
        room.look_at(&self.process);
        self.process.kill();
        let _ = std::fs::remove_file(room.marker());
        if let Some(held) = self.held.take() {
            held.go(false);
        }
        room.finish(self.process)
    }
}

/// Starts planner and waits until it stands at a point; `Err` when it ended
/// before.
pub(super) fn stop_at(room: &mut Room, words: &[&str], point: Point) -> Result<Stopped, Ended> {
    let place = match point {
        Point::At(place) => Some(place),
        Point::InSignal => Some("in-signal"),
        Point::On(_) | Point::Waiting(_) => None,
    };
    let moment = match point {
        Point::At(_) => None,
        Point::On(moment) | Point::Waiting(moment) => Some(moment),
        Point::InSignal => Some(Moment::Read(Op::Create)),
    };
    let held = moment.map(|moment| room.relay.hold(moment));
    let mut process = room.start(words, place);
    let marker = room.marker();
    let stopped = match held {
        None => process.until(NEVER, |_| marker.exists()).then_some(None),
        Some(held) => reached(&mut process, held).map(Some),
    };
    room.relay.pass();
    let Some(mut held) = stopped else {
        return Err(room.finish(process));
    };
    match point {
        Point::Waiting(_) => {
            if let Some(held) = held.take() {
                held.go(true);
            }
            std::thread::sleep(WAITED);
        }
        Point::InSignal => {
            process.signal("INT");
            process.until(NEVER, |_| marker.exists());
        }
        Point::At(_) | Point::On(_) => {}
    }
    Ok(Stopped { process, held })
}

fn reached(process: &mut Process, mut held: Held) -> Option<Reached> {
    let end = Instant::now() + NEVER;
    while Instant::now() < end {
        held = match held.within(Duration::from_millis(1)) {
            Ok(reached) => return Some(reached),
            Err(held) => held,
        };
        if !process.lives() {
            return None;
        }
    }
    None
}
