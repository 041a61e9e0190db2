//! One look at all offers for a request and for those that are wider by one
//! limit.
//!
//! A wider request admits what the request itself admits, and beyond that the
//! offers that fail by its one limit alone. So each offer is fitted once and
//! sorted by what it fails, and of the wider requests only what they add is
//! searched.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{goal, rules, wanted};
use crate::colocation::Colocation;
use crate::demand::{Demand, Nodes, Objective};
use crate::fit::{Candidate, Draft, Fitter, Reason};
use crate::market::Market;
use crate::offer::Offer;
use crate::plan::{Found, Goal, Plan, Singles, compare, covers, covers_with};

/// A request to be answered.
#[derive(Debug)]
pub(super) struct View {
    pub(super) demand: Demand,
    /// The reason that does not count, where it is wider than another.
    pub(super) spared: Option<Reason>,
    /// Plans wanted.
    pub(super) plans: usize,
}

impl View {
    /// Whether this reason against an offer does not count, and is all that
    /// the view has to spare it.
    fn spares(&self, reason: Reason, offer: &Offer) -> bool {
        let demand = &self.demand;
        self.spared == Some(reason) && demand.market.admits(&offer.market) && demand.security.admits(&offer.security)
    }
}

/// The plans for a request, and what became of the offers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) plans: Vec<Plan>,
    pub(super) optimal: bool,
    /// Offers that compete.
    pub(super) ranked: u64,
    /// The others, by the first reason against each.
    pub(super) rejected: BTreeMap<Reason, u64>,
}

/// Answers a request, and names for each of the wider ones a best plan, unless
/// that is known to be none better.
pub(super) fn survey(market: &Market, asked: &View, wider: &[View]) -> (Answer, Vec<Option<Plan>>) {
    let mut answer = Answer::nothing();
    let mut seat = Seat::new(market, asked);
    let mut others: Vec<Seat<'_>> = wider.iter().map(|view| Seat::new(market, view)).collect();
    if seat.is_for_one() {
        alone(market, &mut seat, &mut others, &mut answer);
    }
    if std::iter::once(&seat).chain(&others).any(Seat::is_open) {
        together(market, &mut seat, &mut others, &mut answer);
    }
    answer.plans = seat.best();
    let first = |seat: Seat<'_>| seat.best().into_iter().next();
    (answer, others.into_iter().map(first).collect())
}

/// Fits all offers and ranks those that do alone.
fn alone(market: &Market, asked: &mut Seat<'_>, wider: &mut [Seat<'_>], answer: &mut Answer) {
    let mut fitter = Fitter::new(&asked.view.demand);
    let mut wider: Vec<&mut Seat<'_>> = wider.iter_mut().filter(|seat| seat.is_for_one()).collect();
    let views: Vec<&View> = wider.iter().map(|seat| seat.view).collect();
    for offer in &market.offers {
        let spared = |reason| views.iter().any(|view| view.spares(reason, offer));
        let (draft, beyond) = match fitter.fit_but(offer, spared) {
            Ok(fitted) => fitted,
            Err(reason) => {
                answer.judge(Some(reason));
                continue;
            }
        };
        let mut whole = None;
        answer.judge(beyond.or_else(|| asked.take(&draft, &mut whole)));
        for seat in wider.iter_mut().filter(|seat| seat.admits(beyond)) {
            seat.take(&draft, &mut whole);
        }
    }
}

/// Combines the offers that fit, for every request that is still open.
fn together(market: &Market, asked: &mut Seat<'_>, wider: &mut [Seat<'_>], answer: &mut Answer) {
    let mut fitter = Fitter::new(&asked.view.demand);
    let open = wider.iter().filter(|seat| seat.is_open());
    let views: Vec<&View> = open.map(|seat| seat.view).collect();
    let (mut fitting, mut judged) = (Vec::new(), Answer::nothing());
    for offer in &market.offers {
        let spared = |reason| views.iter().any(|view| view.spares(reason, offer));
        match fitter.fit_but(offer, spared) {
            Ok((draft, beyond)) => fitting.push((Arc::new(draft.candidate()), beyond)),
            Err(reason) => judged.judge(Some(reason)),
        }
    }
    let mut base = None;
    if asked.is_open() {
        let own = asked.own(&fitting, &mut judged);
        let found = asked.search(&own, asked.view.demand.objective, None);
        found.reasons.iter().for_each(|reason| judged.judge(*reason));
        judged.optimal = found.optimal;
        *answer = judged;
        // Cheaper is meant in money, whatever the plans are ranked by.
        if wider.iter().any(|seat| seat.is_open() && seat.shares_disks()) {
            base = Some(match asked.view.demand.objective {
                Objective::Total => Base::of(&found),
                _ => Base::of(&asked.search(&own, Objective::Total, None)),
            });
        }
        asked.plans = Some(found.plans);
    }
    for seat in wider.iter_mut().filter(|seat| seat.is_open()) {
        let own = seat.own(&fitting, &mut Answer::nothing());
        let base = base.as_ref().filter(|_| seat.shares_disks());
        seat.plans = Some(seat.cheapest(&own, base).into_iter().collect());
    }
}

