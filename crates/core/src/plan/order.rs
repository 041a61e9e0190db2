//! The one total order of plans and of what they are made of (R14).

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::{Group, Plan};
use crate::demand::Objective;
use crate::fit::Candidate;
use crate::number::Exact;
use crate::offer::{MarketType, Offer, Security};
use crate::place::Place;

/// Compares two plans: the objective first, then the total, fewer instances,
/// less surplus, and then quality and names, so that no two different plans
/// are equal.
pub(crate) fn compare(left: &Plan, right: &Plan, objective: Objective) -> Ordering {
    Figures::of(left, objective)
        .compare(&Figures::of(right, objective), objective)
        .then_with(|| worst(left).cmp(&worst(right)))
        .then_with(|| left.groups.iter().map(name).cmp(right.groups.iter().map(name)))
        .then_with(|| {
            let pairs = left.groups.iter().zip(&right.groups);
            let orders = pairs.map(|(left, right)| everything(&left.candidate, &right.candidate));
            orders.fold(Ordering::Equal, Ordering::then)
        })
}

/// What is compared of two plans before quality and names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) rate: Exact,
    /// In parts, as all amounts.
    pub(super) upfront: Exact,
    pub(super) total: Exact,
    pub(super) gpus: u64,
    pub(super) nodes: u64,
    pub(super) surplus: u64,
    /// The launch time of the slowest instance, where that is the objective.
    pub(super) slowest: Option<Provisioning>,
}

impl Figures {
    pub(super) fn of(plan: &Plan, objective: Objective) -> Self {
        Self {
            rate: plan.rate.per_hour(),
            upfront: plan.upfront.parts(),
            total: plan.total.parts(),
            gpus: plan.gpus,
            nodes: plan.nodes,
            surplus: plan.surplus,
            slowest: slowest(plan).filter(|_| objective == Objective::Provisioning),
        }
    }

    pub(super) fn compare(&self, other: &Self, objective: Objective) -> Ordering {
        self.by_objective(other, objective)
            .then_with(|| self.total.cmp(&other.total))
            .then_with(|| self.nodes.cmp(&other.nodes))
            .then_with(|| self.surplus.cmp(&other.surplus))
    }

    fn by_objective(&self, other: &Self, objective: Objective) -> Ordering {
        match objective {
            Objective::Total => Ordering::Equal,
            Objective::Rate => self.rate.cmp(&other.rate),
            Objective::Upfront => self.upfront.cmp(&other.upfront),
            Objective::PerGpu => {
                // a/b < c/d, multiplied out so that nothing is rounded.
                let across = |one: &Self, other: &Self| one.total.times_count(other.gpus);
                across(self, other).cmp(&across(other, self))
            }
            Objective::Provisioning => self.slowest.cmp(&other.slowest),
        }
    }
}

/// Tells two candidates apart that agree in all that ranks and names them: by
/// whatever a reader could still see a difference in.
pub(super) fn everything(left: &Arc<Candidate>, right: &Arc<Candidate>) -> Ordering {
    if Arc::ptr_eq(left, right) || left == right {
        return Ordering::Equal;
    }
    format!("{left:?}").cmp(&format!("{right:?}"))
}

/// Quality of one instance; smaller is better: exact before upper bound,
/// better stock, secure before community, on demand before spot, shorter
/// provisioning, unknown last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quality {
    pub(super) upper_bound: bool,
    pub(super) stock: u8,
    pub(super) security: u8,
    pub(super) market: u8,
    pub(super) provisioning: Provisioning,
}

/// A launch time in minutes; unknown comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Provisioning(bool, Exact);

impl Provisioning {
    pub(super) fn of(offer: &Offer) -> Self {
        Self(
            offer.provisioning_minutes.is_none(),
            offer.provisioning_minutes.unwrap_or_default(),
        )
    }
}

pub(crate) fn quality(candidate: &Candidate) -> Quality {
    let offer = &candidate.offer;
    Quality {
        upper_bound: !candidate.bill.is_exact(),
        stock: offer.stock.rank(),
        security: match offer.security {
            Security::Secure => 0,
            Security::Community => 1,
            Security::Other(_) => 2,
        },
        market: match offer.market {
            MarketType::OnDemand => 0,
            MarketType::Spot => 1,
            MarketType::Other(_) => 2,
        },
        provisioning: Provisioning::of(offer),
    }
}

/// A plan is as good as the worst of its instances, property by property.
fn worst(plan: &Plan) -> Option<Quality> {
    plan.groups
        .iter()
        .map(|group| quality(&group.candidate))
        .reduce(|left, right| Quality {
            upper_bound: left.upper_bound.max(right.upper_bound),
            stock: left.stock.max(right.stock),
            security: left.security.max(right.security),
            market: left.market.max(right.market),
            provisioning: left.provisioning.max(right.provisioning),
        })
}

pub(super) fn slowest(plan: &Plan) -> Option<Provisioning> {
    plan.groups
        .iter()
        .map(|group| Provisioning::of(&group.candidate.offer))
        .max()
}

/// Everything that tells one group from another, names first.
pub(super) type Name<'a> = (&'a str, &'a str, &'a Place, &'a str, Reverse<u64>, Rest<'a>);
type Rest<'a> = (
    &'a crate::gpu::Gpu,
    Option<u64>,
    Option<u64>,
    Option<u64>,
    &'a str,
    &'a crate::offer::Stock,
    bool,
);

pub(super) fn name(group: &Group) -> Name<'_> {
    let (broker, provider, place, id, rest) = identity(&group.candidate, group.place());
    (broker, provider, place, id, Reverse(group.count), rest)
}

/// What names an offer in a place, and then whatever else a reader could tell
/// two such apart by.
pub(crate) type Identity<'a> = (&'a str, &'a str, &'a Place, &'a str, Rest<'a>);

/// The identity of a candidate's offer in a place.
pub(crate) fn identity<'a>(candidate: &'a Candidate, place: &'a Place) -> Identity<'a> {
    let (offer, configuration) = (&candidate.offer, &candidate.configuration);
    let rest = (
        &offer.gpu,
        configuration.vcpus,
        configuration.memory_gb,
        configuration.disk_gb,
        &*offer.launch.gpu_type,
        &offer.stock,
        offer.variable_price,
    );
    (
        offer.broker.as_str(),
        offer.provider.as_str(),
        place,
        offer.id.as_str(),
        rest,
    )
}
