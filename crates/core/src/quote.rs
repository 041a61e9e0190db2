//! A market and a request in, ranked plans and their reasons out.

pub mod compare;
mod decision;
mod disks;
mod metal;
mod moving;
mod relax;
mod survey;
mod why;

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use crate::colocation::Colocation;
use crate::demand::{Demand, Nodes};
use crate::fit::{Candidate, Reason, fit};
use crate::gpu::GpuModel;
use crate::market::{Completeness, Market};
use crate::offer::Offer;
use crate::plan::{Found, Goal, Plan, Rules, covers, singles};
use crate::quantity::Range;
use crate::words::near;
use survey::{Answer, View, survey};

pub use decision::{Decision, decisions};
pub use disks::DisksAnswer;
pub(crate) use metal::is_one_machine;
pub use moving::{Go, Stay, StayOrMove};
pub use relax::{Cheaper, Wider};
pub use why::{Change, Rejection, Why, relaxations, why};

/// Plans looked at beyond the rows asked for, to name who else sells the same
/// machines.
const SELLERS_LIKELY: usize = 20;

/// The answer to a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Quote {
    /// The best plans, best first.
    pub plans: Vec<Plan>,
    /// Whether the first plan is proved to be the cheapest that the request
    /// allows (R15).
    pub optimal: bool,
    /// Records of offers read, the ones that could not be understood included.
    pub read: u64,
    /// Offers that compete: each fits, and those that may be combined with it
    /// supply the count within the limits. `read` is this plus all that were
    /// rejected (R16).
    pub ranked: u64,
    /// How many offers were rejected, by the first reason against each.
    pub rejected: BTreeMap<Reason, u64>,
    /// What a wider request would save, best first.
    pub cheaper: Vec<Cheaper>,
    /// What there is to say of the disks asked for.
    pub disks: DisksAnswer,
}

/// Why a request cannot be answered at all. Its texts are about the request, not
/// about how it was put: a program with flags or fields of its own adds those.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The machines are wanted for no time at all.
    #[error("a request for no hours needs no machine; ask for a time above zero")]
    NoHours,
    /// A GPU that neither this version nor any offer knows.
    #[error("no GPU is called `{name}`{}", meant(.near, "; ask for a model that some offer has, or that is known by name"))]
    UnknownGpu {
        /// The name.
        name: String,
        /// Known names near it.
        near: Vec<String>,
    },
    /// GPUs may be mixed, but the alternatives ask for different counts.
    #[error(
        "plans that mix GPU models need the same count in every alternative; ask for one count, as in `H100,H200:8`"
    )]
    MixedCounts,
    /// Disks are asked for, and so are plans in several places.
    #[error("a spread plan stands in several places, and a disk in one; ask for plans in one place, or for no disks")]
    SpreadDisks,
    /// A disk that no account has.
    #[error("no disk of yours is called `{id}`{}; {}", meant(.near, ""), disks::owned(.owned))]
    UnknownDisk {
        /// The id.
        id: String,
        /// Ids of disks whose id or name is near it.
        near: Vec<String>,
        /// Every disk of the accounts.
        owned: Vec<String>,
    },
}

/// What was meant, if anything is near, and otherwise a hint.
fn meant(near: &[String], otherwise: &str) -> String {
    if near.is_empty() {
        otherwise.to_owned()
    } else {
        format!("; did you mean {}?", near.join(", "))
    }
}

/// Ranks what `market` offers for `demand`, returning at most `plans` plans.
///
/// Deterministic: the same offers in any order give the same answer. The time
/// that it takes grows with the offers, and where machines may be combined with
/// GPUs times offers that fit: milliseconds for thousands of either.
///
/// # Errors
/// When the request names something that does not exist, or asks for two things
/// that exclude each other.
pub fn quote(market: &Market, demand: &Demand, plans: usize) -> Result<Quote, RequestError> {
    check(market, demand)?;
    let (mut answer, cheaper) = relax::answer(market, demand, plans);
    if !market.rejects.is_empty() {
        answer.rejected.insert(Reason::Unreadable, count(market.rejects.len()));
    }
    Ok(Quote {
        plans: answer.plans,
        optimal: answer.optimal,
        read: count(market.offers.len() + market.rejects.len()),
        ranked: answer.ranked,
        rejected: answer.rejected,
        cheaper,
        disks: disks::answer(market, demand),
    })
}

/// The best rows for a request, with the same machines of two brokers on one.
fn search_rows(market: &Market, demand: &Demand, rows: usize) -> Answer {
    let answer = search(market, demand, looked_at(rows));
    in_rows(market, demand, rows, answer)
}

/// Plans to be looked at for so many rows.
fn looked_at(rows: usize) -> usize {
    rows.saturating_add(SELLERS_LIKELY)
}

