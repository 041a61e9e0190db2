//! What a wider request would save (R2, R4): found by asking, not guessed.

use crate::demand::{Demand, MarketWanted, Nodes, Objective, SecurityWanted};
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
    /// The share of the total that it saves; `None` when there is no plan
    /// without the flag.
    pub saves: Option<Exact>,
}

/// Each widening of `demand` whose cheapest plan beats `best`, cheapest first.
pub(super) fn cheaper(market: &Market, demand: &Demand, best: Option<&Plan>) -> Vec<Cheaper> {
    let mut found: Vec<(Plan, Cheaper)> = widened(demand)
        .filter_map(|(flag, wider)| {
            // Cheaper is meant in money, whatever the plans are ranked by.
            let wider = Demand {
                objective: Objective::Total,
                ..wider
            };
            let plan = super::search(market, &wider, 1).0.plans.into_iter().next()?;
            let better = best.is_none_or(|best| plan.total.parts() < best.total.parts());
            let saves = best.and_then(|best| {
                let (before, after) = (best.total.parts(), plan.total.parts());
                before.minus(after)?.over(before)
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
    found.sort_by(|(left, a), (right, b)| compare(left, right, Objective::Total).then_with(|| a.flag.cmp(b.flag)));
    found.into_iter().map(|(_, cheaper)| cheaper).collect()
}

/// The request with one thing left open that it shuts out.
fn widened(demand: &Demand) -> impl Iterator<Item = (&'static str, Demand)> {
    let with_market = || Demand {
        market: MarketWanted::Both,
        ..demand.clone()
    };
    let with_any = || Demand {
        security: SecurityWanted::Any,
        ..demand.clone()
    };
    let market = match demand.market {
        MarketWanted::OnDemand => Some(("--spot-auto", with_market())),
        MarketWanted::Spot => Some(("--spot-auto instead of --spot", with_market())),
        MarketWanted::Both => None,
    };
    let security = match demand.security {
        SecurityWanted::Secure | SecurityWanted::Community => Some(("--security any", with_any())),
        SecurityWanted::Any => None,
    };
    let nodes = matches!(demand.nodes, Nodes::OneIfPossible).then(|| {
        (
            "--max-nodes any",
            Demand {
                nodes: Nodes::Any,
                ..demand.clone()
            },
        )
    });
    [market, security, nodes].into_iter().flatten()
}
