//! From the wire to the document, through the whole binary.

use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::fake::{Face, Fake};
use gpu_broker_testkit::market;
use gpu_broker_testkit::reckon::{best, judge};
use gpu_broker_testkit::ware::{Dial, Shelf, Ware};
use gpu_broker_testkit::wish::{Only, Wish};
use serde_json::Value;

use crate::support::{count, list, planner, said, text};

/// Random markets that go through the binary in the usual run.
const MARKETS: u64 = 12;
/// Requests for each.
const REQUESTS: u64 = 3;

/// Asks for `wish` and returns the document; `None` when nothing matches.
fn document(fake: &Fake, wish: &Wish) -> Option<Value> {
    let mut arguments = wish.arguments();
    arguments.extend(["-o", "json", "--max-offers", "4"].map(str::to_owned));
    let ran = planner()
        .asking(fake)
        .run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    if ran.status == Some(0) {
        return Some(ran.json());
    }
    ran.expect(3);
    assert!(list(&ran.json(), "plans").is_empty());
    None
}

fn compare(wares: &[Ware], wish: &Wish, document: Option<&Value>) {
    let expected = best(wares, wish);
    let plans = document.map_or(&[][..], |document| list(document, "plans"));
    let judged: Vec<_> = plans
        .iter()
        .map(|plan| judge(wares, wish, &said(plan)).unwrap_or_else(|error| panic!("{error}\n{wish:?}\n{plan:#}")))
        .collect();
    assert_eq!(judged.first(), expected.as_ref(), "{wish:?}");
    if let Some(document) = document {
        assert_eq!(document["optimal"], true, "{wish:?}");
        assert_eq!(count(&document["market"], "read"), u64::try_from(wares.len()).unwrap());
    }
}

#[test]
fn random_markets_come_through_the_binary() {
    let mut met = 0;
    for seed in 0..MARKETS {
        let mut dice = Dice::new(1_000_000 + seed);
        let mut wares = market::wares(&mut dice, 40);
        // Below zero is no price at all, and no reason to doubt the others (P1).
        wares[0].price = Some("-1.5".to_owned());
        let page = dice.pick(&[1, 7, 100]);
        let fake = Fake::start(
            Face::selling(Shelf::Prime, &wares).paged(page),
            Face::selling(Shelf::Spheron, &wares).paged(page),
        );
        for _ in 0..REQUESTS {
            let mut wish = market::wish(&mut dice);
            wish.caps = [const { None }; 3];
            let document = document(&fake, &wish);
            compare(&wares, &wish, document.as_ref());
            met += u32::from(document.is_some());
        }
    }
    assert!(met > 10, "only {met} requests could be met");
}

fn dial(min: u64, default: u64, max: u64, unit: &str, included: bool) -> Dial {
    Dial {
        min: Some(min),
        default: Some(default),
        max: Some(max),
        step: None,
        unit: Some(unit.to_owned()),
        included: Some(included),
    }
}

