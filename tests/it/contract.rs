//! The documents that programs rely on: every field, its type, and how the numbers hang together.

use gpu_broker_testkit::fake::{Face, Fake, Fault};
use gpu_broker_testkit::fraction::Fraction;
use gpu_broker_testkit::ware::{Dial, Shelf, Ware};
use serde_json::Value;

use crate::support::{count, list, planner, text, timeless};

/// What a field holds. Money is text; what is absent is null.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    MaybeText,
    Money,
    MaybeMoney,
    Count,
    MaybeCount,
    Flag,
    List,
    Object,
    Maybe,
}

const DOCUMENT: &[(&str, Kind)] = &[
    ("schema", Kind::Text),
    ("id", Kind::Text),
    ("created_at", Kind::Text),
    ("expires_at", Kind::Text),
    ("request", Kind::Object),
    ("hours", Kind::Money),
    ("currency", Kind::Text),
    ("optimal", Kind::Flag),
    ("plans", Kind::List),
    ("market", Kind::Object),
    ("cheaper_elsewhere", Kind::List),
    ("sources", Kind::List),
];
const PLAN: &[(&str, Kind)] = &[
    ("rank", Kind::Count),
    ("id", Kind::Text),
    ("gpus", Kind::Count),
    ("surplus_gpus", Kind::Count),
    ("nodes", Kind::Count),
    ("rate", Kind::Money),
    ("upfront", Kind::Money),
    ("total", Kind::Money),
    ("per_gpu_hour", Kind::Money),
    ("certainty", Kind::Text),
    ("total_low", Kind::MaybeMoney),
    ("groups", Kind::List),
    ("disks", Kind::List),
    ("warnings", Kind::List),
];
const GROUP: &[(&str, Kind)] = &[
    ("broker", Kind::Text),
    ("provider", Kind::Text),
    ("offer_id", Kind::Text),
    ("count", Kind::Count),
    ("gpu", Kind::Object),
    ("place", Kind::Object),
    ("market", Kind::Text),
    ("security", Kind::Text),
    ("prepaid_hours", Kind::MaybeMoney),
    ("stock", Kind::Text),
    ("vcpus", Kind::MaybeCount),
    ("memory_gb", Kind::MaybeCount),
    ("disk_gb", Kind::MaybeCount),
    ("interconnect", Kind::Maybe),
    ("provisioning_minutes", Kind::MaybeCount),
    ("rate", Kind::Money),
    ("lines", Kind::List),
    ("also_sold_by", Kind::List),
];
const GPU: &[(&str, Kind)] = &[
    ("model", Kind::Text),
    ("memory_gb", Kind::MaybeCount),
    ("socket", Kind::MaybeText),
    ("count", Kind::Count),
];
const PLACE: &[(&str, Kind)] = &[
    ("region", Kind::Text),
    ("country", Kind::MaybeText),
    ("data_center", Kind::MaybeText),
];
const LINE: &[(&str, Kind)] = &[
    ("item", Kind::Text),
    ("quantity", Kind::Money),
    ("unit_price", Kind::Money),
    ("rate", Kind::Money),
    ("rate_low", Kind::MaybeMoney),
];
const MARKET: &[(&str, Kind)] = &[("read", Kind::Count), ("ranked", Kind::Count), ("rejected", Kind::List)];
const REJECTED: &[(&str, Kind)] = &[("reason", Kind::Text), ("offers", Kind::Count)];
const CHEAPER: &[(&str, Kind)] = &[("flag", Kind::Text), ("rate", Kind::Money), ("saves", Kind::MaybeMoney)];
const SOURCE: &[(&str, Kind)] = &[
    ("broker", Kind::Text),
    ("status", Kind::Text),
    ("offers", Kind::Count),
    ("announced", Kind::MaybeCount),
    ("pages", Kind::Count),
    ("error", Kind::MaybeText),
];

#[track_caller]
fn shape(value: &Value, fields: &[(&str, Kind)]) {
    let object = value.as_object().unwrap_or_else(|| panic!("{value} is no object"));
    for (name, kind) in fields {
        let field = object.get(*name).unwrap_or_else(|| panic!("no {name} in {value}"));
        let word = || field.as_str().is_some_and(|text| !text.is_empty());
        // Plain decimal text: no exponent, no sign but minus, no zeros that say nothing.
        let money = || {
            let plain = |text: &str| {
                let same = Fraction::read(text).is_some_and(|number| number.to_string() == text);
                same && text.chars().all(|c| c.is_ascii_digit() || c == '.')
            };
            field.as_str().is_some_and(plain)
        };
        let right = match kind {
            Kind::Text => word(),
            Kind::MaybeText => field.is_null() || word(),
            Kind::Money => money(),
            Kind::MaybeMoney => field.is_null() || money(),
            Kind::Count => field.is_u64(),
            Kind::MaybeCount => field.is_null() || field.is_u64(),
            Kind::Flag => field.is_boolean(),
            Kind::List => field.is_array(),
            Kind::Object => field.is_object(),
            Kind::Maybe => field.is_null() || field.is_object(),
        };
        assert!(right, "{name} is {field}, which is no {kind:?}");
    }
}

