//! One row more: which step it is, and that it may follow what was.

use std::time::Duration;

use gpu_broker_core::number::Exact;
use jiff::SignedDuration;

use super::{Attempt, Launch, Machine, RefusedEnds, SoldOutView, Stage, State};
use crate::clock::Stamp;
use crate::launch::event::{Accepted, EndRefused, Event, Extra, Known, Orphan, Planned, Reserved, SoldOut};
use crate::launch::survey::cost::{self, between_ms};

impl State {
    /// Takes in one event. An event that may not follow is refused: then
    /// either we are wrong or the journal is, and nothing may be sent.
    pub(crate) fn apply(&mut self, event: Event, at: &Stamp) -> Result<(), String> {
        match event {
            Event::Planned(planned) => self.plan(&planned, at),
            Event::Reserved(reserved) => self.reserve(*reserved, at),
            Event::Sending(named) => {
                let attempt = self.step(&named.key, at, Stage::Sending, &[Stage::Reserved])?;
                attempt.sent = Some(at.clone());
                let account = attempt.ordered.account();
                self.sent.entry(account).or_default().push(at.clone());
                Ok(())
            }
            Event::NotSent(noted) => {
                let attempt = self.step(&noted.key, at, Stage::Reserved, &[Stage::Sending])?;
                attempt.sent = None;
                attempt.connects += 1;
                attempt.note = noted.note;
                Ok(())
            }
            Event::Accepted(accepted) => self.accept(accepted, at),
            Event::Rejected(rejected) => {
                let attempt = self.step(&rejected.key, at, Stage::Rejected, &[Stage::Sending])?;
                attempt.refusal = Some(rejected.kind);
                attempt.retry_in = rejected.retry_ms.map(Duration::from_millis);
                attempt.note = rejected.note;
                attempt.quiet_from = Some(at.clone());
                Ok(())
            }
            Event::Unknown(noted) => {
                let attempt = self.step(&noted.key, at, Stage::Unknown, &[Stage::Sending])?;
                attempt.note = noted.note;
                attempt.quiet_from = Some(at.clone());
                Ok(())
            }
            event => self.doubt(event, at),
        }
    }

    /// What is found out, or decided, about requests whose outcome is open.
    fn doubt(&mut self, event: Event, at: &Stamp) -> Result<(), String> {
        match event {
            Event::Missed(named) => {
                let attempt = self.attempt(&named.key)?;
                attempt.looks += 1;
                attempt.missed = Some(at.clone());
                Ok(())
            }
            Event::QuietAgain(named) => {
                let attempt = self.attempt(&named.key)?;
                attempt.quiet_from = Some(at.clone());
                attempt.looks = 0;
                Ok(())
            }
            Event::Absent(named) => self
                .step(&named.key, at, Stage::Absent, &[Stage::Unknown, Stage::Rejected])
                .map(drop),
            Event::Released(named) => {
                let from = [Stage::Reserved, Stage::Rejected, Stage::Absent];
                self.step(&named.key, at, Stage::Released, &from).map(drop)
            }
            Event::Vouched(named) => {
                let from = [Stage::Unknown, Stage::Rejected, Stage::Absent];
                let attempt = self.step(&named.key, at, Stage::Released, &from)?;
                "somebody vouched that nothing came of it".clone_into(&mut attempt.note);
                Ok(())
            }
            Event::Unwanted(named) => {
                self.attempt(&named.key)?.unwanted = true;
                Ok(())
            }
            Event::SoldOut(sold_out) => {
                self.sell_out(sold_out, at);
                Ok(())
            }
            Event::Closed(closed) => {
                let launch = self.launches.get_mut(&closed.launch);
                launch
                    .ok_or_else(|| format!("launch {} is not in the journal", closed.launch))?
                    .closed = Some(closed.note);
                Ok(())
            }
            Event::Known(known) => {
                self.learn(known, at);
                Ok(())
            }
            Event::Orphan(orphan) => self.find_orphan(*orphan, at),
            Event::Extra(extra) => self.extra(extra, at),
            event => self.live(event, at),
        }
    }

