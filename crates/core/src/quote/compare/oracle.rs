//! The best plan of one class at one point, however odd the point.

use std::cmp::Ordering;
use std::sync::Arc;

use super::shape::{Line, Shape, kink, meter, ticks_scaled};
use crate::bill::{Bill, Meter};
use crate::demand::{Demand, Nodes};
use crate::fit::{Candidate, Reason};
use crate::money::Money;
use crate::number::{Exact, Ratio};
use crate::plan::{Found, Group, Plan};
use crate::quantity::Range;

/// Points looked at per class before the search gives up. Each corner takes
/// three or so, and a market has few: a hundred would be a curious one.
const POINTS_MAX: usize = 1_000;

/// Finds the best plan at any point, in the order of quotes (R14).
pub(super) struct Oracle<'a> {
    candidates: Vec<(Arc<Candidate>, Meter)>,
    demand: &'a Demand,
    /// Whether every plan is one instance, so that comparing lines is enough.
    alone: bool,
    points: usize,
    in_doubt: bool,
}

/// Why there is no answer: no plan, too many questions, or numbers that do not
/// fit.
pub(super) struct Unresolved;

impl<'a> Oracle<'a> {
    /// Looks at the candidates of a class; also returns the best plan at
    /// `start`, which decides whether single instances will do (R2).
    pub(super) fn new(
        candidates: Vec<Arc<Candidate>>,
        demand: &'a Demand,
        start: Ratio,
    ) -> Result<(Self, Plan), Unresolved> {
        let metered = |candidate: Arc<Candidate>| meter(&candidate, demand).map(|meter| (candidate, meter));
        let mut oracle = Self {
            candidates: candidates.into_iter().filter_map(metered).collect(),
            demand,
            alone: false,
            points: 0,
            in_doubt: false,
        };
        let (found, plan) = oracle.search(start)?;
        oracle.in_doubt |= !found.optimal;
        let one = match demand.nodes {
            Nodes::AtMost(most) => most == 1,
            Nodes::OneIfPossible => plan.nodes == 1,
            Nodes::Any => false,
        };
        // What cannot be reckoned with at a plain number of hours is no part of
        // a quote either.
        let mut reasons = found.reasons.iter();
        oracle.candidates.retain(|_| match reasons.next() {
            Some(None) => true,
            Some(Some(Reason::Price)) | None => false,
            Some(Some(_)) => !one,
        });
        oracle.alone = one;
        Ok((oracle, plan))
    }

    /// Where the cost of some candidate bends.
    pub(super) fn kinks(&self) -> impl Iterator<Item = Ratio> {
        self.candidates.iter().filter_map(|(_, meter)| kink(meter))
    }

    /// Whether some answer may not be the best, or was not found.
    pub(super) fn in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// Notes that something was left open.
    pub(super) fn doubt(&mut self) {
        self.in_doubt = true;
    }

    /// How many GPUs were asked for of the kind that the groups supply.
    pub(super) fn wanted(&self, groups: &[Group]) -> Option<Range> {
        let gpus = groups
            .iter()
            .map(|group| u64::from(group.candidate.offer.gpu.count) * group.count)
            .sum();
        let asked = groups.first()?.candidate.alternatives.iter();
        let mut counts = asked.filter_map(|at| self.demand.held_count(*at));
        counts.find(|count| count.contains(gpus))
    }

    /// The shape of a plan's cost.
    pub(super) fn shape(&self, plan: &Plan) -> Option<Shape> {
        Shape::of(plan, self.demand)
    }

    /// The best plan at a point.
    pub(super) fn best(&mut self, at: Ratio) -> Result<Plan, Unresolved> {
        self.points += 1;
        let plan = if self.points > POINTS_MAX {
            Err(Unresolved)
        } else if self.alone {
            self.cheapest(at)
        } else {
            self.search(at).and_then(|(found, plan)| {
                self.in_doubt |= !found.optimal;
                self.beats_what_was_left_out(&found, &plan, at)
                    .then_some(plan)
                    .ok_or(Unresolved)
            })
        };
        self.in_doubt |= plan.is_err();
        plan
    }

