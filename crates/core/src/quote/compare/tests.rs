//! Envelopes and crossings against every whole hour, tried one by one.

mod examples;

use super::*;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::demand::Nodes;
use crate::gpu::{Gpu, GpuModel, GpuRequest};
use crate::money::Rate;
use crate::offer::{Broker, Offer, OfferId, Provider, Terms};
use crate::place::{DataCenter, Place};
use crate::quantity::{Gb, Minutes};
use crate::quote::quote;

/// An offer as it is made up.
#[derive(Debug, Clone, Copy)]
struct Kind {
    class: Class,
    gpus: u32,
    cents: u64,
    prepaid: u64,
    minimum: u64,
    units: u32,
    center: u8,
}

const HOURS_MAX: u64 = 40;

fn offer(number: usize, kind: &Kind) -> Offer {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: kind.gpus,
    };
    let mut offer = Offer::new(
        Broker::new("b"),
        Provider::new("p"),
        OfferId::new(&format!("o{number}")),
        gpu,
    );
    let center = (kind.center > 0).then(|| DataCenter::new(&format!("dc{}", kind.center)));
    offer.places = vec![Place::new(None, None, center)];
    offer.stock.units = Some(kind.units);
    offer.price = Some(Rate::new(Exact::new(i128::from(kind.cents), 2).unwrap(), Currency::USD));
    offer.terms = Terms {
        prepaid: (kind.prepaid > 0).then(|| Hours::whole(kind.prepaid)),
        minimum_runtime: Minutes(kind.minimum),
    };
    if kind.class == Class::Spot {
        offer.market = MarketType::Spot;
    }
    if kind.class == Class::Community {
        offer.security = Security::Community;
    }
    offer
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    let kind = (
        prop::sample::select(Class::ALL.to_vec()),
        1_u32..4,
        20_u64..60,
        1_u64..30,
        prop::sample::select(vec![0_u64, 20, 90, 1000]),
        1_u32..4,
        0_u8..3,
    )
        .prop_map(|(class, gpus, cents, prepaid, minimum, units, center)| Kind {
            class,
            gpus,
            // What binds for longer is cheaper, so that classes cross.
            cents: match class {
                Class::OnDemand => cents + 20,
                Class::Prepaid => cents * 3 / 4,
                Class::Spot | Class::Community => cents,
            } * u64::from(gpus),
            prepaid: match class {
                Class::Prepaid => prepaid,
                Class::Community if prepaid > 20 => prepaid,
                _ => 0,
            },
            minimum,
            units,
            center,
        });
    prop::collection::vec(kind, 1..8)
}

/// Cost at a whole hour in 1/(100 × 180 × 16) of a dollar.
fn cost(kind: &Kind, hours: u64, product: u64) -> i128 {
    let stretch = if kind.class == Class::Spot {
        2880 + product
    } else {
        2880
    };
    let charged = (hours * stretch).max(kind.prepaid * 2880).max(kind.minimum * 48);
    i128::from(kind.cents * charged)
}

/// The least cost of any combination of a class, by trying all.
fn by_force(kinds: &[Kind], class: Class, demand: &Demand, hours: u64, product: u64) -> Option<i128> {
    let own: Vec<&Kind> = kinds.iter().filter(|kind| kind.class == class).collect();
    let wanted = demand.gpus.alternatives[0].count;
    let cost = |kind: &Kind| cost(kind, hours, product);
    let alone = own.iter().filter(|kind| wanted.contains(kind.gpus.into()));
    let single = alone.map(|kind| cost(kind)).min();
    if single.is_some() && demand.nodes == Nodes::OneIfPossible {
        return single;
    }
    let mut best = None;
    let mut counts = vec![0_u32; own.len()];
    loop {
        let Some(at) = (0..own.len()).find(|at| counts[*at] < own[*at].units) else {
            return best;
        };
        counts[at] += 1;
        counts[..at].fill(0);
        let used: Vec<(&Kind, u32)> = own
            .iter()
            .copied()
            .zip(counts.iter().copied())
            .filter(|(_, n)| *n > 0)
            .collect();
        let center = used[0].0.center;
        let one_place = used.len() == 1 || (center > 0 && used.iter().all(|(kind, _)| kind.center == center));
        let gpus: u32 = used.iter().map(|(kind, n)| kind.gpus * n).sum();
        if one_place && wanted.contains(gpus.into()) {
            let sum = used.iter().map(|(kind, n)| cost(kind) * i128::from(*n)).sum();
            best = Some(best.map_or(sum, |best: i128| best.min(sum)));
        }
    }
}

fn launches(plan: &Plan) -> Vec<(String, u64, usize)> {
    let group = |group: &Group| (group.candidate.offer.id.to_string(), group.count, group.place);
    let mut launches: Vec<_> = plan.groups.iter().map(group).collect();
    launches.sort();
    launches
}

fn hour(hours: u64) -> Ratio {
    Ratio::try_from(Exact::whole(hours)).unwrap()
}

fn demand(gpus: u64, nodes: Nodes, product: (u64, u64)) -> Demand {
    Demand {
        nodes,
        interruptions: Interruptions::new(Exact::whole(product.0), Exact::whole(product.1)),
        ..Demand::new(GpuRequest::parse(&format!("H100:{gpus}")).unwrap(), Hours::whole(1))
    }
}