/// The worked examples of the pricing rules, and numbers as brokers write them.
#[test]
fn worked_examples_come_through_the_binary() {
    let check = |ware: &Ware, wish: &Wish, expected: [&str; 3], low: Option<&str>| {
        let fake = Fake::selling(std::slice::from_ref(ware));
        let document = document(&fake, wish).unwrap_or_else(|| panic!("{ware:?}"));
        let plan = &list(&document, "plans")[0];
        let found = ["rate", "upfront", "total"].map(|name| text(plan, name));
        assert_eq!((found, plan["total_low"].as_str()), (expected, low), "{ware:?}");
        assert_eq!(
            text(plan, "certainty"),
            if low.is_some() { "upper_bound" } else { "exact" }
        );
        compare(std::slice::from_ref(ware), wish, Some(&document));
    };
    let wish = |hours, disk| Wish {
        hours,
        sizes: [None, None, disk],
        security: Only::Both,
        ..Wish::new(1)
    };
    let mut runpod = Ware::new(Shelf::Prime, "NVIDIA H100 PCIe", 1, "2.69");
    runpod.dials[2] = dial(80, 80, 3000, "0.00014", false);
    check(&runpod, &wish("10", None), ["2.7012", "0", "27.012"], None);

    let mut tensordock = Ware::new(Shelf::Prime, "54160678-0c8a_1", 1, "1.1");
    tensordock.community = true;
    tensordock.dials = [
        dial(2, 50, 64, "0.0065", false),
        dial(4, 170, 256, "0.004", false),
        dial(20, 1870, 2000, "0.00025", false),
        Dial::default(),
    ];
    check(&tensordock, &wish("1", None), ["2.5725", "0", "2.5725"], None);

    let mut hyperstack = Ware::new(Shelf::Prime, "n3-A100x1", 1, "1.35");
    hyperstack.dials[2] = dial(750, 750, 2000, "9.7e-05", true);
    check(&hyperstack, &wish("24", None), ["1.35", "0", "32.4"], None);
    check(
        &hyperstack,
        &wish("24", Some(1000)),
        ["1.447", "0", "34.728"],
        Some("32.982"),
    );

    let mut prepaid = Ware::new(Shelf::Prime, "reserved", 1, "1.49");
    prepaid.prepaid = Some("720".to_owned());
    check(&prepaid, &wish("24", None), ["1.49", "1072.8", "1072.8"], None);
    check(&prepaid, &wish("1000", None), ["1.49", "1072.8", "1490"], None);

    let dedicated = Ware::new(Shelf::Spheron, "1H100.80S.32V_FIN-03_500", 1, "2.9124");
    check(&dedicated, &wish("0.1", None), ["2.9124", "0", "0.9708"], None);

    let mut cluster = Ware::new(Shelf::Spheron, "baremetal", 8, "15.84");
    cluster.kubernetes = Some("0.384".to_owned());
    let kubernetes = Wish {
        kubernetes: true,
        ..wish("24", None)
    };
    check(&cluster, &kubernetes, ["16.224", "0", "389.376"], None);

    let noisy = Ware::new(Shelf::Prime, "noisy", 1, "1.6567999999999998");
    check(&noisy, &wish("1", None), ["1.6568", "0", "1.6568"], None);
    let mut tiny = Ware::new(Shelf::Prime, "tiny", 1, "1");
    tiny.dials[2] = dial(1, 1, 9, "0.00010752688172043011", false);
    check(
        &tiny,
        &wish("1", None),
        ["1.00010752688172043", "0", "1.00010752688172043"],
        None,
    );
    let third = Ware::new(Shelf::Spheron, "third", 1, "1");
    check(&third, &wish("0.1", None), ["1", "0", "0.333333333333"], None);
}

/// Pages as small as one row, from either broker, are all read and asked for within the documented limits.
#[test]
fn every_page_is_read() {
    let mut dice = Dice::new(5);
    let wares = market::wares(&mut dice, 150);
    for page in [1, 20, 99, 100, 250] {
        let fake = Fake::start(
            Face::selling(Shelf::Prime, &wares).paged(page),
            Face::selling(Shelf::Spheron, &wares).paged(page),
        );
        let ran = planner().asking(&fake).run(&["offers", "-o", "json"]);
        let document = ran.expect(0).json();
        let rejects = list(&document, "rejects").len();
        assert_eq!(
            list(&document, "offers").len() + rejects,
            wares.len(),
            "pages of {page}"
        );
        for request in fake.requests() {
            let size = request.parameter("page_size").or(request.parameter("limit"));
            let size = size.map_or(1, |size| size.parse::<u32>().unwrap());
            assert!((1..=100).contains(&size) && request.method == "GET", "{request:?}");
            assert!(
                request
                    .header("user-agent")
                    .is_some_and(|agent| agent.starts_with("gpu-broker/"))
            );
        }
    }
}
