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
        let admits = |range: &&Range| range.contains(candidate.offer.gpu.count.into());
        let asked = candidate
            .alternatives
            .iter()
            .filter_map(|at| wanted.get(*at))
            .find(admits);
        let Some(range) = asked else {
            reasons.push(Some(Reason::GpuCount));
            continue;
        };
        let (mut nearest, before) = (None, plans.len());
        for &place in &candidate.places {
            let alone = Group {
                candidate: Arc::clone(candidate),
                place,
                count: 1,
            };
            // What a place adds by its disks may break a cap there alone.
            let keeps = |plan: Plan| broken(&goal.caps, plan.rate, plan.upfront, plan.total).map_or(Ok(plan), Err);
            match Plan::of(vec![alone], *range).and_then(keeps) {
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
