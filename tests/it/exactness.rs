//! Prices and plans against the reckoner: no difference, ever.

use gpu_broker::core::quote::{Quote, Wider, quote};
use gpu_broker_testkit::bridge;
use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::market;
use gpu_broker_testkit::reckon::{best, judge, ranked_by_force};
use gpu_broker_testkit::ware::{Dial, Shelf, Ware, fixed};
use gpu_broker_testkit::wish::{Only, Sort, Wish};

/// Random markets of the usual run.
const CASES: u64 = 300;

/// A number in the environment: how many cases to try, from which seed on.
pub(crate) fn number(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "a test reads how long it may take")]
    let set = std::env::var(name).ok()?;
    Some(set.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// What is wrong with a quote, if anything is.
fn differences(wares: &[Ware], wish: &Wish, quote: &Quote, plans: usize) -> Result<(), String> {
    let demand = bridge::demand(wish);
    let expected = best(wares, wish);
    let mut judged = Vec::new();
    for plan in &quote.plans {
        let said = bridge::said(plan, &demand);
        judged.push(judge(wares, wish, &said).map_err(|error| format!("{error}: {said:?}"))?);
    }
    if judged.first() != expected.as_ref() {
        return Err(format!("{:?} instead of {expected:?}", judged.first()));
    }
    if !judged.is_sorted_by_key(|best| (best.first, best.total, best.nodes, best.surplus)) {
        return Err("plans out of order".to_owned());
    }
    if judged.len() > plans || (expected.is_some() && !quote.optimal) {
        return Err(format!("{} plans, optimal: {}", judged.len(), quote.optimal));
    }
    let rejected: u64 = quote.rejected.values().sum();
    if quote.read != u64::try_from(wares.len()).unwrap() || quote.read != quote.ranked + rejected {
        return Err(format!(
            "{} read, {} ranked, {rejected} rejected",
            quote.read, quote.ranked
        ));
    }
    if (quote.ranked == 0) != expected.is_none() {
        return Err(format!("{} offers ranked for {expected:?}", quote.ranked));
    }
    let told: Vec<Wider> = quote.cheaper.iter().map(|cheaper| cheaper.wider).collect();
    let cheapest = best(
        wares,
        &Wish {
            sort: Sort::Total,
            ..wish.clone()
        },
    );
    for (open, wider) in wider(wish) {
        let better =
            best(wares, &wider).is_some_and(|wide| cheapest.as_ref().is_none_or(|best| wide.total < best.total));
        if better != told.contains(&open) {
            return Err(format!(
                "{told:?}, and {open:?} is {}",
                if better { "missing" } else { "no better" }
            ));
        }
    }
    Ok(())
}

/// The wider requests that the footer compares with (R2, R4), in money whatever the plans are ranked by.
fn wider(wish: &Wish) -> Vec<(Wider, Wish)> {
    let wish = Wish {
        sort: Sort::Total,
        ..wish.clone()
    };
    let mut wider = Vec::new();
    let market = Wish {
        market: Only::Both,
        ..wish.clone()
    };
    if wish.market != Only::Both {
        wider.push((Wider::Market, market));
    }
    if wish.security != Only::Both {
        wider.push((
            Wider::Security,
            Wish {
                security: Only::Both,
                ..wish.clone()
            },
        ));
    }
    if wish.nodes.is_none() {
        wider.push((Wider::Nodes, Wish { nodes: Some(0), ..wish }));
    }
    wider
}

/// Prices in another currency have many digits; that is no reason to leave an offer out of a plan of several instances,
/// let alone to call a dearer plan the cheapest.
#[test]
fn many_digits_are_no_reason() {
    for sort in [Sort::Total, Sort::Rate, Sort::PerGpu, Sort::Upfront] {
        let mut fine = Ware::new(Shelf::Prime, "fine", 8, "1.00010752688172");
        fine.currency = "EUR";
        fine.dials[2] = Dial {
            unit: Some("0.00010752688172043011".to_owned()),
            included: Some(false),
            ..fixed(333)
        };
        let wares = [fine, Ware::new(Shelf::Prime, "dear", 8, "500000")];
        let wish = Wish {
            euro: Some("1.1357"),
            hours: "37.5",
            nodes: Some(0),
            sort,
            ..Wish::new(16)
        };
        let found = quote(&bridge::market(&wares), &bridge::demand(&wish), 5).unwrap();
        differences(&wares, &wish, &found, 5).unwrap();
        assert_eq!((found.ranked, found.plans[0].nodes), (2, 2), "{sort:?}");
    }
}

/// Small markets, where every combination can be tried: the best plans and their order are those of trying everything.
#[test]
fn small_markets_are_ranked_as_trying_everything_ranks_them() {
    const PLANS: usize = 8;
    let (mut wrong, mut plans, mut several) = (Vec::new(), 0_usize, 0_u64);
    let cases = number("GPU_BROKER_CASES").unwrap_or(CASES);
    let first = number("GPU_BROKER_SEED").unwrap_or(0);
    for seed in first..first + cases {
        let mut dice = Dice::new(seed);
        let size = dice.pick(&[4, 7, 11]);
        let wares = market::wares(&mut dice, size);
        let mut wish = market::wish(&mut dice);
        if dice.percent(75) {
            // Few offers answer a choosy request.
            wish = Wish {
                sizes: [None; 3],
                per_node: None,
                kubernetes: false,
                region: None,
                no_prepaid: false,
                market: Only::Both,
                security: Only::Both,
                ..wish
            };
        }
        wish.least = wish.least.min(dice.pick(&[4, 6, 8]));
        wish.most = wish.most.map(|most| most.clamp(wish.least, 9));
        let demand = bridge::demand(&wish);
        let found = quote(&bridge::market(&wares), &demand, PLANS).unwrap();
        let judged = found
            .plans
            .iter()
            .map(|plan| judge(&wares, &wish, &bridge::said(plan, &demand)));
        let judged: Result<Vec<_>, _> = judged.collect();
        let expected = ranked_by_force(&wares, &wish, PLANS);
        plans += expected.len();
        several += u64::from(expected.iter().any(|plan| plan.nodes > 1));
        if judged.as_ref() != Ok(&expected) || (found.ranked == 0) != expected.is_empty() {
            let arguments = wish.arguments();
            wrong.push(format!(
                "seed {seed}, {arguments:?}: {judged:?} instead of {expected:?}, {} ranked",
                found.ranked
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {cases} differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(8)].join("\n")
    );
    let total = usize::try_from(cases).unwrap();
    assert!(
        cases < 100 || (plans * 2 > 3 * total && several * 5 > cases),
        "{plans} plans, {several} markets with several instances, of {cases}"
    );
}

#[test]
fn random_markets_are_quoted_to_the_last_digit() {
    let (mut wrong, mut plans, mut several, mut open) = (Vec::new(), 0_u64, 0_u64, 0_u64);
    let cases = number("GPU_BROKER_CASES").unwrap_or(CASES);
    let first = number("GPU_BROKER_SEED").unwrap_or(0);
    for seed in first..first + cases {
        let mut dice = Dice::new(seed);
        let size = dice.pick(&[4, 9, 16, 30]);
        let wares = market::wares(&mut dice, size);
        let mut wish = market::wish(&mut dice);
        if size > 9 {
            // Caps are checked by trying everything.
            wish.caps = [const { None }; 3];
        }
        let found = quote(&bridge::market(&wares), &bridge::demand(&wish), 5).unwrap();
        if let Err(why) = differences(&wares, &wish, &found, 5) {
            wrong.push(format!("seed {seed}, {:?}: {why}", wish.arguments()));
        }
        plans += u64::from(!found.plans.is_empty());
        several += u64::from(found.plans.first().is_some_and(|plan| plan.nodes > 1));
        open += u64::from(found.plans.first().is_some_and(|plan| !plan.is_exact()));
    }
    assert!(
        wrong.is_empty(),
        "{} of {cases} differ\n{}",
        wrong.len(),
        wrong[..wrong.len().min(8)].join("\n")
    );
    // The markets must be worth the trouble.
    assert!(
        cases < 100 || (plans * 2 > cases && several * 10 > cases && open * 50 > cases),
        "{plans} met, {several} with several instances, {open} with an upper bound, of {cases}"
    );
}
