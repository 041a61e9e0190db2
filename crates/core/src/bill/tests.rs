//! The worked examples of the pricing rules, and laws that every bill obeys.

use super::*;

use proptest::prelude::*;

use crate::configuration::{Exchange, Selection};
use crate::gpu::{Gpu, GpuModel};
use crate::money::Currency;
use crate::number::Exact;
use crate::offer::*;
use crate::quantity::{Gb, Minutes, Range};

fn rate(number: &str) -> Rate {
    price(number, Currency::USD).unwrap()
}

fn offer(base: &str) -> Offer {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: 1,
    };
    let mut offer = Offer::new(Broker::new("prime"), Provider::new("someone"), OfferId::new("one"), gpu);
    offer.price = Some(rate(base));
    offer
}

fn dial(default: u64, unit_price: &str, included: bool) -> Dial {
    Dial {
        min: Some(default),
        default: Some(default),
        unit_price: Some(rate(unit_price)),
        included,
        ..Dial::default()
    }
}

#[test]
fn worked_examples() {
    let check = |offer: &Offer, asked: &Selection, hours: &str, expected: [&str; 3]| {
        let configuration = offer.configure(asked, &Exchange::new(Currency::USD)).unwrap();
        let bill = Bill::of(&configuration, &offer.terms, hours.parse().unwrap()).unwrap();
        let got = [bill.rate.per_hour(), bill.upfront.amount(), bill.total.amount()].map(|number| number.to_string());
        assert_eq!(got, expected.map(str::to_owned), "{offer:?}");
        bill
    };
    let nothing = Selection::default();

    let mut runpod = offer("2.69");
    runpod.resources.disk = dial(80, "0.00014", false);
    check(&runpod, &nothing, "10", ["2.7012", "0", "27.012"]);

    let mut tensordock = offer("1.1");
    tensordock.resources = Resources {
        disk: dial(1870, "0.00025", false),
        vcpu: dial(50, "0.0065", false),
        memory: dial(170, "0.004", false),
        ..Resources::default()
    };
    check(&tensordock, &nothing, "1", ["2.5725", "0", "2.5725"]);

    let mut hyperstack = offer("1.35");
    hyperstack.resources.disk = dial(750, "0.000097", true);
    assert!(check(&hyperstack, &nothing, "24", ["1.35", "0", "32.4"]).is_exact());
    let terabyte = Selection {
        disk: Some(Range::at_least(1000)),
        ..nothing
    };
    let bound = check(&hyperstack, &terabyte, "24", ["1.447", "0", "34.728"]);
    assert!(!bound.is_exact());
    assert_eq!(bound.rate_low, Some(rate("1.37425")));
    assert_eq!(bound.total_low.unwrap().amount().to_string(), "32.982");

    let mut prepaid = offer("1.49");
    prepaid.terms.prepaid = Some(Hours::whole(720));
    check(&prepaid, &nothing, "24", ["1.49", "1072.8", "1072.8"]);
    check(&prepaid, &nothing, "720", ["1.49", "1072.8", "1072.8"]);
    check(&prepaid, &nothing, "1000", ["1.49", "1072.8", "1490"]);

    let mut dedicated = offer("2.9124");
    dedicated.terms.minimum_runtime = Minutes(20);
    check(&dedicated, &nothing, "0.1", ["2.9124", "0", "0.9708"]);
    check(&dedicated, &nothing, "1", ["2.9124", "0", "2.9124"]);

    let mut cluster = offer("15.84");
    cluster.kubernetes = Some(rate("0.384"));
    check(
        &cluster,
        &Selection {
            kubernetes: true,
            ..nothing
        },
        "24",
        ["16.224", "0", "389.376"],
    );
    check(&cluster, &nothing, "24", ["15.84", "0", "380.16"]);
}

