//! Which disks stand beside what is launched in a place (R11–R13), and what
//! they add to its price (P13, P14).

mod attach;
mod create;

pub use attach::{AttachedDisk, Hindrance, Unattachable};
pub use create::NewDisk;

pub(crate) use attach::{is_readable, listed, unattachable};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::demand::Demand;
use crate::disk::{Disk, DiskOffer};
use crate::market::DiskMarket;
use crate::money::{Money, MoneyError, Rate};
use crate::offer::{Broker, Offer, Provider};
use crate::place::Place;
use crate::quantity::Gb;

/// A disk of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanDisk {
    /// It exists and is attached: paid already, and part of no total (P14).
    Attached(AttachedDisk),
    /// It is created with the plan and paid over the horizon (P13).
    New(NewDisk),
}

/// The disks that a plan takes along, and what they add to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiskSet {
    /// Attached disks and then new ones, each in the order asked for.
    pub disks: Vec<PlanDisk>,
    /// What the new ones cost per hour, in the quote's currency.
    pub rate: Rate,
    /// What the new ones cost over the horizon.
    pub total: Money,
}

/// What a plan in one place takes along. Several machines need disks that all
/// of them can attach (R13), which may be dearer ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    /// For a plan of one machine.
    pub(crate) one: Arc<DiskSet>,
    /// For a plan of several; the same set where the cheapest will do.
    pub(crate) several: Option<Arc<DiskSet>>,
}

/// Why a place is none for the disks asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Apart {
    /// The named disks cannot be attached there (R11).
    Attach,
    /// No disk of the wanted size is for sale there (R12).
    NewDisk,
    /// The disks there serve one machine only (R13).
    Sharing,
}

impl PlanDisk {
    /// Whose account it is in, or will be.
    pub fn broker(&self) -> &Broker {
        match self {
            Self::Attached(attached) => &attached.disk.broker,
            Self::New(new) => &new.offer.broker,
        }
    }

    /// Whose storage it is.
    pub fn provider(&self) -> &Provider {
        match self {
            Self::Attached(attached) => &attached.disk.provider,
            Self::New(new) => &new.offer.provider,
        }
    }

    /// Where it is, or will be.
    pub fn place(&self) -> &Place {
        match self {
            Self::Attached(attached) => &attached.disk.place,
            Self::New(new) => &new.offer.place,
        }
    }

    /// Its size, when known.
    pub fn size(&self) -> Option<Gb> {
        match self {
            Self::Attached(attached) => attached.disk.size,
            Self::New(new) => Some(new.size),
        }
    }

    /// Whether several machines can attach it at once, when known.
    pub fn multi_node(&self) -> Option<bool> {
        match self {
            Self::Attached(attached) => attached.disk.multi_node,
            Self::New(new) => new.offer.multi_node,
        }
    }
}

impl Beside {
    /// The sets, each once.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &Arc<DiskSet>> {
        let several = self.several.as_ref().filter(|several| !Arc::ptr_eq(several, &self.one));
        std::iter::once(&self.one).chain(several)
    }

    /// What a plan of one machine takes along, or one of several.
    pub(crate) fn taken(&self, several: bool) -> Result<&Arc<DiskSet>, Apart> {
        if several {
            self.several.as_ref().ok_or(Apart::Sharing)
        } else {
            Ok(&self.one)
        }
    }
}

/// The disks asked for, ready to be looked up by place.
#[derive(Debug)]
pub(crate) struct Colocation<'a> {
    demand: &'a Demand,
    /// For each id asked for, the disks that answer to it and can be attached
    /// somewhere.
    named: Vec<Vec<&'a Disk>>,
    for_sale: &'a [DiskOffer],
    known: BTreeMap<[String; 3], Result<Beside, Apart>>,
}

impl<'a> Colocation<'a> {
    /// `None` when no disk is asked for.
    pub(crate) fn new(market: Option<&'a DiskMarket>, demand: &'a Demand) -> Option<Self> {
        if demand.disks.is_empty() {
            return None;
        }
        Some(Self {
            demand,
            named: market.map_or_else(
                || vec![Vec::new(); demand.disks.attach.len()],
                |market| attach::named(market, &demand.disks),
            ),
            for_sale: market.map_or(&[], |market| &market.offers),
            known: BTreeMap::new(),
        })
    }

    /// What plans with this offer take along in this place.
    pub(crate) fn beside(&mut self, offer: &Offer, place: &Place) -> Result<Beside, Apart> {
        // Nothing is known to be where a place without a data centre is.
        let Some(center) = &place.data_center else {
            let attach = !self.demand.disks.attach.is_empty();
            return Err(if attach { Apart::Attach } else { Apart::NewDisk });
        };
        let key = [offer.broker.as_str(), offer.provider.as_str(), center.as_str()].map(str::to_owned);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.look(Spot {
            broker: &offer.broker,
            provider: &offer.provider,
            center: center.as_str(),
        });
        self.known.insert(key, found.clone());
        found
    }

    fn look(&self, spot: Spot<'_>) -> Result<Beside, Apart> {
        let one = Arc::new(self.taken(spot, false)?);
        let several = match self.taken(spot, true) {
            Ok(several) if several == *one => Some(Arc::clone(&one)),
            other => other.ok().map(Arc::new),
        };
        Ok(Beside { one, several })
    }

    /// All disks for a plan there, of one machine or of `several`.
    fn taken(&self, spot: Spot<'_>, several: bool) -> Result<DiskSet, Apart> {
        let demand = self.demand;
        let attached = attach::at(spot, &self.named, demand, several).ok_or(Apart::Attach)?;
        let new = demand.disks.create.iter().map(|size| {
            create::cheapest(self.for_sale, spot, *size, demand, several)
                .map(PlanDisk::New)
                .ok_or(Apart::NewDisk)
        });
        let disks = attached.into_iter().map(|disk| Ok(PlanDisk::Attached(disk))).chain(new);
        // Sums with too many digits are sums that nobody can be quoted.
        DiskSet::of(disks.collect::<Result<_, _>>()?, demand).map_err(|_| Apart::NewDisk)
    }
}

impl DiskSet {
    fn of(disks: Vec<PlanDisk>, demand: &Demand) -> Result<Self, MoneyError> {
        let currency = demand.exchange.quote();
        let (mut rate, mut total) = (Rate::zero(currency), Money::zero(currency));
        for disk in &disks {
            if let PlanDisk::New(new) = disk {
                rate = rate.plus(new.rate)?;
                total = total.plus(new.total)?;
            }
        }
        Ok(Self { disks, rate, total })
    }
}

/// A data centre of one seller.
#[derive(Debug, Clone, Copy)]
struct Spot<'a> {
    broker: &'a Broker,
    provider: &'a Provider,
    center: &'a str,
}

impl Spot<'_> {
    /// Whether something of this seller in this place is here. An unknown data
    /// centre is nowhere.
    fn holds(&self, broker: &Broker, provider: &Provider, place: &Place) -> bool {
        let center = place.data_center.as_ref();
        *self.broker == *broker
            && center.is_some_and(|center| center.as_str().eq_ignore_ascii_case(self.center))
            && self.provider.answers(provider.as_str())
    }
}

#[cfg(test)]
mod tests;
