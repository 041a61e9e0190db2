//! Every suggestion put to the test, over random markets and requests.

use super::*;

pub(in crate::quote) mod random;

use std::collections::BTreeSet;

use crate::configuration::Selection;
use crate::demand::{Caps, Network, Where};
use crate::fit::{fit, mismatches};
use crate::market;
use crate::number::Exact;
use crate::quantity::Range;
use crate::quote::quote;
use random::Dice;

/// A market and a request for each seed.
fn case(seed: u64) -> (market::Market, Demand) {
    let mut dice = Dice::new(seed);
    let market = random::market(&mut dice);
    let times = 3 + dice.below(12);
    let demand = random::demand(&mut dice, times);
    (market, demand)
}

#[test]
fn the_first_of_all_reasons_is_the_reason() {
    let (mut fitting, mut several) = (0, 0);
    for seed in 0..2_000 {
        let (market, demand) = case(seed);
        for offer in &market.offers {
            let all = mismatches(offer, &demand);
            assert_eq!(
                all.first().copied(),
                fit(offer, &demand).err(),
                "{seed}: {all:?} of {offer:?}"
            );
            fitting += usize::from(all.is_empty());
            several += usize::from(all.len() > 3);
        }
    }
    assert!(fitting > 500 && several > 1_000, "{fitting} {several}");
}

#[test]
fn an_offer_fits_without_the_limits_that_it_needs_away() {
    let mut admitted = 0;
    // Whether its GPUs are enough is for a plan to say.
    let fits = |offer: &Arc<crate::offer::Offer>, demand: &Demand| {
        let nodes = Nodes::Any;
        fit(
            offer,
            &Demand {
                nodes,
                ..demand.clone()
            },
        )
        .map(|_| ())
    };
    for seed in 0..1_000 {
        let (market, demand) = case(seed);
        for offer in &market.offers {
            for needs in needs(offer, &demand, &market) {
                let lifted = lift::without(&demand, needs, &market);
                assert_eq!(fits(offer, &lifted), Ok(()), "{seed}: {needs:?} for {offer:?}");
                admitted += 1;
                // Each of them is needed.
                for limit in needs.each() {
                    let kept = lift::without(&demand, needs.without(limit), &market);
                    assert!(
                        fits(offer, &kept).is_err() || needs_less(offer, &demand, &market, needs),
                        "{seed}: {limit:?}"
                    );
                }
            }
        }
    }
    assert!(admitted > 3_000, "{admitted}");
}

/// Whether the offer fits without fewer limits than these.
fn needs_less(offer: &crate::offer::Offer, demand: &Demand, market: &market::Market, than: Limits) -> bool {
    let all = needs(offer, demand, market);
    all.into_iter().any(|needs| needs != than && needs.is_within(than))
}

/// What the promises of one request come to.
#[derive(Debug, Default)]
struct Kept {
    changes: usize,
    several_parts: usize,
    relaxations: usize,
    without: usize,
}

#[test]
fn every_suggestion_keeps_its_promise() {
    let mut kept = Kept::default();
    for seed in 0..700 {
        let (market, demand) = case(seed);
        let before = quote(&market, &demand, 10).unwrap();
        let why = why(&market, &demand).unwrap();
        let told: BTreeMap<Reason, u64> = why.rejections.iter().map(|one| (one.reason, one.offers)).collect();
        assert_eq!(told, before.rejected, "{seed}");
        assert_eq!(before.read, before.ranked + told.values().sum::<u64>(), "{seed}");
        let reasons = Judged::new(&market, &demand, 1).reasons;
        for rejection in &why.rejections {
            let targets: Vec<bool> = reasons.iter().map(|reason| *reason == Some(rejection.reason)).collect();
            if let Some(change) = &rejection.change {
                kept.changes += 1;
                kept.several_parts += usize::from(parts(&demand, &change.demand).len() > 1);
                put_to_the_test(seed, &market, &demand, change, &targets);
            } else {
                kept.without += 1;
                nothing_small_helps(seed, &market, &demand, rejection.reason, &targets);
            }
        }
        assert!(before.plans.is_empty() || why.relaxations.is_empty(), "{seed}");
        let all = vec![true; market.offers.len()];
        // Of the GPUs, model, memory, socket and counts are limits of their own.
        let relaxed = why.relaxations.iter().map(|change| parts(&demand, &change.demand));
        let sizes: BTreeSet<usize> = relaxed
            .filter(|parts| !parts.contains(&Part::Gpus))
            .map(|parts| parts.len())
            .collect();
        assert!(sizes.len() <= 1, "{seed}: {sizes:?}");
        for change in &why.relaxations {
            kept.relaxations += 1;
            assert_eq!(change.rank, Some(1), "{seed}");
            put_to_the_test(seed, &market, &demand, change, &all);
        }
        let totals = why.relaxations.iter().map(|change| change.plan.total.parts());
        assert!(totals.is_sorted(), "{seed}");
    }
    assert!(
        kept.changes > 1_500 && kept.several_parts > 200 && kept.relaxations > 300 && kept.without > 200,
        "{kept:?}"
    );
}

