//! The search against trying everything.

mod disks;

use super::*;

mod through;
mod ties;

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::bill::Bill;
use crate::configuration::{Configuration, Item, Line};
use crate::gpu::{Gpu, GpuModel};
use crate::money::Currency;
use crate::offer::*;
use crate::place::DataCenter;
use crate::quantity::Gb;

/// How many random cases to try: `GPU_BROKER_CASES`, or the usual number.
fn cases(usual: u32) -> u32 {
    #[expect(clippy::disallowed_methods, reason = "a test that can be told to try more")]
    let told = std::env::var("GPU_BROKER_CASES");
    told.ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// One kind of instance: GPUs, cents per GPU and hour, stock, data centre,
/// minutes to provision, three of which mean two hours prepaid.
type Kind = (u32, u64, Option<u32>, u8, u64);

fn candidate(number: usize, (gpus, cents, units, center, minutes): Kind) -> Arc<Candidate> {
    let rate = Rate::new(
        Exact::new(i128::from(cents) * i128::from(gpus) + i128::from(minutes), 2).unwrap(),
        Currency::USD,
    );
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: gpus,
    };
    let mut offer = Offer::new(
        Broker::new("b"),
        Provider::new("p"),
        OfferId::new(&format!("o{number}")),
        gpu,
    );
    offer.places = vec![Place::new(
        None,
        None,
        (center > 0).then(|| DataCenter::new(&format!("dc{center}"))),
    )];
    offer.stock.units = units;
    offer.price = Some(rate);
    offer.provisioning_minutes = Some(Exact::whole(minutes));
    offer.terms.prepaid = (minutes == 3).then_some(Hours::whole(2));
    let line = Line {
        item: Item::Instance,
        quantity: 1,
        unit_price: rate,
        rate,
        rate_low: None,
    };
    let configuration = Configuration {
        vcpus: None,
        memory_gb: None,
        disk_gb: None,
        shared_disk_gb: None,
        lines: vec![line],
    };
    let bill = Bill::of(&configuration, &offer.terms, Hours::whole(1)).unwrap();
    Arc::new(Candidate {
        most: offer.stock.bound(),
        offer: Arc::new(offer),
        alternatives: vec![0],
        places: vec![0],
        beside: Vec::new(),
        configuration,
        bill,
    })
}

/// Every plan without a superfluous instance, best first, by trying all.
fn by_force(candidates: &[Arc<Candidate>], wanted: Range, rules: &Rules, goal: &Goal) -> Vec<Plan> {
    let mut plans = Vec::new();
    let most = wanted.least.max(1);
    let mut counts = vec![0_u64; candidates.len()];
    loop {
        let mut at = 0;
        while at < counts.len()
            && (counts[at] == most || u64::from(candidates[at].offer.stock.units.unwrap_or(99)) == counts[at])
        {
            counts[at] = 0;
            at += 1;
        }
        if at == counts.len() {
            break;
        }
        counts[at] += 1;
        let used = || counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let gpus = |at: usize| u64::from(candidates[at].offer.gpu.count);
        let sum: u64 = used().map(|(at, count)| gpus(at) * count).sum();
        let smallest = used().map(|(at, _)| gpus(at)).min().unwrap();
        let nodes: u64 = counts.iter().sum();
        let places: BTreeSet<_> = used()
            .map(|(at, _)| candidates[at].offer.places[0].data_center.as_ref())
            .collect();
        let one_place = places.len() == 1 && (!places.contains(&None) || used().count() == 1);
        let fits = |plan: &Plan| broken(&goal.caps, plan.rate, plan.upfront, plan.total).is_none();
        if wanted.contains(sum)
            && sum - smallest < wanted.least
            && nodes <= rules.nodes_max
            && (rules.spread || one_place)
        {
            let group = |(at, count): (usize, &u64)| Group {
                candidate: Arc::clone(&candidates[at]),
                place: 0,
                count: *count,
            };
            plans.extend(Plan::of(used().map(group).collect(), wanted).ok().filter(fits));
        }
    }
    plans.sort_by(|left, right| compare(left, right, goal.objective));
    plans
}

