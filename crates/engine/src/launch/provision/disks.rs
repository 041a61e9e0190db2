//! The disks that a launch creates: first of all, since machines are ordered
//! with them attached, and gone with it when nothing comes of it (R10).

use gpu_broker_core::disk::DiskId;

use super::End;
use super::choose::Choice;
use super::hunt::{Hunt, Next, Ordered};
use crate::launch::engine::EngineError;
use crate::launch::judge::Doom;
use crate::launch::state::Stage;
use crate::launch::unit::{DiskUnit, Item};

/// Disks are counted from here, so that their names are no machine's: a plan
/// has fewer machines than this.
const FIRST_SLOT: u16 = 1_000;

/// A disk that the launch created.
pub(super) struct Made {
    key: String,
    unit: DiskUnit,
}

/// Whether the disks of a plan are there.
pub(super) enum Prepared {
    /// They are.
    Disks(Vec<DiskId>),
    /// They are not.
    Not(Next),
}

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
                self.excluded.plans.insert(choice.plan);
                return Ok(Prepared::Not(next));
            }
        }
        let attempts = &self.engine.state().attempts;
        let machines = ids.iter().filter_map(|key| attempts.get(key)?.machine.as_ref());
        Ok(Prepared::Disks(
            machines.map(|machine| DiskId::new(machine.id.as_str())).collect(),
        ))
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
