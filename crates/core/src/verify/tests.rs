//! What the search finds holds, and what was tampered with does not.

mod disks;

use super::*;

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::bill::Interruptions;
use crate::demand::{Caps, MarketWanted, Nodes, Objective, StockWord};
use crate::fit::Reason;
use crate::gpu::{Gpu, GpuModel, GpuRequest, Socket};
use crate::money::{Currency, Rate};
use crate::number::Exact;
use crate::offer::{Broker, Dial, Offer, OfferId, Provider, StockLevel};
use crate::place::{DataCenter, Place};
use crate::policy::{Condition, Effect, Policy, Rule};
use crate::quantity::{Gb, Hours, Minutes};
use crate::quote::quote;

/// One kind of instance: GPUs, cents per GPU and hour, stock, data centres, model, and what else it costs.
fn offer() -> impl Strategy<Value = Offer> {
    let prices = (1_u32..9, 100_u64..130, of(1_u32..4), select(vec!["H100", "H200"]));
    let centers = prop::collection::vec(0_u8..4, 1..3);
    let terms = (of(1_u64..60), of(1_u64..4), of(1_u64..3), any::<bool>(), 0_u64..90);
    // Machines of which all is known may be sold by two brokers.
    let sold = (select(vec!["b", "c"]), any::<bool>(), prop::bool::weighted(0.3));
    (prices, centers, terms, sold).prop_map(|((gpus, cents, units, model), mut centers, terms, sold)| {
        let (broker, known, spot) = sold;
        let (prepaid, minutes, disk, low, minimum) = terms;
        let gpu = Gpu {
            model: GpuModel::new(model),
            memory: Some(Gb(80)),
            socket: known.then_some(Socket::Pcie),
            count: gpus,
        };
        let mut offer = Offer::new(Broker::new(broker), Provider::new("p"), OfferId::new("o"), gpu);
        if spot {
            offer.market = crate::offer::MarketType::Spot;
        }
        if known {
            offer.resources.vcpu = Dial::fixed(Some(16));
            offer.resources.memory = Dial::fixed(Some(64));
        }
        centers.dedup();
        offer.places = centers
            .iter()
            .map(|center| {
                let center = (*center > 0).then(|| DataCenter::new(&format!("dc{center}")));
                Place::new(None, None, center)
            })
            .collect();
        offer.places.dedup();
        let usd = |number: Exact| Rate::new(number, Currency::USD);
        offer.stock.units = units;
        if low && units.is_none() {
            offer.stock.level = StockLevel::Low;
        }
        offer.price = Some(usd(Exact::new(i128::from(cents) * i128::from(gpus), 2).unwrap()));
        offer.provisioning_minutes = minutes.map(Exact::whole);
        offer.terms.prepaid = prepaid.map(Hours::whole);
        offer.terms.minimum_runtime = Minutes(minimum);
        offer.resources.disk = Dial {
            min: Some(10),
            default: Some(100),
            unit_price: disk.map(|milli| usd(Exact::new(i128::from(milli), 3).unwrap())),
            included: low,
            ..Dial::default()
        };
        offer
    })
}

fn market() -> impl Strategy<Value = Market> {
    prop::collection::vec(offer(), 0..9).prop_map(|mut offers| {
        for (at, offer) in offers.iter_mut().enumerate() {
            offer.id = OfferId::new(&format!("o{at}"));
        }
        Market::of(offers)
    })
}

/// One rule that denies.
fn policy() -> impl Strategy<Value = Policy> {
    let conditions = select(vec![
        ("data_center_in", "dc1"),
        ("data_center_not_in", "dc2"),
        ("broker_in", "c"),
        ("market_in", "spot"),
        ("per_gpu_hour_over", "1.1"),
        ("rate_over", "9"),
        ("total_over", "90"),
        ("upfront_over", "0"),
        ("gpus_over", "6"),
    ]);
    conditions.prop_map(|(key, word)| {
        let condition = Condition::read(key, &[word.to_owned()]).unwrap();
        Policy::new([Rule::new(key, Effect::Deny, [condition], "so it is").unwrap()])
    })
}

