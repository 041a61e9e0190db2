//! Plans with disks against trying everything: the cheapest pair, whatever the
//! disk does to the machines' order (R12, R13).

use super::*;

use crate::colocation::{Beside, DiskSet};

/// One kind of instance: GPUs, cents per GPU and hour, stock, data centres,
/// whether it is a cluster, minutes to provision.
type Kind = (u32, u64, Option<u32>, BTreeSet<u8>, bool, u64);

/// Cents per hour of the disks beside one machine, and how much more those
/// beside several cost, where there are such.
type Disks = (u64, Option<u64>);

fn set(cents: u64) -> Arc<DiskSet> {
    let rate = Rate::new(Exact::new(cents.into(), 2).unwrap(), Currency::USD);
    Arc::new(DiskSet {
        disks: Vec::new(),
        rate,
        total: rate.over_minutes(Exact::whole(60)).unwrap(),
    })
}

fn with_disks(number: usize, kind: &Kind, disks: &[Beside]) -> Arc<Candidate> {
    let (gpus, cents, units, centers, cluster, minutes) = kind;
    let mut candidate = Arc::unwrap_or_clone(candidate(number, (*gpus, *cents, *units, 1, *minutes)));
    let offer = Arc::make_mut(&mut candidate.offer);
    offer.multi_node = *cluster;
    let center = |center: &u8| Place::new(None, None, Some(DataCenter::new(&format!("dc{center}"))));
    offer.places = centers.iter().map(center).collect();
    candidate.places = (0..centers.len()).collect();
    candidate.beside = centers
        .iter()
        .map(|center| disks[usize::from(*center)].clone())
        .collect();
    Arc::new(candidate)
}

/// What a plan is compared by: cents, instances, surplus, GPUs, the slowest.
type Key = (u64, u64, u64, u64, u64);

/// Every plan without a superfluous instance by integers alone, best first.
fn by_integers(
    kinds: &[Kind],
    disks: &[Disks],
    wanted: Range,
    nodes_max: u64,
    cap: Option<u64>,
    objective: Objective,
) -> Vec<Key> {
    let mut plans = Vec::new();
    for (center, (one, more)) in (0_u8..).zip(disks) {
        let here: Vec<&Kind> = kinds.iter().filter(|kind| kind.3.contains(&center)).collect();
        let mut counts = vec![0_u64; here.len()];
        loop {
            let full = |at: usize| {
                counts[at] == wanted.least.max(1) || here[at].2.is_some_and(|units| u64::from(units) == counts[at])
            };
            let Some(at) = (0..counts.len()).find(|at| !full(*at)) else {
                break;
            };
            counts[..at].fill(0);
            counts[at] += 1;
            let used: Vec<(&Kind, u64)> = here
                .iter()
                .copied()
                .zip(counts.iter().copied())
                .filter(|(_, count)| *count > 0)
                .collect();
            let nodes: u64 = counts.iter().sum();
            let gpus: u64 = used.iter().map(|(kind, count)| u64::from(kind.0) * count).sum();
            let smallest = used.iter().map(|(kind, _)| u64::from(kind.0)).min().unwrap();
            let disk = if nodes > 1 || used[0].0.4 {
                more.map(|more| one + more)
            } else {
                Some(*one)
            };
            let Some(disk) = disk else { continue };
            let price = |kind: &Kind| kind.1 * u64::from(kind.0) + kind.5;
            let cents = disk + used.iter().map(|(kind, count)| price(kind) * count).sum::<u64>();
            if wanted.contains(gpus)
                && gpus - smallest < wanted.least
                && nodes <= nodes_max
                && cap.is_none_or(|cap| cents <= cap)
            {
                let slowest = used.iter().map(|(kind, _)| kind.5).max().unwrap();
                plans.push((cents, nodes, gpus - wanted.least, gpus, slowest));
            }
        }
    }
    plans.sort_by(|left, right| {
        let first = match objective {
            Objective::PerGpu => (left.0 * right.3).cmp(&(right.0 * left.3)),
            Objective::Provisioning => left.4.cmp(&right.4),
            Objective::Total | Objective::Rate | Objective::Upfront => std::cmp::Ordering::Equal,
        };
        first.then_with(|| left.cmp(right))
    });
    plans
}

