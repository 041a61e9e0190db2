//! The cheapest plan of one class at every number of hours.
//!
//! Between two kinks every plan's cost is a line, and the least of lines is
//! concave. After Eisner and Severance: take the best plans at both ends. If
//! one is as good as the other's there, it is the best all along. Otherwise
//! their lines meet within, and the best plan at that point either is no
//! better than they, and the point is a corner, or splits the interval in two.

use std::sync::Arc;

use super::Stretch;
use super::shape::{Line, Shape, kink, meter, ticks_scaled};
use crate::bill::{Bill, Meter};
use crate::demand::Demand;
use crate::fit::{Candidate, Reason};
use crate::number::Ratio;
use crate::plan::{Group, Plan};
use crate::quantity::Range;

/// Points looked at per class before the search gives up. Each corner takes
/// three or so, and a market has few: hundreds would be a curious one.
const POINTS_MAX: usize = 2_000;

/// The search for one class.
pub(super) struct Search<'a> {
    candidates: Vec<(Arc<Candidate>, Meter)>,
    demand: &'a Demand,
    points: usize,
    gave_up: bool,
}

/// Why a search ends before its end: no plan, or numbers that do not fit.
struct Unresolved;

impl<'a> Search<'a> {
    pub(super) fn new(candidates: Vec<Arc<Candidate>>, demand: &'a Demand) -> Self {
        let metered = |candidate: Arc<Candidate>| meter(&candidate, demand).map(|meter| (candidate, meter));
        Self {
            candidates: candidates.into_iter().filter_map(metered).collect(),
            demand,
            points: 0,
            gave_up: false,
        }
    }

    /// The best plan of each number of hours from `start` to `end`, and
    /// whether each is proved to be.
    pub(super) fn stretches(mut self, start: Ratio, end: Ratio) -> (Vec<Stretch>, bool) {
        let mut kinks: Vec<Ratio> = self.candidates.iter().filter_map(|(_, meter)| kink(meter)).collect();
        kinks.retain(|kink| start < *kink && *kink < end);
        kinks.extend([start, end]);
        kinks.sort_unstable();
        kinks.dedup();

        let Ok(mut before) = self.best(start) else {
            return (Vec::new(), !self.gave_up);
        };
        let mut stretches: Vec<Stretch> = Vec::new();
        for (low, high) in kinks.iter().zip(kinks.iter().skip(1)) {
            let Ok(after) = self.best(*high) else { break };
            let corners = self.corners((*low, &before), (*high, &after));
            let mut from = *low;
            for to in corners.into_iter().chain([*high]) {
                self.extend(&mut stretches, from, to, &before);
                from = to;
            }
            before = after;
        }
        let whole = stretches.last().is_some_and(|last| last.to == end);
        (stretches, whole && !self.gave_up)
    }

    /// Adds the best plan between two corners, where all that are the best
    /// cost the same all along: whichever is the first at one point is the
    /// first at each.
    fn extend(&mut self, stretches: &mut Vec<Stretch>, from: Ratio, to: Ratio, fallback: &Plan) {
        let found = Ratio::between(from, to).and_then(|within| self.best(within).ok());
        self.gave_up |= found.is_none();
        let plan = found.unwrap_or_else(|| fallback.clone());
        if let Some(last) = stretches.last_mut().filter(|last| same(&last.plan, &plan)) {
            last.to = to;
            return;
        }
        let (shape, wanted) = (Shape::of(&plan, self.demand), self.wanted(&plan.groups));
        let (Some(shape), Some(wanted)) = (shape, wanted) else {
            self.gave_up = true;
            return;
        };
        stretches.push(Stretch {
            from,
            to,
            plan,
            shape,
            wanted,
            interruptions: self.demand.interruptions,
        });
    }

    /// How many GPUs were asked for of the kind that the groups supply.
    fn wanted(&self, groups: &[Group]) -> Option<Range> {
        let alternative = groups.first()?.candidate.alternative;
        Some(self.demand.gpus.alternatives.get(alternative)?.count)
    }

