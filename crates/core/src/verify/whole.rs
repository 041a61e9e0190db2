//! Whether the plans are the best that the market has, in order, and none was overlooked (R14, R15).

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::claim::{Claim, ClaimedGroup, ClaimedPlan, ClaimedReason};
use super::counts::{Fitted, LATE};
use super::pool::{Pool, Scale, Unit, cost, nodes_max, pools, speed, wanted};
use super::table::{Cost, Problem, Table};
use super::walk::{Limits, Picks, Stop, walk};
use crate::demand::{Demand, Nodes, Objective};
use crate::fit::Candidate;
use crate::number::Exact;
use crate::plan::{Group, Plan, compare};

/// Plans of equal cost at the end of a quote that are put in order among each other; of more, only that they cost the
/// same is checked.
const TIES_MAX: usize = 2_000;

/// One problem of several that together are the request, and what its plans have in common beyond their cost.
pub(super) struct Part {
    pub(super) problem: Problem,
    /// The slowest launch, where that is ranked by: plans without such an instance belong to another part.
    pub(super) speed: Option<(bool, Exact)>,
    /// GPUs supplied, where the cost is compared per GPU.
    pub(super) gpus: Option<u64>,
}

/// How dear a plan may be: what the dearest in the quote costs.
#[derive(Clone, Copy)]
pub(super) struct Ceiling {
    cost: Cost,
    speed: (bool, Exact),
    gpus: u64,
    objective: Objective,
    /// Whether plans that cost the same are over it.
    strict: bool,
}

impl Ceiling {
    /// The ceiling that a plan is; `None` when its figures are too large.
    pub(super) fn of(plan: &Plan, objective: Objective, scale: Scale, strict: bool) -> Option<Self> {
        let figures = super::pool::Figures {
            rate: scale.whole(plan.rate.per_hour())?,
            upfront: scale.whole(plan.upfront.sixtieths())?,
            total: scale.whole(plan.total.sixtieths())?,
        };
        let (first, second) = cost(figures, objective);
        let speeds = plan.groups.iter().map(|group| speed(&group.candidate.offer));
        Some(Self {
            cost: Cost {
                first,
                second,
                nodes: plan.nodes,
                surplus: plan.surplus,
            },
            speed: speeds.max()?,
            gpus: plan.gpus,
            objective,
            strict,
        })
    }

    /// What is minimised first.
    pub(super) fn first(&self) -> i128 {
        self.cost.first
    }

    /// Whether a plan of that part which costs so much, or more, is over the ceiling.
    pub(super) fn is_below(&self, part: &Part, cost: Cost) -> bool {
        let first = match self.objective {
            Objective::Total | Objective::Rate | Objective::Upfront => Ordering::Equal,
            // a/b against c/d, multiplied out so that nothing is rounded.
            Objective::PerGpu => {
                let across = |cost: Cost, gpus: u64| cost.first.saturating_mul(i128::from(gpus));
                across(cost, self.gpus).cmp(&across(self.cost, part.gpus.unwrap_or(self.gpus)))
            }
            Objective::Provisioning => part.speed.unwrap_or(self.speed).cmp(&self.speed),
        };
        match first.then_with(|| cost.cmp(&self.cost)) {
            Ordering::Less => false,
            Ordering::Equal => self.strict,
            Ordering::Greater => true,
        }
    }
}

