//! What a report says, in which order.

use std::collections::BTreeMap;

use gpu_broker_core::demand::{Demand, Objective};
use gpu_broker_core::policy::Effect;
use gpu_broker_core::verify::{Claim, ClaimedPlan};
use jiff::tz::TimeZone;

use super::lines::{self, machines};
use super::market::{self, Terms};
use super::told::Told;
use super::{Block, Report, Section};
use crate::files::quote::Kept;
use crate::view::text::{counted, cut, ranked, shown};

/// Columns of a stranger's word at the most: more of it tells nobody more.
const WORD: usize = 120;

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basis<'a> {
    /// The quote.
    pub(crate) kept: &'a Kept,
    /// The rest of its document.
    pub(crate) told: &'a Told,
    /// What was asked for.
    pub(crate) demand: &'a Demand,
    /// How it is known that it holds.
    pub(crate) known: Known,
    /// Totals by hours, or why there are none.
    pub(crate) terms: &'a Terms,
    /// The command that asks again.
    pub(crate) again: &'a str,
    /// What nobody may overlook who acts on it.
    pub(crate) warnings: &'a [String],
}

/// How it is known that a quote holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// It was made for the report, from so many offers.
    Made(usize),
    /// It was checked against the market that it was made of, of so many offers.
    Checked(usize),
    /// It was checked without one.
    Alone,
}

/// Puts a report together.
pub(crate) fn report(basis: &Basis<'_>) -> Report {
    let Basis { kept, told, demand, .. } = *basis;
    let claim = &kept.claim;
    let sections = [
        ("Plans", plans(claim)),
        ("Total by hours", market::terms(basis.terms, demand)),
        ("What was rejected, and why", market::rejected(claim, told, demand)),
        ("What a wider request would do", market::wider(told)),
        ("Line items", lines::blocks(claim, told)),
        ("Disks", market::disks(told, claim)),
        ("What the prices rest on", rests_on(basis)),
        ("Certificate", market::certificate(claim, demand)),
        ("Who was asked", market::sources(told)),
        ("Ask again", again(basis)),
    ];
    let gpus: Vec<String> = demand.gpus.alternatives.iter().map(ToString::to_string).collect();
    Report {
        title: format!("{} for {} h", gpus.join(" or "), demand.hours),
        lead: basis
            .warnings
            .iter()
            .map(|why| Block::Warn(why.clone()))
            .chain(lead(claim, told, demand))
            .collect(),
        sections: sections
            .into_iter()
            .filter(|(_, blocks)| !blocks.is_empty())
            .map(|(title, blocks)| Section { title, blocks })
            .collect(),
    }
}

/// A stranger's word as it stands in a table.
pub(super) fn word(word: &str) -> String {
    cut(&shown(word), WORD).into_owned()
}

/// What the first plan is the best by.
pub(super) fn best(objective: Objective) -> &'static str {
    match objective {
        Objective::Total => "cheapest",
        Objective::Rate => "cheapest per hour",
        Objective::PerGpu => "cheapest per GPU",
        Objective::Upfront => "cheapest to order",
        Objective::Provisioning => "fastest to launch",
    }
}

fn lead(claim: &Claim, told: &Told, demand: &Demand) -> Vec<Block> {
    let Some(first) = claim.plans.first() else {
        let nothing = if told.is_whole() {
            "Nothing matches."
        } else {
            "Nothing matches among what was read, and not all was read."
        };
        return vec![Block::Say(nothing.to_owned())];
    };
    let currency = &claim.currency;
    let amount = |number: String| format!("{}{number} {currency}", bound(first));
    let mut facts = vec![
        ("total", amount(first.total.to_fixed(2))),
        ("per hour", amount(first.rate.to_fixed(4))),
    ];
    facts.extend(
        first
            .per_gpu_hour
            .map(|price| ("per GPU and hour", amount(price.to_fixed(4)))),
    );
    facts.push((
        "when ordering",
        if first.upfront.is_zero() {
            "nothing".to_owned()
        } else {
            amount(first.upfront.to_fixed(2))
        },
    ));
    facts.push(("GPUs", first.gpus.to_string()));
    facts.push(("machines", machines(first)));
    vec![Block::Facts(facts), Block::Say(verdict(claim, told, demand))]
}