/// Runs a suggestion as written.
fn put_to_the_test(seed: u64, market: &market::Market, demand: &Demand, change: &Change, targets: &[bool]) {
    let changed = &change.demand;
    let at = || {
        let groups = change.plan.groups.iter();
        let offers: Vec<_> = groups.map(|group| (&group.candidate.offer, group.count)).collect();
        format!("{seed}: {demand:?}\nto {changed:?}\n{offers:?}")
    };
    if let Some(rank) = change.rank {
        let after = quote(market, changed, rank.max(LISTED)).unwrap();
        let row = after
            .plans
            .get(rank - 1)
            .unwrap_or_else(|| panic!("no row {rank}: {}", at()));
        assert!(is_same(row, &change.plan) || is_sold_by(row, &change.plan), "{}", at());
    }
    let reasons = Judged::new(market, changed, 1).reasons;
    let admitted = reasons
        .iter()
        .zip(targets)
        .filter(|(reason, target)| **target && reason.is_none());
    assert_eq!(change.admits, count(admitted.count()), "{}", at());
    assert!(change.admits > 0, "{}", at());
    let is_target = |offer: &Arc<crate::offer::Offer>| {
        let at = market.offers.iter().position(|other| Arc::ptr_eq(other, offer));
        targets[at.unwrap()]
    };
    assert!(
        change.plan.groups.iter().any(|group| is_target(&group.candidate.offer)),
        "{}",
        at()
    );
    // Nothing of it is superfluous.
    let parts = parts(demand, changed);
    assert!(!parts.is_empty(), "{}", at());
    for part in &parts {
        let mut less = changed.clone();
        part.revert(&mut less, demand);
        assert!(!admits(market, &less, targets), "{part:?} is superfluous: {}", at());
    }
    // No threshold could be nearer.
    for part in &parts {
        for nearer in part.nearer(demand, changed) {
            assert!(!admits(market, &nearer, targets), "{part:?} could be nearer: {}", at());
        }
    }
}

fn admits(market: &market::Market, demand: &Demand, targets: &[bool]) -> bool {
    Judged::new(market, demand, 0).through(demand, targets).is_some()
}

/// No one limit and no two that the request sets, given up altogether, help.
fn nothing_small_helps(seed: u64, market: &market::Market, demand: &Demand, reason: Reason, targets: &[bool]) {
    if Limit::named_by(reason).is_empty() {
        return;
    }
    let set = Limits::set_by(demand);
    for chosen in set.choices(1).into_iter().chain(set.choices(2)) {
        let lifted = lift::without(demand, chosen, market);
        assert!(
            !admits(market, &lifted, targets),
            "{seed}: {chosen:?} helps against {reason} in {demand:#?}"
        );
    }
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Gpus,

    Vcpus,
    Memory,
    Disk,
    Kubernetes,
    PerNode,
    Nodes,
    Regions,
    Countries,
    Centers,
    Providers,
    Brokers,
    Market,
    Security,
    Prepaid,
    Kinds,
    Gbps,
    Socket,
    Rate,
    Total,
    Upfront,
    Mixed,
    Spread,
}

const PARTS: [Part; 23] = [
    Part::Gpus,
    Part::Vcpus,
    Part::Memory,
    Part::Disk,
    Part::Kubernetes,
    Part::PerNode,
    Part::Nodes,
    Part::Regions,
    Part::Countries,
    Part::Centers,
    Part::Providers,
    Part::Brokers,
    Part::Market,
    Part::Security,
    Part::Prepaid,
    Part::Kinds,
    Part::Gbps,
    Part::Socket,
    Part::Rate,
    Part::Total,
    Part::Upfront,
    Part::Mixed,
    Part::Spread,
];

fn parts(before: &Demand, after: &Demand) -> Vec<Part> {
    let changed = |part: &Part| {
        let mut back = after.clone();
        part.revert(&mut back, before);
        back != *after
    };
    PARTS.into_iter().filter(changed).collect()
}

