//! Instances that may share a plan, by their own reckoning of R8 and R9, and what a plan of them is measured by.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::colocation::{Beside, DiskSet};
use crate::demand::{Caps, Demand, Nodes, Objective};
use crate::fit::Candidate;
use crate::gpu::Gpu;
use crate::money::{Money, PARTS};
use crate::number::Exact;
use crate::offer::{Broker, Offer, Provider};
use crate::place::{DataCenter, Place};
use crate::plan::{Plan, identity, quality};
use crate::quantity::Range;

/// Figures of one instance as whole numbers in a unit common to all, so that adding them is exact.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Figures {
    pub(super) rate: i128,
    pub(super) upfront: i128,
    pub(super) total: i128,
}

/// An offer in a place.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) candidate: Arc<Candidate>,
    /// Its number among the candidates.
    pub(super) number: usize,
    pub(super) place: usize,
    pub(super) gpus: usize,
    /// Copies at most.
    pub(super) copies: u64,
    pub(super) figures: Figures,
    /// What is minimised, and what decides between equals.
    pub(super) cost: (i128, i128),
}

/// Units that may be combined, and whose plans take the same disks along.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) name: Name,
    pub(super) wanted: Range,
    pub(super) units: Vec<Unit>,
    /// What the disks cost that every plan of the pool takes along.
    pub(super) disks: Figures,
}

/// What the units of a pool share; `None` where they need not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) place: Option<(Broker, Provider, Option<DataCenter>)>,
    /// With a count of 0, which may differ.
    pub(super) gpu: Option<Gpu>,
    alternative: Option<usize>,
    /// Where disks are asked for, whether its plans take others along than one machine would, for being several (R13). An
    /// instance that supplies the count alone is never part of a plan of several, so no plan is lost.
    pub(super) sharing: Option<bool>,
    /// Tells apart what shares a pool with nothing but itself.
    lonely: Option<(usize, usize)>,
}

/// The unit of all figures, or why there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    decimals: u8,
}

/// Figures beyond this could overflow when a hundred thousand of them are added.
const FIGURE_MAX: i128 = i128::MAX >> 40;

impl Scale {
    /// A unit in which every figure and every cap is whole.
    pub(super) fn of(candidates: &[Arc<Candidate>], caps: &Caps) -> Self {
        let figures = candidates.iter().flat_map(|candidate| {
            let bill = &candidate.bill;
            [bill.rate.per_hour(), bill.upfront.parts(), bill.total.parts()]
        });
        let beside = candidates.iter().flat_map(|candidate| &candidate.beside);
        let disks = beside.flat_map(Beside::sets);
        let disks = disks.flat_map(|set| [set.rate.per_hour(), set.total.parts()]);
        let caps = [caps.rate, caps.upfront, caps.total];
        let all = figures.chain(disks).chain(caps.into_iter().flatten());
        Self {
            decimals: all.map(Exact::decimals).max().unwrap_or(0),
        }
    }

    /// A number in this unit; `None` when it is too large to be added up.
    pub(super) fn whole(self, number: Exact) -> Option<i128> {
        number.mantissa_at(self.decimals).filter(|whole| *whole <= FIGURE_MAX)
    }

    pub(super) fn figures(self, candidate: &Candidate) -> Option<Figures> {
        Some(Figures {
            rate: self.whole(candidate.bill.rate.per_hour())?,
            upfront: self.whole(candidate.bill.upfront.parts())?,
            total: self.whole(candidate.bill.total.parts())?,
        })
    }

    /// Whether every amount has a finite decimal: a 180th has one when nine of it have a 20th.
    pub(super) fn is_finite(self, candidates: &[Arc<Candidate>]) -> bool {
        let whole = |amount: Money| {
            amount
                .parts()
                .mantissa_at(self.decimals)
                .is_none_or(|whole| whole % 9 == 0)
        };
        let beside = candidates.iter().flat_map(|candidate| &candidate.beside);
        let mut disks = beside.flat_map(Beside::sets);
        let billed = |candidate: &Arc<Candidate>| whole(candidate.bill.upfront) && whole(candidate.bill.total);
        candidates.iter().all(billed) && disks.all(|set| whole(set.total))
    }

    /// What disks add to a plan. Nothing is paid for them when ordering.
    fn disks(self, set: Option<&Arc<DiskSet>>) -> Option<Figures> {
        let Some(set) = set else {
            return Some(Figures::default());
        };
        Some(Figures {
            rate: self.whole(set.rate.per_hour())?,
            upfront: 0,
            total: self.whole(set.total.parts())?,
        })
    }

    /// The number again.
    pub(super) fn number(self, whole: i128) -> Exact {
        Exact::new(whole, self.decimals).unwrap_or_default()
    }
}

impl Figures {
    /// Those of a plan, its disks included; `None` when they are too large.
    pub(super) fn of(plan: &Plan, scale: Scale) -> Option<Self> {
        Some(Self {
            rate: scale.whole(plan.rate.per_hour())?,
            upfront: scale.whole(plan.upfront.parts())?,
            total: scale.whole(plan.total.parts())?,
        })
    }

    pub(super) fn plus(self, other: Self, copies: u64) -> Self {
        let copies = i128::from(copies);
        Self {
            rate: self.rate.saturating_add(other.rate.saturating_mul(copies)),
            upfront: self.upfront.saturating_add(other.upfront.saturating_mul(copies)),
            total: self.total.saturating_add(other.total.saturating_mul(copies)),
        }
    }

