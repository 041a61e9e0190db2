//! Plans of one instance: the best of all, in order.

use std::cmp::Ordering;
use std::sync::Arc;

use super::order::{Figures, Provisioning};
use super::{Found, Goal, Group, Plan, broken, compare};
use crate::demand::Objective;
use crate::fit::{Candidate, Draft, Reason};
use crate::quantity::Range;

/// Plans held at the least before the worse ones are let go of.
const PLANS_HELD: usize = 64;

/// Every candidate that supplies the wanted count alone, best first.
///
/// `wanted` are the counts asked for, by alternative.
pub(crate) fn singles(candidates: &[Arc<Candidate>], wanted: &[Range], goal: &Goal) -> Found {
    let mut singles = Singles::new(wanted.to_vec(), *goal);
    let reasons = candidates.iter().map(|candidate| singles.take(candidate)).collect();
    Found {
        plans: singles.best(),
        reasons,
        optimal: true,
    }
}

/// The best plans of the candidates seen so far.
#[derive(Debug)]
pub(crate) struct Singles {
    wanted: Vec<Range>,
    goal: Goal,
    plans: Vec<Plan>,
    /// The worst plan that may still be among the best: whatever is dearer
    /// need not become a plan at all.
    worst: Option<Figures>,
}

impl Singles {
    pub(crate) fn new(wanted: Vec<Range>, goal: Goal) -> Self {
        Self {
            wanted,
            goal,
            plans: Vec::new(),
            worst: None,
        }
    }

    /// Takes up the plans of a candidate, one for each of its places, or says
    /// why it has none.
    pub(crate) fn take(&mut self, candidate: &Arc<Candidate>) -> Option<Reason> {
        if candidate.beside.is_empty() {
            return self.take_draft(&Draft::of(candidate), || Arc::clone(candidate));
        }
        let Some(range) = self.asked(&candidate.alternatives, candidate.offer.gpu.count) else {
            return Some(Reason::GpuCount);
        };
        let (mut nearest, mut found) = (None, false);
        for &place in &candidate.places {
            // What a place adds by its disks may break a cap there alone.
            match self.plan(candidate, place, range) {
                Ok(plan) => {
                    found = true;
                    self.plans.push(plan);
                }
                Err(reason) => nearest = nearest.max(Some(reason)),
            }
        }
        self.let_go();
        nearest.filter(|_| !found)
    }

    /// The same for a candidate without disks, which is asked for only where it
    /// can be among the best.
    pub(crate) fn take_draft(&mut self, one: &Draft<'_>, candidate: impl FnOnce() -> Arc<Candidate>) -> Option<Reason> {
        let Some(range) = self.asked(one.alternatives, one.offer.gpu.count) else {
            return Some(Reason::GpuCount);
        };
        let bill = one.bill;
        let broken = broken(&self.goal.caps, bill.rate, bill.upfront, bill.total);
        if broken.is_none() && self.can_win(one, range) {
            let candidate = candidate();
            for &place in &candidate.places {
                self.plans.extend(self.plan(&candidate, place, range));
            }
            self.let_go();
        }
        broken
    }

    /// Takes over the plans of other candidates.
    pub(crate) fn join(&mut self, other: Self) {
        self.plans.extend(other.plans);
        self.let_go();
    }

    /// The best plans, in order.
    pub(crate) fn best(mut self) -> Vec<Plan> {
        self.sort();
        self.plans
    }

    /// The count that an instance of so many GPUs answers.
    fn asked(&self, alternatives: &[usize], gpus: u32) -> Option<Range> {
        let asked = alternatives.iter().filter_map(|at| self.wanted.get(*at));
        asked.copied().find(|range| range.contains(gpus.into()))
    }

    fn can_win(&self, one: &Draft<'_>, range: Range) -> bool {
        let objective = self.goal.objective;
        self.worst.is_none_or(|worst| {
            let gpus = u64::from(one.offer.gpu.count);
            let figures = Figures {
                rate: one.bill.rate.per_hour(),
                upfront: one.bill.upfront.parts(),
                total: one.bill.total.parts(),
                gpus,
                nodes: 1,
                surplus: gpus.saturating_sub(range.least),
                slowest: (objective == Objective::Provisioning).then(|| Provisioning::of(one.offer)),
            };
            figures.compare(&worst, objective) != Ordering::Greater
        })
    }

    fn plan(&self, candidate: &Arc<Candidate>, place: usize, range: Range) -> Result<Plan, Reason> {
        let alone = Group {
            candidate: Arc::clone(candidate),
            place,
            count: 1,
        };
        let plan = Plan::of(vec![alone], range)?;
        broken(&self.goal.caps, plan.rate, plan.upfront, plan.total).map_or(Ok(plan), Err)
    }

    /// Lets go of plans that others have pushed out.
    fn let_go(&mut self) {
        if self.plans.len() >= self.goal.plans.saturating_mul(2).max(PLANS_HELD) {
            self.sort();
            let worst = self.plans.last().filter(|_| self.plans.len() == self.goal.plans);
            self.worst = worst.map(|worst| Figures::of(worst, self.goal.objective));
        }
    }

    fn sort(&mut self) {
        let objective = self.goal.objective;
        self.plans
            .sort_unstable_by(|left, right| compare(left, right, objective));
        self.plans.truncate(self.goal.plans);
    }
}
