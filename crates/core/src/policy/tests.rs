//! Every condition with every effect, and what is no rule.

use super::*;

use crate::money::{Currency, Money, Rate};
use crate::offer::{Broker, MarketType, Provider, Security};
use crate::place::{DataCenter, Place, Region};

/// A machine and what is paid for it, as words.
struct Bought {
    broker: &'static str,
    provider: &'static str,
    place: Place,
    security: &'static str,
    market: &'static str,
    gpus: u64,
    hours: u64,
    rate: &'static str,
    upfront: &'static str,
    total: &'static str,
}

impl Bought {
    /// Eight GPUs in Norway for a day.
    fn usual() -> Self {
        Self {
            broker: "prime",
            provider: "hyperstack",
            place: Place::new(None, "NO".parse().ok(), Some(DataCenter::new("NORWAY-1"))),
            security: "secure",
            market: "on_demand",
            gpus: 8,
            hours: 24,
            rate: "16",
            upfront: "0",
            total: "384",
        }
    }

    fn nowhere() -> Self {
        Self {
            place: Place::default(),
            ..Self::usual()
        }
    }

    fn with<T>(&self, look: impl FnOnce(&Purchase<'_>) -> T) -> T {
        let money = |amount: &str| Money::new(amount.parse().unwrap(), Currency::USD).unwrap();
        let (broker, provider) = (Broker::new(self.broker), Provider::new(self.provider));
        let (security, market) = (Security::new(self.security), MarketType::new(self.market));
        look(&Purchase {
            machines: vec![Machine {
                broker: &broker,
                provider: &provider,
                place: &self.place,
                security: &security,
                market: &market,
                gpus: self.gpus,
                total: money(self.total),
            }],
            hours: Hours::whole(self.hours),
            gpus: self.gpus,
            rate: Rate::new(self.rate.parse().unwrap(), Currency::USD),
            upfront: money(self.upfront),
            total: money(self.total),
        })
    }
}

fn when(key: &str, words: &str) -> Condition {
    let words: Vec<String> = words.split('|').map(str::to_owned).collect();
    Condition::read(key, &words).unwrap()
}

fn rule(effect: Effect, conditions: &[(&str, &str)]) -> Rule {
    let conditions = conditions.iter().map(|(key, words)| when(key, words));
    Rule::new("house", effect, conditions, "because").unwrap()
}

/// Whether a rule with these conditions takes effect for a purchase: whether it asks for approval, and denies where it
/// is one that can.
#[track_caller]
fn check(conditions: &[(&str, &str)], bought: &Bought, holds: bool) {
    let asking = Policy::new([rule(Effect::RequireApproval, conditions)]);
    let found = bought.with(|purchase| (asking.against(purchase).is_some(), asking.approvals(purchase).len()));
    assert_eq!(found, (false, usize::from(holds)), "{conditions:?} asks for approval");
    let denying = conditions.iter().map(|(key, words)| when(key, words));
    // Sums are no limit that can be searched with beside other things.
    let Ok(denying) = Rule::new("house", Effect::Deny, denying, "because") else {
        return;
    };
    let denying = Policy::new([denying]);
    let found = bought.with(|purchase| (denying.against(purchase).is_some(), denying.approvals(purchase).len()));
    assert_eq!(found, (holds, 0), "{conditions:?} denies");
}

/// A purchase of another tier and market.
fn of(security: &'static str, market: &'static str) -> Bought {
    Bought {
        security,
        market,
        ..Bought::usual()
    }
}

#[test]
fn a_rule_looks_at_whose_a_machine_is_and_where() {
    let usual = Bought::usual();
    let nowhere = Bought::nowhere();

    check(&[("broker_in", "prime")], &usual, true);
    check(&[("broker_in", "Prime|other")], &usual, true);
    check(&[("broker_in", "spheron")], &usual, false);
    check(&[("broker_not_in", "spheron")], &usual, true);
    check(&[("broker_not_in", "prime")], &usual, false);
    check(&[("provider_in", "hyperstack|nobody")], &usual, true);
    check(&[("provider_not_in", "hyperstack")], &usual, false);
    check(&[("provider_not_in", "nobody")], &usual, true);

    check(&[("region_not_in", "eu_north|eu_west")], &usual, false);
    check(&[("region_not_in", "europe_north")], &usual, false);
    check(&[("region_not_in", "canada")], &usual, true);
    check(&[("region_in", "eu_north")], &usual, true);
    check(&[("region_in", "canada")], &usual, false);
    check(&[("country_in", "no|SE")], &usual, true);
    check(&[("country_not_in", "SE")], &usual, true);
    check(&[("data_center_in", "norway-1")], &usual, true);
    check(&[("data_center_not_in", "NORWAY-1")], &usual, false);
    // What is not known may be what is denied.
    for key in ["region_in", "region_not_in"] {
        check(&[(key, "canada")], &nowhere, true);
    }
    check(&[("region_not_in", "canada|unknown")], &nowhere, false);
    check(&[("region_in", "unknown")], &nowhere, true);
    check(&[("region_in", "unknown")], &usual, false);
    check(&[("country_in", "NO")], &nowhere, true);
    check(&[("data_center_not_in", "unknown")], &nowhere, false);
}

#[test]
fn a_rule_looks_at_tier_and_market() {
    let usual = Bought::usual();
    check(&[("security_in", "community")], &usual, false);
    check(&[("security_in", "community_cloud")], &of("community", "spot"), true);
    check(&[("security_not_in", "secure")], &of("whatever", "spot"), true);
    check(&[("security_in", "community")], &of("whatever", "spot"), true);
    check(&[("security_not_in", "secure|unknown")], &of("whatever", "spot"), false);
    check(&[("market_in", "spot")], &of("secure", "spot"), true);
    check(&[("market_in", "spot")], &usual, false);
    check(&[("market_not_in", "on_demand")], &of("secure", "spot"), true);
}

#[test]
fn a_rule_takes_effect_where_all_that_it_asks_holds() {
    let usual = Bought::usual();
    check(&[("rate_over", "15.9999")], &usual, true);
    check(&[("rate_over", "16")], &usual, false);
    check(&[("total_over", "383.999999999999")], &usual, true);
    check(&[("total_over", "384")], &usual, false);
    check(&[("per_gpu_hour_over", "1.999999999999999")], &usual, true);
    check(&[("per_gpu_hour_over", "2")], &usual, false);
    check(&[("hours_over", "23.9")], &usual, true);
    check(&[("hours_over", "1d")], &usual, false);
    check(&[("gpus_over", "7")], &usual, true);
    check(&[("gpus_over", "8")], &usual, false);
    let prepaid = Bought {
        upfront: "500.01",
        ..Bought::usual()
    };
    check(&[("upfront_over", "500")], &prepaid, true);
    check(&[("upfront_over", "500.01")], &prepaid, false);
    check(&[("upfront_over", "0")], &usual, false);

    // Both, of one machine.
    check(
        &[("market_in", "spot"), ("hours_over", "8")],
        &of("secure", "spot"),
        true,
    );
    check(
        &[("market_in", "spot"), ("hours_over", "48")],
        &of("secure", "spot"),
        false,
    );
    check(&[("market_in", "spot"), ("hours_over", "8")], &usual, false);
    check(&[("provider_in", "hyperstack"), ("total_over", "300")], &usual, true);
    check(&[("provider_in", "nobody"), ("total_over", "300")], &usual, false);
    check(&[("total_over", "300"), ("hours_over", "8")], &usual, true);
    check(&[("total_over", "300"), ("hours_over", "48")], &usual, false);
}

#[test]
fn conditions_on_machines_hold_of_one_machine() {
    let mixed = |condition: &[(&str, &str)]| {
        let asking = Policy::new([rule(Effect::RequireApproval, condition)]);
        let community = Security::Community;
        let market = MarketType::Spot;
        Bought::usual().with(|purchase| {
            let mut purchase = purchase.clone();
            let first = purchase.machines[0];
            purchase.machines.push(Machine {
                security: &community,
                ..first
            });
            purchase.machines.push(Machine {
                market: &market,
                ..first
            });
            !asking.approvals(&purchase).is_empty()
        })
    };
    assert!(mixed(&[("security_in", "community")]));
    assert!(mixed(&[("market_in", "spot")]));
    assert!(!mixed(&[("security_in", "community"), ("market_in", "spot")]));
}

#[test]
fn what_is_no_rule_is_told_why() {
    let check = |name: &str, effect: Effect, conditions: &[(&str, &str)], reason: &str, expected: Option<&str>| {
        let conditions: Vec<Condition> = conditions.iter().map(|(key, words)| when(key, words)).collect();
        let said = Rule::new(name, effect, conditions.clone(), reason);
        let said = said.err().map(|error| error.to_string());
        let is_as_expected = match (&said, expected) {
            (Some(said), Some(expected)) => said.contains(expected),
            (said, expected) => said.is_none() && expected.is_none(),
        };
        assert!(
            is_as_expected,
            "{name:?} {effect:?} {conditions:?}: {said:?}, not {expected:?}"
        );
    };
    let (deny, ask) = (Effect::Deny, Effect::RequireApproval);
    let region = ("region_in", "canada");
    let total = ("total_over", "500");
    check("a", deny, &[region], "why", None);
    check("a", deny, &[total], "why", None);
    check("a", deny, &[total, ("hours_over", "8")], "why", None);
    check("a", deny, &[region, ("hours_over", "8")], "why", None);
    check("a", deny, &[region, ("per_gpu_hour_over", "3")], "why", None);
    check("a", ask, &[region, total, ("upfront_over", "3")], "why", None);
    check(" ", deny, &[region], "why", Some("a rule has a name"));
    check("a\nb", deny, &[region], "why", Some("a rule has a name"));
    check("a", deny, &[region], "", Some("a rule has a reason"));
    check("a", deny, &[], "why", Some("asks something"));
    check("a", deny, &[region, region], "why", Some("`region_in` is asked twice"));
    check("a", deny, &[region, total], "why", Some("`total_over` alone"));
    check(
        "a",
        deny,
        &[("per_gpu_hour_over", "3"), total],
        "why",
        Some("`total_over` alone"),
    );
    check(
        "a",
        deny,
        &[("gpus_over", "8"), total],
        "why",
        Some("`gpus_over` alone"),
    );
}

#[test]
fn what_is_no_condition_is_told_why() {
    let check = |key: &str, words: &[&str], expected: &str| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let said = Condition::read(key, &words).unwrap_err().to_string();
        assert!(said.contains(expected), "{key} {words:?}: {said}");
    };
    check(
        "regions_in",
        &["canada"],
        "no such condition as `regions_in`; did you mean region_in",
    );
    check("region_in", &[], "it names nothing");
    check("region_in", &["canada", " "], "it names nothing");
    check("region_in", &["!canada"], "without `!`");
    check("region_in", &["canda"], "did you mean canada?");
    check(
        "security_in",
        &["secret"],
        "no tier is called `secret`; did you mean secure?",
    );
    check("market_in", &["reserved"], "no market is called `reserved`");
    check("country_in", &["Norway"], "no country is called `Norway`");
    check("total_over", &["1", "2"], "one number is wanted");
    check("total_over", &["-1"], "an amount from 0");
    check("total_over", &["much"], "an amount from 0");
    check("hours_over", &["20m"], "a time is wanted");
    check("hours_over", &["soon"], "a time is wanted");
    check("gpus_over", &["1.5"], "a whole number");
    let near = Condition::read("total_ovr", &[]).unwrap_err();
    assert!(matches!(near, ConditionError::Key { near, .. } if near.contains(&"total_over")));
}

