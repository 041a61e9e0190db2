//! What the rules of the house decided, for people and for programs.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::fit::Reason;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::policy::{Effect, Rule};
use gpu_broker_core::quote::Decision;
use serde::Serialize;

use super::text::shown;
use crate::cli::shell;

/// A rule, and what it decided about a quote.
#[derive(Debug, Serialize)]
pub(crate) struct DecisionDocument {
    rule: String,
    effect: Effect,
    reason: String,
    /// As what the offers that it denies are counted in `market.rejected`.
    rejected_as: Option<Reason>,
    /// How many it denies, where that can be told.
    offers: Option<u64>,
    /// Ranks of the plans that want its approval.
    plans: Vec<usize>,
}

/// A rule that wants a plan approved.
#[derive(Debug, Serialize)]
pub(crate) struct ApprovalDocument {
    rule: String,
    reason: String,
    /// The flag of `planner provision` that approves it.
    flag: String,
}

/// All decisions as a document.
pub(crate) fn documents(decisions: &[Decision]) -> Vec<DecisionDocument> {
    let document = |decision: &Decision| DecisionDocument {
        rule: decision.rule.name().to_owned(),
        effect: decision.rule.effect(),
        reason: decision.rule.reason().to_owned(),
        rejected_as: decision.rejects_as,
        offers: decision.offers,
        plans: decision.plans.clone(),
    };
    decisions.iter().map(document).collect()
}

/// Which rules want a plan approved.
pub(crate) fn approvals(plan: &Plan, demand: &Demand) -> Vec<ApprovalDocument> {
    let asking = demand.policy.approvals(&plan.purchase(demand.hours));
    let document = |rule: &Rule| ApprovalDocument {
        rule: rule.name().to_owned(),
        reason: rule.reason().to_owned(),
        flag: flag([rule]),
    };
    asking.into_iter().map(document).collect()
}

/// What a plan wants before it can be launched, in words.
pub(crate) fn wanted(plan: &Plan, demand: &Demand) -> Vec<String> {
    let asking = demand.policy.approvals(&plan.purchase(demand.hours));
    let wanted = |rule: &Rule| format!("needs `{}`: {rule}", flag([rule]));
    asking.into_iter().map(wanted).collect()
}

/// The flags that approve rules.
pub(crate) fn flag<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> String {
    let words = rules.into_iter().flat_map(|rule| {
        let name = rule.name();
        // A name that begins as a flag does would be taken for one.
        if name.starts_with('-') {
            vec![format!("--approve={name}")]
        } else {
            vec!["--approve".to_owned(), name.to_owned()]
        }
    });
    shell(&words.collect::<Vec<_>>())
}

/// The line below a quote; none without rules.
pub(crate) fn note(decisions: &[Decision]) -> String {
    if decisions.is_empty() {
        return String::new();
    }
    let mut said: Vec<String> = decisions.iter().filter_map(clause).collect();
    if said.is_empty() {
        let names: Vec<String> = decisions.iter().map(|one| format!("`{}`", one.rule.name())).collect();
        said.push(format!("{} touched nothing", names.join(", ")));
    }
    format!("policy: {}\n", shown(&said.join("; ")))
}

/// Rules that a comparison of many horizons leaves out; nothing where there are none.
pub(crate) fn left_out(demand: &Demand) -> String {
    let kept = demand.policy.timeless();
    let denying = demand
        .policy
        .rules()
        .iter()
        .filter(|rule| rule.effect() == Effect::Deny);
    let left: Vec<String> = denying
        .filter(|rule| !kept.rules().contains(rule))
        .map(|rule| format!("`{}`: {rule}", rule.name()))
        .collect();
    if left.is_empty() {
        return String::new();
    }
    format!(
        "compared without rules about one number of hours: {}\n",
        shown(&left.join("; "))
    )
}

/// What a rule decided, if anything.
fn clause(decision: &Decision) -> Option<String> {
    let rule = &decision.rule;
    let name = rule.name();
    let offers = |count: u64| {
        if count == 1 {
            "1 offer".to_owned()
        } else {
            format!("{count} offers")
        }
    };
    match (decision.rejects_as, decision.offers) {
        (Some(Reason::Policy), Some(count @ 1..)) => Some(format!("`{name}` denies {}: {rule}", offers(count))),
        (Some(Reason::GpuCount), None) => Some(format!("`{name}` holds the number of GPUs: {rule}")),
        (Some(reason), Some(count @ 1..)) => Some(format!("`{name}` denies {} ({reason}): {rule}", offers(count))),
        _ if decision.plans.is_empty() => None,
        _ => {
            let ranks: Vec<String> = decision.plans.iter().map(usize::to_string).collect();
            let (plans, need) = if ranks.len() == 1 {
                ("plan", "needs")
            } else {
                ("plans", "need")
            };
            Some(format!(
                "{plans} {} {need} `{}`: {rule}",
                ranks.join(", "),
                flag([rule])
            ))
        }
    }
}
