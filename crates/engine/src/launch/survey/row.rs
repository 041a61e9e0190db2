//! What a listing says of one attempt.

use std::collections::BTreeSet;
use std::time::Duration;

use gpu_broker_core::instance::{Instance, InstanceId, Phase};
use gpu_broker_core::number::Exact;

use super::{Look, cost, wallet};
use crate::launch::account::Kind;
use crate::launch::doom::Doom;
use crate::launch::event::{Accepted, DoomedEvent, Event, Extra, Gone, Named, Ready, Reported};
use crate::launch::judge::judge;
use crate::launch::settings::Settings;
use crate::launch::state::{Attempt, Machine, Stage, State, WalletSays};

/// Ids of the listing that belong to a machine in the journal.
pub(super) struct Claims<'a>(BTreeSet<&'a InstanceId>);

impl<'a> Claims<'a> {
    pub(super) fn of(state: &'a State, look: &Look<'_>) -> Self {
        let ours = state.attempts.values().filter(|one| look.is_of(one));
        let alive = ours.filter(|one| one.stage != Stage::Gone);
        Self(
            alive
                .filter_map(|one| one.machine.as_ref().map(|machine| &machine.id))
                .collect(),
        )
    }
}

/// What is at hand for one attempt.
struct Case<'a> {
    state: &'a State,
    attempt: &'a Attempt,
    look: &'a Look<'a>,
    complete: bool,
    settings: &'a Settings,
    /// Rows that carry its name and belong to no machine in the journal, the
    /// oldest first.
    strangers: Vec<&'a Instance>,
}

pub(super) fn conclude(
    state: &State,
    attempt: &Attempt,
    claims: &Claims<'_>,
    look: &Look<'_>,
    complete: bool,
    settings: &Settings,
    events: &mut Vec<Event>,
) {
    // One row of each name is enough to answer for it: a second machine has a
    // key of its own, and its name is its first's.
    let mut strangers: Vec<&Instance> = if attempt.key == attempt.name {
        let rows = look.listing.items.iter();
        rows.filter(|row| row.name == attempt.name && !claims.0.contains(&row.id))
            .collect()
    } else {
        Vec::new()
    };
    strangers.sort_by_key(|row| (!row.phase.is_billable(), row.created_at, row.id.clone()));
    let case = Case {
        state,
        attempt,
        look,
        complete,
        settings,
        strangers,
    };
    match (attempt.stage, &attempt.machine) {
        // Its request may be under way; whoever sends it will say.
        (Stage::Reserved | Stage::Sending, _) => {}
        (Stage::Gone, _) => case.extras(case.strangers.iter().copied(), Doom::Late, events),
        (_, Some(machine)) => case.machine(machine, events),
        (_, None) => case.expected(events),
    }
}

