//! Thresholds: counts, sizes, speeds, prices.

use std::collections::BTreeSet;

use crate::demand::{Demand, Nodes, Objective};
use crate::money::PARTS;
use crate::number::Exact;
use crate::offer::Offer;
use crate::plan::{Plan, compare};
use crate::quantity::Range;
use crate::quote::why::lift::sized;
use crate::quote::why::limit::{Limit, have_one_count};
use crate::quote::why::smallest::Question;

impl Question<'_> {
    /// With the range of a limit stretched to the nearest count that some
    /// offer has.
    pub(super) fn nearest_range(&self, limit: Limit, demand: &Demand) -> Option<Demand> {
        let mut asked = self.case.demand.instance;
        let asked = match limit {
            Limit::GpusPerNode => self.case.demand.gpus_per_node,
            limit => *sized(&mut asked, limit),
        }?;
        let with = |range: Range| {
            let mut demand = demand.clone();
            match limit {
                Limit::GpusPerNode => demand.gpus_per_node = Some(range),
                limit => *sized(&mut demand.instance, limit) = Some(range),
            }
            demand
        };
        // Each offer has its counts, and where charges and caps meet any of
        // them may be the one that just fits: every whole number is tried.
        let lower = |by: u64| {
            with(Range {
                least: asked.least.saturating_sub(by),
                ..asked
            })
        };
        let higher = |most: u64| {
            with(Range {
                most: Some(most),
                ..asked
            })
        };
        let by = self.first_in(1, asked.least, lower);
        let most = asked.most.and_then(|most| {
            let next = self
                .each_offer()
                .filter_map(|offer| next_above(offer, limit, most))
                .max()?;
            self.first_in(most.checked_add(1)?, next, higher)
        });
        let by_more = most.zip(asked.most).map(|(most, before)| most - before);
        match (by, most) {
            (Some(by), Some(most)) if by_more < Some(by) => Some(higher(most)),
            (Some(by), _) => Some(lower(by)),
            (None, most) => most.map(higher),
        }
    }

    /// With the least speed lowered to the next that some offer has.
    pub(super) fn nearest_speed(&self, demand: &Demand) -> Option<Demand> {
        let asked = self.case.demand.network.gbps?;
        let speeds: BTreeSet<Exact> = self.each_offer().filter_map(|offer| offer.interconnect.gbps).collect();
        let slower: Vec<Exact> = speeds.into_iter().filter(|speed| *speed < asked).rev().collect();
        let with = |speed: &Exact| {
            let mut demand = demand.clone();
            demand.network.gbps = Some(*speed);
            demand
        };
        let at = slower.partition_point(|speed| !self.admits(&with(speed)));
        slower.get(at).map(with)
    }

    /// With the fewest instances more.
    pub(super) fn fewest_nodes(&self, demand: &Demand) -> Option<Demand> {
        let Nodes::AtMost(asked) = self.case.demand.nodes else {
            return None;
        };
        let enough = self.best(demand)?.nodes;
        let with = |nodes| Demand {
            nodes: Nodes::AtMost(nodes),
            ..demand.clone()
        };
        let nodes = self.first_in(asked.saturating_add(1), enough, with)?;
        Some(with(nodes))
    }

    /// With the fewest GPUs more at the most, or fewer at the least.
    pub(super) fn nearest_count(&self, limit: Limit, demand: &Demand) -> Option<Demand> {
        let plan = self.best(demand)?;
        let answered = plan.groups.first()?.candidate.alternatives.iter();
        let changes = answered.filter_map(|at| self.nearest_count_of(*at, limit, demand, plan.gpus));
        let objective = self.case.demand.objective;
        let planned = changes.filter_map(|change| Some((self.best(&change)?, change)));
        let best = planned.min_by(|(left, _): &(Plan, Demand), (right, _)| compare(left, right, objective));
        best.map(|(_, change)| change)
    }

    /// The same, by the count of one alternative. `enough` is one that will do.
    fn nearest_count_of(&self, alternative: usize, limit: Limit, demand: &Demand, enough: u64) -> Option<Demand> {
        let asked = &self.case.demand.gpus.alternatives;
        let all = have_one_count(self.case.demand);
        // An alternative that was added asks for as many as that it replaces.
        let one = asked.get(alternative % asked.len().max(1))?.count;
        let with = |count: u64| {
            let mut demand = demand.clone();
            for (at, wanted) in demand.gpus.alternatives.iter_mut().enumerate() {
                let own = asked.get(at % asked.len().max(1)).map_or(one, |wanted| wanted.count);
                let concerned = all || at == alternative;
                match limit {
                    Limit::Most => wanted.count.most = if concerned { Some(count) } else { own.most },
                    _ => wanted.count.least = if concerned { count } else { own.least },
                }
            }
            demand
        };
        let count = if limit == Limit::Most {
            self.first_in(one.most?.saturating_add(1), enough, with)?
        } else {
            let fewer = |by: u64| with(one.least.saturating_sub(by).max(1));
            let by = self.first_in(1, one.least.saturating_sub(1), fewer)?;
            one.least.saturating_sub(by).max(1)
        };
        Some(with(count))
    }

    /// With a cap of just what the least plan costs.
    pub(super) fn least_cap(&self, limit: Limit, demand: &Demand) -> Option<Demand> {
        let objective = match limit {
            Limit::MaxPrice => Objective::Rate,
            Limit::MaxUpfront => Objective::Upfront,
            _ => Objective::Total,
        };
        let capped = |nodes| {
            let plan = self.best(&Demand {
                nodes,
                objective,
                ..demand.clone()
            })?;
            let mut demand = demand.clone();
            match limit {
                Limit::MaxPrice => demand.caps.rate = Some(written_above(plan.rate.per_hour(), 1)?),
                Limit::MaxUpfront => demand.caps.upfront = Some(written_above(plan.upfront.parts(), PARTS)?),
                _ => demand.caps.total = Some(written_above(plan.total.parts(), PARTS)?),
            }
            self.admits(&demand).then_some(demand)
        };
        // Below the price of any single instance several may compete again.
        let several = (demand.nodes == Nodes::OneIfPossible).then_some(Nodes::Any);
        several.and_then(capped).or_else(|| capped(demand.nodes))
    }

    /// The offers that may fit.
    fn each_offer(&self) -> impl Iterator<Item = &Offer> {
        let offers = &self.case.market.offers;
        self.offers.iter().filter_map(|at| offers.get(*at)).map(AsRef::as_ref)
    }

    /// The first of a range of numbers, each wider than the one before, that
    /// admits a target; `None` when the last does not.
    fn first_in(&self, mut low: u64, mut high: u64, with: impl Fn(u64) -> Demand) -> Option<u64> {
        if low > high || !self.admits(&with(high)) {
            return None;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.admits(&with(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(high)
    }
}

/// The least count of an offer that is more than asked.
fn next_above(offer: &Offer, limit: Limit, most: u64) -> Option<u64> {
    let resources = &offer.resources;
    let gpus = u64::from(offer.gpu.count);
    match limit {
        Limit::Vcpus => resources.vcpu.next_above(most),
        Limit::Memory => resources.memory.next_above(most),
        Limit::Disk => resources.disk.next_above(most),
        _ => (gpus > most && !offer.multi_node).then_some(gpus),
    }
}

/// The least number that can be written and that, times `unit`, is not below
/// an amount.
fn written_above(amount: Exact, unit: u64) -> Option<Exact> {
    let quotient = amount.over(Exact::whole(unit))?;
    let last = Exact::new(1, crate::number::QUOTIENT_DECIMALS)?;
    let short = quotient.rounded(crate::number::QUOTIENT_DECIMALS);
    let good = |cap: &Exact| {
        let reads_back = cap.to_string().parse() == Ok(*cap);
        reads_back && cap.times_count(unit).is_some_and(|cap| cap >= amount)
    };
    [Some(quotient), Some(short), short.plus(last)]
        .into_iter()
        .flatten()
        .find(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_are_never_below_what_they_admit() {
        let check = |amount: &str, unit: u64, expected: &str| {
            let cap = written_above(amount.parse().unwrap(), unit).unwrap();
            assert_eq!(cap.to_string(), expected);
        };
        check("7.125", 1, "7.125");
        check("360", PARTS, "2");
        check("60", PARTS, "0.333333333334");
        check("120", PARTS, "0.666666666667");
    }
}
