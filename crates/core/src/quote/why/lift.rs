//! A request without some of its limits, and with them again.

use super::limit::{Limit, Limits, have_one_count, least_memory};
use crate::configuration::Selection;
use crate::demand::{Demand, MarketWanted, Nodes, SecurityWanted, Words};
use crate::gpu::{GpuWanted, MemoryWanted};
use crate::market::Market;
use crate::quantity::Range;

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
