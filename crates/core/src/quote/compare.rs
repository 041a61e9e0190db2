//! Terms against each other as the horizon grows (R4, R5): the best plan of
//! each class at every number of hours, and where one overtakes another.
//!
//! What a plan costs is linear in the hours between the few points at which
//! something prepaid or a minimum runtime is used up. The cheapest plan of a
//! class is the lower envelope of such lines; `envelope` finds its corners
//! with the same search that quotes use, so each is as exact as a quote, and
//! `crossing` compares the envelopes of the classes.

mod crossing;
mod envelope;
mod oracle;
mod shape;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use thiserror::Error;

use super::decision::against_everywhere;
use super::{RequestError, check_words, count};
use crate::bill::{Bill, Interruptions};
use crate::demand::{Demand, MarketWanted, Objective, SecurityWanted};
use crate::fit::{Candidate, Reason, fit};
use crate::market::Market;
use crate::money::Currency;
use crate::number::{Exact, Ratio};
use crate::offer::{MarketType, Security};
use crate::plan::{Group, Plan};
use crate::policy::{Policy, Rule};
use crate::quantity::{Hours, Range};

use shape::Shape;

/// On what terms machines are rented. Every plan of a class is made of offers
/// of that class alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// By the hour, from providers that the request trusts.
    OnDemand,
    /// The same, with hours charged when ordering.
    Prepaid,
    /// Until the seller takes it back.
    Spot,
    /// On demand or prepaid, on anybody's machines.
    Community,
}

/// The best plan of each class over a span of hours.
#[derive(Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// The fewest hours looked at.
    pub from: Hours,
    /// The most hours looked at.
    pub to: Hours,
    /// The currency of all prices.
    pub currency: Currency,
    /// One for each class that the request allows, in the order of [`Class`].
    pub courses: Vec<Course>,
    /// Where a class becomes cheaper than one that was cheaper before, by
    /// hours.
    pub crossings: Vec<Crossing>,
    /// The cheapest class of all from some hour on, by hours; where classes
    /// cost the same all along, the first of them.
    pub leads: Vec<Lead>,
    /// Records of offers read, the ones that could not be understood included.
    pub read: u64,
}

/// The best plans of one class, from the fewest hours to the most.
#[derive(Debug)]
#[non_exhaustive]
pub struct Course {
    /// Which.
    pub class: Class,
    /// Offers of the class that fit the request, whether or not part of a
    /// plan.
    pub offers: u64,
    /// How many offers of the class would fit but for each rule, by the first
    /// rule against each; caps take no single offer out.
    pub denied: Vec<(Rule, u64)>,
    /// Each plan that is the best for some hours, in their order and without
    /// gaps; empty when the class has no plan.
    pub stretches: Vec<Stretch>,
    /// Whether every plan is proved to be the best over its whole stretch.
    pub optimal: bool,
}

/// A plan, and the hours for which it is the best of its class.
///
/// A stretch begins where its plan becomes the cheapest. At that very point
/// the plan before it costs as much; it is counted to the later stretch. Of
/// plans that cost the same throughout, the first by the order of quotes (R14)
/// stands for all.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stretch {
    /// From how many hours on.
    pub from: Ratio,
    /// Up to how many hours.
    pub to: Ratio,
    /// Billed for the fewest hours of the comparison.
    plan: Plan,
    shape: Shape,
    wanted: Range,
    interruptions: Option<Interruptions>,
}

/// A point from which on one class is cheaper than another that was cheaper
/// before. At the point itself both cost the same; classes that only draw
/// level do not cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Crossing {
    /// From how many hours on.
    pub at: Ratio,
    /// The class that is cheaper afterwards.
    pub cheaper: Class,
    /// The class that was cheaper before.
    pub dearer: Class,
    /// What both cost there, in the comparison's currency: exact, or rounded
    /// half-even to 12 decimals.
    pub total: Exact,
    /// Whether no other class is cheaper there.
    pub leads: bool,
}

/// The cheapest class from some hours on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lead {
    /// From how many hours on.
    pub from: Ratio,
    /// Which.
    pub class: Class,
}

