//! Knowing an account before anything is ordered in it.

use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Coverage;

use super::hunt::Hunt;
use crate::launch::engine::EngineError;

/// How often to look at an account before nothing is ordered in it.
const LOOKS: u32 = 3;

impl Hunt<'_> {
    /// Whether it is known what the account had before anything is ordered in
    /// it: only then does an answer that names an old machine show (F10), and a
    /// listing that leaves machines out (R7). Where no listing can be had, what
    /// is launched could not be found again.
    pub(super) async fn knows_account(&mut self, broker: &Broker) -> Result<bool, EngineError> {
        if self.looked_at.contains(broker) {
            return Ok(true);
        }
        let accounts = self.engine.accounts();
        let account = accounts.into_iter().find(|(one, _)| one == broker);
        let account = account.ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        if self.engine.is_fresh(&account) {
            self.looked_at.insert(broker.clone());
            return Ok(true);
        }
        for tries in 1..=LOOKS {
            let error = match self.engine.look(&account).await?.listing.coverage {
                Coverage::Complete => break,
                Coverage::Partial(error) | Coverage::Failed(error) => error,
                Coverage::NoCredentials => return Err(EngineError::NoFleet(broker.clone())),
            };
            if tries == LOOKS || error.is_credentials() || self.engine.parts().interrupt.is_set() {
                let note = format!("{broker} does not tell which machines there are: {error}");
                self.notes.push(note.clone());
                self.excluded.brokers.insert(broker.clone());
                if error.is_credentials() {
                    self.key_refused = Some(note);
                }
                return Ok(false);
            }
            self.engine.rest(self.engine.settings().list_every).await;
        }
        self.looked_at.insert(broker.clone());
        Ok(true)
    }
}
