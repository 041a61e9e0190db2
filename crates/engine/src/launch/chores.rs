//! What is to be done next, as a function of what is known: no clock of its
//! own, no broker, nothing to wait for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gpu_broker_core::number::Exact;

use super::account::Account;
use super::doom::Doom;
use super::settings::Settings;
use super::state::{Attempt, Stage, State};
use crate::clock::Stamp;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chore {
    /// Decide that a machine must end.
    Doom { key: String, doom: Doom },
    /// Ask its broker to end it.
    End { key: String },
    /// Read the listing of an account.
    Look { account: Account },
}

/// What is to be done now, and when to look again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Agenda {
    pub(crate) now: Vec<Chore>,
    /// How long until the next chore is due; `None` when nothing is left.
    pub(crate) next: Option<Duration>,
}

/// How much is looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// What has not come to rest.
    Unsettled,
    /// All of it, for as long as anything may change: deadlines, machines that
    /// never become ready, late arrivals.
    Watchdog,
}

/// What is to be done for these attempts.
pub(crate) fn agenda<'a>(
    attempts: impl Iterator<Item = &'a Attempt>,
    looked: &BTreeMap<Account, Stamp>,
    settings: &Settings,
    now: &Stamp,
    care: Care,
) -> Agenda {
    let mut agenda = Agenda::default();
    let mut accounts: BTreeSet<Account> = BTreeSet::new();
    for attempt in attempts {
        if let Some(doom) = doom(attempt, settings, now, care) {
            let key = attempt.key.clone();
            agenda.now.push(Chore::Doom { key, doom });
            continue;
        }
        match end_in(attempt, settings, now) {
            Some(Duration::ZERO) => agenda.now.push(Chore::End {
                key: attempt.key.clone(),
            }),
            Some(wait) => agenda.soon(wait),
            None => {}
        }
        if is_looked_for(attempt, settings, now, care) {
            accounts.insert(attempt.ordered.account());
        }
    }
    for account in accounts {
        let waited = looked.get(&account).and_then(|last| now.since(last));
        match waited.map(|waited| settings.list_every.saturating_sub(waited)) {
            None | Some(Duration::ZERO) => agenda.now.push(Chore::Look { account }),
            Some(wait) => agenda.soon(wait),
        }
    }
    agenda
}

impl Agenda {
    fn soon(&mut self, wait: Duration) {
        self.next = Some(self.next.map_or(wait, |next| next.min(wait)));
    }
}

/// Why a machine must end now, by the clock alone.
fn doom(attempt: &Attempt, settings: &Settings, now: &Stamp, care: Care) -> Option<Doom> {
    let lives = matches!(attempt.stage, Stage::Accepted | Stage::Ready);
    if lives && attempt.ends_at.is_some_and(|ends_at| now.wall >= ends_at) {
        return Some(Doom::Expired);
    }
    let slow = attempt.stage == Stage::Accepted
        && care == Care::Watchdog
        && now
            .since(&attempt.since)
            .unwrap_or_else(|| wall_since(now, &attempt.since))
            >= ready_within(attempt, settings);
    slow.then_some(Doom::Slow)
}

/// How long a machine may take to become ready (D5).
pub(crate) fn ready_within(attempt: &Attempt, settings: &Settings) -> Duration {
    let (least, most) = settings.ready_between;
    let hint = attempt.ordered.provisioning_minutes;
    let thrice = hint
        .and_then(|minutes| minutes.times_count(3 * 60))
        .map(|seconds: Exact| seconds.rounded(0))
        .and_then(Exact::to_whole)
        .map_or(Duration::ZERO, Duration::from_secs);
    thrice.clamp(least, most)
}

/// How long until its broker should be asked (again) to end it; `None` when it
/// should not.
fn end_in(attempt: &Attempt, settings: &Settings, now: &Stamp) -> Option<Duration> {
    // Its broker says that it ended. Whether that is true, listings tell.
    if attempt.gone_from.is_some() {
        return None;
    }
    match attempt.stage {
        Stage::Doomed => Some(Duration::ZERO),
        Stage::Ending | Stage::Blocked => {
            let refused = attempt.refused_ends.as_ref().filter(|ends| ends.is_latest);
            let pause = match refused {
                Some(ends) => ends
                    .too_early
                    .unwrap_or_else(|| doubled(settings.end_retry, ends.count, settings)),
                // One that was taken is given the time of four looks to show.
                None => doubled(settings.list_every * 4, attempt.ends, settings),
            };
            let last = attempt.end_sent.as_ref().or(refused.map(|ends| &ends.last));
            let last = last.unwrap_or(&attempt.since);
            Some(
                now.since(last)
                    .map_or(Duration::ZERO, |waited| pause.saturating_sub(waited)),
            )
        }
        _ => None,
    }
}

/// The pause after `count` requests that came to nothing.
fn doubled(first: Duration, count: u32, settings: &Settings) -> Duration {
    let doubled = first.saturating_mul(1 << count.saturating_sub(1).min(16));
    doubled.min(settings.end_retry_max)
}

/// Whether listings may tell something new of it.
fn is_looked_for(attempt: &Attempt, settings: &Settings, now: &Stamp, care: Care) -> bool {
    match attempt.stage {
        Stage::Rejected | Stage::Unknown | Stage::Accepted | Stage::Doomed | Stage::Ending | Stage::Blocked => true,
        Stage::Ready | Stage::Orphan => care == Care::Watchdog || attempt.is_doubted(),
        Stage::Absent => care == Care::Watchdog,
        // A broker's no has been seen to come after the effect (D1, F14).
        Stage::Released => {
            let recent = |sent: &Stamp| now.since(sent).unwrap_or_else(|| wall_since(now, sent)) < settings.watch;
            care == Care::Watchdog && attempt.sent.as_ref().is_some_and(recent)
        }
        Stage::Reserved | Stage::Sending | Stage::Gone => false,
    }
}

/// Requests to launch that left within the broker's window, against what it
/// allows (R13): how long until one more may leave.
pub(crate) fn create_in(
    state: &State,
    account: &Account,
    budget: Option<gpu_broker_core::source::Budget>,
    now: &Stamp,
) -> Option<Duration> {
    let budget = budget?;
    let sent = state.sent.get(account)?;
    let mut ages: Vec<Duration> = sent
        .iter()
        .map(|at| now.since(at).unwrap_or_else(|| wall_since(now, at)))
        .filter(|age| *age < budget.window)
        .collect();
    ages.sort_unstable();
    let oldest = ages.get(usize::try_from(budget.count.checked_sub(1)?).ok()?)?;
    Some(budget.window.saturating_sub(*oldest))
}

/// By the time of day, where the machine was started anew in between.
fn wall_since(now: &Stamp, at: &Stamp) -> Duration {
    let ms = now.wall.as_millisecond().saturating_sub(at.wall.as_millisecond());
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}
