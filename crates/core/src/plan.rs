//! Plans: what could be launched, what it costs, and which is best.
//!
//! A plan is one or more launch groups, each an offer in one of its places
//! launched some number of times. `single` lists the plans of one instance;
//! `cover` searches all combinations that may be made (R8–R10), exactly.

mod bound;
mod cover;
mod feasible;
mod limits;
mod merge;
mod order;
mod part;
mod pool;
mod price;
mod purchase;
mod search;
mod single;
mod table;
mod through;
mod ties;

pub(crate) use cover::{Rules, covers, covers_with};
pub(crate) use single::{Singles, singles};
pub(crate) use through::through;

use std::sync::Arc;

use crate::colocation::{DiskSet, PlanDisk};
use crate::demand::{Caps, Objective};
use crate::fit::{Candidate, Reason};
use crate::money::{Money, MoneyError, PARTS, Rate};
use crate::number::Exact;
use crate::offer::{Broker, OfferId, Provider};
use crate::place::Place;
use crate::quantity::{Hours, Range};

pub(crate) use order::{compare, identity, quality};

/// Something that could be launched, and its price (P15), all of it in the
/// quote's currency. A plan costs nothing until it is launched.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Plan {
    /// What is launched; never empty.
    pub groups: Vec<Group>,
    /// The disks it attaches and creates, where any are asked for.
    pub disks: Option<Arc<DiskSet>>,
    /// GPUs supplied.
    pub gpus: u64,
    /// GPUs supplied beyond those asked for.
    pub surplus: u64,
    /// Instances launched.
    pub nodes: u64,
    /// Per hour, new disks included.
    pub rate: Rate,
    /// Paid when ordering, and part of the total.
    pub upfront: Money,
    /// Paid over the horizon, new disks included.
    pub total: Money,
    /// The least the total may be, where P5 leaves a range.
    pub total_low: Option<Money>,
    /// Other brokers that sell the same machines, cheapest first (R17).
    pub also_sold_by: Vec<Seller>,
}

/// One offer in one place, launched `count` times.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Group {
    /// The offer, configured and billed.
    pub candidate: Arc<Candidate>,
    /// Which of the offer's places.
    pub place: usize,
    /// How many instances.
    pub count: u64,
}

/// Somebody else who sells the machines of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seller {
    /// The broker.
    pub broker: Broker,
    /// Its name for the cloud.
    pub provider: Provider,
    /// Its name for the offer.
    pub id: OfferId,
    /// What the same number of instances costs there over the horizon, in the
    /// quote's currency.
    pub total: Exact,
    /// By what share of the plan's total it is dearer; `None` when the plan is
    /// free.
    pub dearer: Option<Exact>,
}

/// What a search is told besides the candidates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) objective: Objective,
    pub(crate) caps: Caps,
    /// Plans wanted.
    pub(crate) plans: usize,
}

/// The best plans, and what became of each candidate.
#[derive(Debug)]
pub(crate) struct Found {
    /// Best first.
    pub(crate) plans: Vec<Plan>,
    /// Per candidate, why it is part of no plan; `None` when it is.
    pub(crate) reasons: Vec<Option<Reason>>,
    /// Whether the first plan is proved to be the best there is.
    pub(crate) optimal: bool,
}

impl Group {
    /// Where it is launched.
    pub fn place(&self) -> &Place {
        self.candidate.offer.place(self.place)
    }
}

impl Plan {
    /// Adds up groups and the disks that they take along (P15); `wanted` is
    /// the number of GPUs asked for.
    pub(crate) fn of(groups: Vec<Group>, wanted: Range) -> Result<Self, Reason> {
        let nodes = groups.iter().map(|group| group.count).sum::<u64>();
        let disks = match groups.iter().max_by_key(|group| group.candidate.offer.multi_node) {
            Some(group) => group.candidate.disks(group.place, nodes > 1)?.cloned(),
            None => None,
        };
        Self::sum(groups, wanted, nodes, disks).map_err(|_| Reason::Price)
    }

    fn sum(groups: Vec<Group>, wanted: Range, nodes: u64, disks: Option<Arc<DiskSet>>) -> Result<Self, MoneyError> {
        let (first, rest) = groups.split_first().ok_or(MoneyError::TooManyDigits)?;
        let bill = &first.candidate.bill;
        let mut rate = bill.rate.times(first.count)?;
        let mut upfront = bill.upfront.times(first.count)?;
        let mut total = bill.total.times(first.count)?;
        let mut low = bill.total_low.unwrap_or(bill.total).times(first.count)?;
        for group in rest {
            let bill = &group.candidate.bill;
            rate = rate.plus(bill.rate.times(group.count)?)?;
            upfront = upfront.plus(bill.upfront.times(group.count)?)?;
            total = total.plus(bill.total.times(group.count)?)?;
            low = low.plus(bill.total_low.unwrap_or(bill.total).times(group.count)?)?;
        }
        if let Some(disks) = &disks {
            rate = rate.plus(disks.rate)?;
            total = total.plus(disks.total)?;
            low = low.plus(disks.total)?;
        }
        let gpus = groups
            .iter()
            .map(|group| u64::from(group.candidate.offer.gpu.count) * group.count)
            .sum::<u64>();
        let exact = groups.iter().all(|group| group.candidate.bill.is_exact());
        Ok(Self {
            gpus,
            surplus: gpus.saturating_sub(wanted.least),
            nodes,
            rate,
            upfront,
            total,
            total_low: (!exact).then_some(low),
            also_sold_by: Vec::new(),
            groups,
            disks,
        })
    }

    /// The disks it attaches and then those it creates.
    pub fn disks(&self) -> &[PlanDisk] {
        self.disks.as_ref().map_or(&[], |set| &set.disks)
    }

    /// Whether the total is exact rather than an upper bound.
    pub fn is_exact(&self) -> bool {
        self.total_low.is_none()
    }

    /// The total per GPU and hour (P16), surplus GPUs included.
    pub fn per_gpu_hour(&self, hours: Hours) -> Option<Exact> {
        self.total.per_gpu_hour(hours, self.gpus)
    }

    /// The launch time of its slowest instance.
    fn slowest(&self) -> Option<order::Provisioning> {
        order::slowest(self)
    }
}

/// The first cap broken by something that costs this much.
pub(crate) fn broken(caps: &Caps, rate: Rate, upfront: Money, total: Money) -> Option<Reason> {
    let over = |cap: Option<Exact>, amount: Exact, unit: u64| {
        cap.is_some_and(|cap| cap.times_count(unit).is_some_and(|cap| amount > cap))
    };
    if over(caps.rate, rate.per_hour(), 1) {
        Some(Reason::MaxPrice)
    } else if over(caps.upfront, upfront.parts(), PARTS) {
        Some(Reason::MaxUpfront)
    } else if over(caps.total, total.parts(), PARTS) {
        Some(Reason::MaxTotal)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