/// Dials as brokers send them, over counts that a request may name.
fn any_dial() -> impl Strategy<Value = Dial> {
    let count = || prop::option::of(0_u64..400);
    (
        count(),
        count(),
        prop::option::of(0_u64..2000),
        prop::option::of(0_u64..12),
        prop::option::of(0_i128..100_000),
        any::<bool>(),
    )
        .prop_map(|(min, default, max, step, price, included)| {
            let unit_price = price.map(|price| Rate::new(Exact::new(price, 7).unwrap(), Currency::USD));
            Dial {
                min,
                default,
                max,
                step,
                unit_price,
                included,
            }
        })
}

fn any_offer() -> impl Strategy<Value = Offer> {
    (
        any_dial(),
        any_dial(),
        any_dial(),
        0_i128..10_000_000,
        prop::option::of(1_u64..1000),
        0_u64..180,
    )
        .prop_map(|(vcpu, memory, disk, base, prepaid, minimum)| {
            let mut offer = offer("1");
            offer.price = Some(Rate::new(Exact::new(base, 5).unwrap(), Currency::USD));
            offer.resources = Resources {
                vcpu,
                memory,
                disk,
                shared_disk: Dial::default(),
            };
            offer.terms = Terms {
                prepaid: prepaid.map(Hours::whole),
                minimum_runtime: Minutes(minimum),
            };
            offer
        })
}

fn bill(offer: &Offer, disk: Option<u64>, hours: u64) -> Option<Bill> {
    let asked = Selection {
        disk: disk.map(Range::at_least),
        ..Selection::default()
    };
    let configuration = offer.configure(&asked, &Exchange::new(Currency::USD)).ok()?;
    Some(Bill::of(&configuration, &offer.terms, Hours::whole(hours)).unwrap())
}

proptest! {
    #[test]
    fn lines_add_up_and_multiply_out(offer in any_offer(), disk in prop::option::of(0_u64..2000)) {
        let asked = Selection { disk: disk.map(Range::at_least), ..Selection::default() };
        if let Ok(configuration) = offer.configure(&asked, &Exchange::new(Currency::USD)) {
            let bill = Bill::of(&configuration, &offer.terms, Hours::whole(24)).unwrap();
            let mut sum = Exact::ZERO;
            for line in &configuration.lines {
                prop_assert_eq!(line.unit_price.times(line.quantity).unwrap(), line.rate);
                sum = sum.plus(line.rate.per_hour()).unwrap();
                if let Some(low) = line.rate_low {
                    prop_assert!(low.per_hour() <= line.rate.per_hour());
                }
            }
            prop_assert_eq!(sum, bill.rate.per_hour());
            prop_assert!(configuration.disk_gb.is_none_or(|size| disk.is_none_or(|wanted| size >= wanted)));
        }
    }

    #[test]
    fn a_longer_horizon_never_costs_less(offer in any_offer(), hours in 1_u64..2000, more in 0_u64..100) {
        if let (Some(short), Some(long)) = (bill(&offer, None, hours), bill(&offer, None, hours + more)) {
            prop_assert!(short.total.amount() <= long.total.amount());
            prop_assert!(short.upfront.amount() <= short.total.amount());
        }
    }

    #[test]
    fn a_larger_need_never_costs_less(offer in any_offer(), wanted in 0_u64..1500, more in 0_u64..500) {
        if let (Some(small), Some(large)) = (bill(&offer, Some(wanted), 24), bill(&offer, Some(wanted + more), 24)) {
            prop_assert!(small.total.amount() <= large.total.amount());
        }
    }

    #[test]
    fn time_adds_up_beyond_what_is_charged_anyway(offer in any_offer(), hours in 1000_u64..2000, more in 1_u64..500) {
        // Past the prepaid block and the minimum, an hour is an hour.
        if let (Some(short), Some(long)) = (bill(&offer, None, hours), bill(&offer, None, hours + more)) {
            let extra = short.rate.over_minutes(Exact::whole(more * 60)).unwrap();
            prop_assert_eq!(short.total.plus(extra).unwrap(), long.total);
        }
    }

    #[test]
    fn interruptions_stretch_the_horizon_and_nothing_else(
        offer in any_offer(),
        hours in 1_u64..2000,
        per_day in 0_i128..1000,
        checkpoint in 0_i128..100_000,
        more in 0_i128..1000,
    ) {
        let at = |per_day, checkpoint| {
            let interruptions = Interruptions::new(Exact::new(per_day, 2)?, Exact::new(checkpoint, 2)?)?;
            let configuration = offer.configure(&Selection::default(), &Exchange::new(Currency::USD)).ok()?;
            Bill::interrupted(&configuration, &offer.terms, Hours::whole(hours), Some(&interruptions)).ok()
        };
        if let Some(calm) = bill(&offer, None, hours) {
            let risky = at(per_day, checkpoint).unwrap();
            prop_assert_eq!(at(0, checkpoint), Some(calm.clone()));
            prop_assert_eq!(at(per_day, 0), Some(calm.clone()));
            prop_assert!(risky.total.parts() <= at(per_day + more, checkpoint).unwrap().total.parts());
            prop_assert!(risky.total.parts() <= at(per_day, checkpoint + more).unwrap().total.parts());
            prop_assert_eq!((risky.rate, risky.upfront), (calm.rate, calm.upfront));
            // Beyond the prepaid block and the minimum: 2880 × total is rate ×
            // hours × (2880 + R × M), to the last digit.
            if hours >= 1000 {
                let work = Exact::whole(2880).plus(Exact::new(per_day * checkpoint, 4).unwrap()).unwrap();
                let expected = calm.total.parts().times(work).unwrap();
                prop_assert_eq!(risky.total.parts().times_count(2880).unwrap(), expected);
            }
        }
    }
}

