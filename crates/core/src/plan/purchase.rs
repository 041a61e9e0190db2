//! A plan as its policy sees it.

use super::{Group, Plan};
use crate::policy::{Machine, Purchase};
use crate::quantity::Hours;

impl Plan {
    /// The plan, for so many hours, as the rules of a house look at it. The hours
    /// are those that it was billed for.
    pub fn purchase(&self, hours: Hours) -> Purchase<'_> {
        Purchase {
            machines: self.groups.iter().map(machine).collect(),
            hours,
            gpus: self.gpus,
            rate: self.rate,
            upfront: self.upfront,
            total: self.total,
        }
    }
}

fn machine(group: &Group) -> Machine<'_> {
    let offer = &group.candidate.offer;
    Machine {
        broker: &offer.broker,
        provider: &offer.provider,
        place: group.place(),
        security: &offer.security,
        market: &offer.market,
        gpus: offer.gpu.count.into(),
        total: group.candidate.bill.total,
    }
}
