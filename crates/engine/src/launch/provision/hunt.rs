//! One launch: order, look, fall back on the next plan, undo.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use gpu_broker_core::disk::DiskId;

use super::choose::Excluded;
use super::step::{Made, Next, Ordered, Passed, Prepared};
use super::{End, Wish};
use crate::launch::account::{Account, Kind};
use crate::launch::caps::Ahead;
use crate::launch::chores::Care;
use crate::launch::cooldown::cooling;
use crate::launch::doom::Doom;
use crate::launch::engine::{Engine, EngineError, Sent, SlotOf};
use crate::launch::event::{Event, Named};
use crate::launch::state::{Attempt, Stage, State};
use crate::launch::tend::Ended;
use crate::launch::unit::{Item, Unit, Ware};

/// How long to look for proof that a machine ended, before the launch ends
/// with it unproved. `reconcile` goes on.
pub(super) const DISPOSE_WITHIN: Duration = Duration::from_secs(180);

/// A launch under way.
pub(super) struct Hunt<'a> {
    pub(super) engine: &'a mut Engine,
    pub(super) wish: &'a Wish,
    pub(super) launch: &'a str,
    fresh: u64,
    pub(super) excluded: Excluded,
    /// Listings that were looked at before anything was ordered.
    pub(super) looked_at: BTreeSet<Account>,
    /// The disks that it created.
    pub(super) made: Vec<Made>,
    /// What is ordered next of a plan whose machines are of no use one by one.
    ahead: VecDeque<Ahead>,
    pub(super) key_refused: Option<String>,
    /// Plans that were tried, or of which it was told why not.
    pub(super) tried: BTreeSet<usize>,
    /// How long brokers that were busy were waited for.
    pub(super) waited: Duration,
    pub(super) notes: Vec<String>,
    /// Why plans are passed over, each reason once.
    pub(super) passed: Vec<Passed>,
}

impl<'a> Hunt<'a> {
    pub(super) fn new(engine: &'a mut Engine, wish: &'a Wish, launch: &'a str, fresh: u64) -> Self {
        Self {
            engine,
            wish,
            launch,
            fresh,
            excluded: Excluded::default(),
            looked_at: BTreeSet::new(),
            made: Vec::new(),
            ahead: VecDeque::new(),
            key_refused: None,
            tried: BTreeSet::new(),
            waited: Duration::ZERO,
            notes: Vec::new(),
            passed: Vec::new(),
        }
    }

    pub(super) async fn run(&mut self) -> Result<End, EngineError> {
        self.leave_alone();
        let end = self.chase().await?;
        self.finish(end).await
    }

    async fn chase(&mut self) -> Result<End, EngineError> {
        loop {
            // One that was there may have failed while another was waited for.
            let failed = self.failed(&[]);
            if !failed.is_empty()
                && let Some(end) = self.clear(&failed).await?
            {
                return Ok(end);
            }
            let Some(choice) = self.choice() else {
                if self.wish.all_or_nothing && !self.there().is_empty() {
                    if !self.undo().await? {
                        return Ok(End::Unknown);
                    }
                    continue;
                }
                let end = self.empty_handed();
                return self.stop(end).await;
            };
            self.ahead.clear();
            if self.wish.all_or_nothing {
                self.ahead.extend(choice.machines.iter().map(Ahead::of));
            }
            let next = match self.prepare(&choice).await? {
                Prepared::Disks(disks) => self.fill(&choice.machines, &disks).await?,
                Prepared::Not(next) => next,
            };
            self.tried.insert(choice.plan);
            match next {
                Next::Go => {}
                Next::Elsewhere => continue,
                Next::Stop(end) => return self.stop(end).await,
            }
            if let Some(end) = self.settle().await? {
                return Ok(end);
            }
        }
    }

    /// What was sold out a moment ago is not asked for again so soon.
    fn leave_alone(&mut self) {
        let cooling = cooling(self.engine.state(), self.engine.settings(), &self.engine.now());
        let planned = |ware: &Ware| {
            let mut units = self.wish.plans.iter().flat_map(|plan| &plan.machines);
            units.any(|unit| unit.ware() == *ware)
        };
        for (ware, left) in cooling.into_iter().filter(|(ware, _)| planned(ware)) {
            self.notes.push(format!(
                "{} was sold out a moment ago, and is left alone for another {} s",
                ware.1,
                left.as_secs()
            ));
            let why = format!("{} was sold out a moment ago", ware.1);
            self.excluded.wares.insert(ware, why);
        }
    }

    /// The machines that exist and are wanted.
    pub(super) fn there(&self) -> Vec<Ware> {
        self.kept().map(ware).collect()
    }

    pub(super) fn kept(&self) -> impl Iterator<Item = &Attempt> {
        let attempts = self.engine.state().of_launch(self.launch);
        attempts.filter(|one| {
            one.ordered.kind == Kind::Machine && matches!(one.stage, Stage::Accepted | Stage::Ready) && !one.unwanted
        })
    }

    /// No plan is left.
    fn empty_handed(&mut self) -> End {
        let got = self.kept().count();
        if got > 0 {
            let wanted = self.wish.plans.first().map_or(got, |plan| plan.machines.len());
            return End::Partial { got, wanted };
        }
        match self.key_refused.take() {
            Some(note) => End::Key(note),
            None => End::Nothing,
        }
    }

    /// Ends early. What one machine without the others is good for, the wish
    /// says; with an outcome unknown nobody can say yet.
    pub(super) async fn stop(&mut self, end: End) -> Result<End, EngineError> {
        if end == End::Unknown {
            return Ok(end);
        }
        // By default what is ready is kept; a part of a whole is not.
        let undo = self.wish.all_or_nothing && !self.there().is_empty();
        if undo && !self.undo().await? {
            return Ok(End::Unknown);
        }
        // A disk is good for nothing without a machine of this launch.
        if self.there().is_empty() && !self.discard_disks(&[]).await? {
            return Ok(End::Unknown);
        }
        Ok(end)
    }

