//! What a plan orders after the machine that is ordered now.

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;

use crate::launch::unit::Unit;

/// What a machine may cost that is still to be ordered, where one of its plan without the others is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// From whom.
    pub(crate) broker: Broker,
    /// Per hour.
    pub(crate) rate: Exact,
    /// When ordering.
    pub(crate) upfront: Exact,
    /// In all.
    pub(crate) worst: Exact,
}

impl Ahead {
    pub(crate) fn of(unit: &Unit) -> Self {
        Self {
            broker: unit.order.offer.broker.clone(),
            rate: unit.order.ceiling.per_hour(),
            upfront: unit.upfront,
            worst: unit.worst,
        }
    }
}