/// Puts the plans of an answer into rows, looking at more plans until there
/// are enough.
fn in_rows(market: &Market, demand: &Demand, rows: usize, mut answer: Answer) -> Answer {
    let mut wanted = looked_at(rows);
    loop {
        let all = answer.plans.len() < wanted;
        answer.plans = metal::rows(answer.plans, rows);
        if answer.plans.len() >= rows || all {
            return answer;
        }
        wanted = wanted.saturating_mul(2);
        answer = search(market, demand, wanted);
    }
}

fn search(market: &Market, demand: &Demand, plans: usize) -> Answer {
    let view = View {
        demand: demand.clone(),
        spared: None,
        plans,
    };
    survey(market, &view, &[]).0
}

/// An offer that fits, with the disks asked for.
fn fitting(offer: &Arc<Offer>, demand: &Demand, colocation: Option<&mut Colocation<'_>>) -> Result<Candidate, Reason> {
    let candidate = fit(offer, demand)?;
    match colocation {
        Some(colocation) => candidate.with_disks(colocation),
        None => Ok(candidate),
    }
}

/// The best plans of fitting candidates, single instances first where the
/// request leaves it open (R2).
fn best(candidates: &[Arc<Candidate>], demand: &Demand, plans: usize) -> Found {
    let (wanted, goal) = (wanted(demand), goal(demand, plans));
    match demand.nodes {
        Nodes::AtMost(1) => singles(candidates, &wanted, &goal),
        Nodes::AtMost(nodes) => covers(candidates, &wanted, &goal, &rules(demand, nodes)),
        Nodes::Any => covers(candidates, &wanted, &goal, &rules(demand, u64::MAX)),
        Nodes::OneIfPossible => {
            let alone = singles(candidates, &wanted, &goal);
            if alone.reasons.iter().any(Option::is_none) {
                return alone;
            }
            covers(candidates, &wanted, &goal, &rules(demand, u64::MAX))
        }
    }
}

fn wanted(demand: &Demand) -> Vec<Range> {
    demand.held_counts()
}

fn goal(demand: &Demand, plans: usize) -> Goal {
    Goal {
        objective: demand.objective,
        caps: demand.held_caps(),
        plans,
    }
}

fn rules(demand: &Demand, nodes_max: u64) -> Rules {
    Rules {
        nodes_max,
        mixed: demand.mixed,
        spread: demand.spread,
    }
}

/// Refuses a request that cannot be answered.
fn check(market: &Market, demand: &Demand) -> Result<(), RequestError> {
    if demand.hours.is_zero() {
        return Err(RequestError::NoHours);
    }
    check_words(market, demand)
}

/// Refuses GPUs that nobody knows, with near matches (R1): neither this version
/// nor any offer of a market that answered in full.
fn check_words(market: &Market, demand: &Demand) -> Result<(), RequestError> {
    let alternatives = &demand.gpus.alternatives;
    if demand.mixed
        && alternatives
            .windows(2)
            .any(|pair| matches!(pair, [left, right] if left.count != right.count))
    {
        return Err(RequestError::MixedCounts);
    }
    disks::check(market, demand)?;
    let sold = |model: &GpuModel| market.offers.iter().any(|offer| offer.gpu.model == *model);
    for model in alternatives.iter().filter_map(|wanted| wanted.model.as_ref()) {
        if !model.is_known() && !sold(model) && market.completeness_of_nothing() == Completeness::Whole {
            let mut known: Vec<&str> = GpuModel::known_names().collect();
            known.extend(market.offers.iter().map(|offer| offer.gpu.model.as_str()));
            let near = near(model.as_str(), known).into_iter().map(str::to_owned).collect();
            return Err(RequestError::UnknownGpu {
                name: model.to_string(),
                near,
            });
        }
    }
    Ok(())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::gpu::GpuRequest;
    use crate::quantity::Hours;

    #[test]
    fn a_request_that_cannot_be_answered_says_what_would_be() {
        let check = |gpus: &str, change: fn(&mut Demand), said: &str| {
            let mut demand = Demand::new(GpuRequest::parse(gpus).unwrap(), Hours::whole(24));
            change(&mut demand);
            let market = Market::of(Vec::new());
            for refused in [quote(&market, &demand, 1).err(), why(&market, &demand).err()] {
                assert_eq!(refused.map(|why| why.to_string()).as_deref(), Some(said), "{gpus}");
            }
        };
        check(
            "H100:8",
            |demand| demand.hours = Hours::ZERO,
            "a request for no hours needs no machine; ask for a time above zero",
        );
        check(
            "H100:8,H200:4",
            |demand| demand.mixed = true,
            "plans that mix GPU models need the same count in every alternative; ask for one count, as in `H100,H200:8`",
        );
        check("H1000:8", |_| (), "no GPU is called `H1000`; did you mean H100?");
        check(
            "Voodoo2:8",
            |_| (),
            "no GPU is called `VOODOO2`; ask for a model that some offer has, or that is known by name",
        );
    }
}
