//! Whether the plans are the best that the market has, in order, and none was overlooked (R14, R15).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::claim::{Claim, ClaimedGroup, ClaimedPlan, ClaimedReason, ClaimedSeller};
use super::counts::{Fitted, LATE};
use super::list::{list, singles, slack};
use super::pool::{Pool, Scale, cost, nodes_max, pools, wanted};
use super::table::{Base, Problem, Table};
use super::walk::{Limits, Stop, walk};
use crate::demand::{Demand, Nodes, Objective};
use crate::fit::Candidate;
use crate::money::PARTS;
use crate::plan::{Group, Plan, compare};
use crate::quantity::Range;
use crate::quote::is_one_machine;

/// Adds what was overlooked, or stands in the wrong place, to `findings`.
pub(super) fn check(claim: &Claim, fitted: &Fitted, demand: &Demand, plans: usize, findings: &mut Vec<String>) {
    let candidates = fitted.candidates.as_slice();
    let scale = Scale::of(candidates, &demand.held_caps());
    let Some(pools) = pools(candidates, demand, scale) else {
        findings.push("market: its prices have too many digits to be checked".to_owned());
        return;
    };
    let alone = singles(candidates, demand, scale);
    let one = !alone.is_empty() && demand.nodes == Nodes::OneIfPossible || demand.nodes == Nodes::AtMost(1);
    let ranked = if one {
        let numbers = alone.iter().map(|(number, _)| *number);
        Ok(numbers.collect::<BTreeSet<_>>().len())
    } else {
        ranked(&pools, demand, scale)
    };
    match ranked {
        Ok(ranked) => check_ranked(claim, fitted, ranked, findings),
        Err(stop) => findings.push(unsettled("market.ranked", stop)),
    }
    if !claim.optimal && !claim.plans.is_empty() {
        // Nothing is claimed that could be proved.
        return;
    }
    let ceiling = match (claim.plans.len() >= plans, claim.plans.last()) {
        (true, Some(last)) => match resolved(last, candidates, demand) {
            Some(plan) => Some(plan),
            // What the market does not have was found already.
            None => return,
        },
        _ => None,
    };
    let listed = if one {
        let mut listed: Vec<Plan> = alone.into_iter().map(|(_, plan)| plan).collect();
        listed.sort_by(|left, right| compare(left, right, demand.objective));
        Ok((listed, true))
    } else {
        list(&pools, demand, scale, ceiling.as_ref(), plans)
    };
    match listed {
        Ok((listed, whole)) => compare_plans(claim, &listed, whole, plans, findings),
        Err(stop) => findings.push(unsettled("plans", stop)),
    }
}

fn unsettled(what: &str, stop: Stop) -> String {
    match stop {
        Stop::More => format!("{what}: there are more plans than are quoted"),
        Stop::TooLong => format!("{what}: the request is too large to be checked in reasonable time"),
    }
}

fn check_ranked(claim: &Claim, fitted: &Fitted, ranked: usize, findings: &mut Vec<String>) {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let market = &claim.market;
    if market.ranked != count(ranked) {
        findings.push(format!(
            "market.ranked: {ranked} offers are part of a plan, not {}",
            market.ranked
        ));
    }
    let left = count(fitted.candidates.len().saturating_sub(ranked)) + fitted.late;
    let late = |reason: &&ClaimedReason| LATE.iter().any(|late| late.as_str() == reason.reason);
    let late = market.rejected.iter().filter(late).map(|reason| reason.offers);
    let claimed = late.fold(0, u64::saturating_add);
    if claimed != left {
        findings.push(format!(
            "market.rejected: {left} offers fit and are part of no plan, not {claimed}"
        ));
    }
}

/// How many candidates are part of any plan: all those of a pool that has one.
fn ranked(pools: &[Pool], demand: &Demand, scale: Scale) -> Result<usize, Stop> {
    let mut ranked = BTreeSet::new();
    for pool in pools {
        if is_feasible(pool, demand, scale)? {
            ranked.extend(pool.units.iter().map(|unit| unit.number));
        }
    }
    Ok(ranked.len())
}

/// Whether a pool has any plan at all within the caps.
pub(super) fn is_feasible(pool: &Pool, demand: &Demand, scale: Scale) -> Result<bool, Stop> {
    let caps = &demand.held_caps();
    let largest = pool.units.first().map_or(0, |unit| unit.gpus);
    let slack = slack(pool);
    let nodes = nodes_max(demand);
    let free = caps.rate.is_none() && caps.upfront.is_none() && caps.total.is_none();
    if free && slack >= largest.saturating_sub(1) {
        // Any surplus will do: take the largest first.
        let mut left = (nodes.unwrap_or(u64::MAX), pool.wanted.least.max(1));
        for unit in &pool.units {
            let gpus = u64::try_from(unit.gpus).unwrap_or(u64::MAX);
            let copies = unit.copies.min(left.0).min(left.1.div_ceil(gpus.max(1)));
            left = (left.0 - copies, left.1.saturating_sub(copies.saturating_mul(gpus)));
        }
        return Ok(left.1 == 0);
    }
    // Ranked by what is capped, the plans within the cap come first.
    let objective = match (caps.rate, caps.upfront) {
        (Some(_), _) => Objective::Rate,
        (None, Some(_)) => Objective::Upfront,
        (None, None) => Objective::Total,
    };
    let mut units = pool.units.clone();
    for unit in &mut units {
        unit.cost = cost(unit.figures, objective);
    }
    units.sort_by(|left, right| right.gpus.cmp(&left.gpus).then_with(|| left.cost.cmp(&right.cost)));
    let base = Base::of(pool.disks, objective);
    let problem = Problem::new(units, pool.wanted.least, 0..=slack, nodes, base);
    let table = Table::new(&problem).ok_or(Stop::TooLong)?;
    let capped = |figure: i128| {
        let (cap, unit) = match objective {
            Objective::Rate => (caps.rate, 1),
            Objective::Upfront => (caps.upfront, PARTS),
            _ => (caps.total, PARTS),
        };
        cap.and_then(|cap| cap.times_count(unit))
            .is_some_and(|cap| scale.number(figure) > cap)
    };
    let limits = Limits {
        over: &|cost| capped(cost.first),
        caps,
        scale,
        most: 0,
    };
    match walk(&problem, &table, &limits).1 {
        None => Ok(false),
        Some(Stop::More) => Ok(true),
        Some(Stop::TooLong) => Err(Stop::TooLong),
    }
}

