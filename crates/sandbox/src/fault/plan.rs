//! Which faults a request gets.

use super::{Fault, Op, Rule, Set, Times};
use crate::broker::Broker;
use crate::seed;

/// The rules that are left, and the random numbers for their shares.
#[derive(Debug)]
pub(crate) struct Plan {
    rules: Vec<Rule>,
    random: u64,
}

impl Plan {
    pub(crate) fn new(rules: Vec<Rule>, seed: u64) -> Self {
        Self {
            rules,
            random: seed::mix(seed ^ 0xfa17),
        }
    }

    /// Adds a rule after those that there are.
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Forgets every rule.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The faults of one request; counts go down.
    pub(crate) fn draw(&mut self, broker: Broker, op: Op, into: &mut Set) {
        for rule in &mut self.rules {
            if !rule.concerns(broker, op) {
                continue;
            }
            let applies = match &mut rule.times {
                Times::Always => true,
                Times::Next(left) => {
                    let any = *left > 0;
                    *left = left.saturating_sub(1);
                    any
                }
                Times::PerMillion(share) => seed::next(&mut self.random) % 1_000_000 < u64::from(*share),
            };
            if applies {
                match &rule.faults {
                    Some(faults) => into.extend(faults.iter().copied()),
                    None => into.extend(any_of(op, &mut self.random)),
                }
            }
        }
        self.rules.retain(|rule| rule.times != Times::Next(0));
    }
}

/// One of the faults that such a request can have.
fn any_of(op: Op, random: &mut u64) -> Option<Fault> {
    let fitting: Vec<_> = Fault::ALL
        .iter()
        // A revoked key ends everything, which is no fault among others.
        .filter(|fault| fault.op().takes(op) && **fault != Fault::KeyRevoked)
        .collect();
    let count = u64::try_from(fitting.len()).ok().filter(|count| *count > 0)?;
    let pick = usize::try_from(seed::next(random) % count).ok()?;
    fitting.get(pick).map(|fault| **fault)
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::broker::Broker;
    use crate::fault::{Fault, Op, Set};

    fn drawn(plan: &mut Plan, op: Op) -> Set {
        let mut set = Set::default();
        plan.draw(Broker::Prime, op, &mut set);
        set
    }

    #[test]
    fn counts_go_down_for_their_requests_only() {
        let mut plan = Plan::new(vec!["stock:2".parse().unwrap(), "list-500:1".parse().unwrap()], 1);
        let mut seen = Vec::new();
        for op in [Op::Get, Op::Create, Op::List, Op::Create, Op::Create, Op::List] {
            let set = drawn(&mut plan, op);
            seen.push((set.has(Fault::Stock), set.has(Fault::List500)));
        }
        let none = (false, false);
        assert_eq!(seen, [none, (true, false), (false, true), (true, false), none, none]);
    }

    #[test]
    fn a_share_is_about_right_and_the_same_again() {
        let run = |seed| {
            let mut plan = Plan::new(vec!["402:p=0.25".parse().unwrap()], seed);
            (0..4_000)
                .map(|_| drawn(&mut plan, Op::Create).has(Fault::Status402))
                .collect::<Vec<_>>()
        };
        let hits = run(3).iter().filter(|hit| **hit).count();
        assert!((900..1_100).contains(&hits), "{hits}");
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }

    #[test]
    fn random_draws_what_fits() {
        let mut plan = Plan::new(vec!["random".parse().unwrap()], 5);
        for op in [Op::Create, Op::List, Op::Get, Op::Delete] {
            for _ in 0..200 {
                let set = drawn(&mut plan, op);
                assert!(set.iter().all(|fault| fault.op().takes(op)), "{set:?} for {op:?}");
                assert_eq!(set.iter().count(), 1);
            }
        }
    }
}
