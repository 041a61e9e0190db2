//! Whether a quote's plans keep to the policy that it was made under, from the quote alone.

use super::claim::{ClaimedGroup, ClaimedPlace, ClaimedPlan};
use crate::demand::Demand;
use crate::money::{Money, Rate};
use crate::number::Exact;
use crate::place::{Place, Region};
use crate::policy::{Machine, Purchase};

/// Says which rule a plan breaks; `totals` are what one instance of each of its groups comes to, in their order.
pub(super) fn check(plan: &ClaimedPlan, totals: &[Money], demand: &Demand, say: &mut impl FnMut(String)) {
    if demand.policy.is_empty() {
        return;
    }
    let places: Vec<Place> = plan.groups.iter().map(|group| place(&group.place)).collect();
    let machines = plan.groups.iter().zip(&places).zip(totals);
    let currency = demand.exchange.quote();
    let money = |amount: Exact| Money::new(amount, currency);
    let (Ok(upfront), Ok(total)) = (money(plan.upfront), money(plan.total)) else {
        say("total: it has too many digits to be held against the policy".to_owned());
        return;
    };
    let purchase = Purchase {
        machines: machines
            .map(|((group, place), total)| of(group, place, *total))
            .collect(),
        hours: demand.hours,
        gpus: plan.gpus,
        rate: Rate::new(plan.rate, currency),
        upfront,
        total,
    };
    if let Some(rule) = demand.policy.against(&purchase) {
        say(format!("groups: the policy `{}` denies them: {rule}", rule.name()));
    }
}

fn of<'a>(group: &'a ClaimedGroup, place: &'a Place, total: Money) -> Machine<'a> {
    Machine {
        broker: &group.broker,
        provider: &group.provider,
        place,
        security: &group.security,
        market: &group.market,
        gpus: group.gpu.count.into(),
        total,
    }
}

/// The place that is claimed; a region that nobody knows is none.
fn place(claimed: &ClaimedPlace) -> Place {
    let region = Some(Region::new(&claimed.region)).filter(|_| claimed.region != "unknown");
    Place {
        region,
        country: claimed.country,
        data_center: claimed.data_center.clone(),
    }
}