/// Adds what was overlooked, or stands in the wrong place, to `findings`.
pub(super) fn check(claim: &Claim, fitted: &Fitted, demand: &Demand, plans: usize, findings: &mut Vec<String>) {
    let candidates = fitted.candidates.as_slice();
    let scale = Scale::of(candidates, &demand.caps);
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
        listed.truncate(plans);
        Ok((listed, true))
    } else {
        list(&pools, demand, scale, ceiling.as_ref(), plans)
    };
    match listed {
        Ok((listed, whole)) => compare_plans(claim, &listed, whole, findings),
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

/// Every plan of one instance.
pub(super) fn singles(candidates: &[Arc<Candidate>], demand: &Demand, scale: Scale) -> Vec<(usize, Plan)> {
    let fits = |candidate: &Candidate| {
        let within = scale
            .figures(candidate)
            .is_some_and(|it| !it.breaks(&demand.caps, scale));
        within && wanted(demand, candidate).contains(candidate.offer.gpu.count.into())
    };
    let numbered = candidates.iter().enumerate().filter(|(_, candidate)| fits(candidate));
    let each = numbered.flat_map(|(number, candidate)| {
        candidate.places.iter().filter_map(move |place| {
            let group = Group {
                candidate: Arc::clone(candidate),
                place: *place,
                count: 1,
            };
            Some((number, Plan::of(vec![group], wanted(demand, candidate)).ok()?))
        })
    });
    each.collect()
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
    let caps = &demand.caps;
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
    let problem = Problem::new(units, pool.wanted.least, 0..=slack, nodes);
    let table = Table::new(&problem).ok_or(Stop::TooLong)?;
    let capped = |figure: i128| {
        let (cap, unit) = match objective {
            Objective::Rate => (caps.rate, 1),
            Objective::Upfront => (caps.upfront, 60),
            _ => (caps.total, 60),
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

/// By how many GPUs a plan may exceed what was asked for.
pub(super) fn slack(pool: &Pool) -> usize {
    let wanted = pool.wanted;
    wanted.most.map_or(usize::MAX, |most| {
        usize::try_from(most - wanted.least).unwrap_or(usize::MAX)
    })
}

/// The problems whose plans are those of a pool.
pub(super) fn parts(pool: &Pool, demand: &Demand) -> Vec<Part> {
    let (least, slack, nodes) = (pool.wanted.least.max(1), slack(pool), nodes_max(demand));
    let part = |units: Vec<Unit>, surplus: RangeInclusive<usize>| Part {
        problem: Problem::new(units, least, surplus, nodes),
        speed: None,
        gpus: None,
    };
    match demand.objective {
        Objective::Total | Objective::Rate | Objective::Upfront => vec![part(pool.units.clone(), 0..=slack)],
        Objective::PerGpu => {
            // No instance of a plan has as few GPUs as it has too many.
            let largest = pool.units.first().map_or(1, |unit| unit.gpus.max(1));
            let exactly = |surplus: usize| Part {
                gpus: least.checked_add(u64::try_from(surplus).unwrap_or(u64::MAX)),
                ..part(pool.units.clone(), surplus..=surplus)
            };
            (0..=slack.min(largest - 1)).map(exactly).collect()
        }
        Objective::Provisioning => {
            let speeds: BTreeSet<_> = pool.units.iter().map(|unit| speed(&unit.candidate.offer)).collect();
            let so_fast = |slowest: (bool, Exact)| {
                let units = pool.units.iter().filter(|unit| speed(&unit.candidate.offer) <= slowest);
                Part {
                    speed: Some(slowest),
                    ..part(units.cloned().collect(), 0..=slack)
                }
            };
            speeds.into_iter().map(so_fast).collect()
        }
    }
}

/// The plans as they should be quoted, and whether all that cost as much as the last are among them.
fn list(
    pools: &[Pool],
    demand: &Demand,
    scale: Scale,
    last: Option<&Plan>,
    plans: usize,
) -> Result<(Vec<Plan>, bool), Stop> {
    let ceiling = |strict| match last {
        Some(plan) => Ceiling::of(plan, demand.objective, scale, strict)
            .map(Some)
            .ok_or(Stop::TooLong),
        None => Ok(None),
    };
    let most = plans.saturating_add(TIES_MAX);
    let (mut listed, whole) = match within(pools, demand, scale, ceiling(false)?.as_ref(), most) {
        Ok(listed) => (listed, true),
        Err(Stop::More) if last.is_some() => (within(pools, demand, scale, ceiling(true)?.as_ref(), most)?, false),
        Err(stop) => return Err(stop),
    };
    listed.sort_by(|left, right| compare(left, right, demand.objective));
    listed.truncate(plans);
    Ok((listed, whole))
}

/// Every plan up to a ceiling, in no particular order.
pub(super) fn within(
    pools: &[Pool],
    demand: &Demand,
    scale: Scale,
    ceiling: Option<&Ceiling>,
    most: usize,
) -> Result<Vec<Plan>, Stop> {
    let mut found = Vec::new();
    for pool in pools {
        for part in parts(pool, demand) {
            let over = |cost: Cost| ceiling.is_some_and(|ceiling| ceiling.is_below(&part, cost));
            if over(at_least(&part.problem)) {
                continue;
            }
            let table = Table::new(&part.problem).ok_or(Stop::TooLong)?;
            let limits = Limits {
                over: &over,
                caps: &demand.caps,
                scale,
                most,
            };
            let (picks, stop) = walk(&part.problem, &table, &limits);
            if let Some(stop) = stop {
                return Err(stop);
            }
            let plans = picks.iter().filter_map(|picks| plan(&part.problem, picks, pool));
            found.extend(plans.filter(|plan| part.speed.is_none_or(|slowest| slowest_of(plan) == Some(slowest))));
            if found.len() > most {
                return Err(Stop::More);
            }
        }
    }
    Ok(found)
}

/// Less than any plan costs: the wanted GPUs at the best price per GPU.
pub(super) fn at_least(problem: &Problem) -> Cost {
    let wanted = i128::try_from(problem.least).unwrap_or(i128::MAX);
    let share = |unit: &Unit| {
        let gpus = i128::try_from(unit.gpus).unwrap_or(i128::MAX);
        unit.cost.0.saturating_mul(wanted) / gpus
    };
    Cost {
        first: problem
            .classes
            .iter()
            .filter_map(|class| class.first())
            .map(share)
            .min()
            .unwrap_or(0),
        ..Cost::default()
    }
}

fn slowest_of(plan: &Plan) -> Option<(bool, Exact)> {
    plan.groups.iter().map(|group| speed(&group.candidate.offer)).max()
}

fn plan(problem: &Problem, picks: &Picks, pool: &Pool) -> Option<Plan> {
    let group = |(class, unit, copies): &(usize, usize, usize)| {
        let unit = problem.classes.get(*class)?.get(*unit)?;
        Some(Group {
            candidate: Arc::clone(&unit.candidate),
            place: unit.place,
            count: u64::try_from(*copies).ok()?,
        })
    };
    Plan::of(picks.iter().map(group).collect::<Option<_>>()?, pool.wanted).ok()
}

/// A plan of the quote as one of the market's.
fn resolved(claimed: &ClaimedPlan, candidates: &[Arc<Candidate>], demand: &Demand) -> Option<Plan> {
    let group = |claimed: &ClaimedGroup| {
        candidates.iter().find_map(|candidate| {
            let of = |place: &&usize| {
                let place = candidate.offer.places.get(**place);
                place.is_some_and(|place| ClaimedGroup::of(candidate, place, claimed.count) == *claimed)
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
    let range = wanted(demand, &groups.first()?.candidate);
    Plan::of(groups, range).ok()
}

/// Compares what is quoted with what should be, plan by plan.
fn compare_plans(claim: &Claim, listed: &[Plan], whole: bool, findings: &mut Vec<String>) {
    let claimed = claim.plans.iter().map(|plan| {
        let mut groups = plan.groups.clone();
        groups.sort();
        groups
    });
    for (at, (claimed, plan)) in claimed.zip(listed).enumerate() {
        if claimed != groups(plan) {
            findings.push(format!("plans[{at}]: the one that belongs here is {}", described(plan)));
            // What follows is moved by this one.
            return;
        }
    }
    if !whole {
        return tied(claim, listed.len(), findings);
    }
    if let Some(plan) = listed.get(claim.plans.len()) {
        findings.push(format!("plans: one is missing, {}", described(plan)));
    } else if claim.plans.len() > listed.len() {
        findings.push(format!("plans: there are {}, not {}", listed.len(), claim.plans.len()));
    }
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
        if !seen.insert(&plan.groups) {
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
