//! What a wider request would save (R2, R4): found by asking, not guessed.

use super::survey::{Answer, View, survey};
use super::{in_rows, looked_at};
use crate::demand::{Demand, MarketWanted, Nodes, Objective, SecurityWanted};
use crate::fit::Reason;
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
    /// The share of the least total without the flag that it saves; `None` when
    /// there is no plan without it.
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
        (
            "",
            View {
                demand,
                spared: None,
                plans: 1,
            },
        )
    });
    let (flags, wider): (Vec<&str>, Vec<View>) = same.chain(widened(demand)).unzip();
    let (answer, plans) = survey(market, &asked, &wider);
    let answer = in_rows(market, demand, rows, answer);
    let mut found = flags.into_iter().zip(plans).peekable();
    let same = found.next_if(|(flag, _)| flag.is_empty());
    let best = same.map_or_else(|| answer.plans.first().cloned(), |(_, plan)| plan);
    let best = best.as_ref();
    let mut found: Vec<(Plan, Cheaper)> = found
        .filter_map(|(flag, plan)| {
            let plan = plan.filter(|plan| best.is_none_or(|best| plan.total.parts() < best.total.parts()))?;
            let saves = best.and_then(|best| {
                let (before, after) = (best.total.parts(), plan.total.parts());
                before.minus(after)?.over(before)
            });
            let rate = plan.rate;
            Some((plan, Cheaper { flag, rate, saves }))
        })
        .collect();
    found.sort_by(|(left, a), (right, b)| compare(left, right, Objective::Total).then_with(|| a.flag.cmp(b.flag)));
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
fn widened(demand: &Demand) -> impl Iterator<Item = (&'static str, View)> {
    let cheapest = || cheapest(demand);
    let view = |flag, spared, demand| {
        let view = View {
            demand,
            spared,
            plans: 1,
        };
        (flag, view)
    };
    let with_market = |flag| {
        let market = MarketWanted::Both;
        view(flag, Some(Reason::Market), Demand { market, ..cheapest() })
    };
    let market = match demand.market {
        MarketWanted::OnDemand => Some(with_market("--spot-auto")),
        MarketWanted::Spot => Some(with_market("--spot-auto instead of --spot")),
        MarketWanted::Both => None,
    };
    let security = match demand.security {
        SecurityWanted::Secure | SecurityWanted::Community => {
            let security = SecurityWanted::Any;
            let wider = Demand { security, ..cheapest() };
            Some(view("--security any", Some(Reason::Security), wider))
        }
        SecurityWanted::Any => None,
    };
    let nodes = matches!(demand.nodes, Nodes::OneIfPossible).then(|| {
        let nodes = Nodes::Any;
        view("--max-nodes any", None, Demand { nodes, ..cheapest() })
    });
    [market, security, nodes].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::search;
    use super::super::why::tests::random::{self, Dice};
    use super::*;

    #[test]
    fn what_a_wider_request_saves_is_what_asking_for_it_finds() {
        let mut flags = std::collections::BTreeMap::new();
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
            for (flag, view) in widened(&demand) {
                let plan = search(&market, &view.demand, 1).plans.into_iter().next();
                let better =
                    plan.filter(|plan| best.as_ref().is_none_or(|best| plan.total.parts() < best.total.parts()));
                let told = cheaper.iter().find(|cheaper| cheaper.flag == flag);
                assert_eq!(
                    told.map(|told| told.rate),
                    better.map(|plan| plan.rate),
                    "{seed} {flag}"
                );
                *flags.entry(flag).or_insert(0) += told.map_or(0, |_| 1);
            }
        }
        assert!(flags.values().all(|told| *told > 1), "{flags:?}");
    }
}
