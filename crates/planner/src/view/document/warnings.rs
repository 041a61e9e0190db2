//! What somebody who buys a plan should know beyond its price.

use std::collections::BTreeMap;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::offer::MarketType;
use gpu_broker_core::plan::Plan;

use crate::view::assumptions::of_plan;
use crate::view::{colocation, policy};

/// The warnings of a plan, in one order.
pub(crate) fn warnings(plan: &Plan, demand: &Demand) -> Vec<String> {
    let mut warnings = BTreeMap::new();
    for group in &plan.groups {
        let offer = &group.candidate.offer;
        let broker = &offer.broker;
        if !group.candidate.bill.is_exact() {
            warnings.insert(0, format!("upper bound: {broker} does not say whether a changed resource is charged whole or by the difference"));
        }
        if offer.variable_price {
            warnings.insert(1, format!("{broker} says that this price may move"));
        }
        if offer.market == MarketType::Spot {
            warnings.insert(2, "spot: the seller may take the machine back at any time".to_owned());
        }
        if offer.stock.level.is_known() {
            if offer.stock.units.is_none() {
                warnings.insert(3, format!("stock is {broker}'s claim, not a promise"));
            }
        } else {
            warnings.insert(
                3,
                format!(
                    "{broker} says `{}` of its stock, a word that planner does not know",
                    offer.stock.level
                ),
            );
        }
    }
    warnings.extend(colocation::warning(plan).map(|warning| (4, warning)));
    let assumed = of_plan(plan, demand);
    let assumed = assumed.iter().map(|assumption| assumption.text().to_owned());
    let wanted = policy::wanted(plan, demand);
    warnings.into_values().chain(assumed).chain(wanted).collect()
}
