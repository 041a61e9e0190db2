//! The limits of a request.

use crate::demand::{Demand, MarketWanted, Nodes, SecurityWanted};
use crate::fit::Reason;
use crate::gpu::{GpuWanted, MemoryWanted};
use crate::market::Market;
use crate::quantity::Gb;

/// One limit that a request may set, and that a change may widen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Limit {
    Gpu,
    GpuMemory,
    Socket,
    Market,
    Security,
    Broker,
    Provider,
    Region,
    Country,
    DataCenter,
    GpusPerNode,
    Kinds,
    Gbps,
    Prepaid,
    Vcpus,
    Memory,
    Disk,
    Kubernetes,
    MaxPrice,
    MaxUpfront,
    MaxTotal,
    /// GPUs at the most.
    Most,
    /// GPUs at the least: what is bought, so the last thing to give up.
    Least,
    MaxNodes,
    Spread,
    Mixed,
}

/// Some limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Limits(u32);

impl Limit {
    pub(super) const ALL: [Self; 26] = [
        Self::Gpu,
        Self::GpuMemory,
        Self::Socket,
        Self::Market,
        Self::Security,
        Self::Broker,
        Self::Provider,
        Self::Region,
        Self::Country,
        Self::DataCenter,
        Self::GpusPerNode,
        Self::Kinds,
        Self::Gbps,
        Self::Prepaid,
        Self::Vcpus,
        Self::Memory,
        Self::Disk,
        Self::Kubernetes,
        Self::MaxPrice,
        Self::MaxUpfront,
        Self::MaxTotal,
        Self::Most,
        Self::Least,
        Self::MaxNodes,
        Self::Spread,
        Self::Mixed,
    ];

    /// Those that no single offer fails, but only a plan.
    const OF_PLANS: [Self; 8] = [
        Self::MaxPrice,
        Self::MaxUpfront,
        Self::MaxTotal,
        Self::Most,
        Self::Least,
        Self::MaxNodes,
        Self::Spread,
        Self::Mixed,
    ];

    fn bit(self) -> u32 {
        let at = Self::ALL.iter().position(|limit| *limit == self);
        at.and_then(|at| u32::try_from(at).ok()).map_or(0, |at| 1 << at)
    }

    /// The limits whose widening a reader expects for a reason; none where no
    /// request helps. An exchange rate is not ours to guess, nor which disk may be
    /// left out.
    pub(super) fn named_by(reason: Reason) -> &'static [Self] {
        match reason {
            Reason::Unreadable
            | Reason::Stock
            | Reason::Unpriced
            | Reason::Currency
            | Reason::Price
            | Reason::Policy
            | Reason::Attach
            | Reason::NewDisk
            | Reason::DiskSharing => &[],
            Reason::Gpu => &[Self::Gpu],
            Reason::GpuMemory => &[Self::GpuMemory],
            Reason::Socket => &[Self::Socket],
            Reason::Market => &[Self::Market],
            Reason::Security => &[Self::Security],
            Reason::Broker => &[Self::Broker],
            Reason::Provider => &[Self::Provider],
            Reason::Region => &[Self::Region],
            Reason::Country => &[Self::Country],
            Reason::DataCenter => &[Self::DataCenter],
            Reason::GpusPerNode => &[Self::GpusPerNode],
            Reason::Interconnect => &[Self::Kinds, Self::Gbps],
            Reason::Prepaid => &[Self::Prepaid],
            Reason::Vcpus => &[Self::Vcpus],
            Reason::Memory => &[Self::Memory],
            Reason::Disk => &[Self::Disk],
            Reason::Kubernetes => &[Self::Kubernetes],
            Reason::MaxPrice => &[Self::MaxPrice],
            Reason::MaxUpfront => &[Self::MaxUpfront],
            Reason::MaxTotal => &[Self::MaxTotal],
            Reason::GpuCount => &[Self::MaxNodes, Self::Spread, Self::Mixed, Self::Most],
        }
    }
}

impl Limits {
    /// These limits.
    pub(super) fn of(limits: &[Limit]) -> Self {
        Self(limits.iter().fold(0, |bits, limit| bits | limit.bit()))
    }

