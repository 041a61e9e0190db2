//! What a wider request would save (R2, R4): found by asking, not guessed.

use crate::demand::{Demand, MarketWanted, Nodes, SecurityWanted};
use crate::market::Market;
use crate::money::Rate;
use crate::number::Exact;
use crate::plan::{Plan, compare};

/// A flag that would make the best plan cheaper, or possible at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cheaper {
    /// The flag to add.
    pub flag: &'static str,
    /// What the best plan would cost per hour.
    pub rate: Rate,
    /// The share of the total that it saves, rounded to four decimals; `None`
    /// when there is no plan without the flag.
    pub saves: Option<Exact>,
}

/// Each widening of `demand` whose best plan beats `best`, best first.
pub(super) fn cheaper(market: &Market, demand: &Demand, best: Option<&Plan>) -> Vec<Cheaper> {
    let mut found: Vec<(Plan, Cheaper)> = widened(demand)
        .filter_map(|(flag, wider)| {
            let plan = super::search(market, &wider, 1).0.plans.into_iter().next()?;
            let better = best.is_none_or(|best| plan.total.parts() < best.total.parts());
            let saves = best.and_then(|best| {
                let (before, after) = (best.total.parts(), plan.total.parts());
                Some(before.minus(after)?.over(before)?.rounded(4))
            });
            better.then(|| {
                (
                    plan.clone(),
                    Cheaper {
                        flag,
                        rate: plan.rate,
                        saves,
                    },
                )
            })
        })
        .collect();
    found.sort_by(|(left, a), (right, b)| compare(left, right, demand.objective).then_with(|| a.flag.cmp(b.flag)));
    found.into_iter().map(|(_, cheaper)| cheaper).collect()
}

/// The request with one thing left open that it shuts out.
fn widened(demand: &Demand) -> impl Iterator<Item = (&'static str, Demand)> {
    let spot = (demand.market == MarketWanted::OnDemand).then(|| {
        (
            "--spot-auto",
            Demand {
                market: MarketWanted::Both,
                ..demand.clone()
            },
        )
    });
    let community = (demand.security == SecurityWanted::Secure).then(|| {
        (
            "--security any",
            Demand {
                security: SecurityWanted::Any,
                ..demand.clone()
            },
        )
    });
    let nodes = matches!(demand.nodes, Nodes::OneIfPossible).then(|| {
        (
            "--max-nodes any",
            Demand {
                nodes: Nodes::Any,
                ..demand.clone()
            },
        )
    });
    [spot, community, nodes].into_iter().flatten()
}