fn demand() -> impl Strategy<Value = Demand> {
    let gpus = select(vec![
        "H100:1",
        "H100:4",
        "H100:7",
        "H100:5..6",
        "H100:12",
        "H100,H200:9..9",
        "H100:3,H200:6",
        "any:48GB+:8",
        "H100:4,any:48GB+:6",
    ]);
    let nodes = prop_oneof![
        Just(Nodes::OneIfPossible),
        Just(Nodes::Any),
        (1_u64..5).prop_map(Nodes::AtMost)
    ];
    let objective = select(vec![
        Objective::Total,
        Objective::Rate,
        Objective::PerGpu,
        Objective::Upfront,
        Objective::Provisioning,
    ]);
    let seldom = |cap| prop::option::weighted(0.2, cap);
    let caps = (seldom(5_u64..20), seldom(5_u64..600), seldom(0_u64..300));
    let rest = (
        any::<bool>(),
        any::<bool>(),
        select(vec!["1", "0.3", "24", "20m"]),
        of(select(vec![50_u64, 100, 200])),
        of(0_u64..5),
        prop::option::weighted(0.3, policy()),
        prop::option::weighted(0.2, select(vec![0_u32, 1, 2])),
    );
    (gpus, nodes, objective, caps, rest).prop_map(
        |(gpus, nodes, objective, caps, (mixed, spread, hours, disk, spot, policy, low))| {
            let mut demand = Demand::new(GpuRequest::parse(gpus).unwrap(), hours.parse().unwrap());
            demand.nodes = nodes;
            demand.objective = objective;
            demand.caps = Caps {
                rate: caps.0.map(Exact::whole),
                total: caps.1.map(Exact::whole),
                upfront: caps.2.map(Exact::whole),
            };
            demand.instance.disk = disk.map(crate::quantity::Range::at_least);
            demand.mixed = mixed && gpus != "H100:3,H200:6" && gpus != "H100:4,any:48GB+:6";
            if let Some(per_day) = spot {
                demand.market = MarketWanted::Both;
                demand.interruptions = Interruptions::new(Exact::whole(per_day), Exact::whole(35));
            }
            demand.spread = spread;
            demand.policy = policy.unwrap_or_default();
            if let Some(low) = low {
                demand.stock = demand.stock.with(StockWord::Low, Some(low));
                demand.stock = demand.stock.with(StockWord::Available, low.checked_add(2));
            }
            demand
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_the_search_finds_holds(market in market(), demand in demand(), plans in 1_usize..14) {
        let quote = quote(&market, &demand, plans).unwrap();
        prop_assert!(quote.optimal);
        let claim = Claim::of(&quote, &demand);
        prop_assert_eq!(verify(&claim, &market, &demand, plans), Vec::<String>::new());
        let certificate = certify(&market, &demand, quote.plans.first());
        prop_assert_eq!(certificate.is_some(), !quote.plans.is_empty());
        if let Some(certificate) = certificate {
            prop_assert!(certificate.is_conclusive(), "{:?}", certificate);
            for pool in &certificate.pools {
                // Whoever multiplies finds that the pool is no cheaper.
                let sum = |bound: &Bound, gpus: u64| bound.amount.times_count(gpus).unwrap();
                let no_caps = demand.held_caps() == Caps::default();
                if pool.by == By::PerGpu && demand.objective != Objective::PerGpu {
                    let needed = pool.wanted.least;
                    prop_assert!(sum(&pool.bound, needed) > sum(&certificate.met, pool.bound.gpus));
                }
                prop_assert!(pool.by != By::Open || !no_caps || demand.objective == Objective::Provisioning);
            }
        }
    }

    #[test]
    fn a_plan_that_is_left_out_is_missed(market in market(), demand in demand(), plans in 1_usize..9, at in any::<prop::sample::Index>()) {
        let mut quote = quote(&market, &demand, plans).unwrap();
        if quote.plans.is_empty() {
            return Ok(());
        }
        quote.plans.remove(at.index(quote.plans.len()));
        let mut claim = Claim::of(&quote, &demand);
        claim.optimal = true;
        prop_assert!(!verify(&claim, &market, &demand, plans).is_empty());
    }

    /// A certificate for a plan that is not the best does not hold.
    #[test]
    fn the_second_best_is_not_certified(market in market(), demand in demand()) {
        let quote = quote(&market, &demand, 2).unwrap();
        let [best, second] = quote.plans.as_slice() else { return Ok(()) };
        // Not where only their names differ.
        if best.total == second.total {
            return Ok(());
        }
        let certificate = certify(&market, &demand, Some(second)).unwrap();
        prop_assert!(!certificate.holds);
    }
}

/// Each cap could be kept to, and both together cannot: nothing is part of a plan, and everything is accounted for.
#[test]
fn caps_that_bar_every_plan_together_reject_the_offers() {
    let offer = |id: &str, gpus: u32, price: i128, prepaid: Option<Hours>| {
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: None,
            socket: None,
            count: gpus,
        };
        let mut offer = Offer::new(Broker::new("b"), Provider::new("p"), OfferId::new(id), gpu);
        offer.places = vec![Place::new(None, None, Some(DataCenter::new("zone-1")))];
        offer.price = Some(Rate::new(Exact::new(price, 0).unwrap(), Currency::USD));
        offer.terms.prepaid = prepaid;
        offer
    };
    let market = Market::of(vec![
        offer("quick", 5, 5, None),
        offer("cheap", 1, 1, Some(Hours::whole(26))),
    ]);
    let mut demand = Demand::new(GpuRequest::parse("H100:8").unwrap(), Hours::whole(1));
    for (total, expected) in [(26, Some(Reason::MaxTotal)), (83, None)] {
        demand.caps.rate = Some(Exact::whole(9));
        demand.caps.total = Some(Exact::whole(total));
        let quote = quote(&market, &demand, 5).unwrap();
        assert_eq!(quote.plans.is_empty(), expected.is_some());
        let rejected: Vec<_> = expected.map(|reason| (reason, 2)).into_iter().collect();
        assert_eq!(quote.rejected.clone().into_iter().collect::<Vec<_>>(), rejected);
        assert_eq!(
            verify(&Claim::of(&quote, &demand), &market, &demand, 5),
            Vec::<String>::new()
        );
    }
}

/// The same machines at two brokers are one row, and nothing is missing; but not unless the row names the other.
#[test]
fn a_plan_on_the_row_of_another_is_not_missing() {
    let offer = |broker: &str, price: &str| {
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: Some(Gb(80)),
            socket: Some(Socket::Pcie),
            count: 8,
        };
        let id = OfferId::new("o");
        let mut offer = Offer::new(Broker::new(broker), Provider::new("p"), id, gpu);
        offer.places = vec![Place::new(None, None, Some(DataCenter::new("dc")))];
        offer.price = Some(Rate::new(price.parse().unwrap(), Currency::USD));
        offer.resources.vcpu = Dial::fixed(Some(16));
        offer.resources.memory = Dial::fixed(Some(64));
        offer
    };
    let market = Market::of(vec![offer("b", "8"), offer("c", "9"), offer("d", "10")]);
    let demand = Demand::new(GpuRequest::parse("H100:8").unwrap(), Hours::whole(2));
    let mut claim = Claim::of(&quote(&market, &demand, 5).unwrap(), &demand);
    assert_eq!((claim.plans.len(), claim.plans[0].groups[0].also_sold_by.len()), (1, 2));
    assert_eq!(verify(&claim, &market, &demand, 5), Vec::<String>::new());
    claim.plans[0].groups[0].also_sold_by.remove(0);
    let said = verify(&claim, &market, &demand, 5);
    assert!(
        said.len() == 1 && said[0].starts_with("plans: one is missing"),
        "{said:?}"
    );
}