    /// The limits that a request sets.
    pub(super) fn set_by(demand: &Demand) -> Self {
        let (wanted, instance, caps) = (&demand.wanted_where, &demand.instance, &demand.caps);
        let any = |which: &dyn Fn(&GpuWanted) -> bool| demand.gpus.alternatives.iter().any(which);
        let is_set = |limit: &Limit| match limit {
            Limit::Gpu => any(&|wanted| wanted.model.is_some()),
            Limit::GpuMemory => any(&|wanted| wanted.memory.is_some()),
            Limit::Socket => demand.network.socket.is_some() || any(&|wanted| wanted.socket.is_some()),
            Limit::Market => demand.market != MarketWanted::Both,
            Limit::Security => demand.security != SecurityWanted::Any,
            Limit::Broker => !wanted.brokers.is_empty(),
            Limit::Provider => !wanted.providers.is_empty(),
            Limit::Region => !wanted.regions.is_empty(),
            Limit::Country => !wanted.countries.is_empty(),
            Limit::DataCenter => !wanted.data_centers.is_empty(),
            Limit::GpusPerNode => demand.gpus_per_node.is_some(),
            Limit::Kinds => !demand.network.kinds.is_empty(),
            Limit::Gbps => demand.network.gbps.is_some(),
            Limit::Prepaid => !demand.prepaid,
            Limit::Vcpus => instance.vcpus.is_some(),
            Limit::Memory => instance.memory.is_some(),
            Limit::Disk => instance.disk.is_some(),
            Limit::Kubernetes => instance.kubernetes,
            Limit::MaxPrice => caps.rate.is_some(),
            Limit::MaxUpfront => caps.upfront.is_some(),
            Limit::MaxTotal => caps.total.is_some(),
            Limit::Most => any(&|wanted| wanted.count.most.is_some()),
            Limit::Least => any(&|wanted| wanted.count.least > 1),
            Limit::MaxNodes => demand.nodes != Nodes::Any,
            // Disks tie a plan to one place.
            Limit::Spread => !demand.spread && demand.disks.is_empty(),
            Limit::Mixed => !demand.mixed && have_one_count(demand),
        };
        Self::of(&Limit::ALL.into_iter().filter(is_set).collect::<Vec<_>>())
    }

    /// Those that only a plan can fail.
    pub(super) fn of_plans(self) -> Self {
        Self(self.0 & Self::of(&Limit::OF_PLANS).0)
    }

    pub(super) fn contains(self, limit: Limit) -> bool {
        self.0 & limit.bit() != 0
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(super) fn shares_some(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(super) fn without(self, limit: Limit) -> Self {
        Self(self.0 & !limit.bit())
    }

    pub(super) fn each(self) -> impl Iterator<Item = Limit> {
        Limit::ALL.into_iter().filter(move |limit| self.contains(*limit))
    }

    /// Every choice of `size` of these limits, always in one order.
    pub(super) fn choices(self, size: usize) -> Vec<Self> {
        let limits: Vec<Limit> = self.each().collect();
        let mut choices = vec![(Self::default(), 0)];
        for _ in 0..size {
            let longer = |(chosen, from): (Self, usize)| {
                let rest = limits.iter().enumerate().skip(from);
                rest.map(move |(at, limit)| (Self(chosen.0 | limit.bit()), at + 1))
            };
            choices = choices.into_iter().flat_map(longer).collect();
        }
        choices.into_iter().map(|(chosen, _)| chosen).collect()
    }
}

/// Whether all alternatives ask for the same count, so that GPUs may be mixed.
pub(super) fn have_one_count(demand: &Demand) -> bool {
    let mut counts = demand.gpus.alternatives.iter().map(|wanted| wanted.count);
    let first = counts.next();
    counts.all(|count| Some(count) == first)
}

/// The least memory in GB that a GPU has that somebody asked for: as asked, or
/// the least in which its model is sold; 0 when nobody says.
pub(super) fn least_memory(wanted: &GpuWanted, market: &Market) -> u64 {
    match (wanted.memory, &wanted.model) {
        (Some(MemoryWanted::About(Gb(size))), _) => size,
        (Some(MemoryWanted::Between(range)), _) => range.least,
        (None, None) => 0,
        (None, Some(model)) => {
            let sold = market.offers.iter().filter(|offer| offer.gpu.model == *model);
            let known = model.memory_sizes().iter().copied().min();
            known
                .or_else(|| sold.filter_map(|offer| offer.gpu.memory).map(u64::from).min())
                .unwrap_or(0)
        }
    }
}
