//! Whether a quote holds: checked from the market alone, by other means than those that made it.
//!
//! The search that makes quotes walks tables filled by divide and conquer. What is done here is slower and plainer: a
//! bounded-knapsack table for every pool, filled cell by cell, and a walk that lists every plan up to the dearest that
//! was quoted. Neither shares code with `plan::{search, table, merge}`; both read the same offers through
//! [`crate::fit`], and the disks beside them through [`crate::colocation`], whose sums are checked line by line against
//! the quote's own.

mod certificate;
mod certify;
mod claim;
mod counts;
mod list;
mod policy;
mod pool;
mod sums;
mod table;
mod walk;
mod whole;

pub use certificate::{Bound, By, Certificate, PoolBound, PoolGpu};
pub use certify::certify;
pub use claim::{
    Claim, ClaimedDisk, ClaimedGpu, ClaimedGroup, ClaimedLine, ClaimedMarket, ClaimedPlace, ClaimedPlan, ClaimedReason,
    ClaimedSeller,
};

use crate::demand::Demand;
use crate::market::Market;
use crate::policy::Policy;

/// What does not hold in a quote, as lower-case lines; none when all of it does.
///
/// `plans` is how many plans were asked for at most: with fewer in the quote, there must be no others.
pub fn verify(claim: &Claim, market: &Market, demand: &Demand, plans: usize) -> Vec<String> {
    let mut findings = verify_figures(claim, demand);
    let fitted = counts::check_fit(claim, market, demand, &mut findings);
    whole::check(claim, &fitted, demand, plans, &mut findings);
    findings
}

/// What does not hold in a quote by itself, without the market that it was made of: whether its figures add up, its
/// groups may be combined and its certificate proves what it claims; not whether the market has such offers, or better
/// ones.
pub fn verify_figures(claim: &Claim, demand: &Demand) -> Vec<String> {
    let mut findings = Vec::new();
    sums::check(claim, demand, &mut findings);
    findings
}

/// Which plans of a quote a policy denies, though the quote was made under another: the lines name the rule and its
/// reason.
pub fn verify_policy(claim: &Claim, demand: &Demand, policy: &Policy) -> Vec<String> {
    let demand = Demand {
        policy: policy.clone(),
        ..demand.clone()
    };
    let mut findings = Vec::new();
    sums::check_policy(claim, &demand, &mut findings);
    findings
}

#[cfg(test)]
mod tests;
