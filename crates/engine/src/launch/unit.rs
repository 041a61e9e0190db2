//! A plan, taken apart into what is ordered one by one.

use gpu_broker_core::disk::DiskId;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, OfferId};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::{DiskOrder, Order};

/// All that one plan orders.
#[derive(Debug, Clone, Default)]
pub struct Package {
    /// Its machines, one by one.
    pub machines: Vec<Unit>,
    /// The disks that it creates first, and attaches to each of them.
    pub disks: Vec<DiskUnit>,
}

impl From<Vec<Unit>> for Package {
    fn from(machines: Vec<Unit>) -> Self {
        Self {
            machines,
            disks: Vec::new(),
        }
    }
}

/// One machine of a plan.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What is ordered; its name is given when it is sent.
    pub order: Order,
    /// The most that it may cost over the horizon, in the launch's currency:
    /// what is prepaid and the minimum runtime included.
    pub worst: Exact,
    /// What is paid when ordering, part of `worst` and in its currency.
    pub upfront: Exact,
}

/// One disk that a plan creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskUnit {
    /// What is ordered; its name is given when it is sent.
    pub order: DiskOrder,
    /// The most that it may cost per hour, in the launch's currency.
    pub ceiling: Exact,
    /// The most that it may cost over the horizon, in the launch's currency.
    pub worst: Exact,
}

/// What makes two units the same ware.
pub(crate) type Ware = (Broker, OfferId, Place);

impl Unit {
    pub(crate) fn ware(&self) -> Ware {
        let offer = &self.order.offer;
        (offer.broker.clone(), offer.id.clone(), self.order.place.clone())
    }

    /// The same machine, with these disks attached too.
    pub(crate) fn with(&self, disks: &[DiskId]) -> Self {
        let mut unit = self.clone();
        unit.order.disks.extend(disks.iter().cloned());
        unit
    }
}

/// One thing to order.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Machine(Box<Unit>),
    Disk(Box<DiskUnit>),
}

impl Item {
    pub(crate) fn broker(&self) -> &Broker {
        match self {
            Self::Machine(unit) => &unit.order.offer.broker,
            Self::Disk(unit) => &unit.order.offer.broker,
        }
    }

    /// The same thing under a name.
    pub(crate) fn named(&self, name: &str) -> Self {
        let name = name.to_owned();
        match self {
            Self::Machine(unit) => {
                let mut unit = unit.clone();
                unit.order.name = name;
                Self::Machine(unit)
            }
            Self::Disk(unit) => {
                let mut unit = unit.clone();
                unit.order.name = name;
                Self::Disk(unit)
            }
        }
    }
}
