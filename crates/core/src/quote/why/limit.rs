//! The limits of a request, and the request without some of them.

use crate::configuration::Selection;
use crate::demand::{Demand, MarketWanted, Nodes, SecurityWanted, Words};
use crate::fit::Reason;
use crate::gpu::{GpuWanted, MemoryWanted};
use crate::market::Market;
use crate::quantity::{Gb, Range};

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
    /// request helps. An exchange rate is not ours to guess.
    pub(super) fn named_by(reason: Reason) -> &'static [Self] {
        match reason {
            Reason::Unreadable | Reason::Stock | Reason::Unpriced | Reason::Currency | Reason::Price => &[],
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
            Limit::Spread => !demand.spread,
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

/// The request without some of its limits.
pub(super) fn without(demand: &Demand, limits: Limits, market: &Market) -> Demand {
    limits
        .each()
        .fold(demand.clone(), |demand, limit| lift(demand, limit, market))
}

fn lift(mut demand: Demand, limit: Limit, market: &Market) -> Demand {
    let alternatives = &mut demand.gpus.alternatives;
    match limit {
        Limit::Gpu => {
            let others: Vec<GpuWanted> = alternatives
                .iter()
                .map(|wanted| any_instead_of(wanted, market))
                .collect();
            alternatives.extend(others);
        }
        Limit::GpuMemory => alternatives.iter_mut().for_each(|wanted| wanted.memory = None),
        Limit::Socket => {
            for wanted in alternatives {
                wanted.socket = None;
            }
            demand.network.socket = None;
        }
        Limit::Market => demand.market = MarketWanted::Both,
        Limit::Security => demand.security = SecurityWanted::Any,
        Limit::Broker => demand.wanted_where.brokers = Words::default(),
        Limit::Provider => demand.wanted_where.providers = Words::default(),
        Limit::Region => demand.wanted_where.regions = Words::default(),
        Limit::Country => demand.wanted_where.countries = Words::default(),
        Limit::DataCenter => demand.wanted_where.data_centers = Words::default(),
        Limit::GpusPerNode => demand.gpus_per_node = None,
        Limit::Kinds => demand.network.kinds = Vec::new(),
        Limit::Gbps => demand.network.gbps = None,
        Limit::Prepaid => demand.prepaid = true,
        Limit::Vcpus | Limit::Memory | Limit::Disk => *sized(&mut demand.instance, limit) = None,
        Limit::Kubernetes => demand.instance.kubernetes = false,
        Limit::MaxPrice => demand.caps.rate = None,
        Limit::MaxUpfront => demand.caps.upfront = None,
        Limit::MaxTotal => demand.caps.total = None,
        Limit::Most => alternatives.iter_mut().for_each(|wanted| wanted.count.most = None),
        Limit::Least => alternatives.iter_mut().for_each(|wanted| wanted.count.least = 1),
        Limit::MaxNodes => demand.nodes = Nodes::Any,
        Limit::Spread => demand.spread = true,
        Limit::Mixed => demand.mixed = true,
    }
    demand
}

/// A request with one limit again as it was before it was changed.
pub(super) fn restored(changed: &Demand, limit: Limit, before: &Demand) -> Demand {
    let mut demand = changed.clone();
    let counts = |demand: &mut Demand, set: &dyn Fn(&mut GpuWanted, &GpuWanted)| {
        for (wanted, before) in demand.gpus.alternatives.iter_mut().zip(&before.gpus.alternatives) {
            set(wanted, before);
        }
    };
    let wanted = (&mut demand.wanted_where, &before.wanted_where);
    match limit {
        Limit::Gpu => demand.gpus.alternatives.truncate(before.gpus.alternatives.len()),
        Limit::GpuMemory => counts(&mut demand, &|wanted, before| wanted.memory = before.memory),
        Limit::Socket => {
            counts(&mut demand, &|wanted, before| wanted.socket.clone_from(&before.socket));
            demand.network.socket.clone_from(&before.network.socket);
        }
        Limit::Market => demand.market = before.market,
        Limit::Security => demand.security = before.security,
        Limit::Broker => wanted.0.brokers.clone_from(&wanted.1.brokers),
        Limit::Provider => wanted.0.providers.clone_from(&wanted.1.providers),
        Limit::Region => wanted.0.regions.clone_from(&wanted.1.regions),
        Limit::Country => wanted.0.countries.clone_from(&wanted.1.countries),
        Limit::DataCenter => wanted.0.data_centers.clone_from(&wanted.1.data_centers),
        Limit::GpusPerNode => demand.gpus_per_node = before.gpus_per_node,
        Limit::Kinds => demand.network.kinds.clone_from(&before.network.kinds),
        Limit::Gbps => demand.network.gbps = before.network.gbps,
        Limit::Prepaid => demand.prepaid = before.prepaid,
        Limit::Vcpus | Limit::Memory | Limit::Disk => {
            let mut instance = before.instance;
            *sized(&mut demand.instance, limit) = *sized(&mut instance, limit);
        }
        Limit::Kubernetes => demand.instance.kubernetes = before.instance.kubernetes,
        Limit::MaxPrice => demand.caps.rate = before.caps.rate,
        Limit::MaxUpfront => demand.caps.upfront = before.caps.upfront,
        Limit::MaxTotal => demand.caps.total = before.caps.total,
        // An alternative that was added asks for as many as one of the others.
        Limit::Most | Limit::Least if demand.gpus.alternatives.len() > before.gpus.alternatives.len() => {
            if let Some(one) = before.gpus.alternatives.first().filter(|_| have_one_count(before)) {
                for wanted in &mut demand.gpus.alternatives {
                    match limit {
                        Limit::Most => wanted.count.most = one.count.most,
                        _ => wanted.count.least = one.count.least,
                    }
                }
            }
        }
        Limit::Most => counts(&mut demand, &|wanted, before| wanted.count.most = before.count.most),
        Limit::Least => counts(&mut demand, &|wanted, before| wanted.count.least = before.count.least),
        Limit::MaxNodes => demand.nodes = before.nodes,
        Limit::Spread => demand.spread = before.spread,
        Limit::Mixed => demand.mixed = before.mixed,
    }
    demand
}

/// What is asked of the resource that a limit is about: the disk, unless it is
/// one of the others.
pub(super) fn sized(instance: &mut Selection, limit: Limit) -> &mut Option<Range> {
    match limit {
        Limit::Vcpus => &mut instance.vcpus,
        Limit::Memory => &mut instance.memory,
        _ => &mut instance.disk,
    }
}

/// As many GPUs of any model with no less memory.
fn any_instead_of(wanted: &GpuWanted, market: &Market) -> GpuWanted {
    let least = least_memory(wanted, market);
    GpuWanted {
        model: None,
        socket: None,
        memory: (least > 0).then(|| MemoryWanted::Between(Range::at_least(least))),
        count: wanted.count,
    }
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