/// The cheapest plan for a request, when the wider ones are searched.
struct Base {
    plan: Option<Plan>,
    /// Whether it is proved to be the cheapest.
    is_proved: bool,
}

impl Base {
    fn of(found: &Found) -> Self {
        Self {
            plan: found.plans.first().cloned(),
            // What is too dear to reckon with depends on the other prices.
            is_proved: found.optimal && !found.reasons.contains(&Some(Reason::Price)),
        }
    }
}

/// A request while it is answered.
struct Seat<'a> {
    view: &'a View,
    colocation: Option<Colocation<'a>>,
    /// The best single instances.
    singles: Singles,
    /// Whether there is any.
    has_single: bool,
    /// The best combinations.
    plans: Option<Vec<Plan>>,
}

impl<'a> Seat<'a> {
    fn new(market: &'a Market, view: &'a View) -> Self {
        let demand = &view.demand;
        Self {
            view,
            colocation: Colocation::new(market.disks.as_ref(), demand),
            singles: Singles::new(wanted(demand), goal(demand, view.plans)),
            has_single: false,
            plans: None,
        }
    }

    /// Whether single instances may answer the request (R2).
    fn is_for_one(&self) -> bool {
        matches!(self.view.demand.nodes, Nodes::AtMost(1) | Nodes::OneIfPossible)
    }

    /// Whether it takes combinations to answer it.
    fn is_open(&self) -> bool {
        self.plans.is_none() && self.view.demand.nodes != Nodes::AtMost(1) && !(self.is_for_one() && self.has_single)
    }

    /// Whether an offer is admitted that fails by this reason alone.
    fn admits(&self, beyond: Option<Reason>) -> bool {
        beyond.is_none() || beyond == self.view.spared
    }

    /// Whether the same disks are for sale to it as to the narrower request:
    /// disks are held to the tier, too.
    fn shares_disks(&self) -> bool {
        self.colocation.is_none() || self.view.spared != Some(Reason::Security)
    }

    /// Takes up an offer as a single instance, or says why it is none.
    fn take(&mut self, draft: &Draft<'_>, whole: &mut Option<Arc<Candidate>>) -> Option<Reason> {
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
        self.has_single |= reason.is_none();
        reason
    }

    /// The offers that are its own, with the disks that it asks for. What
    /// becomes of the others is noted.
    fn own(&mut self, fitting: &[(Arc<Candidate>, Option<Reason>)], judged: &mut Answer) -> Vec<Own> {
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
    fn cheapest(&self, own: &[Own], base: Option<&Base>) -> Option<Plan> {
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
    fn search(&self, own: &[Own], objective: Objective, added: Option<&[bool]>) -> Found {
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
        let (wanted, rules) = (wanted(demand), rules(demand, nodes_max));
        match added {
            None => covers(&candidates, &wanted, &goal, &rules),
            Some(added) => covers_with(&candidates, &wanted, &goal, &rules, added),
        }
    }

    fn best(self) -> Vec<Plan> {
        self.plans.unwrap_or_else(|| self.singles.best())
    }
}

/// An offer that a request admits, and the reason that is spared it.
type Own = (Arc<Candidate>, Option<Reason>);

impl Answer {
    fn nothing() -> Self {
        Self {
            plans: Vec::new(),
            optimal: true,
            ranked: 0,
            rejected: BTreeMap::new(),
        }
    }

    /// Counts an offer that competes, or is rejected for a reason.
    fn judge(&mut self, reason: Option<Reason>) {
        match reason {
            None => self.ranked += 1,
            Some(reason) => *self.rejected.entry(reason).or_insert(0) += 1,
        }
    }
}