    /// Whether a plan is cheaper than any that holds a candidate whose cost had
    /// too many digits to be searched with: that candidate alone costs more.
    fn beats_what_was_left_out(&self, found: &Found, plan: &Plan, at: Ratio) -> bool {
        let line = || self.shape(plan)?.line_from(at);
        let dearer = |(candidate, meter): &(Arc<Candidate>, Meter)| {
            let own = Shape::of_one(candidate, *meter).line_from(at)?;
            Some(own.compare_at(line()?, at)? == Ordering::Greater)
        };
        self.candidates
            .iter()
            .zip(&found.reasons)
            .filter(|(_, reason)| **reason == Some(Reason::Price))
            .all(|(candidate, _)| dearer(candidate) == Some(true))
    }

    /// The best single instance. Lines compare in fewer digits than it takes to
    /// say what they cost.
    fn cheapest(&self, at: Ratio) -> Result<Plan, Unresolved> {
        let mut best: Option<(Line, Vec<usize>)> = None;
        for (number, (candidate, meter)) in self.candidates.iter().enumerate() {
            let line = Shape::of_one(candidate, *meter).line_from(at).ok_or(Unresolved)?;
            let order = match &best {
                Some((least, _)) => line.compare_at(*least, at).ok_or(Unresolved)?,
                None => Ordering::Less,
            };
            match (order, &mut best) {
                (Ordering::Equal, Some((_, tied))) => tied.push(number),
                (Ordering::Less, _) => best = Some((line, vec![number])),
                _ => {}
            }
        }
        // Of equals, whatever else quotes look at decides.
        let (_, tied) = best.ok_or(Unresolved)?;
        let free = tied.iter().filter_map(|number| {
            let (candidate, _) = self.candidates.get(*number)?;
            Some(priced(candidate, candidate.bill.rate.over_ticks(Exact::ZERO).ok()?))
        });
        let free: Vec<Arc<Candidate>> = free.collect();
        let found = super::super::best(&free, self.demand, 1);
        self.plan(&found, |group| {
            let position = free.iter().position(|free| Arc::ptr_eq(free, &group.candidate))?;
            tied.get(position).copied()
        })
    }

    /// The best of all combinations. Every cost is multiplied by the point's
    /// lower number, so that all stay decimals.
    fn search(&self, at: Ratio) -> Result<(Found, Plan), Unresolved> {
        let scaled: Option<Vec<Arc<Candidate>>> = self
            .candidates
            .iter()
            .map(|(candidate, meter)| {
                let total = candidate.bill.rate.over_ticks(ticks_scaled(meter, at)?).ok()?;
                Some(priced(candidate, total))
            })
            .collect();
        let scaled = scaled.ok_or(Unresolved)?;
        let found = super::super::best(&scaled, self.demand, 1);
        let number = |group: &Group| scaled.iter().position(|scaled| Arc::ptr_eq(scaled, &group.candidate));
        let plan = self.plan(&found, number)?;
        Ok((found, plan))
    }

    /// The first plan, of the candidates as they were.
    fn plan(&self, found: &Found, number: impl Fn(&Group) -> Option<usize>) -> Result<Plan, Unresolved> {
        let groups = found.plans.first().ok_or(Unresolved)?.groups.iter().map(|group| {
            Some(Group {
                candidate: Arc::clone(&self.candidates.get(number(group)?)?.0),
                ..group.clone()
            })
        });
        let groups = groups.collect::<Option<Vec<_>>>().ok_or(Unresolved)?;
        let wanted = self.wanted(&groups).ok_or(Unresolved)?;
        Plan::of(groups, wanted).map_err(|_| Unresolved)
    }
}

/// The candidate at another total.
fn priced(candidate: &Candidate, total: Money) -> Arc<Candidate> {
    Arc::new(Candidate {
        bill: Bill {
            total,
            total_low: None,
            ..candidate.bill.clone()
        },
        ..candidate.clone()
    })
}
