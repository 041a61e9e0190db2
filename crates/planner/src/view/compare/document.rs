//! A comparison as a document: `planner.compare/1`.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::Market;
use gpu_broker_core::money::Money;
use gpu_broker_core::number::Ratio;
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::compare::{Comparison, Course, Stretch};
use serde_json::{Value, json};

use super::hours;
use super::rows::{horizons, leader};
use crate::files::request::RequestDocument;
use crate::view::assumptions::{of_horizons, of_plan};
use crate::view::document::{GroupDocument, digest, group, source, warnings};

/// The document of a comparison. Hours are decimal strings like money; where a
/// point has no finite decimal form, the fraction beside it is exact.
pub(crate) fn comparison(comparison: &Comparison, market: &Market, demand: &Demand) -> Value {
    let horizons = horizons(comparison, demand);
    // A plan is billed for the fewest hours here: what it comes to later is not held against any rule.
    let timeless = &Demand {
        policy: demand.policy.timeless(),
        ..demand.clone()
    };
    json!({
        "schema": "planner.compare/1",
        "created_at": market.taken_at,
        "request": RequestDocument::uncounted(demand),
        "from": comparison.from,
        "to": comparison.to,
        "currency": comparison.currency.to_string(),
        "classes": comparison.courses.iter().map(|course| class(course, &horizons, timeless)).collect::<Vec<_>>(),
        "crossings": comparison.crossings.iter().map(|crossing| json!({
            "hours": hours(crossing.at),
            "hours_fraction": crossing.at.to_string(),
            "cheaper": crossing.cheaper,
            "dearer": crossing.dearer,
            "total": crossing.total,
            "cheapest_of_all": crossing.leads,
        })).collect::<Vec<_>>(),
        "cheapest": comparison.leads.iter().map(|lead| json!({
            "from": hours(lead.from),
            "from_fraction": lead.from.to_string(),
            "class": lead.class,
        })).collect::<Vec<_>>(),
        "at": horizons.iter().map(|horizon| json!({
            "hours": horizon,
            "cheapest": Ratio::try_from(horizon.number()).ok().and_then(|at| leader(comparison, at)),
        })).collect::<Vec<_>>(),
        "assumptions": of_horizons(demand).collect::<Vec<_>>(),
        "market": { "read": comparison.read },
        "sources": market.sources.iter().map(source).collect::<Vec<_>>(),
    })
}

fn class(course: &Course, horizons: &[Hours], demand: &Demand) -> Value {
    json!({
        "class": course.class,
        "offers": course.offers,
        "denied": course.denied.iter().map(|(rule, offers)| json!({
            "rule": rule.name(),
            "reason": rule.reason(),
            "offers": offers,
        })).collect::<Vec<_>>(),
        "optimal": course.optimal && !course.stretches.is_empty(),
        "plans": course.stretches.iter().map(|stretch| plan(course, stretch, demand)).collect::<Vec<_>>(),
        "totals": horizons.iter().filter_map(|hours| total(course, *hours)).collect::<Vec<_>>(),
    })
}

/// A plan and the hours for which it is the best of its class.
fn plan(course: &Course, stretch: &Stretch, demand: &Demand) -> Value {
    let plan = stretch.plan();
    let groups: Vec<GroupDocument> = stretch.groups().iter().map(|found| group(found, &[])).collect();
    json!({
        "from": hours(stretch.from),
        "from_fraction": stretch.from.to_string(),
        "to": hours(stretch.to),
        "to_fraction": stretch.to.to_string(),
        "id": digest("p", &groups),
        "gpus": plan.gpus,
        "surplus_gpus": plan.surplus,
        "nodes": plan.nodes,
        "rate": plan.rate.per_hour(),
        "upfront": plan.upfront.amount(),
        "total_from": course.total_at(stretch.from),
        "total_to": course.total_at(stretch.to),
        "certainty": if plan.is_exact() { "exact" } else { "upper_bound" },
        "groups": groups,
        "assumptions": of_plan(plan, demand),
        "warnings": warnings(plan, demand),
    })
}

fn total(course: &Course, hours: Hours) -> Option<Value> {
    let plan = course.plan_for(hours)?;
    Some(json!({
        "hours": hours,
        "total": plan.total.amount(),
        "total_low": plan.total_low.map(Money::amount),
    }))
}