    /// Orders each unit.
    async fn fill(&mut self, units: &[Unit], disks: &[DiskId]) -> Result<Next, EngineError> {
        for unit in units {
            if !self.failed(&[]).is_empty() {
                return Ok(Next::Elsewhere);
            }
            let Some((slot, number)) = self.free_slot(0) else {
                let untried = (0..self.wish.plans.len()).filter(|number| !self.tried.contains(number));
                self.notes.push(format!(
                    "{} requests for one machine are enough; {} plans were not tried",
                    self.engine.settings().attempts_max,
                    untried.count()
                ));
                return Ok(Next::Stop(End::Nothing));
            };
            self.ahead.pop_front();
            let item = Item::Machine(Box::new(unit.with(disks)));
            let next = match self.order(slot, number, &item).await? {
                Ordered::Tried(key) => self.follow(&key, &item).await?,
                Ordered::Not(next) => next,
            };
            if !matches!(next, Next::Go) {
                return Ok(next);
            }
        }
        Ok(Next::Go)
    }

    /// Orders one thing, in a turn of its own.
    pub(super) async fn order(&mut self, slot: u16, number: u8, item: &Item) -> Result<Ordered, EngineError> {
        if self.engine.parts().interrupt.is_set() {
            return Ok(Ordered::Not(Next::Stop(End::Interrupted)));
        }
        if !self.knows_account(item).await? {
            return Ok(Ordered::Not(Next::Elsewhere));
        }
        let of = SlotOf {
            launch: self.launch,
            fresh: self.fresh,
            slot,
            number,
            ends_at: self.wish.ends_at,
            ahead: self.ahead.make_contiguous(),
        };
        let turn = self.engine.turn().await?;
        let sent = self.engine.send(of, item).await?;
        drop(turn);
        Ok(match sent {
            Sent::Tried(key) => Ordered::Tried(key),
            Sent::Forbidden(why) => Ordered::Not(Next::Stop(End::Guarded(why))),
            Sent::Busy(wait) => {
                let why = "its limit of launches is used up";
                self.busy(item.broker(), Some(wait), why).await;
                Ordered::Not(Next::Elsewhere)
            }
        })
    }

    /// The first slot that nothing holds, and the number of the next attempt
    /// at it; `None` when there were too many.
    pub(super) fn free_slot(&self, from: u16) -> Option<(u16, u8)> {
        let state = self.engine.state();
        let slot = (from..u16::MAX).find(|slot| state.is_open(self.launch, *slot))?;
        let before = state.of_launch(self.launch).filter(|one| one.slot == slot);
        let number = before.map(|one| one.number).max().unwrap_or(0) + 1;
        (number <= self.engine.settings().attempts_max).then_some((slot, number))
    }

    pub(super) fn stage(&self, key: &str) -> Option<Stage> {
        Some(self.engine.state().attempts.get(key)?.stage)
    }

    pub(super) fn remark(&mut self, key: &str) -> String {
        let remark = self.remark_of(key);
        self.notes.push(remark.clone());
        remark
    }

    pub(super) fn remark_of(&self, key: &str) -> String {
        let attempt = self.engine.state().attempts.get(key);
        attempt.map_or_else(String::new, |one| {
            let offer = &one.ordered.offer;
            match one.doom {
                Some(doom) if one.note.is_empty() => format!("{offer}: {}", doom.as_str()),
                Some(doom) => format!("{offer}: {} ({})", doom.as_str(), one.note),
                None => format!("{offer}: {}", one.note),
            }
        })
    }

    /// Ends some machines, and waits for proof.
    pub(super) async fn until_gone(&mut self, whose: impl Fn(&Attempt) -> bool) -> Result<bool, EngineError> {
        let launch = self.launch.to_owned();
        let mine = |one: &Attempt| one.launch == launch && whose(one);
        let gone = |state: &State| {
            state
                .attempts
                .values()
                .filter(|one| mine(one))
                .all(|one| !one.stage.is_alive())
        };
        let ended = self.engine.tend(&mine, Care::Unsettled, DISPOSE_WITHIN, gone).await?;
        Ok(ended == Ended::Done)
    }

    /// Gives back what exists, what costs most first; what is prepaid stays,
    /// since it is paid (R10). True when all of it is gone.
    async fn undo(&mut self) -> Result<bool, EngineError> {
        let mut kept: Vec<&Attempt> = self.kept().filter(|one| one.ordered.prepaid_hours.is_none()).collect();
        kept.sort_by_key(|one| std::cmp::Reverse(one.ordered.ceiling));
        let keys: Vec<String> = kept.into_iter().map(|one| one.key.clone()).collect();
        for key in &keys {
            self.engine.doom(key, Doom::Undone, "")?;
        }
        // Whoever asked to stop did not ask to pay for them.
        for key in &keys {
            self.engine.end(key).await?;
        }
        let prepaid: Vec<String> = self.kept().map(|one| one.key.clone()).collect();
        for key in prepaid {
            self.notes.push(format!("{key} is prepaid, and stays"));
            self.engine.note(vec![Event::Unwanted(Named { key })])?;
        }
        self.until_gone(|one| keys.contains(&one.key)).await
    }
}

pub(super) fn ware(attempt: &Attempt) -> Ware {
    let ordered = &attempt.ordered;
    (ordered.broker.clone(), ordered.offer.clone(), ordered.place.clone())
}
