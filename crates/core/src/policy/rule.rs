//! One rule.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::condition::{Condition, ConditionError, Figure};
use super::purchase::{Machine, Purchase};
use crate::number::Exact;
use crate::quantity::Hours;

/// A rule: a name, what it asks, what follows, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Rule {
    name: String,
    effect: Effect,
    when: Vec<Condition>,
    reason: String,
}

/// What follows where all conditions of a rule hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It is not bought.
    Deny,
    /// It is bought when somebody names the rule.
    RequireApproval,
}

/// Why something is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Nobody could name it when approving.
    #[error("a rule has a name, of one line")]
    Name,
    /// Nobody would know why.
    #[error("a rule has a reason, of one line: it is what people read who are refused")]
    Reason,
    /// It would always hold.
    #[error("a rule asks something; without a condition it would hold of everything")]
    Nothing,
    /// One thing is asked twice.
    #[error("`{0}` is asked twice; write two rules, either of which is enough")]
    Twice(&'static str),
    /// What is best could not be searched for.
    #[error(
        "a rule that denies asks `{0}` alone, or beside `hours_over`: with more it would be no limit that a search can keep to; let it require approval"
    )]
    Together(&'static str),
    /// A condition that is none.
    #[error(transparent)]
    Condition(#[from] ConditionError),
}

impl Rule {
    /// A rule. All conditions must hold for it to take effect: those on machines
    /// of one and the same machine.
    ///
    /// # Errors
    /// When name or reason is empty or of several lines, when nothing is asked or one
    /// thing twice, and when a rule that denies could not be kept to by a search.
    pub fn new(
        name: &str,
        effect: Effect,
        when: impl IntoIterator<Item = Condition>,
        reason: &str,
    ) -> Result<Self, RuleError> {
        let line = |text: &str| {
            let text = text.trim();
            (!text.is_empty() && !text.contains(char::is_control)).then(|| text.to_owned())
        };
        let mut rule = Self {
            name: line(name).ok_or(RuleError::Name)?,
            effect,
            when: when.into_iter().collect(),
            reason: line(reason).ok_or(RuleError::Reason)?,
        };
        if rule.when.is_empty() {
            return Err(RuleError::Nothing);
        }
        rule.when.sort_by_key(Condition::key);
        for (at, condition) in rule.when.iter().enumerate() {
            let same = |other: &Condition| other.key() == condition.key();
            if rule.when.iter().take(at).any(same) {
                return Err(RuleError::Twice(condition.key()));
            }
        }
        if let (Effect::Deny, Some((capped, _))) = (effect, rule.capped()) {
            let beside = |other: &&Condition| !matches!(other, Condition::Over(figure, _) if [capped, Figure::Hours].contains(figure));
            if rule.when.iter().any(|other| beside(&other)) {
                let key = rule.when.iter().find(|one| is_sum(one)).map_or("", Condition::key);
                return Err(RuleError::Together(key));
            }
        }
        Ok(rule)
    }

    /// Its name, by which it is approved.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What follows.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// What it asks.
    pub fn when(&self) -> &[Condition] {
        &self.when
    }

    /// Why there is the rule.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether it denies by what a whole plan comes to: then it is a cap, and
    /// takes no offer out by itself.
    pub fn is_cap(&self) -> bool {
        self.effect == Effect::Deny && self.capped().is_some()
    }

    /// The first figure of a whole plan that it asks about, and the most of it.
    pub(super) fn capped(&self) -> Option<(Figure, Exact)> {
        self.when.iter().find_map(|condition| match condition {
            Condition::Over(figure, most) if is_sum(condition) => Some((*figure, *most)),
            _ => None,
        })
    }

    /// The most that it allows of a figure, for so many hours.
    pub(super) fn cap(&self, figure: Figure, hours: Hours) -> Option<Exact> {
        let (capped, most) = self.capped()?;
        let holds = self.when.iter().all(|condition| condition.touches_hours(hours));
        (capped == figure && holds).then_some(most)
    }

    /// Whether it takes effect for a machine, whatever the plan comes to.
    pub(super) fn touches_machine(&self, machine: &Machine<'_>, hours: Hours) -> bool {
        let touches =
            |condition: &Condition| condition.touches_machine(machine, hours) && condition.touches_hours(hours);
        self.when.iter().all(touches)
    }

    /// Whether it takes effect for a purchase.
    pub(super) fn touches(&self, purchase: &Purchase<'_>) -> bool {
        let hours = purchase.hours;
        let mut machines = purchase.machines.iter();
        let by_machine = self.when.iter().any(Condition::is_of_machine);
        self.when.iter().all(|condition| condition.touches_hours(hours))
            && self.when.iter().all(|condition| condition.touches_sums(purchase))
            && (!by_machine || machines.any(|machine| self.touches_machine(machine, hours)))
    }
}

/// Whether a condition is about what a whole plan comes to.
fn is_sum(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Over(Figure::Rate | Figure::Total | Figure::Upfront | Figure::Gpus, _)
    )
}

impl fmt::Display for Rule {
    /// What it asks and why: `region not in eu_north (GDPR)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, condition) in self.when.iter().enumerate() {
            let and = if at == 0 { "" } else { " and " };
            write!(f, "{and}{condition}")?;
        }
        write!(f, " ({})", self.reason)
    }
}

/// A rule as a document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    effect: Effect,
    when: BTreeMap<String, Value>,
    reason: String,
}

/// What a condition is about: names, or a number as it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Names(Vec<String>),
    Number(String),
}

impl From<Rule> for Written {
    fn from(rule: Rule) -> Self {
        let value = |condition: &Condition| match condition {
            Condition::In(_, words) | Condition::NotIn(_, words) => Value::Names(words.clone()),
            Condition::Over(_, most) => Value::Number(most.to_string()),
        };
        let when = rule.when.iter().map(|one| (one.key().to_owned(), value(one)));
        Self {
            when: when.collect(),
            name: rule.name,
            effect: rule.effect,
            reason: rule.reason,
        }
    }
}

impl TryFrom<Written> for Rule {
    type Error = RuleError;

    fn try_from(written: Written) -> Result<Self, RuleError> {
        let read = |(key, value): (&String, &Value)| match value {
            Value::Names(words) => Condition::read(key, words),
            Value::Number(number) => Condition::read(key, std::slice::from_ref(number)),
        };
        let when: Vec<Condition> = written.when.iter().map(read).collect::<Result<_, _>>()?;
        Self::new(&written.name, written.effect, when, &written.reason)
    }
}
