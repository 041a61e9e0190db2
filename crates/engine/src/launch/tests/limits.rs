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
        let caps = SpendCaps {
            rate: cap(rate),
            total: cap(total),
            budget: cap(budget),
            ..SpendCaps::default()
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

fn burning(cap: &str) -> Wish {
    let caps = SpendCaps {
        burn: Some(cap.parse().unwrap()),
        ..SpendCaps::default()
    };
    Wish {
        caps,
        ..wish(vec![vec![unit("best", "10")]])
    }
}

#[tokio::test]
async fn an_account_burns_no_more_than_its_cap_whoever_launched_what() {
    /// Strangers by what each is listed at, the cap, and what is said where it forbids.
    type Case<'a> = (&'a [Option<&'a str>], &'a str, Option<&'a str>);
    let cases: [Case<'_>; 7] = [
        (&[], "10", None),
        (&[], "9.99", Some("above the account's cap per hour of 9.99")),
        (&[Some("1")], "11", None),
        (
            &[Some("1")],
            "10.99",
            Some("would come to 11 USD, above the account's cap per hour of 10.99"),
        ),
        (&[Some("1"), Some("2.5")], "13.5", None),
        (&[Some("1"), Some("2.5")], "13.4", Some("13.5 USD")),
        (&[None], "1000", Some("does not say what it costs")),
    ];
    for (strangers, cap, forbidden) in cases {
        let world = World::new(vec![Answer::Made]);
        for rate in strangers {
            world.broker.stranger_at("somebody's", *rate);
        }
        let report = world.provision(&burning(cap)).await;
        match forbidden {
            None => assert_eq!(report.end, End::Ready, "{cap}: {report:?}"),
            Some(said) => {
                assert!(
                    matches!(&report.end, End::Guarded(why) if why.to_string().contains(said)),
                    "{cap}: {report:?}"
                );
            }
        }
        assert_eq!(world.broker.posts() > 0, forbidden.is_none(), "{cap}");
    }
}

#[tokio::test]
async fn what_was_launched_from_here_burns_once_and_until_it_is_gone() {
    for (cap, allowed) in [("21", true), ("20.99", false)] {
        let world = World::new(vec![Answer::Made, Answer::Made]);
        world.broker.stranger("somebody's");
        let first = world.provision(&burning("11")).await;
        let second = world.provision(&burning(cap)).await;
        assert_eq!(second.end == End::Ready, allowed, "{cap}: {second:?}");
        // Each frees what it burns once it is gone, and not before.
        let keys = vec![first.attempts[0].key.clone()];
        let mut engine = world.engine();
        engine.terminate(&keys, Duration::from_secs(180)).await.unwrap();
        let third = world.provision(&burning("21")).await;
        assert_eq!(third.end, End::Ready, "{cap}: {third:?}");
    }
    // One that may exist counts as one that does.
    let world = World::new(vec![Answer::LostBefore]);
    let hasty = Wish {
        resolve_for: Duration::ZERO,
        ..burning("10")
    };
    assert_eq!(world.provision(&hasty).await.end, End::Unknown);
    assert!(matches!(world.provision(&burning("19")).await.end, End::Guarded(_)));
}

#[tokio::test]
async fn nothing_is_rented_of_a_whole_that_a_cap_does_not_hold() {
    let two = || vec![unit("a", "10"), unit("b", "11")];
    let cap = |text: &str| Some(text.parse::<Exact>().unwrap());
    for (budget, burn, all_or_nothing, posts) in [
        (cap("504"), cap("22"), true, 2),
        (cap("503"), None, true, 0),
        (None, cap("21.5"), true, 0),
        // Some of it is of use.
        (cap("503"), None, false, 1),
        (None, cap("21.5"), false, 1),
    ] {
        let world = World::new(vec![Answer::Made, Answer::Made]);
        world.broker.stranger("somebody's");
        let wish = Wish {
            caps: SpendCaps {
                budget,
                burn,
                ..SpendCaps::default()
            },
            all_or_nothing,
            ..wish(vec![two()])
        };
        let report = world.provision(&wish).await;
        assert_eq!(world.broker.posts(), posts, "{budget:?} {burn:?}: {report:?}");
        assert_eq!(matches!(report.end, End::Guarded(_)), posts < 2, "{report:?}");
    }
}

#[tokio::test]
async fn a_cap_on_an_account_that_cannot_be_seen_in_full_forbids() {
    let world = World::new(vec![Answer::Made]);
    world.broker.stranger("somebody's");
    world.engine().look_around().await.unwrap();
    // It says that it is whole, and leaves out what was there.
    world.broker.list_as(List::Empty);
    world.broker.get_as(Get::Fails);
    let report = world.provision(&burning("1000")).await;
    assert!(
        matches!(&report.end, End::Guarded(why) if why.to_string().contains("could not be seen in full")),
        "{report:?}"
    );
    assert_eq!(world.broker.posts(), 0);
}

#[test]
fn a_journal_from_before_there_was_a_cap_on_accounts_is_read_and_written_as_ever() {
    let before = r#"{"rate":null,"total":"5","upfront":null,"budget":null}"#;
    let caps: SpendCaps = serde_json::from_str(before).unwrap();
    assert_eq!(caps.burn, None);
    assert_eq!(serde_json::to_string(&caps).unwrap(), before);
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

#[tokio::test]
async fn a_budget_holds_what_is_let_run_longer_whatever_its_launch_was_given() {
    // Hours more than the first, what the launch was given, what is given now, and what is said.
    for (hours, given, now, said) in [
        (30, None, None, None),
        (30, None, Some("540"), None),
        (30, None, Some("539.99"), Some("above the budget of 539.99")),
        (30, Some("539.99"), None, Some("above the budget of 539.99")),
        (30, Some("539"), Some("1000"), Some("above the budget of 539")),
        (30, Some("1000"), Some("539"), Some("above the budget of 539")),
    ] {
        let cap = |text: Option<&str>| text.map(|text| text.parse::<Exact>().unwrap());
        let world = World::new(vec![Answer::Made, Answer::Made]);
        let one = |budget| Wish {
            caps: SpendCaps {
                budget,
                ..SpendCaps::default()
            },
            ..wish(vec![vec![unit("best", "10")]])
        };
        world.provision(&one(None)).await;
        let second = world.provision(&one(cap(given))).await;
        let mut engine = world.engine();
        let key = second.attempts[0].key.clone();
        let until = engine.state().attempts[&key].sent.clone().unwrap().wall;
        let until = until + jiff::SignedDuration::from_hours(hours);
        let extended = engine.extend(&key, until, cap(now)).map_err(|why| why.to_string());
        match said {
            None => assert_eq!(extended, Ok(()), "{given:?} {now:?}"),
            Some(said) => assert!(extended.as_ref().is_err_and(|why| why.contains(said)), "{extended:?}"),
        }
    }
}