impl Case<'_> {
    fn named(&self) -> Named {
        Named {
            key: self.attempt.key.clone(),
        }
    }

    /// How long after its request a listing showed it. Where nobody looked for a
    /// while, or could not, that says nothing of the listing.
    fn lag_ms(&self) -> Option<u64> {
        let sent = self.attempt.sent.as_ref()?;
        let lag = self.look.now.since(sent)?;
        let unlooked = self.look.before.and_then(|before| self.look.now.since(before));
        let unlooked = unlooked.map_or(lag, |unlooked| unlooked.min(lag));
        if unlooked > self.settings.quiet {
            return None;
        }
        u64::try_from(lag.as_millis()).ok()
    }

    /// A name of which no machine is known.
    fn expected(&self, events: &mut Vec<Event>) {
        let Some((first, others)) = self.strangers.split_first() else {
            if self.complete {
                self.missed(events);
            }
            return;
        };
        let lag_ms = self.lag_ms();
        events.push(Event::Accepted(Accepted {
            key: self.attempt.key.clone(),
            id: first.id.clone(),
            rate: rate(first),
            seen: true,
            lag_ms,
        }));
        let doom = judge(&self.attempt.ordered, first).or_else(|| {
            let note = "it appeared after it was given up".to_owned();
            (!self.is_wanted()).then_some((Doom::Late, note))
        });
        if first.phase == Phase::Gone {
            events.extend(self.complete.then(|| Event::SeenGone(self.named())));
        } else {
            self.alive(first, true, doom, events);
        }
        self.extras(others.iter().copied(), Doom::Extra, events);
    }

    /// Whether a machine of this attempt is still wanted in its place.
    fn is_wanted(&self) -> bool {
        let attempt = self.attempt;
        let taken = |other: &Attempt| {
            other.key != attempt.key && other.slot == attempt.slot && other.stage.holds_slot() && !other.unwanted
        };
        attempt.stage != Stage::Released && !attempt.unwanted && !self.state.of_launch(&attempt.launch).any(taken)
    }

    /// A row that shows the machine, not gone.
    fn alive(&self, row: &Instance, first: bool, doom: Option<(Doom, String)>, events: &mut Vec<Event>) {
        let key = || self.attempt.key.clone();
        let known = self.attempt.machine.as_ref();
        let news = first
            || self.attempt.gone_from.is_some()
            || known.is_none_or(|machine| {
                machine.phase != Some(row.phase)
                    || !machine.listed
                    || machine.unseen_from.is_some()
                    || rate(row).is_some_and(|rate| machine.rate != Some(rate))
            });
        if news {
            let unlisted = !first && known.is_some_and(|machine| !machine.listed);
            events.push(Event::Reported(Reported {
                key: key(),
                phase: row.phase,
                rate: rate(row),
                lag_ms: self.lag_ms().filter(|_| unlisted),
            }));
        }
        if let Some((doom, note)) = doom {
            events.push(Event::Doomed(DoomedEvent { key: key(), doom, note }));
        } else if row.phase == Phase::Running && (first || self.attempt.stage == Stage::Accepted) {
            events.push(Event::Ready(Ready {
                key: key(),
                ssh: row.ssh.clone(),
            }));
        }
    }

    /// A machine that is known.
    fn machine(&self, machine: &Machine, events: &mut Vec<Event>) {
        let row = self.look.listing.items.iter().find(|row| row.id == machine.id);
        match row {
            Some(row) if row.phase == Phase::Gone => {
                if self.complete && self.look.began_after(&machine.from) {
                    self.gone(Some(row), events);
                }
            }
            Some(row) => self.lives(row, events),
            None if self.look.account.kind == Kind::Disk => {
                let asked = self.attempt.end_sent.as_ref();
                if self.complete && asked.is_some_and(|asked| self.look.began_after(asked)) {
                    self.gone(None, events);
                }
            }
            None => self.left_out(machine, events),
        }
        self.extras(self.strangers.iter().copied(), Doom::Extra, events);
    }

    fn lives(&self, row: &Instance, events: &mut Vec<Event>) {
        let stays = matches!(self.attempt.stage, Stage::Accepted | Stage::Ready);
        let doom = if stays { judge(&self.attempt.ordered, row) } else { None };
        self.alive(row, false, doom, events);
    }

    /// A machine that should be listed and is not. That alone says that it is in
    /// doubt, and never that it is gone (T22): what its broker says when asked for
    /// it by its id does.
    fn left_out(&self, machine: &Machine, events: &mut Vec<Event>) {
        if !self.look.began_after(&machine.from) {
            return;
        }
        match self.look.found.iter().find(|row| row.id == machine.id) {
            Some(row) if row.phase == Phase::Gone => self.gone(Some(row), events),
            Some(row) => self.lives(row, events),
            None if self.look.is_full() && machine.unseen_from.is_none() => {
                events.push(Event::Unseen(self.named()));
            }
            None => {}
        }
    }

    /// The listing shows it as ended, or no longer shows the disk: believed when
    /// it is said twice, with time between (R8).
    fn gone(&self, row: Option<&Instance>, events: &mut Vec<Event>) {
        let Some(first) = &self.attempt.gone_from else {
            events.push(Event::SeenGone(self.named()));
            return;
        };
        let gap = self.look.began.since(first);
        // A machine that was started anew in between took longer than that.
        if gap.is_none_or(|gap| gap >= self.settings.gone_gap) {
            events.push(Event::Gone(Gone {
                key: self.attempt.key.clone(),
                cost: cost::of(self.attempt, row, self.look.now),
            }));
        }
    }

    /// Further machines of one name: each costs money, none is wanted.
    fn extras<'r>(&self, rows: impl Iterator<Item = &'r Instance>, doom: Doom, events: &mut Vec<Event>) {
        for row in rows.filter(|row| row.phase.is_billable()) {
            let key = format!("{}+{}", self.attempt.name, row.id);
            if self.state.attempts.contains_key(&key) {
                continue;
            }
            events.push(Event::Extra(Extra {
                of: self.attempt.key.clone(),
                key: key.clone(),
                id: row.id.clone(),
                rate: rate(row),
            }));
            events.push(Event::Doomed(DoomedEvent {
                key,
                doom,
                note: format!("beside {}", self.attempt.name),
            }));
        }
    }

    /// A complete listing does not show the name.
    fn missed(&self, events: &mut Vec<Event>) {
        let Some(quiet_from) = &self.attempt.quiet_from else {
            return;
        };
        let Some(quiet) = self.look.began.since(quiet_from) else {
            // The machine was started anew: nobody knows how long it was off.
            events.push(Event::QuietAgain(self.named()));
            return;
        };
        if !self.look.began_after(quiet_from) {
            return;
        }
        match self.attempt.stage {
            Stage::Rejected if !self.settings.strict && quiet >= self.settings.refusal_settles => {
                events.push(Event::Released(self.named()));
            }
            // As if its request had only just left.
            Stage::Unknown | Stage::Rejected if self.is_weighed_anew() => {
                events.push(Event::QuietAgain(self.named()));
            }
            Stage::Unknown | Stage::Rejected => {
                let (least, looks) = self.patience();
                // Looks in quick succession are as good as one.
                let apart = least / (2 * looks.max(1));
                let last = self.attempt.missed.as_ref();
                let counts = last
                    .and_then(|last| self.look.began.since(last))
                    .is_none_or(|gap| gap >= apart);
                if counts {
                    events.push(Event::Missed(self.named()));
                }
                let looked = self.attempt.looks + u32::from(counts);
                if quiet >= least && looked >= looks && self.is_trusted() && !self.may_hide() {
                    events.push(Event::Absent(self.named()));
                }
            }
            Stage::Absent if quiet >= self.patience().0 + self.settings.watch => {
                events.push(Event::Released(self.named()));
            }
            _ => {}
        }
    }

    /// How long it must stay away, and from how many listings (R6, R7).
    fn patience(&self) -> (Duration, u32) {
        let (least, looks) = if self.attempt.wallet == WalletSays::Unasked {
            (self.settings.quiet, self.settings.looks)
        } else {
            (self.settings.quiet_empty, self.settings.looks_empty)
        };
        let lags = self
            .state
            .lags
            .get(&self.look.account.broker)
            .copied()
            .unwrap_or_default();
        let hint = self
            .attempt
            .ordered
            .provisioning_minutes
            .map_or(Duration::ZERO, minutes);
        (least.max(lags.longest * 5).max(hint), looks)
    }

    /// Whether the wallet tells something from now on alone (R7): it was read for
    /// the first time since the request left, or only now a machine is shown that
    /// explains why it fell.
    fn is_weighed_anew(&self) -> bool {
        match self.attempt.wallet {
            WalletSays::Nothing => self.look.purse.is_some(),
            WalletSays::Fell => wallet::shows_newer(self.state, self.look, self.settings),
            WalletSays::Steady | WalletSays::Unasked => false,
        }
    }

    /// Whether a machine may be there that no listing shows (R7): nothing was
    /// ever seen in the account, and its wallet fell, or cannot be read.
    fn may_hide(&self) -> bool {
        let steady = || self.attempt.wallet == WalletSays::Steady && self.look.purse.is_some();
        self.attempt.wallet != WalletSays::Unasked
            && (!steady() || wallet::fell(self.state, self.look, self.settings) || self.shows_ours())
    }

    /// Whether the listing shows another machine of ours, for the first time: then
    /// the doubt begins anew.
    fn shows_ours(&self) -> bool {
        let is = |row: &Instance| self.state.attempts.values().any(|one| one.name == row.name);
        self.look.listing.items.iter().any(is)
    }

    /// Whether the listing shows what we launch at all (F68): every machine
    /// that we were told of has been seen in it.
    fn is_trusted(&self) -> bool {
        let unlisted = |one: &Attempt| {
            self.look.is_of(one) && one.stage.is_alive() && one.machine.as_ref().is_some_and(|machine| !machine.listed)
        };
        !self.state.attempts.values().any(unlisted)
    }
}

fn rate(row: &Instance) -> Option<Exact> {
    row.rate.map(gpu_broker_core::money::Rate::per_hour)
}

/// Minutes, a begun one in full.
fn minutes(minutes: Exact) -> Duration {
    let whole = minutes.rounded(0).plus(Exact::ONE).and_then(Exact::to_whole);
    Duration::from_secs(whole.unwrap_or_default().saturating_mul(60))
}