/// A plan of the quote as one of the market's.
fn resolved(claimed: &ClaimedPlan, candidates: &[Arc<Candidate>], demand: &Demand) -> Option<Plan> {
    let group = |claimed: &ClaimedGroup| {
        let bare = claimed.bare();
        candidates.iter().find_map(|candidate| {
            let of = |place: &&usize| {
                let place = candidate.offer.places.get(**place);
                place.is_some_and(|place| ClaimedGroup::of(candidate, place, claimed.count) == bare)
            };
            if candidate.offer.id != claimed.offer_id {
                return None;
            }
            Some(Group {
                candidate: Arc::clone(candidate),
                place: *candidate.places.iter().find(of)?,
                count: claimed.count,
            })
        })
    };
    let groups: Vec<Group> = claimed.groups.iter().map(group).collect::<Option<_>>()?;
    let alternatives = &groups.first()?.candidate.alternatives;
    let asked = |range: &Range| claimed.gpus.checked_sub(range.least) == Some(claimed.surplus_gpus);
    let range = alternatives.iter().map(|at| wanted(demand, *at)).find(asked)?;
    Plan::of(groups, range).ok()
}

/// Compares what is quoted with what should be, plan by plan. A plan may be missing whose machines another broker sells
/// for less, when the row of that one names it (R17).
fn compare_plans(claim: &Claim, listed: &[Plan], whole: bool, plans: usize, findings: &mut Vec<String>) {
    let mut rows: Vec<&Plan> = Vec::new();
    for plan in listed {
        let at = rows.len();
        let next = claim.plans.get(at);
        if next.is_some_and(|next| sorted(next) == groups(plan)) {
            rows.push(plan);
        } else if rows
            .iter()
            .zip(&claim.plans)
            .any(|(row, claimed)| is_named(claimed, row, plan))
        {
            // It is part of that row.
        } else if next.is_some() {
            findings.push(format!("plans[{at}]: the one that belongs here is {}", described(plan)));
            // What follows is moved by this one.
            return;
        } else {
            if at < plans {
                findings.push(format!("plans: one is missing, {}", described(plan)));
            }
            return;
        }
    }
    if !whole {
        tied(claim, rows.len(), findings);
    } else if claim.plans.len() > rows.len() {
        findings.push(format!("plans: there are {}, not {}", rows.len(), claim.plans.len()));
    }
}

/// Whether a row names another plan as a dearer way to the same machines.
fn is_named(claimed: &ClaimedPlan, row: &Plan, other: &Plan) -> bool {
    let [group] = other.groups.as_slice() else {
        return false;
    };
    let offer = &group.candidate.offer;
    let mut named = claimed.groups.iter().flat_map(|group| &group.also_sold_by);
    let names = |seller: &ClaimedSeller| {
        (&seller.broker, &seller.provider, &seller.offer_id) == (&offer.broker, &offer.provider, &offer.id)
            && seller.total == other.total.amount()
    };
    named.any(names) && is_one_machine(row, other)
}

fn sorted(plan: &ClaimedPlan) -> Vec<ClaimedGroup> {
    let mut groups: Vec<ClaimedGroup> = plan.groups.iter().map(ClaimedGroup::bare).collect();
    groups.sort();
    groups
}

/// Of more plans than can be put in order: that they cost the same, and that each is another.
fn tied(claim: &Claim, from: usize, findings: &mut Vec<String>) {
    let cost = |plan: &ClaimedPlan| (plan.total, plan.rate, plan.upfront, plan.nodes, plan.surplus_gpus);
    let last = claim.plans.last().map(cost);
    let mut seen = BTreeSet::new();
    for (at, plan) in claim.plans.iter().enumerate().skip(from) {
        if Some(cost(plan)) != last {
            findings.push(format!("plans[{at}]: others that cost less were overlooked"));
        }
        if !seen.insert(sorted(plan)) {
            findings.push(format!("plans[{at}]: it stands there twice"));
        }
    }
}

fn groups(plan: &Plan) -> Vec<ClaimedGroup> {
    let mut groups: Vec<ClaimedGroup> = plan
        .groups
        .iter()
        .map(|group| ClaimedGroup::of(&group.candidate, group.place(), group.count))
        .collect();
    groups.sort();
    groups
}

fn described(plan: &Plan) -> String {
    let group = |group: &Group| {
        let offer = &group.candidate.offer;
        format!("{} × {} of {}", group.count, offer.id, offer.broker)
    };
    let groups: Vec<String> = plan.groups.iter().map(group).collect();
    format!("{} for {} in all", groups.join(" and "), plan.total.amount())
}
