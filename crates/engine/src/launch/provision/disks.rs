//! The disks that a launch creates: first of all, since machines are ordered
//! with them attached, and gone with it when nothing comes of it (R10).

use std::time::Duration;

use gpu_broker_core::disk::DiskId;

use super::End;
use super::choose::Choice;
use super::hunt::Hunt;
use super::step::{Made, Next, Ordered, Prepared};
use crate::launch::chores::Care;
use crate::launch::doom::Doom;
use crate::launch::engine::EngineError;
use crate::launch::state::{Attempt, Stage, State};
use crate::launch::unit::{DiskUnit, Item};

/// Disks are counted from here, so that their names are no machine's: a plan
/// has fewer machines than this.
const FIRST_SLOT: u16 = 1_000;

/// How long a new disk may take until it can be attached. Neither broker says;
/// the sandbox takes seconds.
const ATTACHABLE_WITHIN: Duration = Duration::from_secs(300);

impl Hunt<'_> {
    /// Creates the disks of a plan that are not there yet, and deletes those
    /// of a plan that was given up.
    pub(super) async fn prepare(&mut self, choice: &Choice) -> Result<Prepared, EngineError> {
        if !self.discard_disks(&choice.disks).await? {
            return Ok(Prepared::Not(Next::Stop(End::Unknown)));
        }
        let mut ids = Vec::with_capacity(choice.disks.len());
        let mut there: Vec<&Made> = self.made.iter().collect();
        let mut missing = Vec::new();
        for unit in &choice.disks {
            match there.iter().position(|made| made.unit == *unit) {
                Some(at) => ids.push(there.swap_remove(at).key.clone()),
                None => missing.push(unit.clone()),
            }
        }
        for unit in missing {
            let Some((slot, number)) = self.free_slot(FIRST_SLOT) else {
                return Ok(Prepared::Not(Next::Stop(End::Nothing)));
            };
            let item = Item::Disk(Box::new(unit.clone()));
            let next = match self.order(slot, number, &item).await? {
                Ordered::Tried(key) => {
                    let next = self.follow(&key, &item).await?;
                    ids.push(key.clone());
                    self.made.push(Made { key, unit });
                    next
                }
                Ordered::Not(next) => next,
            };
            if !matches!(next, Next::Go) {
                let why = "its disk could not be had";
                self.excluded.plans.insert(choice.plan, why.to_owned());
                return Ok(Prepared::Not(next));
            }
        }
        if !self.settle_disks(&ids).await? {
            let why = "its disk cannot be attached";
            self.excluded.plans.insert(choice.plan, why.to_owned());
            return Ok(Prepared::Not(Next::Elsewhere));
        }
        let attempts = &self.engine.state().attempts;
        let machines = ids.iter().filter_map(|key| attempts.get(key)?.machine.as_ref());
        Ok(Prepared::Disks(
            machines.map(|machine| DiskId::new(machine.id.as_str())).collect(),
        ))
    }

    /// Waits until the disks can be attached. False when one of them cannot, or
    /// not in time.
    async fn settle_disks(&mut self, keys: &[String]) -> Result<bool, EngineError> {
        let stages = |state: &State| -> Vec<Option<Stage>> {
            keys.iter().map(|key| Some(state.attempts.get(key)?.stage)).collect()
        };
        let done = |state: &State| stages(state).iter().all(|stage| *stage != Some(Stage::Accepted));
        let whose = |one: &Attempt| keys.contains(&one.key);
        self.engine
            .tend(whose, Care::Unsettled, ATTACHABLE_WITHIN, done)
            .await?;
        let ready = stages(self.engine.state());
        Ok(ready.iter().all(|stage| *stage == Some(Stage::Ready)))
    }

    /// Deletes the disks of this launch that are not among these. True when all
    /// of them are gone.
    pub(super) async fn discard_disks(&mut self, keep: &[DiskUnit]) -> Result<bool, EngineError> {
        let mut keep: Vec<&DiskUnit> = keep.iter().collect();
        let (mut kept, mut discarded) = (Vec::new(), Vec::new());
        for made in std::mem::take(&mut self.made) {
            match keep.iter().position(|unit| **unit == made.unit) {
                Some(at) => {
                    keep.swap_remove(at);
                    kept.push(made);
                }
                None => discarded.push(made.key),
            }
        }
        self.made = kept;
        let alive = |key: &String| {
            let stage = self.engine.state().attempts.get(key).map(|one| one.stage);
            stage.is_some_and(Stage::is_alive)
        };
        let discarded: Vec<String> = discarded.into_iter().filter(alive).collect();
        for key in &discarded {
            self.engine.doom(key, Doom::Undone, "")?;
        }
        if discarded.is_empty() {
            return Ok(true);
        }
        self.until_gone(|one| discarded.contains(&one.key)).await
    }
}