    /// What happens to machines that exist.
    fn live(&mut self, event: Event, at: &Stamp) -> Result<(), String> {
        match event {
            Event::Ready(ready) => {
                let attempt = self.step(&ready.key, at, Stage::Ready, &[Stage::Accepted])?;
                machine(attempt)?.ssh = ready.ssh;
                Ok(())
            }
            Event::Reported(reported) => {
                let attempt = self.attempt(&reported.key)?;
                let known = machine(attempt)?;
                known.phase = Some(reported.phase);
                known.rate = reported.rate.or(known.rate);
                known.unseen_from = None;
                let first = !std::mem::replace(&mut known.listed, true);
                if reported.phase.is_billable() {
                    attempt.gone_from = None;
                }
                let broker = attempt.ordered.broker.clone();
                self.lag(broker, reported.lag_ms.filter(|_| first));
                Ok(())
            }
            Event::Doomed(doomed) => {
                let from = [Stage::Accepted, Stage::Ready, Stage::Orphan];
                let attempt = self.step(&doomed.key, at, Stage::Doomed, &from)?;
                attempt.doom = Some(doomed.doom);
                attempt.note = doomed.note;
                Ok(())
            }
            Event::Ending(named) => {
                let from = [Stage::Doomed, Stage::Ending, Stage::Blocked];
                let attempt = self.step(&named.key, at, Stage::Ending, &from)?;
                attempt.end_sent = Some(at.clone());
                attempt.ends += 1;
                if let Some(ends) = &mut attempt.refused_ends {
                    ends.is_latest = false;
                }
                Ok(())
            }
            Event::EndRefused(refused) => self.refuse_end(refused, at),
            Event::SeenGone(named) => {
                let attempt = self.alive(&named.key)?;
                attempt.gone_from.get_or_insert_with(|| at.clone());
                Ok(())
            }
            Event::Gone(gone) => {
                self.alive(&gone.key)?;
                let attempt = self.attempt(&gone.key)?;
                attempt.stage = Stage::Gone;
                attempt.since = at.clone();
                attempt.cost = Some(gone.cost);
                Ok(())
            }
            Event::Unseen(named) => {
                machine(self.alive(&named.key)?)?
                    .unseen_from
                    .get_or_insert_with(|| at.clone());
                Ok(())
            }
            Event::Extended(extended) => {
                let attempt = self.alive(&extended.key)?;
                attempt.ends_at = extended.ends_at;
                attempt.worst = extended.worst;
                Ok(())
            }
            other => Err(format!("{other:?} is no event of a machine that exists")),
        }
    }

    fn plan(&mut self, planned: &Planned, at: &Stamp) -> Result<(), String> {
        let launch = Launch {
            at: at.clone(),
            slots: planned.slots,
            all_or_nothing: planned.all_or_nothing,
            caps: planned.caps,
            currency: planned.currency,
            closed: None,
        };
        match self.launches.insert(planned.launch.clone(), launch) {
            None => Ok(()),
            Some(_) => Err(format!("launch {} is in the journal already", &planned.launch)),
        }
    }

    fn reserve(&mut self, reserved: Reserved, at: &Stamp) -> Result<(), String> {
        let attempt = Attempt {
            launch: reserved.launch,
            slot: reserved.slot,
            number: reserved.number,
            worst: reserved.worst,
            upfront: reserved.upfront,
            ends_at: reserved.ends_at,
            ..Attempt::new(reserved.key, reserved.ordered, Stage::Reserved, at)
        };
        self.insert(attempt)
    }

    fn accept(&mut self, accepted: Accepted, at: &Stamp) -> Result<(), String> {
        let from = [
            Stage::Sending,
            Stage::Unknown,
            Stage::Rejected,
            Stage::Absent,
            Stage::Released,
            Stage::Orphan,
        ];
        let attempt = self.step(&accepted.key, at, Stage::Accepted, &from)?;
        attempt.machine = Some(Machine {
            id: accepted.id,
            from: at.clone(),
            rate: accepted.rate,
            phase: None,
            ssh: Vec::new(),
            listed: accepted.seen,
            unseen_from: None,
        });
        let broker = attempt.ordered.broker.clone();
        self.lag(broker, accepted.lag_ms);
        Ok(())
    }

    fn refuse_end(&mut self, refused: EndRefused, at: &Stamp) -> Result<(), String> {
        let stage = if refused.unauthorised || refused.for_long || refused.too_early_ms.is_some() {
            Stage::Blocked
        } else {
            Stage::Ending
        };
        let attempt = self.step(&refused.key, at, stage, &[Stage::Ending])?;
        attempt.note = refused.note;
        let ends = attempt.refused_ends.get_or_insert_with(|| RefusedEnds {
            count: 0,
            first: at.clone(),
            last: at.clone(),
            is_latest: true,
            too_early: None,
        });
        ends.is_latest = true;
        ends.count += 1;
        ends.last = at.clone();
        ends.too_early = refused.too_early_ms.map(Duration::from_millis);
        Ok(())
    }

    fn find_orphan(&mut self, orphan: Orphan, at: &Stamp) -> Result<(), String> {
        let rate = Some(orphan.ordered.ceiling);
        let mut attempt = Attempt::new(orphan.key, orphan.ordered, Stage::Orphan, at);
        attempt.ends_at = orphan.ends_at;
        attempt.created_at = orphan.created_at;
        attempt.machine = Some(listed(orphan.id, rate, at));
        attempt.worst = unplanned(&attempt, at);
        "its name is ours, and the journal knows nothing of it".clone_into(&mut attempt.note);
        self.insert(attempt)
    }