impl Part {
    fn revert(self, demand: &mut Demand, before: &Demand) {
        let Demand {
            instance:
                Selection {
                    vcpus,
                    memory,
                    disk,
                    kubernetes,
                },
            wanted_where:
                Where {
                    providers,
                    regions,
                    countries,
                    data_centers,
                    ..
                },
            network: Network { kinds, gbps, socket },
            caps: Caps { rate, total, upfront },
            ..
        } = before;
        match self {
            Self::Gpus => demand.gpus.clone_from(&before.gpus),
            Self::Vcpus => demand.instance.vcpus = *vcpus,
            Self::Memory => demand.instance.memory = *memory,
            Self::Disk => demand.instance.disk = *disk,
            Self::Kubernetes => demand.instance.kubernetes = *kubernetes,
            Self::PerNode => demand.gpus_per_node = before.gpus_per_node,
            Self::Nodes => demand.nodes = before.nodes,
            Self::Regions => demand.wanted_where.regions = regions.clone(),
            Self::Countries => demand.wanted_where.countries = countries.clone(),
            Self::Centers => demand.wanted_where.data_centers = data_centers.clone(),
            Self::Providers => demand.wanted_where.providers = providers.clone(),
            Self::Brokers => demand.wanted_where.brokers = before.wanted_where.brokers.clone(),
            Self::Market => demand.market = before.market,
            Self::Security => demand.security = before.security,
            Self::Prepaid => demand.prepaid = before.prepaid,
            Self::Kinds => demand.network.kinds.clone_from(kinds),
            Self::Gbps => demand.network.gbps = *gbps,
            Self::Socket => demand.network.socket.clone_from(socket),
            Self::Rate => demand.caps.rate = *rate,
            Self::Total => demand.caps.total = *total,
            Self::Upfront => demand.caps.upfront = *upfront,
            Self::Mixed => demand.mixed = before.mixed,
            Self::Spread => demand.spread = before.spread,
        }
    }

    /// The changed request with its threshold a little nearer to what it was.
    fn nearer(self, before: &Demand, after: &Demand) -> Vec<Demand> {
        let mut nearer = after.clone();
        let closer = |range: &mut Option<Range>, was: Option<Range>| match (range, was) {
            (Some(range), Some(was)) if range.least < was.least => range.least += 1,
            (Some(range), Some(was)) if range.most > was.most => range.most = range.most.map(|most| most - 1),
            _ => {}
        };
        let bit = Exact::new(1, 12).unwrap();
        let lower = |cap: &mut Option<Exact>| *cap = cap.and_then(|cap| cap.minus(bit));
        match self {
            Self::Vcpus => closer(&mut nearer.instance.vcpus, before.instance.vcpus),
            Self::Memory => closer(&mut nearer.instance.memory, before.instance.memory),
            Self::Disk => closer(&mut nearer.instance.disk, before.instance.disk),
            Self::PerNode => closer(&mut nearer.gpus_per_node, before.gpus_per_node),
            Self::Gbps => nearer.network.gbps = after.network.gbps.and_then(|gbps| gbps.plus(bit)),
            Self::Rate => lower(&mut nearer.caps.rate),
            Self::Total => lower(&mut nearer.caps.total),
            Self::Upfront => lower(&mut nearer.caps.upfront),
            Self::Nodes => match after.nodes {
                Nodes::AtMost(nodes) => nearer.nodes = Nodes::AtMost(nodes - 1),
                Nodes::Any | Nodes::OneIfPossible => {}
            },
            _ => {}
        }
        (nearer != *after).then_some(nearer).into_iter().collect()
    }
}

#[test]
fn the_order_of_offers_does_not_matter() {
    for seed in 0..150 {
        let (mut market, demand) = case(seed);
        let said = |market: &market::Market| {
            let why = why(market, &demand).unwrap();
            let changes = why.rejections.iter().filter_map(|one| one.change.as_ref());
            let changes = changes.chain(&why.relaxations);
            let said = changes.map(|one| (one.demand.clone(), one.admits, one.rank, one.plan.rate, one.plan.total));
            said.collect::<Vec<_>>()
        };
        let before = said(&market);
        let mut dice = Dice::new(seed + 1_000_000);
        for at in (1..market.offers.len()).rev() {
            market
                .offers
                .swap(at, usize::try_from(dice.below(u64::try_from(at).unwrap() + 1)).unwrap());
        }
        assert_eq!(said(&market), before, "{seed}");
    }
}
