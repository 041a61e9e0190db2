//! Plans of one instance: a sort.

use std::sync::Arc;

use super::{Found, Goal, Group, Plan, broken, compare};
use crate::fit::{Candidate, Reason};
use crate::quantity::Range;

/// Every candidate that supplies the wanted count alone, best first.
///
/// `wanted` are the counts asked for, by alternative.
pub(crate) fn singles(candidates: &[Arc<Candidate>], wanted: &[Range], goal: &Goal) -> Found {
    let mut reasons = Vec::with_capacity(candidates.len());
    let mut plans = Vec::new();
    for candidate in candidates {
        let bill = &candidate.bill;
        let admits = |range: &&Range| range.contains(candidate.offer.gpu.count.into());
        let asked = candidate
            .alternatives
            .iter()
            .filter_map(|at| wanted.get(*at))
            .find(admits);
        let reason = match asked {
            Some(_) => broken(&goal.caps, bill.rate, bill.upfront, bill.total),
            None => Some(Reason::GpuCount),
        };
        reasons.push(reason);
        if let (Some(range), None) = (asked, reason) {
            let alone = |place: &usize| Group {
                candidate: Arc::clone(candidate),
                place: *place,
                count: 1,
            };
            plans.extend(
                candidate
                    .places
                    .iter()
                    .filter_map(|place| Plan::of(vec![alone(place)], *range).ok()),
            );
        }
    }
    plans.sort_by(|left, right| compare(left, right, goal.objective));
    plans.truncate(goal.plans);
    Found {
        plans,
        reasons,
        optimal: true,
    }
}