/// Why classes cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// The request names something that does not exist.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The span of hours is empty or begins at nothing.
    #[error("there is nothing between {from} and {to} hours; compare from more than zero hours up to more than those")]
    Span {
        /// The fewest hours.
        from: Hours,
        /// The most hours.
        to: Hours,
    },
    /// A cap on totals, which depend on the hours.
    #[error("a cap on totals is for one number of hours, and these are many; leave it out, or cap the rate per hour")]
    MaxTotal,
    /// Another objective than the total.
    #[error("classes are compared by their totals; make the total what plans are ranked by")]
    Objective,
}

/// Compares the classes of terms for every horizon between `from` and `to`
/// hours.
///
/// The request's own horizon plays no part. Its markets and tiers decide which
/// classes there are: only spot with [`MarketWanted::Spot`], otherwise all;
/// community machines are a class of their own whatever the tier, unless they
/// are on spot, where the request's tier decides. What the request says of
/// instances (R2) holds for each class by itself.
///
/// Deterministic: the same offers in any order give the same answer.
///
/// Of the policy's rules, those hold that say the same whatever the hours.
///
/// # Errors
/// As [`super::quote()`], and when the span of hours is empty, totals are
/// capped, or plans are to be ranked by anything else.
pub fn compare(market: &Market, demand: &Demand, from: Hours, to: Hours) -> Result<Comparison, CompareError> {
    check_words(market, demand)?;
    let demand = &Demand {
        policy: demand.policy.timeless(),
        ..demand.clone()
    };
    if demand.caps.total.is_some() {
        return Err(CompareError::MaxTotal);
    }
    if demand.objective != Objective::Total {
        return Err(CompareError::Objective);
    }
    let span = CompareError::Span { from, to };
    let ends = Ratio::try_from(from.number())
        .ok()
        .zip(Ratio::try_from(to.number()).ok());
    let Some((start, end)) = ends.filter(|(start, end)| start < end && !from.is_zero()) else {
        return Err(span);
    };

    let wide = Demand {
        hours: from,
        market: match demand.market {
            MarketWanted::Spot => MarketWanted::Spot,
            MarketWanted::OnDemand | MarketWanted::Both => MarketWanted::Both,
        },
        security: SecurityWanted::Any,
        ..demand.clone()
    };
    let fitting: Vec<(Class, Arc<Candidate>)> = market
        .offers
        .iter()
        .filter_map(|offer| fit(offer, &wide).ok())
        .filter_map(|candidate| Some((Class::of(&candidate, demand)?, Arc::new(candidate))))
        .collect();
    let denied = denied(market, &wide, demand);
    let asked = |class: &Class| demand.market != MarketWanted::Spot || *class == Class::Spot;
    let courses: Vec<Course> = Class::ALL
        .into_iter()
        .filter(asked)
        .map(|class| {
            let own = fitting.iter().filter(|(of, _)| *of == class);
            let candidates: Vec<_> = own.map(|(_, candidate)| Arc::clone(candidate)).collect();
            let offers = count(candidates.len());
            let (stretches, optimal) = envelope::stretches(candidates, &wide, start, end);
            Course {
                class,
                offers,
                denied: counted(denied.iter().filter(|(of, _)| *of == class).map(|(_, rule)| *rule)),
                stretches,
                optimal,
            }
        })
        .collect();
    let crossings = crossing::crossings(&courses);
    Ok(Comparison {
        from,
        to,
        currency: demand.exchange.quote(),
        leads: crossing::leads(&courses, &crossings, start, end),
        crossings,
        courses,
        read: count(market.offers.len() + market.rejects.len()),
    })
}

/// Each offer that would fit but for the rules, by its class and the first rule
/// against it.
fn denied<'a>(market: &Market, wide: &'a Demand, demand: &Demand) -> Vec<(Class, &'a Rule)> {
    let free = Demand {
        policy: Policy::default(),
        ..wide.clone()
    };
    let out = market.offers.iter().filter(|offer| {
        let is_ruled = !wide.policy.is_empty();
        is_ruled && fit(offer, wide).err() == Some(Reason::Policy)
    });
    out.filter_map(|offer| {
        let candidate = fit(offer, &free).ok()?;
        Some((Class::of(&candidate, demand)?, against_everywhere(&candidate, wide)?))
    })
    .collect()
}

