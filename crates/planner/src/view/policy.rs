//! What the rules of the house decided, for people and for programs.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::fit::Reason;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::policy::{Effect, Rule};
use gpu_broker_core::quote::Decision;
use gpu_broker_core::quote::compare::Course;
use serde::Serialize;

use super::assumptions::Assumption;
use super::text::{counted, ranked, shown};
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

/// A rule, where nothing more is to be said of it.
#[derive(Debug, Serialize)]
pub(crate) struct RuleDocument {
    rule: String,
    reason: String,
}

impl RuleDocument {
    fn of(rule: &Rule) -> Self {
        Self {
            rule: rule.name().to_owned(),
            reason: rule.reason().to_owned(),
        }
    }
}

impl ApprovalDocument {
    fn of(rule: &Rule) -> Self {
        Self {
            rule: rule.name().to_owned(),
            reason: rule.reason().to_owned(),
            flag: flag([rule]),
        }
    }
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
    asking.into_iter().map(ApprovalDocument::of).collect()
}

/// What a plan wants before it can be launched, in words.
pub(crate) fn wanted(plan: &Plan, demand: &Demand) -> Vec<String> {
    let asking = demand.policy.approvals(&plan.purchase(demand.hours));
    let wanted = |rule: &Rule| format!("needs `{}`: {rule}", flag([rule]));
    asking.into_iter().map(wanted).collect()
}

/// The flags that approve rules.
pub(crate) fn flag<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for rule in rules {
        // Rules of one name are approved by it together.
        if !names.contains(&rule.name()) {
            names.push(rule.name());
        }
    }
    let words = names.into_iter().flat_map(|name| {
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

/// Whether a rule is the tighter cap where offers are rejected for one: then no flag helps.
pub(crate) fn caps(demand: &Demand, reason: Reason) -> bool {
    let (own, held) = (&demand.caps, demand.held_caps());
    match reason {
        Reason::MaxPrice => held.rate != own.rate,
        Reason::MaxUpfront => held.upfront != own.upfront,
        Reason::MaxTotal => held.total != own.total,
        Reason::GpuCount => {
            let counts = demand.gpus.alternatives.iter().map(|wanted| wanted.count);
            !demand.held_counts().into_iter().eq(counts)
        }
        _ => false,
    }
}

/// The rules that take something out of a request's answer, in words; none where no rule does.
pub(crate) fn against(decisions: &[Decision]) -> Option<String> {
    let denying = decisions.iter().filter(|one| one.rule.effect() == Effect::Deny);
    let said: Vec<String> = denying.filter_map(clause).collect();
    (!said.is_empty()).then(|| shown(&format!("policy: {}", said.join("; "))).into_owned())
}

/// What a comparison of many horizons does with rules: it leaves out those that deny by one number of hours, and a plan
/// is held against those that want approval when it is quoted. None where there are neither.
pub(crate) fn left_out(demand: &Demand) -> Option<Assumption> {
    let kept = demand.policy.timeless();
    let all = demand.policy.rules().iter();
    let (denying, asking): (Vec<&Rule>, Vec<&Rule>) = all.partition(|rule| rule.effect() == Effect::Deny);
    let left = denying.into_iter().filter(|rule| !kept.rules().contains(rule));
    let left: Vec<&Rule> = left.collect();
    let mut said = Vec::new();
    if !left.is_empty() {
        let rules: Vec<String> = left.iter().map(|rule| named(rule)).collect();
        said.push(format!(
            "compared without rules about one number of hours: {}",
            rules.join("; ")
        ));
    }
    if !asking.is_empty() {
        let rules: Vec<String> = asking
            .iter()
            .map(|rule| format!("`{}`: {rule}", flag([*rule])))
            .collect();
        said.push(format!("what is launched may need {}", rules.join("; ")));
    }
    (!said.is_empty()).then(|| Assumption::Policy {
        without: left.into_iter().map(RuleDocument::of).collect(),
        approvals: asking.into_iter().map(ApprovalDocument::of).collect(),
        text: shown(&format!("policy: {}", said.join("; "))).into_owned(),
    })
}

/// Why a class of terms has no plan, as far as rules are why; empty where none is.
pub(crate) fn emptied(course: &Course, demand: &Demand) -> String {
    let denied = course.denied.iter();
    let mut said: Vec<String> = denied
        .map(|(rule, count)| format!("`{}` denies {}: {rule}", rule.name(), offers(*count)))
        .collect();
    let kept = demand.policy.timeless();
    let caps = kept.rules().iter().filter(|rule| rule.is_cap());
    said.extend(caps.map(|rule| format!("`{}` holds all to its cap: {rule}", rule.name())));
    if said.is_empty() {
        return String::new();
    }
    format!("; policy: {}", shown(&said.join("; ")))
}

/// A rule by its name, and what it asks.
fn named(rule: &Rule) -> String {
    format!("`{}`: {rule}", rule.name())
}

fn offers(count: u64) -> String {
    counted(count, "offer")
}

/// What a rule decided, if anything.
fn clause(decision: &Decision) -> Option<String> {
    let rule = &decision.rule;
    let name = rule.name();
    match (decision.rejects_as, decision.offers) {
        (Some(Reason::Policy), Some(count @ 1..)) => Some(format!("`{name}` denies {}: {rule}", offers(count))),
        (Some(Reason::GpuCount), None) => Some(format!("`{name}` holds the number of GPUs: {rule}")),
        (Some(reason), Some(count @ 1..)) => Some(format!("`{name}` denies {} ({reason}): {rule}", offers(count))),
        _ if decision.plans.is_empty() => None,
        _ => {
            let ranks = decision
                .plans
                .iter()
                .map(|rank| u64::try_from(*rank).unwrap_or(u64::MAX));
            let ranks: Vec<u64> = ranks.collect();
            let need = if ranks.len() == 1 { "needs" } else { "need" };
            Some(format!("{} {need} `{}`: {rule}", ranked(&ranks), flag([rule])))
        }
    }
}
