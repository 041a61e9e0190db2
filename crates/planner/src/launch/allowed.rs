//! What the rules of the house say of a launch, before anything is sent.

use std::time::Duration;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::money::{Money, Rate};
use gpu_broker_core::near;
use gpu_broker_core::number::Exact;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::policy::{Effect, Policy, Purchase, Rule};
use gpu_broker_core::quantity::Hours;
use gpu_broker_engine::launch::Package;

use super::over::sum;
use crate::cli::{GlobalArgs, shell};
use crate::exit::Exit;
use crate::report::Trouble;
use crate::view::policy::flag;
use crate::view::text::shown;

/// Why a purchase is not made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// A rule denies it.
    Denied(Rule),
    /// These rules want it approved, and nobody did.
    Unapproved(Vec<Rule>),
}

/// Whether the rules allow a purchase, given the names of those that were approved.
pub(crate) fn allowed(policy: &Policy, purchase: &Purchase<'_>, approved: &[String]) -> Result<(), Held> {
    if let Some(rule) = policy.against(purchase) {
        return Err(Held::Denied(rule.clone()));
    }
    let asking = policy.approvals(purchase).into_iter();
    let open: Vec<Rule> = asking
        .filter(|rule| !approved.iter().any(|name| name == rule.name()))
        .cloned()
        .collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(Held::Unapproved(open))
    }
}

/// Whether the rules allow a plan: as it is quoted, and at the most that its machines may come to, if they run for as
/// long as they may.
pub(crate) fn allowed_plan(
    plan: &Plan,
    package: &Package,
    demand: &Demand,
    (approved, lasts): (&[String], Option<Duration>),
) -> Result<(), Held> {
    let quoted = plan.purchase(demand.hours);
    let worst = at_worst(&quoted, package, lasts);
    // What has too many digits to be reckoned with is refused by the caps.
    let worst = worst.unwrap_or_else(|| quoted.clone());
    let said = [&quoted, &worst].map(|purchase| allowed(&demand.policy, purchase, approved));
    let mut open = Vec::new();
    for held in said.into_iter().filter_map(Result::err) {
        match held {
            Held::Denied(_) => return Err(held),
            Held::Unapproved(rules) => open.extend(rules),
        }
    }
    open.dedup();
    if open.is_empty() {
        Ok(())
    } else {
        Err(Held::Unapproved(open))
    }
}

/// The same purchase at its ceilings.
fn at_worst<'a>(quoted: &Purchase<'a>, package: &Package, lasts: Option<Duration>) -> Option<Purchase<'a>> {
    let currency = quoted.total.currency();
    let money = |amount: Exact| Money::new(amount, currency).ok();
    let (machines, disks) = (&package.machines, &package.disks);
    let rates = machines.iter().map(|unit| unit.order.ceiling.per_hour());
    let rate = sum(rates.chain(disks.iter().map(|disk| disk.ceiling)))?;
    let totals = machines.iter().map(|unit| unit.worst);
    let total = sum(totals.chain(disks.iter().map(|disk| disk.worst)))?;
    let upfront = sum(machines.iter().map(|unit| unit.upfront))?;
    let lasts = lasts.and_then(|time| Hours::of_minutes(Exact::whole(time.as_secs()).over(Exact::whole(60))?));
    Some(Purchase {
        machines: quoted.machines.clone(),
        hours: lasts.into_iter().chain([quoted.hours]).max()?,
        gpus: quoted.gpus,
        rate: Rate::new(rate.max(quoted.rate.per_hour()), currency),
        upfront: money(upfront.max(quoted.upfront.amount()))?,
        total: money(total.max(quoted.total.amount()))?,
    })
}

/// Refuses names that no rule has that wants to be approved.
pub(crate) fn check_approved(policy: &Policy, approved: &[String]) -> Result<(), Trouble> {
    let asking = policy
        .rules()
        .iter()
        .filter(|rule| rule.effect() == Effect::RequireApproval);
    let names: Vec<&str> = asking.map(Rule::name).collect();
    let Some(wrong) = approved.iter().find(|name| !names.contains(&name.as_str())) else {
        return Ok(());
    };
    let near = near(wrong, names.iter().copied());
    let hint = match (near.as_slice(), names.as_slice()) {
        (_, []) => "leave `--approve` out: no rule of the policy wants to be approved".to_owned(),
        ([], names) => format!("there are {}", names.join(", ")),
        (near, _) => format!("did you mean {}?", near.join(" or ")),
    };
    Err(Trouble::usage(format!("no rule that can be approved is called `{}`", shown(wrong))).hint(shown(&hint)))
}

/// What was approved, for the record: each name with what its rules ask. One name approves every rule that has it.
pub(crate) fn approvals(policy: &Policy, approved: &[String]) -> Vec<String> {
    let rules = policy.rules().iter();
    let asking: Vec<&Rule> = rules.filter(|rule| rule.effect() == Effect::RequireApproval).collect();
    let note = |name: &String| {
        let said = asking.iter().filter(|rule| rule.name() == name);
        let said: Vec<String> = said.map(ToString::to_string).collect();
        let all = match said.len() {
            0 | 1 => String::new(),
            several => format!(", the name of {several} rules"),
        };
        shown(&format!("approved: `{name}`{all}: {}", said.join(" and "))).into_owned()
    };
    let mut notes: Vec<String> = approved.iter().map(note).collect();
    notes.dedup();
    notes
}