#[test]
fn expected_hours_are_reckoned_without_rounding() {
    let check = |per_day: &str, checkpoint: &str, hours: &str, factor: &str, total: &str| {
        let interruptions = Interruptions::new(per_day.parse().unwrap(), checkpoint.parse().unwrap()).unwrap();
        let offer = offer("6.84");
        let configuration = offer
            .configure(&Selection::default(), &Exchange::new(Currency::USD))
            .unwrap();
        let bill = Bill::interrupted(
            &configuration,
            &offer.terms,
            hours.parse().unwrap(),
            Some(&interruptions),
        )
        .unwrap();
        assert_eq!(
            (interruptions.factor().to_string(), bill.total.amount().to_string()),
            (factor.to_owned(), total.to_owned())
        );
    };
    check("2", "30", "10", "1.020833333333", "69.825");
    check("2.5", "28.8", "10", "1.025", "70.11");
    check("1", "10", "10", "1.003472222222", "68.6375");
    check("1", "1", "1", "1.000347222222", "6.842375");
    check("0", "30", "10", "1", "68.4");
    assert_eq!(Interruptions::new("-1".parse().unwrap(), Exact::ONE), None);
    assert_eq!(Interruptions::new(Exact::ONE, "-0.1".parse().unwrap()), None);
}

#[test]
fn interruptions_never_touch_what_is_charged_anyway() {
    let mut prepaid = offer("1.49");
    prepaid.terms.prepaid = Some(Hours::whole(720));
    let interruptions = Interruptions::new(Exact::whole(24), Exact::whole(60)).unwrap();
    let configuration = prepaid
        .configure(&Selection::default(), &Exchange::new(Currency::USD))
        .unwrap();
    let check = |hours: u64, total: &str| {
        let bill = Bill::interrupted(
            &configuration,
            &prepaid.terms,
            Hours::whole(hours),
            Some(&interruptions),
        )
        .unwrap();
        assert_eq!(
            (bill.upfront.amount(), bill.total.amount()),
            ("1072.8".parse().unwrap(), total.parse().unwrap())
        );
    };
    // One and a half times the hours.
    check(480, "1072.8");
    check(1000, "2235");
}
