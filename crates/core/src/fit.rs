//! Whether one instance of an offer is what somebody asked for, and if not,
//! why not (R16).

mod ahead;
mod denied;
mod draft;
mod mismatch;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bill::Bill;
use crate::colocation::{Apart, Beside, Colocation, DiskSet};
use crate::configuration::{Available, Configuration, ConfigurationError, Resource};
use crate::demand::{Demand, Nodes};
use crate::gpu::GpuWanted;
use crate::offer::Offer;
use crate::place::Place;

pub(crate) use ahead::ahead;
pub(crate) use denied::denied_by;
pub(crate) use draft::{Draft, Fitter};
pub(crate) use mismatch::Mismatch;
pub use mismatch::mismatches;

/// An offer that fits, configured and billed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// The offer.
    pub offer: Arc<Offer>,
    /// Which of the request's alternatives its GPUs answer; never empty.
    pub alternatives: Vec<usize>,
    /// Which of the offer's places were asked for; never empty.
    pub places: Vec<usize>,
    /// The disks that a plan in each of `places` takes along; empty when none
    /// are asked for.
    pub(crate) beside: Vec<Beside>,
    /// The counts and charges.
    pub configuration: Configuration,
    /// What one instance costs over the horizon.
    pub bill: Bill,
    /// How many of it can be planned (R10), as far as is assumed; `None` for any
    /// number.
    pub most: Option<u64>,
}

/// The first thing that keeps an offer out, in the order in which things are
/// looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The record could not be understood.
    Unreadable,
    /// Another GPU model.
    Gpu,
    /// Another size of GPU memory, or none stated.
    GpuMemory,
    /// Another socket, or none stated.
    Socket,
    /// Not in stock.
    Stock,
    /// The market (on demand, spot) was not asked for.
    Market,
    /// The tier (secure, community) was not asked for.
    Security,
    /// The broker was not asked for.
    Broker,
    /// The provider was not asked for.
    Provider,
    /// The region was not asked for, or is unknown.
    Region,
    /// The country was not asked for, or is unknown.
    Country,
    /// The data centre was not asked for, or is unknown.
    DataCenter,
    /// Too few or too many GPUs in one instance.
    GpusPerNode,
    /// The network is another, slower, or not stated.
    Interconnect,
    /// It must be prepaid.
    Prepaid,
    /// It has no price for its market.
    Unpriced,
    /// It is priced in a currency without an exchange rate.
    Currency,
    /// Too few or too many vCPUs.
    Vcpus,
    /// Too little or too much memory.
    Memory,
    /// Too little or too much disk.
    Disk,
    /// No Kubernetes add-on.
    Kubernetes,
    /// Its price has too many digits to be reckoned exactly.
    Price,
    /// It fits, and a rule of the house denies it.
    Policy,
    /// The named disks can be attached in none of its places, as far as is
    /// known.
    Attach,
    /// No disk of the wanted size is for sale in any of its places.
    NewDisk,
    /// Every plan with it has several machines, and the disks in its places
    /// serve one.
    DiskSharing,
    /// It, or every plan of those that it may be combined with, costs too much
    /// per hour.
    MaxPrice,
    /// The same, when ordering.
    MaxUpfront,
    /// The same, over the horizon.
    MaxTotal,
    /// It and those that it may be combined with cannot supply the wanted
    /// number of GPUs. Looked at last, or right after the GPU where a plan is
    /// one instance.
    GpuCount,
}

