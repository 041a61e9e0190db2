//! What each rule of the house decided about a quote.

use std::sync::Arc;

use super::Quote;
use crate::demand::{Caps, Demand};
use crate::fit::{Candidate, Reason, denied_by, fit};
use crate::market::Market;
use crate::policy::{Effect, Figure, Policy, Rule};

/// What a rule decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The rule.
    pub rule: Rule,
    /// Why offers that it denies count as rejected: [`Reason::Policy`], or the
    /// cap that it is where it is tighter than the request's own; `None` when it
    /// denies nothing by itself.
    pub rejects_as: Option<Reason>,
    /// How many offers it denies, of those that it is the first rule against;
    /// `None` where that cannot be told apart from what the request itself rejects.
    pub offers: Option<u64>,
    /// The plans that want its approval, by their ranks.
    pub plans: Vec<usize>,
}

/// What each rule of the request's policy decided, in their order. Looks at
/// every offer once more where a rule denies offers.
pub fn decisions(market: &Market, demand: &Demand, quote: &Quote) -> Vec<Decision> {
    let policy = &demand.policy;
    let mut decisions: Vec<Decision> = policy
        .rules()
        .iter()
        .map(|rule| {
            let rejects_as = rejects_as(rule, demand);
            let offers = match rejects_as {
                None | Some(Reason::Policy) => Some(0),
                // Too few GPUs are too few for other reasons, too.
                Some(Reason::GpuCount) => None,
                Some(reason) => Some(quote.rejected.get(&reason).copied().unwrap_or(0)),
            };
            Decision {
                rule: rule.clone(),
                rejects_as,
                offers,
                plans: Vec::new(),
            }
        })
        .collect();
    if quote.rejected.contains_key(&Reason::Policy) {
        count_denied(market, demand, &mut decisions);
    }
    for (rank, plan) in (1..).zip(&quote.plans) {
        let asking = policy.approvals(&plan.purchase(demand.hours));
        for decision in &mut decisions {
            if asking.contains(&&decision.rule) {
                decision.plans.push(rank);
            }
        }
    }
    decisions
}

/// As what a rule rejects.
fn rejects_as(rule: &Rule, demand: &Demand) -> Option<Reason> {
    if rule.effect() != Effect::Deny {
        return None;
    }
    let Caps { rate, total, upfront } = demand.caps;
    let binding = |figure: Figure| demand.policy.most(figure, demand.hours).filter(|(_, by)| *by == rule);
    for (figure, own, reason) in [
        (Figure::Rate, rate, Reason::MaxPrice),
        (Figure::Upfront, upfront, Reason::MaxUpfront),
        (Figure::Total, total, Reason::MaxTotal),
    ] {
        if let Some((most, _)) = binding(figure) {
            return own.is_none_or(|own| most < own).then_some(reason);
        }
    }
    if binding(Figure::Gpus).is_some() {
        let counts = demand.gpus.alternatives.iter().map(|wanted| wanted.count);
        let is_held = counts.zip(demand.held_counts()).any(|(own, held)| own != held);
        return is_held.then_some(Reason::GpuCount);
    }
    // A cap that another is tighter than rejects nothing.
    (!rule.is_cap()).then_some(Reason::Policy)
}

/// Counts the offers that would fit but for the rules, by the first rule
/// against each.
fn count_denied(market: &Market, demand: &Demand, decisions: &mut [Decision]) {
    let free = Demand {
        policy: Policy::default(),
        ..demand.clone()
    };
    for offer in &market.offers {
        let Ok(candidate) = fit(offer, &free) else { continue };
        if let Some(rule) = against_everywhere(&candidate, demand)
            && let Some(decision) = decisions.iter_mut().find(|decision| decision.rule == *rule)
        {
            decision.offers = decision.offers.and_then(|offers| offers.checked_add(1));
        }
    }
}

/// The first rule against a candidate, where it is denied in all its places.
pub(super) fn against_everywhere<'a>(candidate: &Candidate, demand: &'a Demand) -> Option<&'a Rule> {
    let offer = Arc::as_ref(&candidate.offer);
    let mut rules = candidate
        .places
        .iter()
        .map(|place| denied_by(offer, demand, candidate.bill.total, *place));
    let first = rules.next().flatten();
    first.filter(|_| rules.all(|rule| rule.is_some()))
}

#[cfg(test)]
mod tests {
    use super::super::why::tests::random::{self, Dice};
    use super::super::{quote, search};
    use super::*;

    use crate::demand::Nodes;
    use crate::plan::Plan;

    /// Plans looked at: with more, the request is passed over.
    const PLANS_MAX: usize = 3_000;

    #[test]
    fn the_best_plan_is_the_best_of_those_that_no_rule_denies() {
        let (mut held, mut changed) = (0, 0);
        for seed in 0..3_000 {
            let mut dice = Dice::new(seed);
            let market = random::market(&mut dice);
            let mut demand = random::demand(&mut dice, 8);
            // In several places an offer competes in the first that is allowed.
            demand.spread = false;
            // Whether one machine will do is asked of what is allowed.
            if demand.nodes == Nodes::OneIfPossible {
                demand.nodes = Nodes::AtMost(3);
            }
            demand.policy = Policy::default();
            let free = search(&market, &demand, PLANS_MAX);
            if free.plans.len() == PLANS_MAX || !free.optimal {
                continue;
            }
            let policy = random::policy(&mut dice);
            let allowed = |plan: &&Plan| policy.against(&plan.purchase(demand.hours)).is_none();
            let expected = free.plans.iter().find(allowed);
            demand.policy = policy.clone();
            let found = search(&market, &demand, 3);
            let total = |plan: Option<&Plan>| plan.map(|plan| (plan.total, plan.rate, plan.nodes, plan.surplus));
            assert_eq!(total(found.plans.first()), total(expected), "{seed}: {policy:?}");
            held += usize::from(expected.is_some());
            changed += usize::from(total(expected) != total(free.plans.first()));
        }
        assert!(held > 200 && changed > 100, "{held} {changed}");
    }

    #[test]
    fn what_rules_reject_is_counted_once() {
        let mut seen = 0;
        for seed in 0..2_000 {
            let mut dice = Dice::new(seed);
            let market = random::market(&mut dice);
            let mut demand = random::demand(&mut dice, 8);
            demand.policy = random::policy(&mut dice);
            let Ok(quote) = quote(&market, &demand, 3) else {
                continue;
            };
            let decided = decisions(&market, &demand, &quote);
            let denied = decided
                .iter()
                .filter(|one| one.rejects_as == Some(Reason::Policy))
                .filter_map(|one| one.offers);
            let rejected = quote.rejected.get(&Reason::Policy).copied().unwrap_or(0);
            assert_eq!(denied.sum::<u64>(), rejected, "{seed}: {decided:?}");
            seen += usize::from(rejected > 0);
        }
        assert!(seen > 100, "{seen}");
    }
}
