//! One row more: which step it is, and that it may follow what was.

mod account;
mod found;
mod live;

use std::time::Duration;

use gpu_broker_core::number::Exact;

use super::{Attempt, Launch, Machine, Stage, State, WalletSays};
use crate::clock::Stamp;
use crate::launch::event::{Accepted, Event, Planned, Reserved};

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
                let view = self.accounts.get(&account);
                let wallet = match view.map(|view| (&view.ever, &view.purse)) {
                    Some((Some(_), _)) => WalletSays::Unasked,
                    Some((None, Some(_))) => WalletSays::Steady,
                    Some((None, None)) | None => WalletSays::Nothing,
                };
                self.attempt(&named.key)?.wallet = wallet;
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
                if attempt.wallet == WalletSays::Fell {
                    attempt.wallet = WalletSays::Steady;
                }
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
            Event::Wallet(wallet) => {
                self.weigh(&wallet);
                Ok(())
            }
            Event::Orphan(orphan) => self.find_orphan(*orphan, at),
            Event::Extra(extra) => self.extra(extra, at),
            event => self.live(event, at),
        }
    }

    fn plan(&mut self, planned: &Planned, at: &Stamp) -> Result<(), String> {
        let launch = Launch {
            at: at.clone(),
            slots: planned.slots,
            all_or_nothing: planned.all_or_nothing,
            caps: planned.caps,
            currency: planned.currency,
            quote: planned.quote.clone(),
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
            ours: accepted.seen,
            claimed: false,
            unseen_from: None,
        });
        let account = attempt.ordered.account();
        self.lag(account.broker.clone(), accepted.lag_ms);
        if accepted.seen {
            self.shows_ours(&account, at);
        }
        Ok(())
    }

    fn insert(&mut self, attempt: Attempt) -> Result<(), String> {
        let key = attempt.key.clone();
        match self.attempts.insert(key.clone(), attempt) {
            None => Ok(()),
            Some(_) => Err(format!("attempt {key} is in the journal already")),
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
            wallet: WalletSays::Nothing,
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

fn machine(attempt: &mut Attempt) -> Result<&mut Machine, String> {
    let key = &attempt.key;
    attempt
        .machine
        .as_mut()
        .ok_or_else(|| format!("no machine of attempt {key} is known"))
}
