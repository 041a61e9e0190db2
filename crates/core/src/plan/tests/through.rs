//! The best plan with a chosen part, against trying everything.

use super::*;

use crate::plan::through;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn the_best_plan_with_a_chosen_part_is_found(
        kinds in prop::collection::vec((1..=8_u32, 1..5_u64, prop::option::of(1..3_u32), 0..3_u8, 0..4_u64), 1..5),
        least in 1..9_u64,
        most in prop::option::of(0..4_u64),
        nodes_max in prop::sample::select(vec![1, 2, 3, u64::MAX]),
        spread in any::<bool>(),
        objective in prop::sample::select(vec![
            Objective::Total, Objective::Rate, Objective::Upfront, Objective::PerGpu, Objective::Provisioning,
        ]),
        chosen in prop::collection::vec(any::<bool>(), 5),
        cap in prop::option::of(1..60_u64),
    ) {
        let candidates: Vec<_> = kinds.into_iter().enumerate().map(|(number, kind)| candidate(number, kind)).collect();
        let wanted = Range { least, most: most.map(|more| least + more) };
        let rules = Rules { nodes_max, mixed: false, spread };
        let caps = Caps { rate: cap.map(|cap| Exact::new(i128::from(cap), 2).unwrap()), ..Caps::default() };
        let goal = Goal { objective, caps, plans: 100_000 };
        let is_chosen = |group: &Group| {
            let at = candidates.iter().position(|candidate| Arc::ptr_eq(candidate, &group.candidate)).unwrap();
            chosen[at]
        };
        let tried = by_force(&candidates, wanted, &rules, &goal);
        let expected: Vec<Plan> = tried
            .into_iter()
            .filter(|plan| plan.groups.iter().any(is_chosen))
            .take(1)
            .collect();
        let found: Vec<Plan> = through(&candidates, &[wanted], &goal, &rules, &chosen).into_iter().collect();
        prop_assert!(found.iter().all(|plan| plan.groups.iter().any(is_chosen)));
        prop_assert_eq!(shown(&found, objective), shown(&expected, objective));
    }
}
