//! From the limits that have to give to the least that they have to give: the
//! nearest threshold, one word more, one switch.

mod amount;
mod choice;

use super::Case;
use super::lift::{restored, without};
use super::limit::{Limit, Limits};
use super::smallest::Question;
use crate::demand::{Demand, Nodes};

/// The order in which limits are tightened again. Thresholds that an offer
/// meets or not come first, while there is still every offer to choose from;
/// then what depends on the plan; words last, as they follow the best plan.
const ORDER: [Limit; 20] = [
    Limit::GpusPerNode,
    Limit::Gbps,
    Limit::Vcpus,
    Limit::Memory,
    Limit::Disk,
    Limit::MaxNodes,
    Limit::Most,
    Limit::Least,
    Limit::MaxPrice,
    Limit::MaxUpfront,
    Limit::MaxTotal,
    Limit::Gpu,
    Limit::GpuMemory,
    Limit::Socket,
    Limit::Broker,
    Limit::Provider,
    Limit::Region,
    Limit::Country,
    Limit::DataCenter,
    Limit::Kinds,
];

impl Case<'_> {
    /// The request changed as little in the given limits as still admits one
    /// of the targets, and the limits in which it is changed; `None` when not
    /// even lifting them does.
    pub(super) fn tightened(&self, limits: Limits, targets: &[bool]) -> Option<(Demand, Limits)> {
        let question = self.ask(limits, targets);
        let lifted = without(self.demand, limits, self.market);
        if question.admits(&lifted) {
            return Some(question.tightened_in(limits, lifted));
        }
        // What supplies the count alone keeps all else out, and a limit that
        // is lifted altogether may let too much of it in.
        let one_if_possible = self.demand.nodes == Nodes::OneIfPossible && !limits.contains(Limit::MaxNodes);
        let any = Demand {
            nodes: Nodes::Any,
            ..lifted
        };
        if !one_if_possible || !question.admits(&any) {
            return None;
        }
        let (tight, changed) = question.tightened_in(limits, any);
        let demand = Demand {
            nodes: Nodes::OneIfPossible,
            ..tight
        };
        question.admits(&demand).then_some((demand, changed))
    }
}

impl Question<'_> {
    /// `demand`, which does without some limits, with as much of each as still
    /// admits a target, and the limits of which something had to go.
    fn tightened_in(&self, limits: Limits, mut demand: Demand) -> (Demand, Limits) {
        for limit in ORDER.into_iter().filter(|limit| limits.contains(*limit)) {
            if let Some(tighter) = self.tightened(limit, &demand) {
                demand = tighter;
            }
        }
        // What others gave may have been enough.
        let mut changed = limits;
        for limit in limits.each() {
            let back = restored(&demand, limit, self.case.demand);
            if back != demand && self.admits(&back) {
                (demand, changed) = (back, changed.without(limit));
            }
        }
        (demand, changed)
    }

    /// `demand`, which does without a limit, with as much of it as still
    /// admits a target; `None` when that is nothing.
    fn tightened(&self, limit: Limit, demand: &Demand) -> Option<Demand> {
        match limit {
            Limit::GpusPerNode | Limit::Vcpus | Limit::Memory | Limit::Disk => self.nearest_range(limit, demand),
            Limit::Gbps => self.nearest_speed(demand),
            Limit::MaxNodes => self.fewest_nodes(demand),
            Limit::Most | Limit::Least => self.nearest_count(limit, demand),
            Limit::MaxPrice | Limit::MaxUpfront | Limit::MaxTotal => self.least_cap(limit, demand),
            Limit::Gpu => self.one_model(demand),
            Limit::GpuMemory | Limit::Socket => self.one_alternative(limit, demand),
            Limit::Broker | Limit::Provider | Limit::Region | Limit::Country | Limit::DataCenter => {
                self.one_word(limit, demand)
            }
            Limit::Kinds => self.one_kind(demand),
            // A switch is on or off.
            Limit::Market | Limit::Security | Limit::Prepaid | Limit::Kubernetes | Limit::Spread | Limit::Mixed => None,
        }
    }

    /// Whether a target is admitted.
    fn admits(&self, demand: &Demand) -> bool {
        self.best(demand).is_some()
    }
}