fn market(kinds: &[Kind]) -> Market {
    Market::of(
        kinds
            .iter()
            .enumerate()
            .map(|(number, kind)| offer(number, kind))
            .collect(),
    )
}

fn whole(market: &Market, demand: &Demand) -> Comparison {
    compare(market, demand, Hours::whole(1), Hours::whole(HOURS_MAX)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_hour_is_what_trying_everything_finds(
        kinds in kinds(),
        gpus in 1_u64..6,
        nodes in prop::sample::select(vec![Nodes::OneIfPossible, Nodes::Any, Nodes::AtMost(1)]),
        per_day in 0_u64..5,
        checkpoint in 0_u64..50,
    ) {
        // One instance alone is what trying covers of one unit each gives.
        let bounded: Vec<Kind> = kinds.iter().filter(|kind| nodes != Nodes::AtMost(1) || u64::from(kind.gpus) >= gpus).copied().collect();
        let demand = demand(gpus, nodes, (per_day, checkpoint));
        let market = market(&bounded);
        let comparison = whole(&market, &demand);
        let product = per_day * checkpoint;
        let mut signs: BTreeMap<(Class, Class), Option<Class>> = BTreeMap::new();
        let mut next = comparison.crossings.iter().peekable();
        for hours in 1..=HOURS_MAX {
            let mut costs = BTreeMap::new();
            for course in &comparison.courses {
                let forced = by_force(&bounded, course.class, &demand, hours, product);
                prop_assert!(course.optimal);
                prop_assert_eq!(forced.is_some(), !course.stretches.is_empty());
                let Some(forced) = forced else { continue };
                costs.insert(course.class, forced);
                let total = Ratio::of(Exact::from_whole(forced), Exact::whole(100 * 2880)).unwrap().to_exact();
                prop_assert_eq!(course.total_at(hour(hours)), total, "{} at {} h", course.class, hours);
                let plan = course.plan_for(Hours::whole(hours)).unwrap();
                prop_assert_eq!(Some(plan.total.amount()), total);

                // Away from the ends of its stretch, the plan is the quote's.
                let stretch = course.stretch(hour(hours)).unwrap();
                if stretch.from < hour(hours) && hour(hours) < stretch.to {
                    let own = Market { offers: market.offers.iter().filter(|offer| {
                        let number: usize = offer.id.as_str()[1..].parse().unwrap();
                        bounded[number].class == course.class
                    }).cloned().collect(), ..market.clone() };
                    let asked = Demand { hours: Hours::whole(hours), market: MarketWanted::Both, security: SecurityWanted::Any, ..demand.clone() };
                    let quoted = quote(&own, &asked, 1).unwrap();
                    prop_assert_eq!(launches(&quoted.plans[0]), launches(&plan));
                    prop_assert_eq!(quoted.plans[0].total, plan.total);
                }
            }
            // What was crossed before this hour.
            while let Some(crossing) = next.next_if(|crossing| crossing.at < hour(hours)) {
                let pair = (crossing.cheaper.min(crossing.dearer), crossing.cheaper.max(crossing.dearer));
                let sign = signs.entry(pair).or_default();
                prop_assert_ne!(*sign, Some(crossing.cheaper), "{:?} was cheaper already", crossing);
                *sign = Some(crossing.cheaper);
            }
            for (left, right) in costs.keys().flat_map(|left| costs.keys().map(move |right| (*left, *right))).filter(|(left, right)| left < right) {
                let cheaper = match costs[&left].cmp(&costs[&right]) {
                    Ordering::Less => left,
                    Ordering::Greater => right,
                    Ordering::Equal => continue,
                };
                let sign = signs.entry((left, right)).or_default();
                prop_assert_eq!(*sign.get_or_insert(cheaper), cheaper, "{} and {} at {} h", left, right, hours);
            }
            let lead = comparison.leads.iter().rev().find(|lead| lead.from <= hour(hours));
            if let Some(least) = costs.values().min() {
                prop_assert_eq!(costs[&lead.unwrap().class], *least);
            }
        }
        for crossing in &comparison.crossings {
            let total = |class| comparison.courses.iter().find(|course: &&Course| course.class == class).unwrap().total_at(crossing.at);
            prop_assert_eq!(total(crossing.cheaper), Some(crossing.total));
            prop_assert_eq!(total(crossing.dearer), Some(crossing.total));
        }
    }

    #[test]
    fn order_of_offers_does_not_matter(kinds in kinds(), gpus in 1_u64..6) {
        let demand = demand(gpus, Nodes::Any, (1, 10));
        let mut market = market(&kinds);
        let shown = |market: &Market| {
            let comparison = whole(market, &demand);
            let plans: Vec<_> = comparison.courses.iter().flat_map(|course| &course.stretches)
                .map(|stretch| (stretch.from, stretch.to, launches(stretch.plan()))).collect();
            format!("{plans:?} {:?} {:?}", comparison.crossings, comparison.leads)
        };
        let before = shown(&market);
        market.offers.reverse();
        prop_assert_eq!(before, shown(&market));
    }
}
