//! How a fault is asked for: `stock`, `delete/500-before:2`, `dearer+close-after-effect:p=0.1`.

use std::fmt;
use std::str::FromStr;

use super::{Fault, Op};
use crate::broker::Broker;

/// How often a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// To every request that it concerns.
    Always,
    /// To the next so many.
    Next(u32),
    /// To so many of a million, by the seed.
    PerMillion(u32),
}

/// Faults, the requests that they concern, and how often.
///
/// ```
/// # use gpu_broker_sandbox::{Fault, Op, Rule, Times};
/// let rule: Rule = "prime:delete/500-before+slow-drip:2".parse()?;
/// assert_eq!(rule.faults, Some(vec![Fault::Status500Before, Fault::SlowDrip]));
/// assert_eq!((rule.op, rule.times), (Some(Op::Delete), Times::Next(2)));
/// # Ok::<(), gpu_broker_sandbox::ParseRuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Only at this broker; `None` is both.
    pub broker: Option<Broker>,
    /// Only these requests; `None` leaves it to the first fault.
    pub op: Option<Op>,
    /// What goes wrong, all at once; `None` draws one by the seed that the request can have.
    pub faults: Option<Vec<Fault>>,
    /// How often.
    pub times: Times,
}

impl Rule {
    /// A rule for every request that the fault concerns.
    pub fn always(fault: Fault) -> Self {
        Self {
            broker: None,
            op: None,
            faults: Some(vec![fault]),
            times: Times::Always,
        }
    }

    /// A rule for the next so many.
    pub fn next(fault: Fault, times: u32) -> Self {
        Self {
            times: Times::Next(times),
            ..Self::always(fault)
        }
    }

    /// Whether it concerns such a request.
    pub(crate) fn concerns(&self, broker: Broker, op: Op) -> bool {
        let first = self.faults.as_ref().and_then(|faults| faults.first());
        let asked = self.op.unwrap_or_else(|| first.map_or(Op::Any, |fault| fault.op()));
        self.broker.is_none_or(|only| only == broker) && asked.takes(op)
    }
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRuleError(String);

impl ParseRuleError {
    pub(super) fn unknown(name: &str) -> Self {
        let near = Fault::ALL
            .iter()
            .map(|fault| fault.name())
            .filter(|known| name.len() > 1 && (known.contains(name) || name.contains(known)))
            .collect::<Vec<_>>();
        let hint = if near.is_empty() {
            "`GET /sandbox/faults` lists them all".to_owned()
        } else {
            format!("there is {}", near.join(", "))
        };
        Self(format!("no fault is called `{name}`; {hint}"))
    }
}

impl fmt::Display for ParseRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseRuleError {}

/// Reads `[BROKER:][OP/]KIND[+KIND…][:N|:p=SHARE]`; the kind `random` draws one by the seed.
impl FromStr for Rule {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, ParseRuleError> {
        let text = text.trim();
        let (broker, rest) = [Broker::Prime, Broker::Spheron]
            .into_iter()
            .find_map(|broker| Some((Some(broker), text.strip_prefix(broker.name())?.strip_prefix(':')?)))
            .unwrap_or((None, text));
        let (kinds, times) = match rest.split_once(':') {
            None => (rest, Times::Always),
            Some((kinds, times)) => (kinds, parse_times(times)?),
        };
        let (op, kinds) = match kinds.split_once('/') {
            None => (None, kinds),
            Some((op, kinds)) => (Some(parse_op(op)?), kinds),
        };
        let faults = if kinds == "random" {
            None
        } else {
            Some(kinds.split('+').map(Fault::from_str).collect::<Result<_, _>>()?)
        };
        Ok(Self {
            broker,
            op,
            faults,
            times,
        })
    }
}

fn parse_op(text: &str) -> Result<Op, ParseRuleError> {
    let found = Op::ALL.iter().find(|op| op.name() == text);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = Op::ALL.iter().map(|op| op.name()).collect();
        ParseRuleError(format!(
            "no request is called `{text}`; write one of {}",
            names.join(", ")
        ))
    })
}

fn parse_times(text: &str) -> Result<Times, ParseRuleError> {
    let wrong = || ParseRuleError(format!("`:{text}` is no count; write `:3` or `:p=0.1`"));
    match text.strip_prefix("p=") {
        None => text.parse().map(Times::Next).map_err(|_| wrong()),
        Some(share) => per_million(share).map(Times::PerMillion).ok_or_else(wrong),
    }
}

/// A share from 0 to 1 in millionths, without a float: `0.1` is 100 000.
fn per_million(share: &str) -> Option<u32> {
    let (whole, fraction) = share.split_once('.').unwrap_or((share, "0"));
    if fraction.is_empty() || fraction.len() > 6 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let millionths: u32 = format!("{fraction:0<6}").parse().ok()?;
    let all = whole.checked_mul(1_000_000)?.checked_add(millionths)?;
    (all <= 1_000_000).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::{Rule, Times};
    use crate::broker::Broker;
    use crate::fault::{Fault, Op};

    #[test]
    fn rules_that_can_be_read() {
        let check = |text: &str, broker, op, faults: Option<&[Fault]>, times| {
            let rule: Rule = text.parse().unwrap();
            let wanted = Rule {
                broker,
                op,
                faults: faults.map(<[_]>::to_vec),
                times,
            };
            assert_eq!(rule, wanted, "{text}");
        };
        check("stock", None, None, Some(&[Fault::Stock]), Times::Always);
        check(
            "500-after:3",
            None,
            None,
            Some(&[Fault::Status500After]),
            Times::Next(3),
        );
        check(
            "402:p=0.25",
            None,
            None,
            Some(&[Fault::Status402]),
            Times::PerMillion(250_000),
        );
        check(
            "402:p=1",
            None,
            None,
            Some(&[Fault::Status402]),
            Times::PerMillion(1_000_000),
        );
        let both = [Fault::Dearer, Fault::ResetAfter];
        check(
            "spheron:dearer+reset-after",
            Some(Broker::Spheron),
            None,
            Some(&both),
            Times::Always,
        );
        let get = Some(Op::Get);
        check(
            "prime:get/html-200:1",
            Some(Broker::Prime),
            get,
            Some(&[Fault::Html200]),
            Times::Next(1),
        );
        check(
            "any/random:p=0.1",
            None,
            Some(Op::Any),
            None,
            Times::PerMillion(100_000),
        );
    }

    #[test]
    fn rules_that_cannot() {
        for (text, hint) in [
            ("stok", "lists them all"),
            ("close", "close-before-read, close-after-effect"),
            ("stock:many", ":p=0.1"),
            ("stock:p=1.5", ":p=0.1"),
            ("stock:p=.", ":p=0.1"),
            ("buy/stock", "create, get"),
            ("", "no fault"),
        ] {
            let error = text.parse::<Rule>().unwrap_err().to_string();
            assert!(error.contains(hint), "{text}: {error}");
        }
    }

    #[test]
    fn every_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert!(fault.cases().starts_with('F'), "{fault}");
        }
    }
}