fn key(plan: &Plan) -> Key {
    let cents = plan.total.amount().times_count(100).unwrap().to_whole().unwrap();
    let minutes = |group: &Group| group.candidate.offer.provisioning_minutes.unwrap().to_whole().unwrap();
    let slowest = plan.groups.iter().map(minutes).max().unwrap();
    (cents, plan.nodes, plan.surplus, plan.gpus, slowest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn pairs_are_what_trying_everything_finds(
        kinds in prop::collection::vec((
            1_u32..5, 100_u64..110, prop::option::of(1_u32..3),
            prop::collection::btree_set(0_u8..3, 1..3), prop::bool::weighted(0.15), 1_u64..4,
        ), 1..5),
        disks in prop::array::uniform3((0_u64..300, prop::option::weighted(0.7, 0_u64..200))),
        least in 1_u64..8,
        range in prop::option::of(0_u64..3),
        nodes in prop::option::of(1_u64..5),
        cap in prop::option::of(100_u64..1000),
        objective in prop::sample::select(vec![Objective::Total, Objective::Rate, Objective::PerGpu, Objective::Provisioning]),
    ) {
        let beside = disks.map(|(one, more)| {
            let one = (set(one), one);
            Beside {
                several: more.map(|more| if more == 0 { Arc::clone(&one.0) } else { set(one.1 + more) }),
                one: one.0,
            }
        });
        let candidates: Vec<_> = kinds.iter().enumerate().map(|(number, kind)| with_disks(number, kind, &beside)).collect();
        let wanted = Range { least, most: range.map(|more| least + more) };
        let rules = Rules { nodes_max: nodes.unwrap_or(u64::MAX), mixed: false, spread: false };
        let caps = Caps { total: cap.map(|cents| Exact::new(cents.into(), 2).unwrap()), ..Caps::default() };
        let goal = Goal { objective, caps, plans: 12 };
        let found = covers(&candidates, &[wanted], &goal, &rules);
        let mut expected = by_integers(&kinds, &disks, wanted, rules.nodes_max, cap, objective);
        expected.truncate(12);
        prop_assert!(found.optimal);
        prop_assert_eq!(found.plans.iter().map(key).collect::<Vec<_>>(), expected.clone());

        // One instance alone is the same question asked in another way.
        let alone = singles(&candidates, &[wanted], &goal);
        let expected = by_integers(&kinds, &disks, wanted, 1, cap, objective);
        let ranked = alone.reasons.iter().filter(|reason| reason.is_none()).count();
        prop_assert_eq!(ranked == 0, expected.is_empty());
        prop_assert_eq!(alone.plans.iter().map(key).collect::<Vec<_>>(), expected.into_iter().take(12).collect::<Vec<_>>());
    }
}

#[test]
fn the_cheapest_machine_loses_to_the_cheapest_pair() {
    let beside = |one, several: Option<u64>| Beside {
        one: set(one),
        several: several.map(set),
    };
    // dc0 has cheap machines and dear disks, dc1 the other way about; in dc2
    // only a disk for several machines at once costs more.
    let disks = [beside(500, None), beside(10, Some(400)), beside(10, Some(20))];
    let check = |gpus: u64, kinds: &[Kind], expected: &[Key], reasons: &[Option<Reason>]| {
        let candidates: Vec<_> = kinds
            .iter()
            .enumerate()
            .map(|(number, kind)| with_disks(number, kind, &disks))
            .collect();
        let goal = Goal {
            objective: Objective::Total,
            caps: Caps::default(),
            plans: 2,
        };
        let rules = Rules {
            nodes_max: u64::MAX,
            mixed: false,
            spread: false,
        };
        let found = covers(&candidates, &[Range::at_least(gpus)], &goal, &rules);
        assert_eq!(found.plans.iter().map(key).collect::<Vec<_>>(), expected);
        assert_eq!(found.reasons, reasons);
    };
    let kind = |gpus, cents, center, cluster| (gpus, cents, None, BTreeSet::from([center]), cluster, 0);
    let machines = |gpus| {
        [
            kind(gpus, 100, 0, false),
            kind(gpus, 120, 1, false),
            kind(gpus, 140, 2, false),
        ]
    };
    check(
        1,
        &machines(1),
        &[(130, 1, 0, 1, 0), (150, 1, 0, 1, 0)],
        &[None, None, None],
    );
    check(
        2,
        &machines(1),
        &[(300, 2, 0, 2, 0), (640, 2, 0, 2, 0)],
        &[Some(Reason::DiskSharing), None, None],
    );
    // A cluster is several machines, however few instances it is.
    check(4, &[kind(4, 100, 1, true)], &[(800, 1, 0, 4, 0)], &[None]);
    check(4, &[kind(4, 100, 0, true)], &[], &[Some(Reason::DiskSharing)]);
}
