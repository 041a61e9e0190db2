//! One machine of a plan, ready to be ordered.

use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, OfferId};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::Order;

/// One machine of a plan.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What is ordered; its name is given when it is sent.
    pub order: Order,
    /// The most that it may cost over the horizon, in the launch's currency:
    /// what is prepaid and the minimum runtime included.
    pub worst: Exact,
    /// What is paid when ordering, part of `worst`.
    pub upfront: Exact,
}

/// What makes two units the same ware.
pub(crate) type Ware = (Broker, OfferId, Place);

impl Unit {
    pub(crate) fn ware(&self) -> Ware {
        let offer = &self.order.offer;
        (offer.broker.clone(), offer.id.clone(), self.order.place.clone())
    }
}
