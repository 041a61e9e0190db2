//! What must be known of an account before anything is ordered in it.

use gpu_broker_core::source::Coverage;

use super::hunt::Hunt;
use crate::launch::account::{Account, Kind};
use crate::launch::engine::EngineError;
use crate::launch::unit::Item;

/// How often to look at an account before it is given up that nothing was
/// launched in yet.
const LOOKS: u32 = 3;

impl Hunt<'_> {
    /// Whether it is known what the account had before anything is ordered in
    /// it: only then does an answer that names an old machine show (F10), and a
    /// listing that leaves machines out (R7). Where no listing can be had, what
    /// is launched could not be found again.
    pub(super) async fn knows_account(&mut self, item: &Item) -> Result<bool, EngineError> {
        let broker = item.broker();
        let kind = match item {
            Item::Machine(_) => Kind::Machine,
            Item::Disk(_) => Kind::Disk,
        };
        let is = |account: &Account| account.broker == *broker && account.kind == kind;
        let no_fleet = || EngineError::NoFleet(broker.clone());
        let account = self.engine.accounts().into_iter().find(is).ok_or_else(no_fleet)?;
        if self.looked_at.contains(&account) {
            return Ok(true);
        }
        if self.engine.is_fresh(&account) {
            self.looked_at.insert(account);
            return Ok(true);
        }
        for tries in 1..=LOOKS {
            let error = match self.engine.look(&account).await?.listing.coverage {
                Coverage::Complete => break,
                Coverage::Partial(error) | Coverage::Failed(error) => error,
                Coverage::NoCredentials => return Err(no_fleet()),
            };
            if tries == LOOKS || error.is_credentials() || self.engine.parts().interrupt.is_set() {
                let note = format!("{broker} does not tell what there is: {error}");
                self.notes.push(note.clone());
                self.excluded.brokers.insert(broker.clone(), note.clone());
                if error.is_credentials() {
                    self.key_refused = Some(note);
                } else {
                    self.excluded.unasked.insert(broker.clone());
                }
                return Ok(false);
            }
            self.engine.rest(self.engine.settings().list_every).await;
        }
        self.looked_at.insert(account);
        Ok(true)
    }
}
