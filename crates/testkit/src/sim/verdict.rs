//! What is looked at when a command has returned, and when a run is over.

use std::collections::BTreeMap;

use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{End, Report};

use super::book::Promise;
use super::machine::{Machine, SLOW_MS};
use super::time::{MINUTE, ms};
use super::world::World;

/// How long a name is doubted, of which nothing is seen, at the least.
const QUIET_MS: u64 = 15 * MINUTE;

/// For how long something was so that cannot be prevented, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Excused {
    /// Two machines for one slot.
    pub(crate) double: u64,
    /// Above the cap.
    pub(crate) above: u64,
}

fn attempt_of<'a>(state: &'a State, machine: &Machine) -> Option<&'a Attempt> {
    let is = |one: &&Attempt| one.machine.as_ref().is_some_and(|known| known.id == machine.id);
    state.attempts.values().find(is)
}

impl World {
    /// Machines of ours that live, and of which the client can be asked to
    /// know: all but those that no listing has shown yet and that only the
    /// broker can have made.
    fn accountable(&self) -> Vec<Machine> {
        let now = self.now;
        let lives = self.ours().filter(|one| one.lives(now));
        lives
            .filter(|one| !one.excused || one.shown.is_some())
            .cloned()
            .collect()
    }

    /// A command said that all is settled (I2, I2c).
    pub(crate) fn claims_settled(&mut self, state: &State) {
        self.book.claims += 1;
        for machine in self.accountable() {
            let id = &machine.id;
            match attempt_of(state, &machine) {
                None => self.breach(Promise::I2, format!("all settled, and {id} is unknown")),
                Some(one) if matches!(one.stage, Stage::Ready | Stage::Orphan) => {}
                Some(one) => {
                    let what = format!("all settled, and {id} lives while {}", one.stage.as_str());
                    self.breach(Promise::I2c, what);
                }
            }
        }
    }

    /// What a launch said, against the truth (S11).
    pub(crate) fn claims_end(&mut self, state: &State, report: &Report) {
        self.book.claims += 1;
        let launch = self.launches;
        let own: Vec<Machine> = self
            .accountable()
            .into_iter()
            .filter(|one| one.slot().is_some_and(|slot| slot.launch == launch))
            .collect();
        let stage = |machine: &Machine| attempt_of(state, machine).map(|one| one.stage);
        let end = report.end.word();
        let allowed: &[Stage] = match report.end {
            End::Ready => &[Stage::Ready],
            End::Deploying | End::Partial { .. } | End::Guarded(_) => &[Stage::Ready, Stage::Accepted],
            End::Nothing | End::Key(_) => &[],
            End::Unknown | End::Interrupted => return,
        };
        for machine in &own {
            let found = stage(machine);
            if found.is_none_or(|stage| !allowed.contains(&stage)) {
                let word = found.map_or("unknown", Stage::as_str);
                let what = format!("`{end}`, and {} lives while {word}", machine.id);
                self.breach(Promise::I2c, what);
            }
        }
        // One that ended by itself counts until a listing shows it.
        let there = self.ours().filter(|one| {
            one.slot().is_some_and(|slot| slot.launch == launch)
                && one.from <= self.now
                && one.end_shown.is_none()
                && stage(one).is_some_and(|stage| allowed.contains(&stage))
        });
        let there = there.count();
        let wanted = state
            .launches
            .get(&report.launch)
            .map_or(0, |one| usize::from(one.slots));
        let said = match report.end {
            End::Ready | End::Deploying => Some(wanted),
            End::Partial { got, .. } => Some(got),
            End::Nothing | End::Key(_) => Some(0),
            _ => None,
        };
        if said.is_some_and(|said| said != there) {
            self.breach(Promise::S11, format!("`{end}` says {said:?}, and there are {there}"));
        }
    }

    /// When faults have ceased and time has passed, everything is at rest (I6).
    pub(crate) fn at_rest(&mut self, state: &State) {
        // The later listings are, the longer is doubted (R6).
        let doubt = QUIET_MS.max(self.book.lag_max * 5) + 10 * MINUTE;
        let lag = self.sites.iter().map(|site| site.lag).max().unwrap_or_default();
        for one in state.attempts.values() {
            let now = self.stamp();
            let younger = |than: u64| now.since(&one.since).is_none_or(|age| ms(age) < than);
            // A first sight of the account begins the doubt anew (R7), once.
            let again = |than: u64| {
                let from = one.missed().1;
                from.and_then(|from| now.since(from)).is_none_or(|age| ms(age) < than)
            };
            let rests = match one.stage {
                Stage::Ready | Stage::Gone | Stage::Released | Stage::Absent | Stage::Orphan => true,
                Stage::Blocked => !one.note.is_empty(),
                Stage::Accepted => younger(SLOW_MS),
                // Its time has only just come, and listings are late.
                Stage::Doomed | Stage::Ending => younger(5 * MINUTE + lag),
                Stage::Unknown | Stage::Rejected => younger(doubt) || younger(2 * doubt) && again(doubt),
                _ => false,
            };
            if !rests {
                let what = format!("{} is still {}", one.key, one.stage.as_str());
                self.breach(Promise::I6, what);
            }
        }
    }