/// A market with everything in it: charges apart, an upper bound, prepaid, spot, other currencies, several places.
fn wares() -> Vec<Ware> {
    let mut apart = Ware::new(Shelf::Prime, "apart", 8, "15.2");
    apart.dials[2] = Dial {
        min: Some(100),
        default: Some(100),
        max: Some(9000),
        step: Some(10),
        unit: Some("0.00014".to_owned()),
        included: Some(true),
    };
    let mut euro = Ware::new(Shelf::Prime, "euro", 8, "14");
    euro.currency = "EUR";
    let mut prepaid = Ware::new(Shelf::Prime, "prepaid", 8, "13.99");
    prepaid.prepaid = Some("48".to_owned());
    let mut spot = Ware::new(Shelf::Spheron, "spot", 8, "7.5");
    spot.spot = true;
    let mut unpriced = Ware::new(Shelf::Spheron, "unpriced", 8, "1");
    unpriced.price = None;
    let mut nowhere = Ware::new(Shelf::Prime, "nowhere", 4, "7.61");
    nowhere.sites[0].region = None;
    nowhere.sites[0].country = None;
    nowhere.sites[0].center = None;
    nowhere.dials = Default::default();
    let plain = Ware::new(Shelf::Spheron, "plain", 8, "16.0583");
    vec![apart, euro, prepaid, spot, unpriced, nowhere, plain]
}

fn ask(fake: &Fake, more: &[&str]) -> Value {
    let arguments: Vec<&str> = ["quote", "H100:8", "-o", "json"].iter().chain(more).copied().collect();
    planner().asking(fake).run(&arguments).expect(0).json()
}

const ASKED: &[&[&str]] = &[
    &[],
    &["--disk", "150GB"],
    &["--fx", "EUR=1.08", "--spot-auto", "--security", "any"],
    &["--max-nodes", "any", "--hours", "1000"],
    &["--hours", "0.1", "--broker", "spheron"],
];

#[test]
fn every_field_is_there_and_of_its_kind() {
    let fake = Fake::selling(&wares());
    for asked in ASKED {
        let document = ask(&fake, asked);
        shape(&document, DOCUMENT);
        shape(&document["market"], MARKET);
        for plan in list(&document, "plans") {
            shape(plan, PLAN);
            for group in list(plan, "groups") {
                shape(group, GROUP);
                shape(&group["gpu"], GPU);
                shape(&group["place"], PLACE);
                for line in list(group, "lines") {
                    shape(line, LINE);
                }
            }
        }
        for (values, fields) in [
            (list(&document["market"], "rejected"), REJECTED),
            (list(&document, "cheaper_elsewhere"), CHEAPER),
            (list(&document, "sources"), SOURCE),
        ] {
            for value in values {
                shape(value, fields);
            }
        }
        assert!(text(&document, "id").starts_with("q_"));
        let stamps = ["created_at", "expires_at"].map(|name| text(&document, name).parse::<jiff::Timestamp>().unwrap());
        assert_eq!(stamps[1].duration_since(stamps[0]).as_secs(), 300);
    }
}

#[test]
fn the_numbers_hang_together() {
    let fake = Fake::selling(&wares());
    let number = |value: &Value, name: &str| Fraction::read(text(value, name)).unwrap();
    for asked in ASKED {
        let document = ask(&fake, asked);
        for (at, plan) in list(&document, "plans").iter().enumerate() {
            assert_eq!(count(plan, "rank"), u64::try_from(at + 1).unwrap());
            let (mut rate, mut gpus, mut nodes, mut bounds) = (Fraction::ZERO, 0, 0, 0);
            for group in list(plan, "groups") {
                let lines = list(group, "lines");
                for line in lines {
                    assert_eq!(
                        number(line, "quantity") * number(line, "unit_price"),
                        number(line, "rate")
                    );
                    bounds += usize::from(!line["rate_low"].is_null());
                }
                let sum: Fraction = lines.iter().map(|line| number(line, "rate")).sum();
                assert_eq!(sum, number(group, "rate"), "{group}");
                let copies = count(group, "count");
                rate = rate + sum * Fraction::whole(copies);
                gpus += copies * count(&group["gpu"], "count");
                nodes += copies;
            }
            assert_eq!(rate, number(plan, "rate"), "{plan}");
            assert_eq!(
                (gpus, nodes, gpus - 8),
                (count(plan, "gpus"), count(plan, "nodes"), count(plan, "surplus_gpus"))
            );
            let certainty = if bounds > 0 { "upper_bound" } else { "exact" };
            assert_eq!(
                (text(plan, "certainty"), plan["total_low"].is_null()),
                (certainty, bounds == 0)
            );
            // From a total that may be rounded itself: the exact quotient is the reckoner's to check.
            let each = number(plan, "total") / (number(&document, "hours") * Fraction::whole(gpus));
            let off = number(plan, "per_gpu_hour") - each;
            let little = Fraction::new(1, 100_000_000_000);
            assert!(off < little && Fraction::ZERO - off < little, "{plan}");
        }
        let market = &document["market"];
        let rejected: u64 = list(market, "rejected")
            .iter()
            .map(|rejected| count(rejected, "offers"))
            .sum();
        assert_eq!(count(market, "read"), count(market, "ranked") + rejected);
        let read: u64 = list(&document, "sources")
            .iter()
            .map(|source| count(source, "offers"))
            .sum();
        assert_eq!(count(market, "read"), read);
    }
}

