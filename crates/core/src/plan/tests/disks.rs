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

/// What a plan is compared by: cents in all, instances, surplus, GPUs, the
/// slowest, cents per hour, cents when ordering.
type Key = [u64; 7];

/// What a plan of these instances is compared by, by integers alone; three
/// minutes to provision mean two hours prepaid.
fn by_integers(used: &[(&Kind, u64)], disks: &Disks, wanted: Range) -> Option<Key> {
    let sum = |of: &dyn Fn(&Kind) -> u64| used.iter().map(|(kind, count)| of(kind) * count).sum::<u64>();
    let (nodes, gpus) = (sum(&|_| 1), sum(&|kind| kind.0.into()));
    let price = |kind: &Kind| kind.1 * u64::from(kind.0) + kind.5;
    let several = nodes > 1 || used.iter().any(|(kind, _)| kind.4);
    let disk = if several { disks.0 + disks.1? } else { disks.0 };
    let superfluous = used.iter().any(|(kind, _)| gpus - u64::from(kind.0) >= wanted.least);
    (wanted.contains(gpus) && !superfluous).then(|| {
        [
            disk + sum(&|kind| price(kind) * if kind.5 == 3 { 2 } else { 1 }),
            nodes,
            gpus - wanted.least,
            gpus,
            used.iter().map(|(kind, _)| kind.5).max().unwrap_or_default(),
            disk + sum(&price),
            sum(&|kind| if kind.5 == 3 { 2 * price(kind) } else { 0 }),
        ]
    })
}

/// Every plan in every place, by trying all.
fn all(kinds: &[Kind], disks: &[Disks], wanted: Range) -> Vec<Key> {
    let mut plans = Vec::new();
    for (center, disks) in (0_u8..).zip(disks) {
        let here: Vec<&Kind> = kinds.iter().filter(|kind| kind.3.contains(&center)).collect();
        let most = |at: usize| here[at].2.map_or(wanted.least, |units| wanted.least.min(units.into()));
        let mut counts = vec![0; here.len()];
        while let Some(at) = (0..counts.len()).find(|at| counts[*at] < most(*at)) {
            counts[..at].fill(0);
            counts[at] += 1;
            let used = here.iter().copied().zip(counts.iter().copied());
            let used: Vec<_> = used.filter(|(_, count)| *count > 0).collect();
            plans.extend(by_integers(&used, disks, wanted));
        }
    }
    plans
}

/// Those that keep to the limits, best first.
fn ranked(mut plans: Vec<Key>, nodes_max: u64, caps: [Option<u64>; 3], objective: Objective) -> Vec<Key> {
    let [rate, upfront, total] = caps.map(|cap| cap.unwrap_or(u64::MAX));
    plans.retain(|plan| plan[1] <= nodes_max && plan[5] <= rate && plan[6] <= upfront && plan[0] <= total);
    plans.sort_by(|left, right| {
        let first = match objective {
            Objective::Total => std::cmp::Ordering::Equal,
            Objective::Rate => left[5].cmp(&right[5]),
            Objective::PerGpu => (left[0] * right[3]).cmp(&(right[0] * left[3])),
            Objective::Upfront => left[6].cmp(&right[6]),
            Objective::Provisioning => left[4].cmp(&right[4]),
        };
        first.then_with(|| left[..3].cmp(&right[..3]))
    });
    plans
}

fn key(plan: &Plan) -> Key {
    let cents = |number: Exact| number.times_count(100).unwrap().to_whole().unwrap();
    let minutes = |group: &Group| group.candidate.offer.provisioning_minutes.unwrap().to_whole().unwrap();
    [
        cents(plan.total.amount()),
        plan.nodes,
        plan.surplus,
        plan.gpus,
        plan.groups.iter().map(minutes).max().unwrap(),
        cents(plan.rate.per_hour()),
        cents(plan.upfront.amount()),
    ]
}

/// What the order of plans is told by: beyond it come names.
fn told(plans: impl IntoIterator<Item = Key>, objective: Objective) -> Vec<(u64, Vec<u64>)> {
    let first = |plan: &Key| match objective {
        Objective::Total => 0,
        Objective::Rate => plan[5],
        Objective::PerGpu => plan[3],
        Objective::Upfront => plan[6],
        Objective::Provisioning => plan[4],
    };
    plans
        .into_iter()
        .take(12)
        .map(|plan| (first(&plan), plan[..3].to_vec()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

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
        caps in [prop::option::of(200_u64..900), prop::option::of(0_u64..900), prop::option::of(200_u64..1200)],
        objective in prop::sample::select(vec![
            Objective::Total, Objective::Rate, Objective::PerGpu, Objective::Upfront, Objective::Provisioning,
        ]),
    ) {
        let beside = disks.map(|(cents, more)| {
            let one = set(cents);
            let dearer = |more| if more == 0 { Arc::clone(&one) } else { set(cents + more) };
            Beside { several: more.map(dearer), one }
        });
        let candidates: Vec<_> = kinds.iter().enumerate().map(|(number, kind)| with_disks(number, kind, &beside)).collect();
        let wanted = Range { least, most: range.map(|more| least + more) };
        let rules = Rules { nodes_max: nodes.unwrap_or(u64::MAX), mixed: false, spread: false };
        let [rate, upfront, total] = caps.map(|cap| cap.and_then(|cents| Exact::new(cents.into(), 2)));
        let goal = Goal { objective, caps: Caps { rate, total, upfront }, plans: 12 };
        let found = covers(&candidates, &[wanted], &goal, &rules);
        prop_assert!(found.optimal);
        let expected = ranked(all(&kinds, &disks, wanted), rules.nodes_max, caps, objective);
        prop_assert_eq!(told(found.plans.iter().map(key), objective), told(expected, objective));

        // One instance alone is the same question asked in another way.
        let alone = singles(&candidates, &[wanted], &goal);
        let expected = ranked(all(&kinds, &disks, wanted), 1, caps, objective);
        prop_assert_eq!(alone.reasons.iter().all(Option::is_some), expected.is_empty());
        prop_assert_eq!(told(alone.plans.iter().map(key), objective), told(expected, objective));
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
    let check = |gpus: u64, kinds: &[Kind], expected: &[[u64; 4]], reasons: &[Option<Reason>]| {
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
        let plans = found.plans.iter().map(key);
        assert_eq!(
            plans
                .map(|plan| [plan[0], plan[1], plan[2], plan[3]])
                .collect::<Vec<_>>(),
            expected
        );
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
    check(1, &machines(1), &[[130, 1, 0, 1], [150, 1, 0, 1]], &[None, None, None]);
    check(
        2,
        &machines(1),
        &[[300, 2, 0, 2], [640, 2, 0, 2]],
        &[Some(Reason::DiskSharing), None, None],
    );
    // A cluster is several machines, however few instances it is.
    check(4, &[kind(4, 100, 1, true)], &[[800, 1, 0, 4]], &[None]);
    check(4, &[kind(4, 100, 0, true)], &[], &[Some(Reason::DiskSharing)]);
}
