//! Whether every offer of the market is accounted for (R16), and every group of the quote is an offer of the market.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::claim::{Claim, ClaimedDisk, ClaimedGroup};
use crate::colocation::Colocation;
use crate::demand::Demand;
use crate::fit::{Candidate, Reason, fit};
use crate::market::Market;

/// Reasons that depend on what else is for sale, which are counted together when plans are.
pub(super) const LATE: [Reason; 6] = [
    Reason::Price,
    Reason::DiskSharing,
    Reason::MaxPrice,
    Reason::MaxUpfront,
    Reason::MaxTotal,
    Reason::GpuCount,
];

/// The market's offers, fitted anew.
pub(super) struct Fitted {
    /// Those that fit.
    pub(super) candidates: Vec<Arc<Candidate>>,
    /// How many do not for one of the [`LATE`] reasons.
    pub(super) late: u64,
}

/// Fits the market's offers to a request.
pub(super) fn fitted(market: &Market, demand: &Demand) -> (Fitted, BTreeMap<&'static str, u64>) {
    let mut fitted = Fitted {
        candidates: Vec::new(),
        late: 0,
    };
    let mut rejected = BTreeMap::new();
    let mut colocation = Colocation::new(market.disks.as_ref(), demand);
    for offer in &market.offers {
        let fitting = fit(offer, demand).and_then(|candidate| match &mut colocation {
            Some(colocation) => candidate.with_disks(colocation),
            None => Ok(candidate),
        });
        match fitting {
            Ok(candidate) => fitted.candidates.push(Arc::new(candidate)),
            Err(reason) if LATE.contains(&reason) => fitted.late += 1,
            Err(reason) => *rejected.entry(reason.as_str()).or_insert(0) += 1,
        }
    }
    (fitted, rejected)
}

/// Fits the market's offers anew, compares how many were rejected for what, and returns those that fit.
pub(super) fn check_fit(claim: &Claim, market: &Market, demand: &Demand, findings: &mut Vec<String>) -> Fitted {
    let (fitted, mut rejected) = fitted(market, demand);
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    if !market.rejects.is_empty() {
        rejected.insert(Reason::Unreadable.as_str(), count(market.rejects.len()));
    }
    accounts(
        claim,
        &rejected,
        count(market.offers.len() + market.rejects.len()),
        findings,
    );
    groups(claim, &fitted.candidates, findings);
    fitted
}

fn accounts(claim: &Claim, rejected: &BTreeMap<&'static str, u64>, read: u64, findings: &mut Vec<String>) {
    let claimed = &claim.market;
    if claimed.read != read {
        findings.push(format!(
            "market.read: the market has {read} offers, not {}",
            claimed.read
        ));
    }
    let sum = claimed
        .rejected
        .iter()
        .try_fold(claimed.ranked, |sum, reason| sum.checked_add(reason.offers));
    if sum != Some(claimed.read) {
        findings.push(format!(
            "market.read: ranked and rejected do not add up to {}",
            claimed.read
        ));
    }
    let late = |reason: &str| LATE.iter().any(|late| late.as_str() == reason);
    let early: BTreeMap<&str, u64> = claimed
        .rejected
        .iter()
        .filter(|reason| !late(&reason.reason))
        .map(|reason| (reason.reason.as_str(), reason.offers))
        .collect();
    for reason in early.keys().chain(rejected.keys()).collect::<BTreeSet<_>>() {
        let (claimed, counted) = (early.get(reason), rejected.get(reason));
        if claimed != counted {
            let spelled = |count: Option<&u64>| count.copied().unwrap_or(0);
            findings.push(format!(
                "market.rejected: {} offers are rejected for {reason}, not {}",
                spelled(counted),
                spelled(claimed)
            ));
        }
    }
}

/// Every group is, to the last line, what some offer of the market comes to.
fn groups(claim: &Claim, candidates: &[Arc<Candidate>], findings: &mut Vec<String>) {
    let named = |group: &ClaimedGroup, candidate: &Candidate| {
        let offer = &candidate.offer;
        (&offer.broker, &offer.provider, &offer.id) == (&group.broker, &group.provider, &group.offer_id)
    };
    for (at, plan) in claim.plans.iter().enumerate() {
        for (group_at, group) in plan.groups.iter().enumerate() {
            let bare = group.bare();
            let disks = |candidate: &Candidate, place: usize| {
                let set = candidate.disks(place, plan.nodes > 1).ok().flatten();
                let beside = set.map_or(&[][..], |set| &set.disks);
                beside.iter().map(ClaimedDisk::of).eq(plan.disks.iter().cloned())
            };
            let sold = candidates
                .iter()
                .filter(|candidate| named(group, candidate))
                .flat_map(|candidate| {
                    candidate
                        .places
                        .iter()
                        .filter(|place| disks(candidate, **place))
                        .filter_map(|place| candidate.offer.places.get(*place))
                        .map(|place| ClaimedGroup::of(candidate, place, group.count))
                })
                .any(|sold| sold == bare);
            if !sold {
                findings.push(format!(
                    "plans[{at}].groups[{group_at}]: the market has no such offer of {} on these terms",
                    group.broker
                ));
            }
        }
    }
}
