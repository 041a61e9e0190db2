//! What rules are held against: a purchase, as far as they look at it.

use crate::money::{Money, PARTS, Rate};
use crate::number::Exact;
use crate::offer::{Broker, MarketType, Provider, Security};
use crate::place::Place;
use crate::quantity::Hours;

/// A machine that is bought, in its place.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'a> {
    /// Who sells it.
    pub broker: &'a Broker,
    /// Whose machine it is.
    pub provider: &'a Provider,
    /// Where it stands.
    pub place: &'a Place,
    /// Who runs it.
    pub security: &'a Security,
    /// On demand or spot.
    pub market: &'a MarketType,
    /// Its GPUs.
    pub gpus: u64,
    /// What one of it costs over the hours, without disks that outlive it.
    pub total: Money,
}

/// A plan, or what a machine that runs comes to.
#[derive(Debug, Clone)]
pub struct Purchase<'a> {
    /// Its machines, each kind once.
    pub machines: Vec<Machine<'a>>,
    /// For how long.
    pub hours: Hours,
    /// GPUs in all.
    pub gpus: u64,
    /// Per hour, in all.
    pub rate: Rate,
    /// Paid when ordering.
    pub upfront: Money,
    /// Paid over the hours.
    pub total: Money,
}

impl Machine<'_> {
    /// Whether its total comes to more per GPU and hour (P16), multiplied out so
    /// that nothing is rounded; what has too many digits does.
    pub(super) fn is_dearer(&self, per_gpu_hour: Exact, hours: Hours) -> bool {
        let ticks = hours.in_minutes().times_count(PARTS / 60);
        let cap = ticks.and_then(|ticks| ticks.times_count(self.gpus)?.times(per_gpu_hour));
        cap.is_none_or(|cap| self.total.parts() > cap)
    }
}