#[test]
fn other_currencies_need_a_rate() {
    let fake = Fake::selling(&wares());
    let euro = |document: &Value| {
        let plans = list(document, "plans").iter();
        let found = plans.filter(|plan| list(plan, "groups")[0]["offer_id"] == "euro");
        found.map(|plan| text(plan, "rate").to_owned()).next()
    };
    let without = ask(&fake, &[]);
    assert_eq!(euro(&without), None);
    let rejected = list(&without["market"], "rejected");
    assert!(
        rejected
            .iter()
            .any(|rejected| rejected["reason"] == "currency" && rejected["offers"] == 1)
    );
    let with = ask(&fake, &["--fx", "EUR=1.08"]);
    assert_eq!(euro(&with).as_deref(), Some("15.12"));
    assert_eq!(text(&with, "currency"), "USD");
}

#[test]
fn the_same_content_has_the_same_name() {
    let fake = Fake::selling(&wares());
    let (one, other) = (ask(&fake, &[]), ask(&fake, &[]));
    assert_eq!(timeless(one.clone()), timeless(other));
    // A plan keeps its name whatever stands beside it, and a dearer one has another.
    let names = |document: &Value| -> Vec<String> {
        list(document, "plans")
            .iter()
            .map(|plan| text(plan, "id").to_owned())
            .collect()
    };
    let wider = names(&ask(&fake, &["--fx", "EUR=1.08"]));
    assert!(
        names(&one)
            .iter()
            .all(|name| name.starts_with("p_") && wider.contains(name))
    );
    let mut distinct = wider.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), wider.len());
    let mut dearer = wares();
    dearer[0].price = Some("15.21".to_owned());
    let dearer = names(&ask(&Fake::selling(&dearer), &[]));
    assert!(names(&one).iter().filter(|name| !dearer.contains(name)).count() == 1);
}

#[test]
fn sources_say_how_they_answered() {
    let status = |fake: &Fake, keyed: bool| -> Vec<(String, String, u64, u64, bool)> {
        let planner = planner().asking(fake);
        let planner = if keyed { planner } else { planner.unset("PRIME_API_KEY") };
        let document = planner.run(&["quote", "H100:8", "-o", "json"]).json();
        let mut sources: Vec<_> = list(&document, "sources")
            .iter()
            .map(|source| {
                let [broker, status] = ["broker", "status"].map(|name| text(source, name).to_owned());
                let [offers, pages] = ["offers", "pages"].map(|name| count(source, name));
                (broker, status, offers, pages, source["error"].is_null())
            })
            .collect();
        // In which order they stand is no part of the contract.
        sources.sort();
        sources
    };
    let line = |broker: &str, status: &str, offers: u64, pages: u64| {
        let fine = ["ok", "no_credentials"].contains(&status);
        (broker.to_owned(), status.to_owned(), offers, pages, fine)
    };
    let face = |shelf| Face::selling(shelf, &wares());
    let spheron = || face(Shelf::Spheron);
    let fine = Fake::start(face(Shelf::Prime).paged(2), spheron());
    // Prime has two listings, and the one of clusters has a page of its own.
    let expected = vec![line("prime", "ok", 4, 3), line("spheron", "ok", 3, 1)];
    assert_eq!(status(&fine, true), expected);
    let keyless = vec![line("prime", "no_credentials", 0, 0), line("spheron", "ok", 3, 1)];
    assert_eq!(status(&fine, false), keyless);
    let down = Fake::start(Face::default().with(Fault::Down), spheron());
    assert_eq!(status(&down, true)[0], line("prime", "failed", 0, 0));
    let torn = Fake::start(face(Shelf::Prime).paged(2).with(Fault::SecondPage), spheron());
    assert_eq!(status(&torn, true)[0], line("prime", "partial", 2, 2));
}
