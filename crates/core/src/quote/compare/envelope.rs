//! The cheapest plan of one class at every number of hours.
//!
//! Between two kinks every plan's cost is a line, and the least of lines is
//! concave. After Eisner and Severance: take the best plans at both ends. If
//! one is as good as the other's there, it is the best all along. Otherwise
//! their lines meet within, and the best plan at that point either is no
//! better than they, and the point is a corner, or splits the interval in two.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Stretch;
use super::oracle::{Oracle, Unresolved};
use super::shape::Line;
use crate::demand::Demand;
use crate::fit::Candidate;
use crate::number::Ratio;
use crate::plan::{Group, Plan};

/// Decimals of a point that is looked at where the exact one has too many
/// digits.
const NEAR: u8 = 9;

/// A point, and the line that is the best there.
type Post = (Ratio, Line);

/// The best plan of each number of hours from `start` to `end`, and whether
/// each is proved to be.
pub(super) fn stretches(
    candidates: Vec<Arc<Candidate>>,
    demand: &Demand,
    start: Ratio,
    end: Ratio,
) -> (Vec<Stretch>, bool) {
    let Ok((mut oracle, mut before)) = Oracle::new(candidates, demand, start) else {
        return (Vec::new(), true);
    };
    let mut kinks: Vec<Ratio> = oracle.kinks().filter(|kink| start < *kink && *kink < end).collect();
    kinks.extend([start, end]);
    kinks.sort_unstable();
    kinks.dedup();

    let mut stretches: Vec<Stretch> = Vec::new();
    for (low, high) in kinks.iter().zip(kinks.iter().skip(1)) {
        let after = oracle.best(*high).unwrap_or_else(|Unresolved| before.clone());
        let corners = corners(&mut oracle, (*low, &before), (*high, &after));
        let mut from = *low;
        for to in corners.into_iter().chain([*high]) {
            let found = Ratio::between(from, to).and_then(|within| oracle.best(within).ok());
            extend(
                &mut oracle,
                &mut stretches,
                (from, to),
                found.unwrap_or_else(|| before.clone()),
                demand,
            );
            from = to;
        }
        before = after;
    }
    (stretches, !oracle.in_doubt())
}

/// Adds the best plan between two corners. All that are the best there cost the
/// same all along: the first by the order of quotes at one point stands for
/// them.
fn extend(
    oracle: &mut Oracle<'_>,
    stretches: &mut Vec<Stretch>,
    (from, to): (Ratio, Ratio),
    plan: Plan,
    demand: &Demand,
) {
    if let Some(last) = stretches.last_mut().filter(|last| same(&last.plan, &plan)) {
        last.to = to;
        return;
    }
    let (Some(shape), Some(wanted)) = (oracle.shape(&plan), oracle.wanted(&plan.groups)) else {
        oracle.doubt();
        return;
    };
    stretches.push(Stretch {
        from,
        to,
        plan,
        shape,
        wanted,
        interruptions: demand.interruptions,
    });
}

/// The corners strictly between two points without a kink between them, in
/// order, and perhaps points that only might have been one.
fn corners(oracle: &mut Oracle<'_>, (low, before): (Ratio, &Plan), (high, after): (Ratio, &Plan)) -> Vec<Ratio> {
    let mut corners = Vec::new();
    let line = |plan| oracle.shape(plan)?.line_from(low);
    let (Some(before), Some(after)) = (line(before), line(after)) else {
        oracle.doubt();
        return corners;
    };
    let mut open = vec![((low, before), (high, after))];
    while let Some((left, right)) = open.pop() {
        match corner(oracle, left, right, low) {
            Ok(None) => {}
            Ok(Some((at, better))) => {
                // A better plan at the point need not be the best beside it:
                // where three lines meet, the point is a corner.
                corners.push(at);
                if let Some(line) = better {
                    open.extend([(left, (at, line)), ((at, line), right)]);
                }
            }
            Err(Unresolved) => oracle.doubt(),
        }
    }
    corners.sort_unstable();
    corners
}

/// Where the line that is the best at one end meets the one that is the best at
/// the other, and the line that is better than both there. Nothing when one of
/// them is the best all along.
fn corner(
    oracle: &mut Oracle<'_>,
    (from, left): Post,
    (to, right): Post,
    kink: Ratio,
) -> Result<Option<(Ratio, Option<Line>)>, Unresolved> {
    let compare = |line: Line, other, at| line.compare_at(other, at).ok_or(Unresolved);
    if compare(left, right, to)? != Ordering::Greater || compare(right, left, from)? != Ordering::Greater {
        return Ok(None);
    }
    let meeting = left.meets(right).ok_or(Unresolved)?;
    let (at, plan) = match oracle.best(meeting) {
        Ok(plan) => (meeting, plan),
        // Nearly there nothing is proved, but most of the time found.
        Err(Unresolved) => match near(oracle, meeting, from, to) {
            Some(found) => found,
            None => return Ok(Some((meeting, None))),
        },
    };
    let line = oracle
        .shape(&plan)
        .and_then(|shape| shape.line_from(kink))
        .ok_or(Unresolved)?;
    let better = compare(line, left, at)?.is_lt() && compare(line, right, at)?.is_lt();
    Ok(Some(if better { (at, Some(line)) } else { (meeting, None) }))
}

/// A point of fewer digits next to another, and the best plan there.
fn near(oracle: &mut Oracle<'_>, at: Ratio, from: Ratio, to: Ratio) -> Option<(Ratio, Plan)> {
    let near = Ratio::try_from(at.to_exact()?.rounded(NEAR)).ok()?;
    let plan = oracle.best(near).ok()?;
    (from < near && near < to).then_some((near, plan))
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
