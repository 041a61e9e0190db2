//! House rules as data: what may not be bought, and what only with somebody's
//! approval.
//!
//! A rule names conditions and what follows where all of them hold. One that
//! denies takes offers out before anything is ranked, or caps what a plan may
//! come to, so that what is best is searched for among what is allowed. One
//! that requires approval leaves the ranking alone: a plan that it touches is
//! quoted, and not launched before somebody names the rule.
//!
//! ```
//! use gpu_broker_core::demand::Demand;
//! use gpu_broker_core::gpu::GpuRequest;
//! use gpu_broker_core::policy::{Condition, Effect, Figure, Policy, Rule, Subject};
//! use gpu_broker_core::quantity::Hours;
//!
//! let europe = ["eu_north", "eu_west", "eu_east"].map(str::to_owned);
//! let outside = Condition::NotIn(Subject::Region, europe.into());
//! let ahead = Condition::Over(Figure::Upfront, "500".parse()?);
//! let mut demand = Demand::new(GpuRequest::parse("H100:8")?, Hours::whole(72));
//! demand.policy = Policy::new([
//!     Rule::new("eu only", Effect::Deny, [outside], "customer data stays in Europe")?,
//!     Rule::new("paid ahead", Effect::RequireApproval, [ahead], "finance signs")?,
//! ]);
//! // `quote` ranks what the first rule allows; of a plan that it finds,
//! // `demand.policy.approvals(&plan.purchase(demand.hours))` names what is to be approved.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod condition;
mod purchase;
mod rule;

pub use condition::{Condition, ConditionError, Figure, Subject};
pub use purchase::{Machine, Purchase};
pub use rule::{Effect, Rule, RuleError};

use serde::{Deserialize, Serialize};

use crate::number::Exact;
use crate::quantity::Hours;

/// Rules, all of which hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policy {
    rules: Vec<Rule>,
}

impl Policy {
    /// A policy of these rules. A rule that stands there twice counts once.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut policy = Self::default();
        for rule in rules {
            if !policy.rules.contains(&rule) {
                policy.rules.push(rule);
            }
        }
        policy
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Both policies together: what either denies is denied, and what either
    /// wants approved is to be approved. Rules of one name that differ both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::new(self.rules.iter().chain(&other.rules).cloned())
    }

    /// The rules that say the same whatever the hours: what can be held to where
    /// many horizons are compared.
    #[must_use]
    pub fn timeless(&self) -> Self {
        let timeless = |condition: &Condition| {
            !matches!(
                condition,
                Condition::Over(Figure::Hours | Figure::Total | Figure::PerGpuHour, _)
            )
        };
        Self {
            rules: self
                .rules
                .iter()
                .filter(|rule| rule.when().iter().all(timeless))
                .cloned()
                .collect(),
        }
    }

    /// Whether a rule denies machines by what they cost.
    pub(crate) fn asks_prices(&self) -> bool {
        let is_price = |condition: &Condition| matches!(condition, Condition::Over(Figure::PerGpuHour, _));
        let denying = self.rules.iter().filter(|rule| rule.effect() == Effect::Deny);
        denying.flat_map(Rule::when).any(is_price)
    }

    /// The least that any rule allows a plan to come to by `figure`, and the
    /// rule.
    pub fn most(&self, figure: Figure, hours: Hours) -> Option<(Exact, &Rule)> {
        let denying = self.rules.iter().filter(|rule| rule.effect() == Effect::Deny);
        let capping = denying.filter_map(|rule| Some((rule.cap(figure, hours)?, rule)));
        // The first of equals, as `min_by_key` has it.
        capping.min_by_key(|(cap, _)| *cap)
    }

    /// The first rule that denies a machine by itself, whatever the plan.
    pub fn against_machine(&self, machine: &Machine<'_>, hours: Hours) -> Option<&Rule> {
        let denying = self.rules.iter().filter(|rule| rule.effect() == Effect::Deny);
        let mut alone = denying.filter(|rule| rule.capped().is_none());
        alone.find(|rule| rule.touches_machine(machine, hours))
    }

    /// The first rule that denies a purchase.
    pub fn against(&self, purchase: &Purchase<'_>) -> Option<&Rule> {
        let mut denying = self.rules.iter().filter(|rule| rule.effect() == Effect::Deny);
        denying.find(|rule| rule.touches(purchase))
    }

    /// The rules that want a purchase approved, in their order.
    pub fn approvals(&self, purchase: &Purchase<'_>) -> Vec<&Rule> {
        let asking = self
            .rules
            .iter()
            .filter(|rule| rule.effect() == Effect::RequireApproval);
        asking.filter(|rule| rule.touches(purchase)).collect()
    }
}

#[cfg(test)]
mod tests;