    /// The corners strictly between two points without a kink between them, in
    /// order, and perhaps points that only might have been one.
    fn corners(&mut self, (low, before): (Ratio, &Plan), (high, after): (Ratio, &Plan)) -> Vec<Ratio> {
        let mut corners = Vec::new();
        let line = |plan: &Plan| Shape::of(plan, self.demand)?.line_from(low);
        let (Some(before), Some(after)) = (line(before), line(after)) else {
            self.gave_up = true;
            return corners;
        };
        let mut open = vec![((low, before), (high, after))];
        while let Some((left, right)) = open.pop() {
            match self.corner(left, right, low) {
                Ok(None) => {}
                Ok(Some((at, better))) => {
                    // A better plan at the point need not be the best beside
                    // it: where three lines meet, the point is a corner.
                    corners.push(at);
                    if let Some(line) = better {
                        open.extend([(left, (at, line)), ((at, line), right)]);
                    }
                }
                Err(Unresolved) => self.gave_up = true,
            }
        }
        corners.sort_unstable();
        corners
    }

    /// Where the line that is the best at one end meets the one that is the
    /// best at the other, and the line that is better than both there. Nothing
    /// when one of them is the best all along.
    fn corner(
        &mut self,
        (from, left): (Ratio, Line),
        (to, right): (Ratio, Line),
        kink: Ratio,
    ) -> Result<Option<(Ratio, Option<Line>)>, Unresolved> {
        let cost = |line: Line, at| line.scaled(at).ok_or(Unresolved);
        if cost(left, to)? <= cost(right, to)? || cost(right, from)? <= cost(left, from)? {
            return Ok(None);
        }
        let at = left.meets(right).ok_or(Unresolved)?;
        let best = Shape::of(&self.best(at)?, self.demand);
        let line = best.and_then(|shape| shape.line_from(kink)).ok_or(Unresolved)?;
        let better = cost(line, at)? < cost(left, at)?;
        Ok(Some((at, better.then_some(line))))
    }

    /// The best plan at a point, in the order of quotes. Every cost is
    /// multiplied by the point's lower number, so that all stay decimals.
    fn best(&mut self, at: Ratio) -> Result<Plan, Unresolved> {
        self.points += 1;
        if self.points > POINTS_MAX {
            self.gave_up = true;
            return Err(Unresolved);
        }
        let scaled: Option<Vec<Arc<Candidate>>> = self
            .candidates
            .iter()
            .map(|(candidate, meter)| {
                let total = candidate.bill.rate.over_ticks(ticks_scaled(meter, at)?).ok()?;
                Some(Arc::new(Candidate {
                    bill: Bill {
                        total,
                        total_low: None,
                        ..candidate.bill.clone()
                    },
                    ..Candidate::clone(candidate)
                }))
            })
            .collect();
        let Some(scaled) = scaled else {
            self.gave_up = true;
            return Err(Unresolved);
        };
        let found = super::super::best(&scaled, self.demand, 1);
        self.gave_up |= !found.optimal || found.reasons.contains(&Some(Reason::Price));
        let groups = found.plans.first().ok_or(Unresolved)?.groups.iter().map(|group| {
            let number = scaled.iter().position(|scaled| Arc::ptr_eq(scaled, &group.candidate))?;
            Some(Group {
                candidate: Arc::clone(&self.candidates.get(number)?.0),
                ..group.clone()
            })
        });
        let groups = groups.collect::<Option<Vec<_>>>().ok_or(Unresolved)?;
        let wanted = self.wanted(&groups).ok_or(Unresolved)?;
        Plan::of(groups, wanted).map_err(|_| Unresolved)
    }
}

/// Whether two plans launch the same. The order of their groups follows from
/// what each costs, which changes with the hours.
fn same(left: &Plan, right: &Plan) -> bool {
    let launches = |group: &Group, other: &Group| {
        Arc::ptr_eq(&group.candidate, &other.candidate) && group.place == other.place && group.count == other.count
    };
    left.groups.len() == right.groups.len()
        && left
            .groups
            .iter()
            .all(|group| right.groups.iter().any(|other| launches(group, other)))
}