#[test]
fn rules_are_written_and_read_back() {
    let every = Condition::keys().map(|key| {
        let word = match key {
            _ if key.starts_with("region") => "eu_north",
            _ if key.starts_with("country") => "NO",
            _ if key.starts_with("security") => "community",
            _ if key.starts_with("market") => "spot",
            _ if key.ends_with("_over") => "24",
            _ => "anything",
        };
        (key, word)
    });
    let mut seen = 0;
    for condition in every {
        for effect in [Effect::Deny, Effect::RequireApproval] {
            let policy = Policy::new([rule(effect, &[condition])]);
            let text = serde_json::to_string(&policy).unwrap();
            assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy, "{text}");
            seen += 1;
        }
    }
    assert_eq!(seen, 40);
    let spot = rule(Effect::Deny, &[("market_in", "spot"), ("hours_over", "0.5")]);
    assert_eq!(
        serde_json::to_string(&spot).unwrap(),
        r#"{"name":"house","effect":"deny","when":{"hours_over":"0.5","market_in":["spot"]},"reason":"because"}"#
    );
    assert_eq!(spot.to_string(), "over 0.5 hours and market in spot (because)");
    for wrong in [
        r#"{"name":"a","effect":"allow","when":{"market_in":["spot"]},"reason":"b"}"#,
        r#"{"name":"a","effect":"deny","when":{"market":["spot"]},"reason":"b"}"#,
        r#"{"name":"a","effect":"deny","when":{},"reason":"b"}"#,
        r#"{"name":"a","effect":"deny","when":{"market_in":["spot"]}}"#,
    ] {
        assert!(serde_json::from_str::<Rule>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn policies_add_up() {
    let region = Region::Canada.to_string();
    let one = Policy::new([rule(Effect::Deny, &[("region_in", &region)])]);
    let other = Policy::new([
        rule(Effect::Deny, &[("total_over", "500")]),
        rule(Effect::Deny, &[("total_over", "300"), ("hours_over", "48")]),
    ]);
    let both = one.and(&other).and(&one);
    assert_eq!(both.rules().len(), 3);
    let most = |hours: u64| {
        let found = both.most(Figure::Total, Hours::whole(hours));
        found.map(|(most, _)| most.to_string())
    };
    assert_eq!((most(24), most(72)), (Some("500".to_owned()), Some("300".to_owned())));
    assert_eq!(both.most(Figure::Rate, Hours::whole(24)), None);
    assert_eq!(both.timeless(), one);
}
