//! The order of plans that weigh the same, against sorting all of them (R14).

use super::*;

use crate::plan::cover::pools;
use crate::plan::ties::lightest;

/// One kind of instance, all for the same price per GPU or nearly: GPUs, cents
/// more, stock, and what makes it better or worse.
type Grade = (u32, u64, Option<u32>, [u8; 5]);

fn graded(number: usize, (gpus, more, units, [stock, security, market, minutes, open]): Grade) -> Arc<Candidate> {
    // Names are in another order than the offers.
    let named = candidate(number * 7 % 10, (gpus, 100, units, 1, 1));
    let rate = Rate::new(
        Exact::new(i128::from(gpus * 100) + i128::from(more), 2).unwrap(),
        Currency::USD,
    );
    let mut offer = Offer::clone(&named.offer);
    offer.stock.level = [StockLevel::High, StockLevel::Medium, StockLevel::Available][usize::from(stock % 3)].clone();
    offer.security = [Security::Secure, Security::Community][usize::from(security % 2)].clone();
    offer.market =
        [crate::offer::MarketType::OnDemand, crate::offer::MarketType::Spot][usize::from(market % 2)].clone();
    offer.provisioning_minutes = (minutes > 0).then(|| Exact::whole(u64::from(minutes % 3)));
    let mut configuration = named.configuration.clone();
    configuration.lines[0].rate = rate;
    configuration.lines[0].rate_low = (open == 0).then_some(rate);
    let bill = Bill::of(&configuration, &offer.terms, Hours::whole(1)).unwrap();
    Arc::new(Candidate {
        offer: Arc::new(offer),
        configuration,
        bill,
        ..Candidate::clone(&named)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(400)))]

    #[test]
    fn the_first_of_equals_are_first(
        grades in prop::collection::vec(
            (1_u32..4, 0_u64..2, prop::option::of(1_u32..4), prop::array::uniform5(0_u8..4)),
            1..6,
        ),
        least in 1_u64..7,
        nodes in prop::option::of(1_u64..6),
        range in prop::option::of(0_u64..3),
        count in 1_usize..9,
    ) {
        let candidates: Vec<_> = grades.into_iter().enumerate().map(|(number, grade)| graded(number, grade)).collect();
        let wanted = Range { least, most: range.map(|more| least + more) };
        let rules = Rules { nodes_max: nodes.unwrap_or(u64::MAX), mixed: false, spread: false };
        let goal = Goal { objective: Objective::Total, caps: Caps::default(), plans: count };
        let mut reasons = vec![None; candidates.len()];
        let mut pools = pools(&candidates, &[wanted], &goal, &rules, &mut reasons);
        let (pool, _) = pools.pop().unwrap();
        prop_assert!(pools.is_empty());
        // The groups of a plan stand in the order of the pool.
        let candidates: Vec<_> = pool.units().map(|unit| Arc::clone(&unit.candidate)).collect();
        let mut expected = by_force(&candidates, wanted, &rules, &goal);
        let key = |plan: &Plan| (plan.total.parts(), plan.nodes, plan.surplus);
        let first = expected.first().map(key);
        expected.retain(|plan| Some(key(plan)) == first);
        expected.truncate(count);
        let (_, found) = lightest(&pool, count, &mut 1_000_000).unwrap();
        let names = |groups: &[Group]| {
            let name = |group: &Group| format!("{} × {}", group.count, group.candidate.offer.id);
            groups.iter().map(name).collect::<Vec<_>>()
        };
        let expected: Vec<_> = expected.iter().map(|plan| names(&plan.groups)).collect();
        let found: Vec<_> = found.iter().map(|groups| names(groups)).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn of_millions_of_equals_the_first_come_first() {
    let check = |grades: &dyn Fn(usize) -> Grade, expected: &[&str]| {
        let named = |number: usize| {
            let graded = graded(0, grades(number));
            let mut offer = Offer::clone(&graded.offer);
            offer.id = OfferId::new(&format!("o{number:02}"));
            Arc::new(Candidate {
                offer: Arc::new(offer),
                ..Candidate::clone(&graded)
            })
        };
        let candidates: Vec<_> = (0..40).map(named).collect();
        let goal = Goal {
            objective: Objective::Total,
            caps: Caps::default(),
            plans: expected.len(),
        };
        let rules = Rules {
            nodes_max: u64::MAX,
            mixed: false,
            spread: false,
        };
        let found = covers(&candidates, &[Range::at_least(8)], &goal, &rules);
        let names = |plan: &Plan| {
            let name = |group: &Group| format!("{}×{}", group.count, group.candidate.offer.id);
            plan.groups.iter().map(name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found.plans.iter().map(names).collect::<Vec<_>>(), expected);
        assert!(found.optimal);
    };
    check(
        &|_| (1, 0, None, [0, 0, 0, 1, 1]),
        &["8×o00", "7×o00 1×o01", "7×o00 1×o02"],
    );
    // All need spot, and so none is the better for having less of it.
    check(
        &|number| {
            if number < 38 {
                (1, 0, None, [0, 0, 1, 1, 1])
            } else {
                (1, 0, Some(1), [0, 0, 0, 1, 1])
            }
        },
        &["8×o00", "7×o00 1×o01", "7×o00 1×o02"],
    );
    // Eight of the last nine are enough.
    check(
        &|number| (1, 0, Some(1), [0, 0, u8::from(number < 31), 1, 1]),
        &[
            "1×o31 1×o32 1×o33 1×o34 1×o35 1×o36 1×o37 1×o38",
            "1×o31 1×o32 1×o33 1×o34 1×o35 1×o36 1×o37 1×o39",
            "1×o31 1×o32 1×o33 1×o34 1×o35 1×o36 1×o38 1×o39",
        ],
    );
}