    fn extra(&mut self, extra: Extra, at: &Stamp) -> Result<(), String> {
        let of = self.attempt(&extra.of)?.clone();
        let mut attempt = Attempt::new(extra.key, of.ordered, Stage::Accepted, at);
        attempt.name = of.name;
        attempt.launch = of.launch;
        attempt.slot = of.slot;
        attempt.number = of.number;
        // It came of the same request, and may cost as much until it is gone.
        attempt.sent = of.sent;
        attempt.ends_at = of.ends_at;
        attempt.worst = of.worst;
        attempt.machine = Some(listed(extra.id, extra.rate, at));
        self.insert(attempt)
    }

    fn insert(&mut self, attempt: Attempt) -> Result<(), String> {
        let key = attempt.key.clone();
        match self.attempts.insert(key.clone(), attempt) {
            None => Ok(()),
            Some(_) => Err(format!("attempt {key} is in the journal already")),
        }
    }

    fn learn(&mut self, known: Known, at: &Stamp) {
        let account = self.accounts.entry(known.account).or_default();
        if !known.alive.is_empty() || !known.ended.is_empty() {
            account.ever.get_or_insert_with(|| at.clone());
        }
        account.alive.extend(known.alive);
        for id in &known.ended {
            account.alive.remove(id);
        }
    }

    fn sell_out(&mut self, sold_out: SoldOut, at: &Stamp) {
        let offer = (sold_out.broker, sold_out.offer, sold_out.place);
        let view = self.sold_out.entry(offer).or_insert_with(|| SoldOutView {
            last: at.clone(),
            times: 0,
        });
        view.last = at.clone();
        view.times += 1;
    }

    fn lag(&mut self, broker: gpu_broker_core::offer::Broker, lag_ms: Option<u64>) {
        if let Some(lag_ms) = lag_ms {
            let lags = self.lags.entry(broker).or_default();
            lags.count += 1;
            lags.longest = lags.longest.max(Duration::from_millis(lag_ms));
        }
    }

    fn attempt(&mut self, key: &str) -> Result<&mut Attempt, String> {
        self.attempts
            .get_mut(key)
            .ok_or_else(|| format!("attempt {key} is not in the journal"))
    }

    fn alive(&mut self, key: &str) -> Result<&mut Attempt, String> {
        let attempt = self.attempt(key)?;
        if attempt.stage.is_alive() {
            Ok(attempt)
        } else {
            Err(format!("no machine of attempt {key} is known to exist"))
        }
    }

    fn step(&mut self, key: &str, at: &Stamp, to: Stage, from: &[Stage]) -> Result<&mut Attempt, String> {
        let attempt = self.attempt(key)?;
        if !from.contains(&attempt.stage) {
            return Err(format!(
                "attempt {key} is {} and cannot become {}",
                attempt.stage.as_str(),
                to.as_str()
            ));
        }
        if attempt.stage != to {
            attempt.stage = to;
            attempt.since = at.clone();
        }
        Ok(attempt)
    }
}

impl Attempt {
    fn new(key: String, ordered: super::Ordered, stage: Stage, at: &Stamp) -> Self {
        Self {
            name: key.clone(),
            key,
            launch: String::new(),
            slot: 0,
            number: 0,
            worst: Exact::ZERO,
            upfront: Exact::ZERO,
            ordered,
            stage,
            since: at.clone(),
            sent: None,
            created_at: None,
            connects: 0,
            quiet_from: None,
            looks: 0,
            missed: None,
            machine: None,
            refusal: None,
            retry_in: None,
            doom: None,
            note: String::new(),
            unwanted: false,
            end_sent: None,
            ends: 0,
            refused_ends: None,
            gone_from: None,
            cost: None,
            ends_at: None,
        }
    }
}

/// What a machine may come to cost for which nobody here set money aside: what
/// it has cost, and what it costs until the end that is in its name. Where it
/// has none, a day more: as long as a request covers of which nobody says how
/// long. Past that, what it has cost counts (`Commitment`).
fn unplanned(attempt: &Attempt, at: &Stamp) -> Exact {
    const A_DAY: SignedDuration = SignedDuration::from_hours(24);
    let until = attempt.ends_at.or_else(|| at.wall.checked_add(A_DAY).ok());
    let ms = between_ms(attempt.paid_from(), until.unwrap_or(at.wall).max(at.wall));
    cost::over(attempt.ordered.ceiling, ms).unwrap_or_default()
}

/// A machine that a listing shows.
fn listed(id: gpu_broker_core::instance::InstanceId, rate: Option<Exact>, at: &Stamp) -> Machine {
    Machine {
        id,
        from: at.clone(),
        rate,
        phase: None,
        ssh: Vec::new(),
        listed: true,
        unseen_from: None,
    }
}

fn machine(attempt: &mut Attempt) -> Result<&mut Machine, String> {
    let key = &attempt.key;
    attempt
        .machine
        .as_mut()
        .ok_or_else(|| format!("no machine of attempt {key} is known"))
}