impl Held {
    /// Why, in words.
    pub(crate) fn why(&self) -> String {
        let said = |rule: &Rule| format!("`{}`: {rule}", rule.name());
        let why = match self {
            Self::Denied(rule) => format!("the policy denies it, by {}", said(rule)),
            Self::Unapproved(rules) => {
                let rules: Vec<String> = rules.iter().map(said).collect();
                format!("the policy wants it approved, by {}", rules.join(" and "))
            }
        };
        shown(&why).into_owned()
    }

    /// The refusal of `what`, with the command that goes on where one does.
    pub(crate) fn trouble(&self, what: &str, global: &GlobalArgs) -> Trouble {
        self.instead(what, |rules| again(&global.typed, rules))
    }

    /// The same, where `command` approves rules.
    pub(crate) fn instead(&self, what: &str, command: impl FnOnce(&[Rule]) -> String) -> Trouble {
        let hint = match self {
            Self::Denied(_) => "nothing was sent; ask for something else: no flag takes a rule away".to_owned(),
            Self::Unapproved(rules) => {
                format!("nothing was sent; if it is approved: `{}`", shown(&command(rules)))
            }
        };
        Trouble::new(Exit::Refused, format!("{what}: {}", self.why())).hint(hint)
    }
}

/// What was typed, with the approval of rules.
fn again(typed: &[String], rules: &[Rule]) -> String {
    // What follows `--` is no flag.
    let end = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
    let (flags, rest) = typed.split_at(end);
    let mut words = vec!["planner".to_owned()];
    words.extend_from_slice(flags);
    let mut command = format!("{} {}", shell(&words), flag(rules));
    if !rest.is_empty() {
        command = format!("{command} {}", shell(rest));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    use gpu_broker_core::policy::Condition;

    #[test]
    fn the_command_goes_on_as_it_was_typed() {
        let check = |typed: &[&str], names: &[&str], expected: &str| {
            let typed: Vec<String> = typed.iter().map(|word| (*word).to_owned()).collect();
            let condition = || Condition::read("total_over", &["5".to_owned()]).unwrap();
            let rule = |name: &&str| Rule::new(name, Effect::RequireApproval, [condition()], "why").unwrap();
            let rules: Vec<Rule> = names.iter().map(rule).collect();
            assert_eq!(again(&typed, &rules), expected);
        };
        check(
            &["provision", "H100:8"],
            &["big"],
            "planner provision H100:8 --approve big",
        );
        check(
            &["provision", "--quote", "q_1", "--ssh-key", "my key"],
            &["big spend", "it's spot"],
            r"planner provision --quote q_1 --ssh-key 'my key' --approve 'big spend' --approve 'it'\''s spot'",
        );
        check(
            &["provision", "H100"],
            &["-y", "-a b"],
            "planner provision H100 --approve=-y '--approve=-a b'",
        );
        check(
            &["provision", "--", "H100"],
            &["big"],
            "planner provision --approve big -- H100",
        );
    }

    #[test]
    fn what_was_approved_is_told_with_every_rule_of_the_name() {
        let rule = |name: &str, over: &str| {
            let condition = Condition::read("total_over", &[over.to_owned()]).unwrap();
            Rule::new(name, Effect::RequireApproval, [condition], "why").unwrap()
        };
        let policy = Policy::new([rule("big", "5"), rule("big", "9"), rule("once", "7")]);
        let check = |names: &[&str], expected: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(approvals(&policy, &names), expected);
        };
        check(&[], &[]);
        check(&["once", "once"], &["approved: `once`: over 7 in all (why)"]);
        check(
            &["big"],
            &["approved: `big`, the name of 2 rules: over 5 in all (why) and over 9 in all (why)"],
        );
        assert_eq!(flag(policy.rules()), "--approve big --approve once");
    }

    #[test]
    fn only_rules_that_ask_can_be_approved() {
        let rule = |name: &str, effect: Effect| {
            let condition = Condition::read("total_over", &["5".to_owned()]).unwrap();
            Rule::new(name, effect, [condition], "why").unwrap()
        };
        let policy = Policy::new([rule("big spend", Effect::RequireApproval), rule("no", Effect::Deny)]);
        let check = |policy: &Policy, name: &str, expected: Option<&str>| {
            let said = check_approved(policy, &[name.to_owned()])
                .err()
                .map(|trouble| trouble.lines());
            assert_eq!(said.is_some(), expected.is_some(), "{name}: {said:?}");
            assert!(
                said.is_none_or(|said| said.contains(expected.unwrap_or_default())),
                "{name}"
            );
        };
        check(&policy, "big spend", None);
        check(&policy, "big", Some("did you mean big spend?"));
        check(&policy, "no", Some("there are big spend"));
        check(&Policy::default(), "big", Some("leave `--approve` out"));
    }
}