/// How often each rule is there, in the order in which they are first seen.
fn counted<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<(Rule, u64)> {
    let mut counted: Vec<(Rule, u64)> = Vec::new();
    for rule in rules {
        match counted.iter_mut().find(|(known, _)| known == rule) {
            Some((_, offers)) => *offers = offers.saturating_add(1),
            None => counted.push((rule.clone(), 1)),
        }
    }
    counted
}

impl Class {
    /// Every class, in order.
    pub const ALL: [Self; 4] = [Self::OnDemand, Self::Prepaid, Self::Spot, Self::Community];

    /// The class of a candidate; none when the request leaves its tier out.
    fn of(candidate: &Candidate, demand: &Demand) -> Option<Self> {
        let offer = &candidate.offer;
        let trusted = demand.security.admits(&offer.security);
        match (&offer.market, &offer.security) {
            (MarketType::Spot, _) => trusted.then_some(Self::Spot),
            (MarketType::OnDemand, Security::Community) => Some(Self::Community),
            (MarketType::OnDemand, _) if !trusted => None,
            (MarketType::OnDemand, _) if offer.terms.prepaid.is_some() => Some(Self::Prepaid),
            (MarketType::OnDemand, _) => Some(Self::OnDemand),
            (MarketType::Other(_), _) => None,
        }
    }

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on_demand",
            Self::Prepaid => "prepaid",
            Self::Spot => "spot",
            Self::Community => "community",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Course {
    /// The stretch to which a number of hours belongs.
    pub fn stretch(&self, at: Ratio) -> Option<&Stretch> {
        let last = self.stretches.len().checked_sub(1);
        let holds = |(number, stretch): &(usize, &Stretch)| {
            stretch.from <= at && (at < stretch.to || (at == stretch.to && Some(*number) == last))
        };
        self.stretches
            .iter()
            .enumerate()
            .find(holds)
            .map(|(_, stretch)| stretch)
    }

    /// The best plan for a number of hours, billed for them.
    pub fn plan_for(&self, hours: Hours) -> Option<Plan> {
        self.stretch(Ratio::try_from(hours.number()).ok()?)?.plan_for(hours)
    }

    /// The corners of the class's total over the hours, its ends included: the
    /// total is linear from each to the next.
    pub fn corners(&self) -> Vec<Ratio> {
        let mut corners: Vec<Ratio> = self.stretches.iter().flat_map(Stretch::corners).collect();
        corners.sort_unstable();
        corners.dedup();
        corners
    }

    /// What the class costs at any point: exact, or rounded half-even to 12
    /// decimals. `None` outside the comparison.
    pub fn total_at(&self, at: Ratio) -> Option<Exact> {
        self.stretch(at)?.total_at(at)
    }
}

impl Stretch {
    /// The plan's launch groups, each billed for the comparison's fewest hours.
    pub fn groups(&self) -> &[Group] {
        &self.plan.groups
    }

    /// The plan for a number of hours, which need not lie in the stretch.
    /// `None` when its total cannot be kept exactly.
    pub fn plan_for(&self, hours: Hours) -> Option<Plan> {
        let groups = self.plan.groups.iter().map(|group| {
            let (offer, configuration) = (&group.candidate.offer, &group.candidate.configuration);
            let interruptions = self.interruptions.as_ref().filter(|_| offer.market == MarketType::Spot);
            let candidate = Candidate {
                bill: Bill::interrupted(configuration, &offer.terms, hours, interruptions).ok()?,
                ..Candidate::clone(&group.candidate)
            };
            Some(Group {
                candidate: Arc::new(candidate),
                ..group.clone()
            })
        });
        Plan::of(groups.collect::<Option<_>>()?, self.wanted).ok()
    }

    /// The plan, billed for the comparison's fewest hours. Its rate and
    /// up-front amount do not depend on the hours.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the plan costs at any point.
    fn total_at(&self, at: Ratio) -> Option<Exact> {
        self.shape.line_from(at)?.total_at(at)
    }

    /// Where the plan's total bends within the stretch, the ends included.
    fn corners(&self) -> impl Iterator<Item = Ratio> {
        let within = |kink: &Ratio| self.from < *kink && *kink < self.to;
        [self.from, self.to]
            .into_iter()
            .chain(self.shape.kinks().filter(within))
    }
}

#[cfg(test)]
mod tests;