impl Reason {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Gpu => "gpu",
            Self::GpuMemory => "gpu_memory",
            Self::Socket => "socket",
            Self::Stock => "stock",
            Self::Market => "market",
            Self::Security => "security",
            Self::Broker => "broker",
            Self::Provider => "provider",
            Self::Region => "region",
            Self::Country => "country",
            Self::DataCenter => "data_center",
            Self::GpusPerNode => "gpus_per_node",
            Self::Interconnect => "interconnect",
            Self::Prepaid => "prepaid",
            Self::Unpriced => "unpriced",
            Self::Currency => "currency",
            Self::Vcpus => "vcpus",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Kubernetes => "kubernetes",
            Self::Price => "price",
            Self::Policy => "policy",
            Self::Attach => "attach",
            Self::NewDisk => "new_disk",
            Self::DiskSharing => "disk_sharing",
            Self::MaxPrice => "max_price",
            Self::MaxUpfront => "max_upfront",
            Self::MaxTotal => "max_total",
            Self::GpuCount => "gpu_count",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Fits one offer to a request: a priced candidate, or the first reason
/// against it.
///
/// # Errors
/// The first [`Reason`] against the offer, in the order in which they are looked at.
pub fn fit(offer: &Arc<Offer>, demand: &Demand) -> Result<Candidate, Reason> {
    Fitter::new(demand).fit(offer).map(|draft| draft.candidate())
}

impl Candidate {
    /// Keeps the places where the disks asked for are, with those disks
    /// (R11, R12); the first reason when there is none.
    pub(crate) fn with_disks(mut self, colocation: &mut Colocation<'_>) -> Result<Self, Reason> {
        let (mut kept, mut nearest) = (Vec::new(), None);
        for at in std::mem::take(&mut self.places) {
            let Some(place) = self.offer.places.get(at) else {
                continue;
            };
            match colocation.beside(&self.offer, place) {
                Ok(beside) => {
                    kept.push(at);
                    self.beside.push(beside);
                }
                Err(apart) => nearest = nearest.max(Some(apart)),
            }
        }
        self.places = kept;
        match nearest {
            Some(apart) if self.places.is_empty() => Err(apart.into()),
            _ => Ok(self),
        }
    }

    /// The disks that a plan takes along in this place, one of `several`
    /// instances or of this one; `None` when no disks are asked for.
    pub(crate) fn disks(&self, place: usize, several: bool) -> Result<Option<&Arc<DiskSet>>, Apart> {
        let beside = self.beside_in(place);
        beside.map(|beside| beside.taken(self.is_several(several))).transpose()
    }

    /// Whether a plan in this place takes other disks along, for being of
    /// `several` machines, than one of a single machine would.
    pub(crate) fn pays_for_sharing(&self, place: usize, several: bool) -> bool {
        let differs = |beside: &Beside| beside.several.as_ref().is_none_or(|set| !Arc::ptr_eq(set, &beside.one));
        self.is_several(several) && self.beside_in(place).is_some_and(differs)
    }

    /// A cluster is several machines, however few instances it is.
    fn is_several(&self, several: bool) -> bool {
        several || self.offer.multi_node
    }