/// What is known of the first plan.
fn verdict(claim: &Claim, told: &Told, demand: &Demand) -> String {
    let best = best(demand.objective);
    match (claim.optimal, told.is_whole()) {
        (true, _) => format!("The first plan is the {best} that the request allows: every combination was considered."),
        (false, false) => format!("The first plan is the {best} among what was read, and not all was read."),
        (false, true) => format!("The first plan may not be the {best} that the request allows: that is not proved."),
    }
}

/// What stands before an amount that is known to be no more than this.
pub(super) fn bound(plan: &ClaimedPlan) -> &'static str {
    if plan.certainty == "exact" { "" } else { "≤" }
}

fn plans(claim: &Claim) -> Vec<Block> {
    if claim.plans.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(lines::summary(claim))]
}

/// What the figures take for granted.
fn rests_on(basis: &Basis<'_>) -> Vec<Block> {
    let Basis { kept, told, demand, .. } = *basis;
    let moment = |moment: jiff::Timestamp| {
        moment
            .to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%d %H:%M:%S UTC")
            .to_string()
    };
    let mut list = vec![
        format!(
            "prices as the brokers stated them at {}, taken to hold until {}",
            moment(kept.created_at),
            moment(kept.expires_at)
        ),
        format!(
            "{} h of use from the moment of launch; amounts in {}",
            demand.hours,
            demand.exchange.quote()
        ),
    ];
    for (currency, worth) in demand.exchange.worth() {
        let quote = demand.exchange.quote();
        list.push(format!(
            "1 {currency} is taken to be worth {worth} {quote}, as the request said"
        ));
    }
    for rule in demand.policy.rules() {
        let verb = match rule.effect() {
            Effect::Deny => "denies",
            Effect::RequireApproval => "wants approval where it is",
        };
        list.push(word_in(&format!("the policy `{}` {verb} {rule}", rule.name())));
    }
    // Each warning once, with the plans that it is about.
    let mut warnings: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (at, plan) in kept.claim.plans.iter().enumerate() {
        for warning in told.warnings(at) {
            warnings.entry(warning).or_default().push(plan.rank);
        }
    }
    let all = kept.claim.plans.len();
    list.extend(warnings.into_iter().map(|(warning, ranks)| {
        if ranks.len() == all {
            format!("every plan: {}", word_in(warning))
        } else {
            format!("{}: {}", ranked(&ranks), word_in(warning))
        }
    }));
    vec![Block::List(list)]
}

/// A sentence that may quote a stranger.
pub(super) fn word_in(sentence: &str) -> String {
    cut(&shown(sentence), 4 * WORD).into_owned()
}

/// How somebody else gets to the same figures.
fn again(basis: &Basis<'_>) -> Vec<Block> {
    let Basis { kept, known, again, .. } = *basis;
    let said = match known {
        Known::Made(offers) => format!(
            "This quote was made from {}, when the report was.",
            counted(offers, "offer")
        ),
        Known::Checked(offers) => format!(
            "This quote was checked against the {} that it was made of: its sums, its rules and its names hold, and \
             nothing better was overlooked.",
            counted(offers, "offer")
        ),
        Known::Alone => "The sums, the rules and the names of this quote hold. The market that it was made of was \
                         not at hand, so it is not known whether anything better was overlooked."
            .to_owned(),
    };
    let mut blocks = vec![Block::Say(said)];
    if let Some(id) = kept.id() {
        blocks.push(Block::Facts(vec![("quote", word(id))]));
    }
    blocks.push(Block::Command(again.to_owned()));
    blocks
}