fn shown(plans: &[Plan], objective: Objective) -> Vec<(String, u64, u64)> {
    let first = |plan: &Plan| match objective {
        Objective::PerGpu => plan.per_gpu_hour(Hours::whole(1)).unwrap().to_string(),
        Objective::Provisioning => format!("{:?}", plan.slowest()),
        Objective::Total | Objective::Rate | Objective::Upfront => String::new(),
    };
    plans
        .iter()
        .map(|plan| {
            (
                first(plan) + "/" + &plan.total.amount().to_string(),
                plan.nodes,
                plan.surplus,
            )
        })
        .collect()
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    prop::collection::vec(
        (1_u32..5, 100_u64..110, prop::option::of(1_u32..3), 0_u8..3, 1_u64..4),
        1..5,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(800)))]

    #[test]
    fn covers_are_what_trying_everything_finds(
        kinds in kinds(),
        least in 1_u64..8,
        range in prop::option::of(0_u64..3),
        nodes in prop::option::of(1_u64..5),
        spread in any::<bool>(),
        caps in [prop::option::of(200_i128..900), prop::option::of(0_i128..900), prop::option::of(200_i128..1200)],
        objective in prop::sample::select(vec![Objective::Total, Objective::Rate, Objective::PerGpu, Objective::Provisioning]),
    ) {
        let candidates: Vec<_> = kinds.iter().enumerate().map(|(number, kind)| candidate(number, *kind)).collect();
        let wanted = Range { least, most: range.map(|more| least + more) };
        let rules = Rules { nodes_max: nodes.unwrap_or(u64::MAX), mixed: false, spread };
        let [rate, upfront, total] = caps.map(|cap| cap.and_then(|cents| Exact::new(cents, 2)));
        let goal = Goal { objective, caps: Caps { rate, total, upfront }, plans: 12 };
        let found = covers(&candidates, &[wanted], &goal, &rules);
        let mut expected = by_force(&candidates, wanted, &rules, &goal);
        for (at, reason) in found.reasons.iter().enumerate() {
            let used = expected.iter().any(|plan| plan.groups.iter().any(|group| Arc::ptr_eq(&group.candidate, &candidates[at])));
            // A pool that can be covered ranks all its offers, and only it.
            prop_assert!(!used || reason.is_none());
        }
        expected.truncate(12);
        prop_assert!(found.optimal);
        prop_assert_eq!(shown(&found.plans, objective), shown(&expected, objective));
    }

    #[test]
    fn order_of_offers_does_not_matter(mut kinds in kinds(), least in 1_u64..8) {
        let goal = Goal { objective: Objective::Total, caps: Caps::default(), plans: 5 };
        let rules = Rules { nodes_max: u64::MAX, mixed: false, spread: false };
        let names = |kinds: &[Kind]| {
            let numbered = |(_, kind): (usize, &Kind)| candidate(usize::try_from(kind.1).unwrap(), *kind);
            let candidates: Vec<_> = kinds.iter().enumerate().map(numbered).collect();
            let found = covers(&candidates, &[Range::at_least(least)], &goal, &rules);
            let group = |group: &Group| format!("{} × {:?}", group.count, group.candidate.offer);
            found.plans.iter().map(|plan| plan.groups.iter().map(group).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let before = names(&kinds);
        kinds.reverse();
        prop_assert_eq!(before, names(&kinds));
    }
}

#[test]
fn the_cheapest_per_gpu_is_not_always_part_of_the_best() {
    // 7 GPUs: 8 for 0.97 are cheapest each, but 4 for 0.53 and 3 for 0.40 do.
    let candidates: Vec<_> = [
        (8, 12, None, 1, 1),
        (1, 15, None, 1, 1),
        (4, 13, None, 1, 1),
        (3, 13, None, 1, 1),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, kind)| candidate(number, kind))
    .collect();
    let goal = Goal {
        objective: Objective::Total,
        caps: Caps::default(),
        plans: 3,
    };
    let found = covers(
        &candidates,
        &[Range::at_least(7)],
        &goal,
        &Rules {
            nodes_max: u64::MAX,
            mixed: false,
            spread: false,
        },
    );
    let totals: Vec<String> = found.plans.iter().map(|plan| plan.total.amount().to_string()).collect();
    assert_eq!(totals, ["0.93", "0.96", "0.97"]);
}

#[test]
fn caps_bar_what_breaks_them() {
    let candidates: Vec<_> = [(4, 13, None, 1, 1), (4, 15, None, 2, 1)]
        .into_iter()
        .enumerate()
        .map(|(number, kind)| candidate(number, kind))
        .collect();
    let caps = Caps {
        rate: Some("1.1".parse().unwrap()),
        ..Caps::default()
    };
    let goal = Goal {
        objective: Objective::Total,
        caps,
        plans: 3,
    };
    let found = covers(
        &candidates,
        &[Range::at_least(8)],
        &goal,
        &Rules {
            nodes_max: u64::MAX,
            mixed: false,
            spread: false,
        },
    );
    assert_eq!(found.plans.len(), 1);
    assert_eq!(found.reasons, [None, Some(Reason::MaxPrice)]);
}

#[test]
fn a_limit_on_many_instances_is_kept() {
    let offers = [(1, 500), (10, 100), (50, 120)];
    let candidates: Vec<_> = offers
        .into_iter()
        .enumerate()
        .map(|(number, (gpus, cents))| candidate(number, (gpus, cents, None, 1, 0)))
        .collect();
    let check = |nodes_max: u64, expected: Option<(&str, u64)>| {
        let goal = Goal {
            objective: Objective::Total,
            caps: Caps::default(),
            plans: 1,
        };
        let rules = Rules {
            nodes_max,
            mixed: false,
            spread: false,
        };
        let found = covers(&candidates, &[Range::at_least(8_000)], &goal, &rules);
        let plan = found.plans.first();
        let first = plan.map(|plan| (plan.total.amount().to_string(), plan.nodes));
        assert_eq!(
            first,
            expected.map(|(total, nodes)| (total.to_owned(), nodes)),
            "{nodes_max}"
        );
        assert!(found.optimal);
    };
    check(159, None);
    check(160, Some(("9600", 160)));
    check(200, Some(("9500", 200)));
    check(600, Some(("8500", 600)));
    check(760, Some(("8100", 760)));
    check(800, Some(("8000", 800)));
    check(1_000, Some(("8000", 800)));
    check(9_000, Some(("8000", 800)));
}
