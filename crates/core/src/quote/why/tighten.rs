//! From the limits that have to give to the least that they have to give: the
//! nearest threshold, one word more, one switch.

mod amount;
mod choice;

use super::Case;
use super::limit::{Limit, Limits, without};
use super::smallest::Question;
use crate::demand::Demand;

/// The order in which limits are tightened again. Thresholds that an offer
/// meets or not come first, while there is still every offer to choose from;
/// then what depends on the plan; words last, as they follow the best plan.
const ORDER: [Limit; 18] = [
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
];

/// Words that depend on the place come after those it depends on.
const LAST: [Limit; 2] = [Limit::DataCenter, Limit::Kinds];

impl Case<'_> {
    /// The request changed as little in the given limits as still admits one
    /// of the targets; `None` when not even lifting them does.
    pub(super) fn tightened(&self, limits: Limits, targets: &[bool]) -> Option<Demand> {
        let question = self.ask(limits, targets);
        let mut demand = without(self.demand, limits, self.market);
        question.best(&demand)?;
        for limit in ORDER.into_iter().chain(LAST).filter(|limit| limits.contains(*limit)) {
            if let Some(tighter) = question.tightened(limit, &demand) {
                demand = tighter;
            }
        }
        Some(demand)
    }
}

impl Question<'_> {
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
