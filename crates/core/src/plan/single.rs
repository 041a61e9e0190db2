//! Plans of one instance: a sort.

use std::sync::Arc;

use super::{Found, Goal, Group, Plan, compare};
use crate::fit::{Candidate, Reason};
use crate::quantity::Range;

/// Every candidate that supplies the wanted count alone, best first.
///
/// `wanted` are the counts asked for, by alternative.
pub(crate) fn singles(candidates: &[Arc<Candidate>], wanted: &[Range], goal: &Goal) -> Found {
    let mut reasons = Vec::with_capacity(candidates.len());
    let mut plans = Vec::new();
    for candidate in candidates {
        let range = wanted.get(candidate.alternative).copied().unwrap_or(Range::at_least(1));
        if !range.contains(candidate.offer.gpu.count.into()) {
            reasons.push(Some(Reason::GpuCount));
            continue;
        }
        let (mut nearest, before) = (None, plans.len());
        for &place in &candidate.places {
            let alone = Group {
                candidate: Arc::clone(candidate),
                place,
                count: 1,
            };
            let plan = Plan::of(vec![alone], range).and_then(|plan| plan.breaks(&goal.caps).map_or(Ok(plan), Err));
            match plan {
                Ok(plan) => plans.push(plan),
                Err(reason) => nearest = nearest.max(Some(reason)),
            }
        }
        reasons.push(nearest.filter(|_| plans.len() == before));
    }
    plans.sort_by(|left, right| compare(left, right, goal.objective));
    plans.truncate(goal.plans);
    Found {
        plans,
        reasons,
        optimal: true,
    }
}
