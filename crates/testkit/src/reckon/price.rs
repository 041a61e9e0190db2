//! One instance: whether it fits, and what it costs (P1–P11).

use crate::fraction::Fraction;
use crate::ware::{Dial, Shelf, Ware};
use crate::wish::{Only, Wish};

/// Spheron charges at least that long (P11).
const SPHERON_MINUTES: u64 = 20;

/// One line of a bill, per hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The word that the documents use.
    pub item: &'static str,
    /// Units.
    pub quantity: u64,
    /// Price of one.
    pub unit: Fraction,
    /// The least it may be, where P5 leaves a range.
    pub low: Option<Fraction>,
}

/// What one instance costs.
#[derive(Debug, Clone)]
pub struct Priced {
    /// Line by line.
    pub lines: Vec<Charge>,
    /// Per hour.
    pub rate: Fraction,
    /// When ordering.
    pub upfront: Fraction,
    /// Over the horizon.
    pub total: Fraction,
    /// The least that the total may be.
    pub total_low: Fraction,
    /// Whether that may be less than the total (P5).
    pub open: bool,
}

/// Prices one instance of a ware that answers a wish; `None` when it does not.
pub fn price(ware: &Ware, wish: &Wish) -> Option<Priced> {
    fits(ware, wish).then_some(())?;
    let exchange = match (ware.currency, wish.euro) {
        ("USD", _) => Fraction::whole(1),
        // P2.
        ("EUR", Some(worth)) => Fraction::read(worth)?,
        _ => return None,
    };
    let money = |text: &str| Some(Fraction::from_broker(text)? * exchange);
    // P3, P4; P1 for what is below zero.
    let base = money(ware.price.as_deref()?)?;
    if base.is_negative() {
        return None;
    }
    let mut lines = vec![Charge {
        item: "instance",
        quantity: 1,
        unit: base,
        low: None,
    }];
    let wanted = [wish.sizes[0], wish.sizes[1], wish.sizes[2], None];
    for ((dial, least), item) in ware
        .dials
        .iter()
        .zip(wanted)
        .zip(["vcpu", "memory", "disk", "shared_disk"])
    {
        let unit = dial.unit.as_deref().map_or(Some(Fraction::ZERO), money)?;
        lines.extend(charge(dial, choose(dial, least)?, unit, item));
    }
    // P10.
    if wish.kubernetes {
        lines.push(Charge {
            item: "kubernetes",
            quantity: 1,
            unit: money(ware.kubernetes.as_deref()?)?,
            low: None,
        });
    }
    Some(bill(ware, wish, lines))
}

fn bill(ware: &Ware, wish: &Wish, lines: Vec<Charge>) -> Priced {
    let high = |line: &Charge| Fraction::whole(line.quantity) * line.unit;
    let rate: Fraction = lines.iter().map(high).sum();
    let low: Fraction = lines.iter().map(|line| line.low.unwrap_or(high(line))).sum();
    let hours = Fraction::read(wish.hours).expect("hours");
    // P9 and P11.
    let prepaid = ware.prepaid.as_deref().map_or(Fraction::ZERO, |hours| {
        Fraction::from_broker(hours).expect("prepaid hours")
    });
    let least = match ware.shelf {
        Shelf::Prime => 0,
        Shelf::Spheron => ware.runtime.unwrap_or(0).max(SPHERON_MINUTES),
    };
    let charged = hours.max(prepaid).max(Fraction::whole(least) / Fraction::whole(60));
    Priced {
        rate,
        upfront: rate * prepaid,
        total: rate * charged,
        total_low: low * charged,
        open: lines.iter().any(|line| line.low.is_some()),
        lines,
    }
}

/// R1–R5, R10: everything about one offer but its price and its sizes.
fn fits(ware: &Ware, wish: &Wish) -> bool {
    let only = |only: Only, other: bool| match only {
        Only::Usual => !other,
        Only::Other => other,
        Only::Both => true,
    };
    let prepaid = ware.prepaid.as_deref().and_then(Fraction::from_broker);
    wish.models.contains(&ware.model)
        && ware.gpus > 0
        && bound(ware) > 0
        && only(wish.market, ware.spot)
        && only(wish.security, ware.community)
        && wish
            .region
            .is_none_or(|region| ware.sites.iter().any(|site| site.region == Some(region)))
        && wish.per_node.is_none_or(|least| ware.gpus >= least)
        && !(wish.no_prepaid && prepaid.is_some_and(|hours| hours > Fraction::ZERO))
}

/// How many instances there can be (R10).
pub(super) fn bound(ware: &Ware) -> u64 {
    let word = match ware.stock {
        "Unavailable" | "Maintenance" => 0,
        "Low" => 1,
        _ => u64::MAX,
    };
    word.min(ware.units.unwrap_or(u64::MAX))
}

