//! How a launch ends: waiting for its machines, and saying only what is so.

use super::End;
use super::hunt::{DISPOSE_WITHIN, Hunt, ware};
use crate::launch::account::Kind;
use crate::launch::chores::Care;
use crate::launch::doom::Doom;
use crate::launch::engine::EngineError;
use crate::launch::state::{Attempt, Stage, State};
use crate::launch::tend::Ended;
use crate::launch::unit::Ware;

impl Hunt<'_> {
    /// Waits for the machines to become ready. `None` when one of them failed
    /// and another may be ordered in its stead.
    pub(super) async fn settle(&mut self) -> Result<Option<End>, EngineError> {
        let launch = self.launch.to_owned();
        let wait = self.wish.wait.unwrap_or_default();
        let before: Vec<String> = self.kept().map(|one| one.key.clone()).collect();
        let ready = |state: &State| {
            let mut machines = state.of_launch(&launch);
            machines.all(|one| one.stage != Stage::Accepted && !is_in_doubt(one))
        };
        let mine = |one: &Attempt| one.launch == launch;
        let ended = self.engine.tend(mine, Care::Unsettled, wait, ready).await?;
        let failed = self.failed(&before);
        if failed.is_empty() {
            return Ok(Some(match ended {
                Ended::Done => End::Ready,
                Ended::Interrupted => End::Interrupted,
                Ended::Idle | Ended::Late => End::Deploying,
            }));
        }
        self.clear(&failed).await
    }

    /// The machines that must end, and of some those that ended.
    pub(super) fn failed(&self, some: &[String]) -> Vec<String> {
        let failed = |one: &&Attempt| is_ending(one) || (one.stage == Stage::Gone && some.contains(&one.key));
        let machines = self.engine.state().of_launch(self.launch).filter(failed);
        machines.map(|one| one.key.clone()).collect()
    }

    /// Waits until machines that must end are gone, before anything is ordered in
    /// their stead. `None` when something may be.
    pub(super) async fn clear(&mut self, failed: &[String]) -> Result<Option<End>, EngineError> {
        let state = self.engine.state();
        let failed: Vec<&Attempt> = failed.iter().filter_map(|key| state.attempts.get(key)).collect();
        // One that nobody wanted leaves no gap.
        let lost: Vec<&Attempt> = failed
            .into_iter()
            .filter(|one| one.doom.is_none_or(Doom::leaves_a_gap))
            .collect();
        let wares: Vec<Ware> = lost.iter().copied().map(ware).collect();
        let bad = lost.iter().find(|one| !one.doom.is_none_or(Doom::may_try_elsewhere));
        let bad = bad.map(|one| one.key.clone());
        for key in lost.into_iter().map(|one| one.key.clone()).collect::<Vec<_>>() {
            self.remark(&key);
        }
        if !self.until_gone(is_ending).await? {
            return Ok(Some(End::Unknown));
        }
        if let Some(bad) = bad {
            let note = self.remark_of(&bad);
            return self.stop(End::Guarded(note.into())).await.map(Some);
        }
        let failed = |ware: Ware| {
            let why = format!("a machine of {} failed or ended", ware.1);
            (ware, why)
        };
        self.excluded.wares.extend(wares.into_iter().map(failed));
        Ok(None)
    }

    /// Says only what is so: nothing of this launch is on its way out, and the
    /// machines are counted again.
    pub(super) async fn finish(&mut self, end: End) -> Result<End, EngineError> {
        if matches!(end, End::Unknown | End::Interrupted) {
            return Ok(end);
        }
        if !self.clear_doubts().await? || !self.until_gone(is_ending).await? {
            return Ok(End::Unknown);
        }
        let of_launch = || self.engine.state().of_launch(self.launch);
        let open = |one: &Attempt| matches!(one.stage, Stage::Sending | Stage::Unknown | Stage::Rejected);
        if of_launch().any(|one| open(one) || is_ending(one) || is_in_doubt(one)) {
            return Ok(End::Unknown);
        }
        // What is prepaid and stays is there, wanted or not.
        let lives =
            |one: &&Attempt| one.ordered.kind == Kind::Machine && matches!(one.stage, Stage::Accepted | Stage::Ready);
        let got = of_launch().filter(lives).count();
        let wanted = self.wish.plans.first().map_or(got, |plan| plan.machines.len());
        let ready = of_launch().filter(lives).all(|one| one.stage == Stage::Ready);
        Ok(match end {
            End::Ready | End::Deploying if self.is_whole() && ready => End::Ready,
            End::Ready | End::Deploying if self.is_whole() => End::Deploying,
            End::Guarded(_) => end,
            End::Key(_) if got == 0 => end,
            _ if got == 0 => End::Nothing,
            _ => End::Partial { got, wanted },
        })
    }

    /// Whether what is there is one of the plans.
    fn is_whole(&self) -> bool {
        let mut there = self.there();
        there.sort_unstable();
        self.wish.plans.iter().any(|plan| {
            let mut wares: Vec<Ware> = plan.machines.iter().map(crate::launch::Unit::ware).collect();
            wares.sort_unstable();
            wares == there
        })
    }

    /// Looks again where a listing showed a machine as gone once. True when
    /// that is settled.
    async fn clear_doubts(&mut self) -> Result<bool, EngineError> {
        let launch = self.launch.to_owned();
        let doubted = |one: &Attempt| one.launch == launch && is_in_doubt(one);
        let clear = |state: &State| !state.attempts.values().any(doubted);
        let ended = self
            .engine
            .tend(doubted, Care::Unsettled, DISPOSE_WITHIN, clear)
            .await?;
        Ok(ended == Ended::Done)
    }
}

/// Whether it must end, and has not.
fn is_ending(one: &Attempt) -> bool {
    matches!(one.stage, Stage::Doomed | Stage::Ending | Stage::Blocked)
}

/// Whether a listing showed it as gone, and it is not known to be.
fn is_in_doubt(one: &Attempt) -> bool {
    matches!(one.stage, Stage::Accepted | Stage::Ready) && one.gone_from.is_some()
}
