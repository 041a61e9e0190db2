//! What happens to machines that exist.

use std::time::Duration;

use super::machine;
use crate::clock::Stamp;
use crate::launch::account::Kind;
use crate::launch::doom::Doom;
use crate::launch::event::{EndRefused, Event, Noted, Reported};
use crate::launch::state::{Attempt, RefusedEnds, Stage, State};

impl State {
    /// Takes in one event of a machine.
    pub(super) fn live(&mut self, event: Event, at: &Stamp) -> Result<(), String> {
        match event {
            Event::Ready(ready) => {
                let attempt = self.step(&ready.key, at, Stage::Ready, &[Stage::Accepted])?;
                machine(attempt)?.ssh = ready.ssh;
                Ok(())
            }
            Event::Reported(reported) => self.report(&reported, at),
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
            Event::SeenGone(named) => self.seen_gone(&named.key, at),
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
            event => self.whose(event, at),
        }
    }

    fn report(&mut self, reported: &Reported, at: &Stamp) -> Result<(), String> {
        let attempt = self.attempt(&reported.key)?;
        let known = machine(attempt)?;
        known.phase = Some(reported.phase);
        known.rate = reported.rate.or(known.rate);
        known.unseen_from = None;
        let first = !std::mem::replace(&mut known.listed, true);
        if reported.phase.is_billable() {
            attempt.gone_from = None;
        }
        let account = attempt.ordered.account();
        self.lag(account.broker.clone(), reported.lag_ms.filter(|_| first));
        if first {
            self.shows_ours(&account, at);
        }
        Ok(())
    }

    fn seen_gone(&mut self, key: &str, at: &Stamp) -> Result<(), String> {
        let attempt = self.alive(key)?;
        attempt.gone_from.get_or_insert_with(|| at.clone());
        let account = attempt.ordered.account();
        // A disk that is gone is not shown; a machine is, as ended.
        if account.kind == Kind::Machine {
            self.shows_ours(&account, at);
        }
        Ok(())
    }

    /// What is found out about whose a machine is.
    fn whose(&mut self, event: Event, at: &Stamp) -> Result<(), String> {
        match event {
            Event::Confirmed(named) => {
                machine(self.alive(&named.key)?)?.ours = true;
                Ok(())
            }
            Event::Claimed(named) => {
                machine(self.alive(&named.key)?)?.claimed = true;
                Ok(())
            }
            Event::Disowned(noted) => self.disown(noted, at),
            other => Err(format!("{other:?} is no event of a machine that exists")),
        }
    }

    /// What was told of a machine was told of somebody else's. Whether ours is
    /// wanted depends on what was decided, not on what that other one is.
    fn disown(&mut self, noted: Noted, at: &Stamp) -> Result<(), String> {
        if machine(self.alive(&noted.key)?)?.ours {
            return Err(format!("the machine of attempt {} is known to be ours", noted.key));
        }
        let from = [
            Stage::Accepted,
            Stage::Ready,
            Stage::Doomed,
            Stage::Ending,
            Stage::Blocked,
        ];
        let attempt = self.step(&noted.key, at, Stage::Unknown, &from)?;
        let sent_away = |doom: Doom| {
            matches!(
                doom,
                Doom::Slow | Doom::Extra | Doom::Late | Doom::Undone | Doom::Expired | Doom::User
            )
        };
        *attempt = Attempt {
            unwanted: attempt.unwanted || attempt.doom.is_some_and(sent_away),
            note: noted.note,
            quiet_from: Some(at.clone()),
            looks: 0,
            missed: None,
            machine: None,
            doom: None,
            end_sent: None,
            ends: 0,
            refused_ends: None,
            gone_from: None,
            ..attempt.clone()
        };
        Ok(())
    }

    fn refuse_end(&mut self, refused: EndRefused, at: &Stamp) -> Result<(), String> {
        let stage = if refused.unauthorised || refused.for_long || refused.too_early_ms.is_some() {
            Stage::Blocked
        } else {
            Stage::Ending
        };
        // One that is not known to be ours was not even asked to end.
        let from = [Stage::Doomed, Stage::Ending, Stage::Blocked];
        let attempt = self.step(&refused.key, at, stage, &from)?;
        attempt.note = refused.note;
        let ends = attempt.refused_ends.get_or_insert_with(|| RefusedEnds {
            count: 0,
            first: at.clone(),
            last: at.clone(),
            is_latest: true,
            unauthorised: false,
            too_early: None,
        });
        ends.is_latest = true;
        ends.unauthorised = refused.unauthorised;
        ends.count += 1;
        ends.last = at.clone();
        ends.too_early = refused.too_early_ms.map(Duration::from_millis);
        Ok(())
    }
}
