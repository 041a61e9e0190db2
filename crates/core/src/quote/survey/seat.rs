//! One of the requests that are answered in one look: what has been found for
//! it so far.

use std::sync::Arc;

use super::bound::Bound;
use super::{Answer, View};
use crate::colocation::Colocation;
use crate::demand::{Nodes, Objective};
use crate::fit::{Candidate, Draft, Reason};
use crate::market::Market;
use crate::plan::{Found, Goal, Plan, Singles, compare, covers, covers_with};
use crate::quantity::Range;
use crate::quote::{goal, rules, wanted};

/// An offer that a request admits, and the reason that is spared it.
pub(super) type Own = (Arc<Candidate>, Option<Reason>);

/// The cheapest plan for a request, when the wider ones are searched.
pub(super) struct Base {
    plan: Option<Plan>,
    /// Whether it is proved to be the cheapest.
    is_proved: bool,
}

impl Base {
    pub(super) fn of(found: &Found) -> Self {
        Self {
            plan: found.plans.first().cloned(),
            // What is too dear to reckon with depends on the other prices.
            is_proved: found.optimal && !found.reasons.contains(&Some(Reason::Price)),
        }
    }
}

/// A request while it is answered.
pub(super) struct Seat<'a> {
    pub(super) view: &'a View,
    /// The counts asked for, by alternative.
    wanted: Vec<Range>,
    colocation: Option<Colocation<'a>>,
    /// The best single instances.
    singles: Singles,
    bound: Bound,
    /// The best combinations.
    pub(super) plans: Option<Vec<Plan>>,
}

impl<'a> Seat<'a> {
    pub(super) fn new(market: &'a Market, view: &'a View) -> Self {
        let demand = &view.demand;
        Self {
            view,
            wanted: wanted(demand),
            colocation: Colocation::new(market.disks.as_ref(), demand),
            singles: Singles::new(wanted(demand), goal(demand, view.plans)),
            bound: Bound::default(),
            plans: None,
        }
    }

    /// Whether single instances may answer the request (R2).
    pub(super) fn is_for_one(&self) -> bool {
        matches!(self.view.demand.nodes, Nodes::AtMost(1) | Nodes::OneIfPossible)
    }

    /// Whether it takes combinations to answer it.
    pub(super) fn is_open(&self) -> bool {
        self.plans.is_none()
            && self.view.demand.nodes != Nodes::AtMost(1)
            && !(self.is_for_one() && self.bound.has_single())
    }

    /// Whether an offer is admitted that fails by this reason alone.
    pub(super) fn admits(&self, beyond: Option<Reason>) -> bool {
        beyond.is_none() || beyond == self.view.spared
    }

    /// Whether the same disks are for sale to it as to the narrower request:
    /// disks are held to the tier, too.
    pub(super) fn shares_disks(&self) -> bool {
        self.colocation.is_none() || self.view.spared != Some(Reason::Security)
    }

    /// Takes up an offer as a single instance, or says why it is none.
    pub(super) fn take(&mut self, draft: &Draft<'_>, whole: &mut Option<Arc<Candidate>>) -> Option<Reason> {
        let reason = match &mut self.colocation {
            None => {
                let keep = || Arc::clone(whole.get_or_insert_with(|| Arc::new(draft.candidate())));
                self.singles.take_draft(draft, keep)
            }
            Some(colocation) => match draft.candidate().with_disks(colocation) {
                Ok(candidate) => self.singles.take(&Arc::new(candidate)),
                Err(reason) => Some(reason),
            },
        };
        self.bound.note(draft, reason.is_none());
        reason
    }

    /// Whether an offer is in no plan that costs less than the best single
    /// instance.
    pub(super) fn rules_out(&self, draft: &Draft<'_>) -> bool {
        // What disks cost is not in the bound.
        let wanted = draft.alternatives.iter().filter_map(|at| self.wanted.get(*at));
        let least = wanted.map(|range| range.least).min();
        self.colocation.is_none() && least.is_some_and(|least| self.bound.rules_out(draft, least))
    }

    /// Takes over what another found in other offers.
    pub(super) fn join(&mut self, other: Self) {
        self.singles.join(other.singles);
        self.bound.join(&other.bound);
    }

    /// The offers that are its own, with the disks that it asks for. What
    /// becomes of the others is noted.
    pub(super) fn own(&mut self, fitting: &[(Arc<Candidate>, Option<Reason>)], judged: &mut Answer) -> Vec<Own> {
        let mut own = Vec::with_capacity(fitting.len());
        for (candidate, beyond) in fitting {
            if !self.admits(*beyond) {
                judged.judge(*beyond);
                continue;
            }
            let with_disks = match &mut self.colocation {
                None => Ok(Arc::clone(candidate)),
                Some(colocation) => Candidate::clone(candidate).with_disks(colocation).map(Arc::new),
            };
            match with_disks {
                Ok(candidate) => own.push((candidate, *beyond)),
                Err(reason) => judged.judge(Some(reason)),
            }
        }
        own
    }

    /// The cheapest combination, given that of a request which admits only the
    /// offers that need no reason to be spared.
    pub(super) fn cheapest(&self, own: &[Own], base: Option<&Base>) -> Option<Plan> {
        let added: Vec<bool> = own.iter().map(|(_, beyond)| beyond.is_some()).collect();
        let first = |added| self.search(own, Objective::Total, added).plans.into_iter().next();
        match base {
            Some(base) if !added.contains(&true) => base.plan.clone(),
            Some(base) if base.is_proved => {
                let both = base.plan.clone().into_iter().chain(first(Some(&added)));
                both.min_by(|left, right| compare(left, right, Objective::Total))
            }
            _ => first(None),
        }
    }

    /// The best combinations; only those that may hold one of the `added`
    /// offers, where these are told.
    pub(super) fn search(&self, own: &[Own], objective: Objective, added: Option<&[bool]>) -> Found {
        let demand = &self.view.demand;
        let candidates: Vec<Arc<Candidate>> = own.iter().map(|(candidate, _)| Arc::clone(candidate)).collect();
        let nodes_max = match demand.nodes {
            Nodes::AtMost(nodes) => nodes,
            Nodes::Any | Nodes::OneIfPossible => u64::MAX,
        };
        let plans = if objective == demand.objective {
            self.view.plans
        } else {
            1
        };
        let goal = Goal {
            objective,
            ..goal(demand, plans)
        };
        let rules = rules(demand, nodes_max);
        match added {
            None => covers(&candidates, &self.wanted, &goal, &rules),
            Some(added) => covers_with(&candidates, &self.wanted, &goal, &rules, added),
        }
    }

    pub(super) fn best(self) -> Vec<Plan> {
        self.plans.unwrap_or_else(|| self.singles.best())
    }
}