    /// Nothing was to be kept, and time has passed.
    pub(crate) fn nothing_lives(&mut self) {
        let now = self.now;
        let living: Vec<String> = self
            .ours()
            .filter(|one| one.lives(now))
            .map(|one| one.id.to_string())
            .collect();
        for id in living {
            self.breach(Promise::I6, format!("{id} still lives"));
        }
    }

    /// What is kept is what was approved (I8), and what is gone is gone (I4).
    pub(crate) fn is_as_written(&mut self, state: &State) {
        let now = self.now;
        for one in state.attempts.values() {
            let Some(known) = &one.machine else { continue };
            let Some(machine) = self.machine(known.id.as_str()).cloned() else {
                continue;
            };
            let (id, lives) = (&machine.id, machine.lives(now));
            match one.stage {
                Stage::Gone if lives => self.breach(Promise::I4, format!("{id} is called gone, and lives")),
                Stage::Ready | Stage::Accepted if lives => {
                    let seen = machine.shown.is_some();
                    if seen && (!machine.as_ordered || machine.rate > machine.approved) {
                        self.breach(Promise::I8, format!("{id} is kept, and is not what was approved"));
                    }
                }
                _ => {}
            }
        }
    }

    /// Walks through the whole run: two machines of one slot at once (I1), and
    /// more billed than the cap allows (I3).
    pub(crate) fn walk(&mut self) -> Excused {
        let mut excused = Excused::default();
        let ours: Vec<Machine> = self.ours().filter(|one| one.from <= self.now).cloned().collect();
        if ours.is_empty() {
            return excused;
        }
        let mut moments: Vec<u64> = Vec::with_capacity(ours.len() * 3 + 1);
        for one in &ours {
            moments.push(one.from);
            moments.extend(one.until);
            moments.extend(one.raised.map(|(at, _)| at));
        }
        moments.push(self.now);
        moments.retain(|at| *at <= self.now);
        moments.sort_unstable();
        moments.dedup();
        for pair in moments.windows(2) {
            let &[from, to] = pair else { continue };
            self.look_at(&ours, from, to, &mut excused);
        }
        excused
    }

    fn look_at(&mut self, ours: &[Machine], from: u64, to: u64, excused: &mut Excused) {
        let mut slots: BTreeMap<_, (u32, u32)> = BTreeMap::new();
        let mut bills: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        for one in ours.iter().filter(|one| one.lives(from)) {
            let Some(slot) = one.slot() else { continue };
            let (all, blamed) = slots.entry(slot).or_default();
            let (billed, least) = bills.entry(slot.launch).or_default();
            *all += 1;
            *billed += one.rate_at(from);
            if !one.excused {
                *blamed += 1;
                *counts.entry(slot.launch).or_default() += 1;
                *least += one.rate_at(from).min(one.approved);
            }
        }
        let length = to - from;
        for (slot, (all, blamed)) in slots {
            if blamed > 1 {
                let what = format!("{blamed} machines for one slot, for {} s: {slot:?}", length / 1_000);
                self.breach(Promise::I1, what);
            } else if all > 1 {
                excused.double += length;
            }
        }
        for (launch, count) in counts {
            let wanted = self.book.caps.get(&launch).map_or(count, |cap| cap.machines);
            if count > wanted {
                let what = format!(
                    "{count} machines for {} s, and launch {launch} wants {wanted}",
                    length / 1_000
                );
                self.breach(Promise::I1, what);
            }
        }
        for (launch, (billed, least)) in bills {
            let cap = self.book.caps.get(&launch).and_then(|cap| cap.rate);
            if cap.is_some_and(|cap| least > cap) {
                self.breach(Promise::I3, format!("launch {launch} bills more than its cap"));
            } else if cap.is_some_and(|cap| billed > cap) {
                excused.above += length;
            }
        }
    }
}
