//! Markets small enough to reckon by hand.

use super::Class::{Community, OnDemand, Prepaid, Spot};
use super::*;

fn kind(class: Class, cents: u64, prepaid: u64) -> Kind {
    Kind {
        class,
        gpus: 1,
        cents,
        prepaid,
        minimum: 0,
        units: 9,
        center: 1,
    }
}

#[test]
fn crossings_are_exact_and_say_what_leads() {
    let kinds = [
        kind(Class::OnDemand, 249, 0),
        kind(Class::Prepaid, 149, 720),
        kind(Class::Spot, 147, 0),
    ];
    let check =
        |per_day: u64, checkpoint: u64, expected: &[(&str, &str, Class, Class, bool)], leads: &[(&str, Class)]| {
            let comparison = compare(
                &market(&kinds),
                &demand(1, Nodes::OneIfPossible, (per_day, checkpoint)),
                Hours::whole(1),
                Hours::whole(2160),
            )
            .unwrap();
            let crossings: Vec<_> = comparison
                .crossings
                .iter()
                .map(|crossing| {
                    let shown = (crossing.at.to_string(), crossing.at.to_exact().unwrap().to_string());
                    (shown, crossing.cheaper, crossing.dearer, crossing.leads)
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(ratio, at, cheaper, dearer, leads)| {
                    (((*ratio).to_owned(), (*at).to_owned()), *cheaper, *dearer, *leads)
                })
                .collect();
            assert_eq!(crossings, expected);
            let found: Vec<_> = comparison
                .leads
                .iter()
                .map(|lead| (lead.from.to_string(), lead.class))
                .collect();
            let leads: Vec<_> = leads.iter().map(|(from, class)| ((*from).to_owned(), *class)).collect();
            assert_eq!(found, leads);
        };
    // 1.49 × 720 = 2.49 h, behind spot all along.
    let prepaid_over_on_demand = ("35760/83", "430.843373493976", Class::Prepaid, Class::OnDemand, false);
    check(0, 0, &[prepaid_over_on_demand], &[("1", Class::Spot)]);
    // Losing 1/48 of the time makes spot 1.500625 an hour: 1072.80 there.
    let prepaid_over_spot = ("1716480/2401", "714.902124114952", Class::Prepaid, Class::Spot, true);
    check(
        2,
        30,
        &[prepaid_over_on_demand, prepaid_over_spot],
        &[("1", Class::Spot), ("1716480/2401", Class::Prepaid)],
    );
}

#[test]
fn where_three_plans_meet_is_a_corner() {
    // Four GPUs, by the hour at 1, 2, 2 and 3 and in blocks of 100 h at 10, 20,
    // 20 and 30. Two by the hour are as good as three or one at 10 h, where the
    // plans at both ends, 8 h and 80, are level too.
    let unit = |cents, prepaid, units| Kind {
        units,
        ..kind(Class::Prepaid, cents, prepaid)
    };
    let kinds = [
        unit(100, 1, 1),
        unit(200, 1, 2),
        unit(300, 1, 1),
        unit(10, 100, 1),
        unit(20, 100, 2),
        unit(30, 100, 1),
    ];
    let comparison = whole(&market(&kinds), &demand(4, Nodes::OneIfPossible, (0, 0)));
    let stretches: Vec<_> = comparison.courses[1]
        .stretches
        .iter()
        .map(|stretch| {
            let blocks = stretch
                .groups()
                .iter()
                .filter(|group| group.candidate.bill.upfront.amount() > Exact::whole(9));
            (stretch.from.to_string(), blocks.map(|group| group.count).sum::<u64>())
        })
        .collect();
    let expected = [("1", 0), ("10/3", 1), ("10", 3), ("30", 4)].map(|(from, blocks)| (from.to_owned(), blocks));
    assert_eq!(stretches, expected);
}

#[test]
fn blocks_take_over_where_they_are_used_up() {
    let kinds = [
        kind(Class::Prepaid, 100, 1),
        kind(Class::Prepaid, 50, 20),
        kind(Class::Prepaid, 75, 12),
    ];
    let comparison = whole(&market(&kinds), &demand(1, Nodes::OneIfPossible, (0, 0)));
    let stretches: Vec<_> = comparison.courses[1]
        .stretches
        .iter()
        .map(|stretch| {
            (
                stretch.from.to_string(),
                stretch.groups()[0].candidate.offer.id.to_string(),
            )
        })
        .collect();
    let expected = [("1", "o0"), ("9", "o2"), ("40/3", "o1")].map(|(from, id)| (from.to_owned(), id.to_owned()));
    assert_eq!(stretches, expected);
}

#[test]
fn the_request_decides_which_classes_there_are() {
    let kinds = Class::ALL.map(|class| kind(class, 100, u64::from(class == Class::Prepaid)));
    let check = |change: &dyn Fn(&mut Demand), expected: &[(Class, u64)]| {
        let mut demand = demand(1, Nodes::OneIfPossible, (0, 0));
        change(&mut demand);
        let comparison = whole(&market(&kinds), &demand);
        let found: Vec<_> = comparison
            .courses
            .iter()
            .map(|course| (course.class, course.offers))
            .collect();
        assert_eq!(found, expected);
    };
    check(&|_| {}, &[(OnDemand, 1), (Prepaid, 1), (Spot, 1), (Community, 1)]);
    check(
        &|demand| demand.prepaid = false,
        &[(OnDemand, 1), (Prepaid, 0), (Spot, 1), (Community, 1)],
    );
    check(&|demand| demand.market = MarketWanted::Spot, &[(Spot, 1)]);
    check(
        &|demand| demand.security = SecurityWanted::Community,
        &[(OnDemand, 0), (Prepaid, 0), (Spot, 0), (Community, 1)],
    );
    check(
        &|demand| demand.security = SecurityWanted::Any,
        &[(OnDemand, 1), (Prepaid, 1), (Spot, 1), (Community, 1)],
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let check = |change: &dyn Fn(&mut Demand), from: u64, to: u64, expected: &str| {
        let mut demand = demand(1, Nodes::OneIfPossible, (0, 0));
        change(&mut demand);
        let market = market(&[kind(Class::OnDemand, 100, 0)]);
        let error = compare(&market, &demand, Hours::whole(from), Hours::whole(to)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(&|_| {}, 24, 24, "nothing between 24 and 24 hours");
    check(&|_| {}, 0, 24, "nothing between 0 and 24 hours");
    check(&|demand| demand.caps.total = Some(Exact::ONE), 1, 24, "cap on totals");
    check(
        &|demand| demand.objective = Objective::Rate,
        1,
        24,
        "compared by their totals",
    );
    check(
        &|demand| demand.gpus = GpuRequest::parse("H1000").unwrap(),
        1,
        24,
        "no GPU is called",
    );
}

#[test]
fn prices_of_many_digits_are_compared_exactly() {
    let rate = |text: &str| Some(Rate::new(text.parse().unwrap(), Currency::USD));
    let mut market = market(&[kind(OnDemand, 1, 0), kind(Prepaid, 1, 720), kind(Spot, 1, 0)]);
    // Sixteen decimals, as a disk priced by the GB brings them.
    for (number, price) in [
        (0, "2.4906451612903225"),
        (1, "1.4906451612903229"),
        (2, "1.4806451612903227"),
    ] {
        Arc::make_mut(&mut market.offers[number]).price = rate(price);
    }
    let demand = demand(1, Nodes::OneIfPossible, (2, 31));
    let comparison = compare(&market, &demand, Hours::whole(1), Hours::whole(2160)).unwrap();
    assert!(comparison.courses.iter().all(|course| course.optimal));
    let crossings: Vec<_> = comparison
        .crossings
        .iter()
        .map(|crossing| (crossing.at.to_string(), crossing.total.to_string()))
        .collect();
    // Checked with fractions of arbitrary size.
    let total = "1073.264516129032488";
    let expected = [
        ("2146529032258064976/4981290322580645", total),
        ("15455009032258067827200/21780290322580646917", total),
    ];
    assert_eq!(crossings, expected.map(|(at, total)| (at.to_owned(), total.to_owned())));
}

#[test]
fn an_absurd_price_takes_nothing_from_the_others() {
    let mut market = market(&[kind(OnDemand, 100, 0), kind(OnDemand, 200, 0), kind(OnDemand, 300, 0)]);
    Arc::make_mut(&mut market.offers[2]).price =
        Some(Rate::new("123456789012345678.1".parse().unwrap(), Currency::USD));
    Arc::make_mut(&mut market.offers[1]).price = Some(Rate::new("2.1234567890123456".parse().unwrap(), Currency::USD));
    let comparison = whole(&market, &demand(12, Nodes::Any, (0, 0)));
    let course = &comparison.courses[0];
    assert!(course.optimal);
    assert_eq!(
        course.plan_for(Hours::whole(2)).map(|plan| plan.total.amount()),
        Some("30.7407407340740736".parse().unwrap())
    );
}