    /// Whether a plan that costs this much, or more, costs more than is allowed.
    pub(super) fn breaks(self, caps: &Caps, scale: Scale) -> bool {
        let over = |cap: Option<Exact>, figure: i128, unit: u64| {
            cap.and_then(|cap| cap.times_count(unit))
                .is_some_and(|cap| scale.number(figure) > cap)
        };
        over(caps.rate, self.rate, 1) || over(caps.upfront, self.upfront, PARTS) || over(caps.total, self.total, PARTS)
    }
}

/// The figure that is minimised first, and the one that decides between equals.
pub(super) fn cost(figures: Figures, objective: Objective) -> (i128, i128) {
    match objective {
        Objective::Rate => (figures.rate, figures.total),
        Objective::Upfront => (figures.upfront, figures.total),
        Objective::Total | Objective::PerGpu | Objective::Provisioning => (figures.total, 0),
    }
}

/// Minutes to launch; unknown comes last.
pub(super) fn speed(offer: &Offer) -> (bool, Exact) {
    (
        offer.provisioning_minutes.is_none(),
        offer.provisioning_minutes.unwrap_or_default(),
    )
}

/// The most instances of a plan, where several are allowed.
pub(super) fn nodes_max(demand: &Demand) -> Option<u64> {
    match demand.nodes {
        Nodes::AtMost(most) => Some(most),
        Nodes::Any | Nodes::OneIfPossible => None,
    }
}

/// Sorts candidates into pools, but for those that break a cap alone, and for those where no disk serves as many machines
/// as they would be. `None` when a figure is too large to be added.
pub(super) fn pools(candidates: &[Arc<Candidate>], demand: &Demand, scale: Scale) -> Option<Vec<Pool>> {
    let caps = demand.held_caps();
    let mut pools: BTreeMap<Name, Pool> = BTreeMap::new();
    for (number, candidate) in candidates.iter().enumerate() {
        let figures = scale.figures(candidate)?;
        if figures.breaks(&caps, scale) {
            continue;
        }
        // Instances that may differ answer all alternatives at once, which ask for one count.
        let alternatives = if demand.mixed { 1 } else { usize::MAX };
        let placed = candidate.alternatives.iter().take(alternatives).flat_map(|at| {
            let places = places(candidate, demand).into_iter();
            places.map(move |place| (*at, place))
        });
        for (alternative, place) in placed {
            let unit = Unit {
                candidate: Arc::clone(candidate),
                number,
                place,
                gpus: usize::try_from(candidate.offer.gpu.count).unwrap_or(usize::MAX),
                copies: demand.stock.bound(&candidate.offer.stock).unwrap_or(u64::MAX),
                figures,
                cost: cost(figures, demand.objective),
            };
            let wanted = wanted(demand, alternative);
            if wanted.is_empty() {
                continue;
            }
            let several = u64::from(candidate.offer.gpu.count) < wanted.least.max(1);
            // No disk there serves that many machines (R13).
            let Ok(set) = candidate.disks(place, several) else {
                continue;
            };
            let sharing = set.map(|_| candidate.pays_for_sharing(place, several));
            let disks = scale.disks(set)?;
            let name = Name::of(&unit, alternative, sharing, demand);
            let pool = pools.entry(name.clone()).or_insert_with(|| Pool {
                name,
                wanted,
                units: Vec::new(),
                disks,
            });
            pool.units.push(unit);
        }
    }
    let mut pools: Vec<Pool> = pools.into_values().collect();
    for pool in &mut pools {
        sort(&mut pool.units);
    }
    Some(pools)
}

impl Name {
    fn of(unit: &Unit, alternative: usize, sharing: Option<bool>, demand: &Demand) -> Self {
        let offer = &unit.candidate.offer;
        let center = place(unit).data_center.clone();
        let alone = !demand.spread && center.is_none();
        let machine = Gpu {
            count: 0,
            ..offer.gpu.clone()
        };
        let own = !demand.mixed || alone;
        Self {
            place: (!demand.spread).then(|| (offer.broker.clone(), offer.provider.clone(), center)),
            gpu: own.then_some(machine),
            alternative: own.then_some(alternative),
            sharing,
            lonely: alone.then_some((unit.number, unit.place)),
        }
    }
}

/// How many GPUs an alternative of the request asks for.
pub(super) fn wanted(demand: &Demand, alternative: usize) -> Range {
    demand.held_count(alternative).unwrap_or(Range::at_least(1))
}

/// Where a unit is.
pub(super) fn place(unit: &Unit) -> Place {
    let places = &unit.candidate.offer.places;
    places.get(unit.place).cloned().unwrap_or_default()
}

/// Where an offer competes: once, in the first of its places, where it does not matter.
fn places(candidate: &Candidate, demand: &Demand) -> Vec<usize> {
    let mut places = candidate.places.clone();
    if demand.spread {
        places.sort_by_key(|at| candidate.offer.places.get(*at));
        places.truncate(1);
    }
    places
}

/// Largest first, then cheapest, then in the order in which equals are shown.
fn sort(units: &mut [Unit]) {
    units.sort_by(|left, right| {
        let names = (place(left), place(right));
        (right.gpus.cmp(&left.gpus))
            .then_with(|| left.cost.cmp(&right.cost))
            .then_with(|| quality(&left.candidate).cmp(&quality(&right.candidate)))
            .then_with(|| identity(&left.candidate, &names.0).cmp(&identity(&right.candidate, &names.1)))
    });
}
