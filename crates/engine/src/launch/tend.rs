//! The loop that does what is to be done until a goal is reached, the time is
//! over, or somebody asks to stop.

use std::time::Duration;

use super::chores::{Agenda, Care, Chore, agenda};
use super::engine::{Engine, EngineError};
use super::state::{Attempt, State};

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The goal is reached.
    Done,
    /// Nothing is left to do, and the goal is not reached.
    Idle,
    /// The time is over.
    Late,
    /// Somebody asked to stop.
    Interrupted,
}

impl Engine {
    /// Does what is to be done for some attempts until `done` says so.
    ///
    /// Attempts of accounts that cannot be asked are left as they are.
    pub(crate) async fn tend(
        &mut self,
        whose: impl Fn(&Attempt) -> bool,
        care: Care,
        within: Duration,
        done: impl Fn(&State) -> bool,
    ) -> Result<Ended, EngineError> {
        let start = self.now();
        loop {
            self.refresh()?;
            if done(self.state()) {
                return Ok(Ended::Done);
            }
            // A clock that was started anew says that much time has passed.
            let waited = self.now().since(&start).unwrap_or(within);
            let Some(left) = within.checked_sub(waited).filter(|left| !left.is_zero()) else {
                return Ok(Ended::Late);
            };
            if self.parts().interrupt.is_set() {
                return Ok(Ended::Interrupted);
            }
            let agenda = self.agenda(&whose, care);
            if agenda.now.is_empty() {
                let Some(next) = agenda.next else {
                    return Ok(Ended::Idle);
                };
                self.rest(next.min(left)).await;
                continue;
            }
            for chore in agenda.now {
                self.do_chore(chore).await?;
                if self.parts().interrupt.is_set() {
                    break;
                }
            }
        }
    }

    pub(crate) fn agenda(&self, whose: &impl Fn(&Attempt) -> bool, care: Care) -> Agenda {
        let accounts = self.accounts();
        let reachable = |one: &&Attempt| accounts.contains(&one.ordered.account());
        let attempts = self
            .state()
            .attempts
            .values()
            .filter(|one| whose(one))
            .filter(reachable)
            // What the disk has no row of is nobody's to end (R1).
            .filter(|one| self.is_noted(&one.key));
        agenda(attempts, self.looked(), self.settings(), &self.now(), care)
    }

    pub(crate) async fn do_chore(&mut self, chore: Chore) -> Result<(), EngineError> {
        match chore {
            Chore::Doom { key, doom } => self.doom(&key, doom, ""),
            Chore::End { key } => self.end(&key).await,
            Chore::Look { account } => self.look(&account).await.map(drop),
        }
    }

    /// Waits, unless somebody asks to stop.
    pub(crate) async fn rest(&self, time: Duration) {
        let parts = self.parts();
        parts.watcher.waiting(self.state(), time);
        let (sleep, asked) = (parts.clock.sleep(time), parts.interrupt.asked());
        futures::pin_mut!(asked);
        futures::future::select(sleep, asked).await;
    }
}
