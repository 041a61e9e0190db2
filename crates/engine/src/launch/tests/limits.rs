//! What may not be: above a cap, or a part without the rest.

use super::*;

#[tokio::test]
async fn caps_are_checked_before_anything_is_sent() {
    let cap = |text: Option<&str>| text.map(|text| text.parse::<Exact>().unwrap());
    for (rate, total, budget, allowed) in [
        (None, None, None, true),
        (Some("10"), None, None, true),
        (Some("9.99"), None, None, false),
        (None, Some("240"), None, true),
        (None, Some("239.999"), None, false),
        (None, None, Some("240"), true),
        (None, None, Some("239"), false),
    ] {
        let caps = Caps {
            rate: cap(rate),
            total: cap(total),
            budget: cap(budget),
            ..Caps::default()
        };
        let world = World::new(vec![Answer::Made]);
        let wish = Wish {
            caps,
            ..wish(vec![vec![unit("best", "10")]])
        };
        let report = world.provision(&wish).await;
        assert_eq!(report.end == End::Ready, allowed, "{caps:?} {report:?}");
        assert_eq!(world.broker.posts() > 0, allowed, "{caps:?}");
        // A budget holds all launches together.
        if caps.budget.is_some() && allowed {
            let second = world.provision(&wish).await;
            assert!(matches!(second.end, End::Guarded(_)), "{second:?}");
            assert_eq!(world.broker.posts(), 1);
        }
    }
}

#[tokio::test]
async fn a_part_of_a_whole_is_given_back() {
    let both = || vec![unit("a", "10"), unit("b", "11")];
    for (all_or_nothing, end, alive) in [(true, End::Nothing, 0), (false, End::Partial { got: 1, wanted: 2 }, 1)] {
        let world = World::new(vec![Answer::Made, Answer::SoldOut]);
        let wish = Wish {
            all_or_nothing,
            ..wish(vec![both()])
        };
        let report = world.provision(&wish).await;
        assert_eq!(report.end, end, "{report:#?}");
        assert_eq!(world.broker.alive(), alive, "{all_or_nothing}");
    }
    // Another plan with the machine that is there needs only the rest.
    let world = World::new(vec![Answer::Made, Answer::SoldOut, Answer::Made]);
    let report = world
        .provision(&wish(vec![both(), vec![unit("a", "10"), unit("c", "12")]]))
        .await;
    assert_eq!(
        (report.end, world.broker.alive(), world.broker.posts()),
        (End::Ready, 2, 3)
    );
}

#[tokio::test]
async fn a_machine_that_failed_is_gone_before_another_is_ordered() {
    // The first fails while the answer to the second is looked into.
    let world = World::new(vec![Answer::Failing, Answer::SoldOut, Answer::Made, Answer::Made]);
    let plans = vec![
        vec![unit("a", "10"), unit("b", "11")],
        vec![unit("c", "12"), unit("d", "13")],
    ];
    let report = world.provision(&wish(plans)).await;
    assert_eq!((report.end, world.broker.alive()), (End::Ready, 2));
    assert_eq!(world.broker.beside(), 1);
}