/// The count that a resource comes in (P6). The outer `None` rejects the offer, the inner one is an unknown count.
#[expect(clippy::option_option, reason = "there are three answers")]
fn choose(dial: &Dial, least: Option<u64>) -> Option<Option<u64>> {
    let Some(least) = least else {
        return Some(dial.default.or(dial.min));
    };
    // The smallest count on the grid: with a price per unit, no larger one is cheaper.
    let step = dial.step.unwrap_or(1);
    let stepped = dial
        .min
        .map(|min| min + least.saturating_sub(min).div_ceil(step) * step);
    let stepped = stepped.filter(|count| dial.max.is_none_or(|max| *count <= max));
    let default = dial.default.filter(|count| *count >= least);
    let cost = |count: u64| {
        let unit = dial
            .unit
            .as_deref()
            .and_then(Fraction::from_broker)
            .unwrap_or(Fraction::ZERO);
        charge(dial, Some(count), unit, "").map_or(Fraction::ZERO, |line| Fraction::whole(line.quantity) * line.unit)
    };
    match (default, stepped) {
        (Some(default), Some(stepped)) if cost(stepped) < cost(default) => Some(Some(stepped)),
        (Some(count), _) | (None, Some(count)) => Some(Some(count)),
        (None, None) => None,
    }
}

/// What a count costs (P5).
fn charge(dial: &Dial, count: Option<u64>, unit: Fraction, item: &'static str) -> Option<Charge> {
    let count = count.filter(|count| *count > 0 && unit > Fraction::ZERO)?;
    let line = |low| Charge {
        item,
        quantity: count,
        unit,
        low,
    };
    match (dial.included.unwrap_or(false), dial.default) {
        (true, Some(default)) if default == count => None,
        (true, Some(default)) => Some(line(Some(Fraction::whole(count.abs_diff(default)) * unit))),
        _ => Some(line(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ware::fixed;

    fn dial(min: u64, default: u64, max: u64, unit: &str, included: bool) -> Dial {
        Dial {
            min: Some(min),
            default: Some(default),
            max: Some(max),
            step: Some(1),
            unit: Some(unit.to_owned()),
            included: Some(included),
        }
    }

    /// The worked examples of the pricing rules.
    #[test]
    fn worked_examples() {
        let check = |ware: &Ware, wish: &Wish, expected: [&str; 4]| {
            let priced = price(ware, wish).unwrap();
            let found = [priced.rate, priced.upfront, priced.total, priced.total_low].map(|number| number.to_string());
            assert_eq!(found, expected, "{ware:?}");
        };
        let wish = |hours, disk| Wish {
            hours,
            sizes: [None, None, disk],
            security: Only::Both,
            ..Wish::new(1)
        };
        let mut runpod = Ware::new(Shelf::Prime, "a", 1, "2.69");
        runpod.dials[2] = dial(80, 80, 3000, "0.00014", false);
        check(&runpod, &wish("10", None), ["2.7012", "0", "27.012", "27.012"]);

        let mut tensordock = Ware::new(Shelf::Prime, "b", 1, "1.1");
        tensordock.community = true;
        tensordock.dials = [
            dial(2, 50, 64, "0.0065", false),
            dial(4, 170, 256, "0.004", false),
            dial(20, 1870, 2000, "0.00025", false),
            Dial::default(),
        ];
        check(&tensordock, &wish("1", None), ["2.5725", "0", "2.5725", "2.5725"]);

        let mut hyperstack = Ware::new(Shelf::Prime, "c", 1, "1.35");
        hyperstack.dials[2] = dial(750, 750, 2000, "9.7e-05", true);
        check(&hyperstack, &wish("24", None), ["1.35", "0", "32.4", "32.4"]);
        check(&hyperstack, &wish("24", Some(1000)), ["1.447", "0", "34.728", "32.982"]);

        let mut prepaid = Ware::new(Shelf::Prime, "d", 1, "1.49");
        prepaid.prepaid = Some("720".to_owned());
        check(&prepaid, &wish("24", None), ["1.49", "1072.8", "1072.8", "1072.8"]);
        check(&prepaid, &wish("1000", None), ["1.49", "1072.8", "1490", "1490"]);

        let dedicated = Ware::new(Shelf::Spheron, "e", 1, "2.9124");
        check(&dedicated, &wish("0.1", None), ["2.9124", "0", "0.9708", "0.9708"]);

        let mut cluster = Ware::new(Shelf::Spheron, "f", 8, "15.84");
        cluster.kubernetes = Some("0.384".to_owned());
        let kubernetes = Wish {
            kubernetes: true,
            ..wish("24", None)
        };
        check(&cluster, &kubernetes, ["16.224", "0", "389.376", "389.376"]);
    }

    #[test]
    fn what_does_not_fit_has_no_price() {
        let plain = || Ware::new(Shelf::Prime, "a", 1, "2");
        let check = |change: &dyn Fn(&mut Ware), wish: &Wish, expected: bool| {
            let mut ware = plain();
            change(&mut ware);
            assert_eq!(price(&ware, wish).is_some(), expected, "{ware:?} {wish:?}");
        };
        let wish = Wish::new(1);
        check(&|_| {}, &wish, true);
        check(&|ware| ware.price = None, &wish, false);
        check(&|ware| ware.currency = "EUR", &wish, false);
        check(&|ware| ware.stock = "Unavailable", &wish, false);
        check(&|ware| ware.units = Some(0), &wish, false);
        check(&|ware| ware.spot = true, &wish, false);
        check(&|ware| ware.community = true, &wish, false);
        check(&|ware| ware.model = "A100", &wish, false);
        let disk = |least| Wish {
            sizes: [None, None, Some(least)],
            ..Wish::new(1)
        };
        check(&|_| {}, &disk(100), true);
        check(&|_| {}, &disk(101), false);
        check(&|ware| ware.dials[2] = fixed(500), &disk(101), true);
        check(&|ware| ware.dials[2] = Dial::default(), &disk(1), false);
    }
}
