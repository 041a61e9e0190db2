//! What a wider request would save (R2, R4): found by asking, not guessed.

use super::survey::{Answer, View, survey};
use super::{in_rows, looked_at};
use crate::demand::{Demand, MarketWanted, Nodes, Objective, SecurityWanted};
use crate::fit::Reason;
use crate::market::Market;
use crate::money::Rate;
use crate::number::Exact;
use crate::plan::{Plan, compare};

/// One limit of a request, left open: how a request may be widened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wider {
    /// Any number of instances: [`Nodes::Any`].
    Nodes,
    /// Every tier: [`SecurityWanted::Any`].
    Security,
    /// Both on demand and spot: [`MarketWanted::Both`].
    Market,
}

impl Wider {
    /// The request with that limit left open, and everything else as it is.
    #[must_use]
    pub fn of(self, demand: &Demand) -> Demand {
        let mut wider = demand.clone();
        match self {
            Self::Nodes => wider.nodes = Nodes::Any,
            Self::Security => wider.security = SecurityWanted::Any,
            Self::Market => wider.market = MarketWanted::Both,
        }
        wider
    }

    /// Whether the request shuts that out. A limit on instances that somebody
    /// chose is left alone (R2).
    fn is_open_to(self, demand: &Demand) -> bool {
        match self {
            Self::Nodes => demand.nodes == Nodes::OneIfPossible,
            Self::Security => demand.security != SecurityWanted::Any,
            Self::Market => demand.market != MarketWanted::Both,
        }
    }

    /// The rejection that goes with it, where one does.
    fn spares(self) -> Option<Reason> {
        match self {
            Self::Nodes => None,
            Self::Security => Some(Reason::Security),
            Self::Market => Some(Reason::Market),
        }
    }
}

/// What a wider request would make cheaper, or possible at all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cheaper {
    /// What to leave open.
    pub wider: Wider,
    /// What the best plan would then cost per hour, in the quote's currency.
    pub rate: Rate,
    /// The share of the least total as asked that it saves, above 0 and up to 1;
    /// `None` when nothing is possible as asked.
    pub saves: Option<Exact>,
}

/// The best rows for `demand`, and each of its widenings whose cheapest plan
/// beats all that the request has, cheapest first.
pub(super) fn answer(market: &Market, demand: &Demand, rows: usize) -> (Answer, Vec<Cheaper>) {
    let asked = View {
        demand: demand.clone(),
        spared: None,
        plans: looked_at(rows),
    };
    // What is ranked by something else need not have its cheapest plan first.
    let by_total = (demand.objective != Objective::Total).then(|| cheapest(demand));
    let same = by_total.into_iter().map(|demand| {
        let view = View {
            demand,
            spared: None,
            plans: 1,
        };
        (None, view)
    });
    let wider = widened(demand).map(|(wider, view)| (Some(wider), view));
    let (changes, views): (Vec<Option<Wider>>, Vec<View>) = same.chain(wider).unzip();
    let (answer, plans) = survey(market, &asked, &views);
    let answer = in_rows(market, demand, rows, answer);
    let mut found = changes.into_iter().zip(plans).peekable();
    let same = found.next_if(|(change, _)| change.is_none());
    let best = same.map_or_else(|| answer.plans.first().cloned(), |(_, plan)| plan);
    let best = best.as_ref();
    let mut found: Vec<(Plan, Cheaper)> = found
        .filter_map(|(change, plan)| {
            let wider = change?;
            let plan = plan.filter(|plan| best.is_none_or(|best| plan.total.parts() < best.total.parts()))?;
            let saves = best.and_then(|best| {
                let (before, after) = (best.total.parts(), plan.total.parts());
                before.minus(after)?.over(before)
            });
            let rate = plan.rate;
            Some((plan, Cheaper { wider, rate, saves }))
        })
        .collect();
    found.sort_by(|(left, a), (right, b)| compare(left, right, Objective::Total).then_with(|| a.wider.cmp(&b.wider)));
    (answer, found.into_iter().map(|(_, cheaper)| cheaper).collect())
}

/// Cheaper is meant in money, whatever the plans are ranked by.
fn cheapest(demand: &Demand) -> Demand {
    Demand {
        objective: Objective::Total,
        ..demand.clone()
    }
}

/// The request with one thing left open that it shuts out.
fn widened(demand: &Demand) -> impl Iterator<Item = (Wider, View)> {
    [Wider::Market, Wider::Security, Wider::Nodes]
        .into_iter()
        .filter(|wider| wider.is_open_to(demand))
        .map(|wider| {
            let view = View {
                demand: wider.of(&cheapest(demand)),
                spared: wider.spares(),
                plans: 1,
            };
            (wider, view)
        })
}

#[cfg(test)]
mod tests {
    use super::super::search;
    use super::super::why::tests::random::{self, Dice};
    use super::*;

    #[test]
    fn what_a_wider_request_saves_is_what_asking_for_it_finds() {
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..2_000 {
            let mut dice = Dice::new(seed);
            let market = random::market(&mut dice);
            let demand = random::demand(&mut dice, 6);
            let (answer, cheaper) = answer(&market, &demand, 3);
            let alone = search(&market, &demand, looked_at(3));
            assert_eq!(
                (answer.ranked, answer.rejected),
                (alone.ranked, alone.rejected),
                "{seed}"
            );
            let best = search(&market, &cheapest(&demand), 1).plans.into_iter().next();
            for (wider, view) in widened(&demand) {
                let plan = search(&market, &view.demand, 1).plans.into_iter().next();
                let better =
                    plan.filter(|plan| best.as_ref().is_none_or(|best| plan.total.parts() < best.total.parts()));
                let told = cheaper.iter().find(|cheaper| cheaper.wider == wider);
                assert_eq!(
                    told.map(|told| told.rate),
                    better.map(|plan| plan.rate),
                    "{seed} {wider:?}"
                );
                *counts.entry(wider).or_insert(0) += told.map_or(0, |_| 1);
            }
        }
        assert!(counts.len() == 3 && counts.values().all(|told| *told > 1), "{counts:?}");
    }
}
