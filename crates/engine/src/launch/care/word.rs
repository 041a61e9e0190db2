//! What a person says of a machine: that it is ours to end, that it never came to be, that it may stay, or run longer.

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::number::Exact;
use gpu_broker_core::source::Coverage;
use jiff::Timestamp;

use super::CareError;
use crate::launch::account::Kind;
use crate::launch::caps;
use crate::launch::engine::{Engine, EngineError};
use crate::launch::event::{Accepted, Event, Extended, Gone, Named, Orphan};
use crate::launch::state::{Attempt, Stage};
use crate::launch::survey::as_listed;
use crate::launch::survey::cost::{self, between_ms};

impl Engine {
    /// Takes a machine that the journal does not know into it, because a
    /// person named it. Returns its key.
    ///
    /// # Errors
    /// When no account shows it.
    pub async fn take_charge(&mut self, id: &InstanceId) -> Result<String, CareError> {
        for shown in self.look_around().await? {
            let Some(item) = shown.listing.items.iter().find(|item| item.id == *id) else {
                continue;
            };
            if shown.kind != Kind::Machine {
                continue;
            }
            if let Some(attempt) = self.state().by_id(&shown.broker, id) {
                return Ok(attempt.key.clone());
            }
            let key = format!("{}/{id}", shown.broker);
            let orphan = Orphan {
                key: key.clone(),
                id: id.clone(),
                ordered: as_listed(&shown.account(), item),
                ends_at: None,
                created_at: None,
            };
            self.note(vec![Event::Orphan(Box::new(orphan))])
                .map_err(EngineError::from)?;
            return Ok(key);
        }
        Err(CareError::Unlisted(id.clone()))
    }

    /// Takes a person's word that a machine is to end, whatever its broker shows:
    /// somebody named it by its id (I5). One that its broker shows under
    /// another name is left alone all the same.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn claim(&mut self, key: &str) -> Result<(), EngineError> {
        let attempt = self.state().attempts.get(key).filter(|one| one.stage.is_alive());
        let machine = attempt.and_then(|one| one.machine.as_ref());
        if machine.is_some_and(|machine| !machine.ours && !machine.claimed) {
            self.note(vec![Event::Claimed(Named { key: key.to_owned() })])?;
        }
        Ok(())
    }

    /// Takes a person's word that nothing came of a request, or that a machine
    /// ended which its broker does not list any more.
    ///
    /// # Errors
    /// When the attempt is neither one whose outcome is open, nor in doubt.
    pub fn vouch_absent(&mut self, key: &str) -> Result<(), CareError> {
        let attempt = self.state().attempts.get(key).filter(|one| one.is_doubted());
        if let Some(attempt) = attempt {
            let gone = Gone {
                key: key.to_owned(),
                cost: cost::of(attempt, None, &self.now()),
            };
            return self
                .note(vec![Event::Gone(gone)])
                .map_err(|error| EngineError::from(error).into());
        }
        self.expect(key, &[Stage::Unknown, Stage::Rejected, Stage::Absent])?;
        let named = Named { key: key.to_owned() };
        self.note(vec![Event::Vouched(named)])
            .map_err(|error| EngineError::from(error).into())
    }

    /// Takes a person's word that a machine is the one that came of a request,
    /// or that an unknown machine of ours may stay.
    ///
    /// # Errors
    /// When the attempt is not open, or its account does not show the machine.
    pub async fn adopt(&mut self, key: &str, id: &InstanceId) -> Result<(), CareError> {
        let open = [Stage::Unknown, Stage::Rejected, Stage::Absent, Stage::Orphan];
        let attempt = self.expect(key, &open)?;
        let account = attempt.ordered.account();
        let listing = self.look(&account).await?.listing;
        let Some(item) = listing.items.iter().find(|item| item.id == *id) else {
            let how = if listing.coverage == Coverage::Complete {
                "does not list"
            } else {
                "did not list, in an answer that is not complete,"
            };
            return Err(CareError::Unfit(format!(
                "{} {how} a machine with the id {id}",
                account.broker
            )));
        };
        // The look may have settled it.
        if self.expect(key, &open).is_err() {
            return Ok(());
        }
        let accepted = Accepted {
            key: key.to_owned(),
            id: id.clone(),
            rate: item.rate.map(gpu_broker_core::money::Rate::per_hour),
            seen: true,
            lag_ms: None,
        };
        self.note(vec![Event::Accepted(accepted)])
            .map_err(|error| EngineError::from(error).into())
    }

    /// Lets a machine run until later, within the caps of its launch, and within
    /// `budget` in its currency, which holds everything in the journal together.
    ///
    /// # Errors
    /// When it does not run, or what it would cost is above a cap.
    pub fn extend(&mut self, key: &str, ends_at: Timestamp, budget: Option<Exact>) -> Result<(), CareError> {
        self.expect(key, &[Stage::Accepted, Stage::Ready])?;
        let now = self.now();
        let too_many = || "what it would cost has too many digits".to_owned();
        let extended = self.commit_within(|state| {
            let attempt = state.attempts.get(key).ok_or_else(|| "it is gone".to_owned())?;
            let worst = until(attempt, ends_at).ok_or_else(too_many)?;
            caps::allow_more(state, attempt, (worst, budget), &now)?;
            Ok(vec![Event::Extended(Extended {
                key: key.to_owned(),
                ends_at: Some(ends_at),
                worst,
            })])
        });
        extended.map_err(EngineError::from)??;
        Ok(())
    }

    fn expect(&self, key: &str, stages: &[Stage]) -> Result<&Attempt, CareError> {
        let attempt = self.state().attempts.get(key);
        let attempt = attempt.ok_or_else(|| CareError::Unknown(key.to_owned()))?;
        if stages.contains(&attempt.stage) {
            Ok(attempt)
        } else {
            Err(CareError::Unfit(format!("{key} is {}", attempt.stage.as_str())))
        }
    }
}

/// The most that a machine may cost until a time.
fn until(attempt: &Attempt, ends_at: Timestamp) -> Option<Exact> {
    let cost = cost::over(attempt.ordered.ceiling, between_ms(attempt.paid_from(), ends_at))?;
    Some(cost.max(attempt.upfront))
}