    fn beside_in(&self, place: usize) -> Option<&Beside> {
        if self.beside.is_empty() {
            return None;
        }
        let at = self.places.iter().position(|at| *at == place)?;
        self.beside.get(at)
    }
}

impl From<Apart> for Reason {
    fn from(apart: Apart) -> Self {
        match apart {
            Apart::Attach => Self::Attach,
            Apart::NewDisk => Self::NewDisk,
            Apart::Sharing => Self::DiskSharing,
        }
    }
}

/// What one of several alternatives fails by: up to three reasons, in order.
type Against = [Option<Reason>; 3];

/// The first of some reasons.
fn first(against: Against) -> Option<Reason> {
    let [first, second, third] = against;
    first.or(second).or(third)
}

/// Sets `answered` to the alternatives of the request that the offer's GPU
/// answers, whatever count they ask for unless one instance has to supply it.
fn alternatives(offer: &Offer, demand: &Demand, answered: &mut Vec<usize>) -> Result<(), Reason> {
    answered.clear();
    let wanted = demand.gpus.alternatives.iter().enumerate();
    let answers = wanted.filter(|(_, wanted)| against_alternative(offer, demand, wanted).is_none());
    answered.extend(answers.map(|(at, _)| at));
    if answered.is_empty() {
        return against_gpus(offer, demand).map_or(Ok(()), Err);
    }
    Ok(())
}

/// Why the offer's GPUs answer none of the alternatives: the last reason that
/// any of them gets to.
fn against_gpus(offer: &Offer, demand: &Demand) -> Option<Reason> {
    let mut nearest = Reason::Gpu;
    for wanted in &demand.gpus.alternatives {
        nearest = nearest.max(against_alternative(offer, demand, wanted)?);
    }
    Some(nearest)
}

/// The first reason why the offer's GPUs do not answer an alternative.
fn against_alternative(offer: &Offer, demand: &Demand, wanted: &GpuWanted) -> Option<Reason> {
    first(against_gpu(offer, demand, wanted))
        .or_else(|| is_short_alone(offer, demand, wanted).then_some(Reason::GpuCount))
}

/// Why the offer's GPU does not answer one alternative of the request. Memory
/// and socket of another model are beside the point.
fn against_gpu(offer: &Offer, demand: &Demand, wanted: &GpuWanted) -> Against {
    let gpu = &offer.gpu;
    if gpu.count == 0 || !wanted.admits_model(&gpu.model) {
        return [Some(Reason::Gpu), None, None];
    }
    let asked = demand.network.socket.as_ref();
    let right_socket = asked.is_none_or(|wanted| gpu.socket.as_ref().is_some_and(|socket| socket.answers(wanted)));
    [
        None,
        (!wanted.admits_memory(gpu)).then_some(Reason::GpuMemory),
        (!right_socket || !wanted.admits_socket(gpu)).then_some(Reason::Socket),
    ]
}

/// Whether the offer has too few or too many GPUs for a request that one
/// instance must answer: then nothing else about it matters, its price least.
fn is_short_alone(offer: &Offer, demand: &Demand, wanted: &GpuWanted) -> bool {
    demand.nodes == Nodes::AtMost(1) && !wanted.count.contains(offer.gpu.count.into())
}

/// Why a place was not asked for.
fn against_place(place: &Place, demand: &Demand) -> Against {
    let wanted = &demand.wanted_where;
    [
        (!wanted.admits_region(place)).then_some(Reason::Region),
        (!wanted.admits_country(place)).then_some(Reason::Country),
        (!wanted.admits_data_center(place)).then_some(Reason::DataCenter),
    ]
}

/// Sets `places` to those of the offer's places that were asked for.
fn places(offer: &Offer, demand: &Demand, places: &mut Vec<usize>) -> Result<(), Reason> {
    let mut nearest = Reason::Region;
    places.clear();
    if demand.wanted_where.admits_every_place() && !offer.places.is_empty() {
        places.extend(0..offer.places.len());
        return Ok(());
    }
    for (at, place) in offer.places.iter().enumerate() {
        match first(against_place(place, demand)) {
            None => places.push(at),
            Some(reason) => nearest = nearest.max(reason),
        }
    }
    if places.is_empty() { Err(nearest) } else { Ok(()) }
}

/// Names each reason against the offer's stock and seller, until `object` has
/// heard enough.
fn against_seller<E>(offer: &Offer, demand: &Demand, mut object: impl FnMut(Reason) -> Result<(), E>) -> Result<(), E> {
    let wanted = &demand.wanted_where;
    let mut require = |holds: bool, reason: Reason| if holds { Ok(()) } else { object(reason) };
    require(demand.stock.bound(&offer.stock) != Some(0), Reason::Stock)?;
    require(demand.market.admits(&offer.market), Reason::Market)?;
    require(demand.security.admits(&offer.security), Reason::Security)?;
    require(wanted.admits_broker(offer), Reason::Broker)?;
    require(wanted.admits_provider(&offer.provider), Reason::Provider)
}

/// Names each reason against the shape of its instances, its network and its
/// terms, until `object` has heard enough.
fn against_terms<E>(offer: &Offer, demand: &Demand, mut object: impl FnMut(Reason) -> Result<(), E>) -> Result<(), E> {
    let mut require = |holds: bool, reason: Reason| if holds { Ok(()) } else { object(reason) };
    // How the GPUs of a cluster are spread over its machines is not stated.
    let gpus_per_node = demand
        .gpus_per_node
        .is_none_or(|range| !offer.multi_node && range.contains(offer.gpu.count.into()));
    require(gpus_per_node, Reason::GpusPerNode)?;
    require(demand.network.admits(offer), Reason::Interconnect)?;
    require(demand.prepaid || offer.terms.prepaid.is_none(), Reason::Prepaid)
}

fn reason(error: &ConfigurationError) -> Reason {
    match error {
        ConfigurationError::Unpriced => Reason::Unpriced,
        ConfigurationError::Currency(_) => Reason::Currency,
        ConfigurationError::Kubernetes => Reason::Kubernetes,
        ConfigurationError::TooManyDigits => Reason::Price,
        ConfigurationError::Resource {
            resource,
            available: Available::Unknown | Available::AtMost(_) | Available::AtLeast(_),
        } => match resource {
            Resource::Vcpu => Reason::Vcpus,
            Resource::Memory => Reason::Memory,
            Resource::Disk | Resource::SharedDisk => Reason::Disk,
        },
    }
}
