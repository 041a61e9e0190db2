//! Disks that exist: which of those named can be attached, and where (R11,
//! R13, P14).

use std::sync::Arc;

use super::Spot;
use crate::demand::{Demand, DisksWanted};
use crate::disk::{Disk, DiskId};
use crate::market::DiskMarket;
use crate::money::Rate;

/// A disk of the account, beside a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachedDisk {
    /// The disk.
    pub disk: Arc<Disk>,
    /// What it costs per hour, attached or not, in the quote's currency: shown
    /// and part of no total (P14). `None` when unknown or in a currency
    /// without an exchange rate.
    pub paid_rate: Option<Rate>,
}

/// A named disk that can be attached nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unattachable {
    /// Which.
    pub id: DiskId,
    /// Why.
    pub why: Hindrance,
}

/// Why a disk can be attached nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// No broker lists it, and not all of them answered.
    NotListed,
    /// Its state forbids it: the broker's word for it.
    Status(String),
    /// It serves one machine, as far as the broker says, and is attached to
    /// another.
    InUse(String),
    /// The broker does not say where it is.
    Place,
}

/// States in which a disk cannot be attached, or not yet. A word that is not
/// among them is no reason: the two brokers have no common vocabulary.
const UNUSABLE: [&str; 10] = [
    "PROVISIONING",
    "PENDING",
    "CREATING",
    "ERROR",
    "FAILED",
    "DELETING",
    "DELETED",
    "TERMINATING",
    "TERMINATED",
    "DETACHING",
];

/// Whether there is anything to read on the disk, by its state.
pub(crate) fn is_readable(disk: &Disk) -> bool {
    !UNUSABLE.iter().any(|word| disk.status.eq_ignore_ascii_case(word))
}

/// Why the disk can be attached nowhere; `None` when it can be somewhere.
fn hindrance(disk: &Disk) -> Option<Hindrance> {
    if !is_readable(disk) {
        return Some(Hindrance::Status(disk.status.clone()));
    }
    if let (Some(instance), true) = (disk.attached_to.first(), disk.multi_node != Some(true)) {
        return Some(Hindrance::InUse(instance.clone()));
    }
    disk.place.data_center.is_none().then_some(Hindrance::Place)
}

/// The account's disks with that id: one, unless two brokers use it.
pub(crate) fn listed<'a>(market: &'a DiskMarket, id: &str) -> Vec<&'a Disk> {
    let mut found: Vec<&Disk> = market.owned.iter().filter(|disk| disk.id.as_str() == id).collect();
    found.sort_by(|left, right| left.broker.cmp(&right.broker));
    found
}

/// For each id asked for, the disks that answer to it and can be attached.
pub(super) fn named<'a>(market: &'a DiskMarket, wanted: &DisksWanted) -> Vec<Vec<&'a Disk>> {
    let usable = |id: &String| {
        listed(market, id)
            .into_iter()
            .filter(|disk| hindrance(disk).is_none())
            .collect()
    };
    wanted.attach.iter().map(usable).collect()
}

/// The named disks that can be attached nowhere, and why.
pub(crate) fn unattachable(market: Option<&DiskMarket>, wanted: &DisksWanted) -> Vec<Unattachable> {
    let why = |id: &String| {
        let found = market.map(|market| listed(market, id)).unwrap_or_default();
        let why = match found.as_slice() {
            [] => Some(Hindrance::NotListed),
            [first, rest @ ..] if rest.iter().all(|disk| hindrance(disk).is_some()) => hindrance(first),
            _ => None,
        };
        why.map(|why| Unattachable {
            id: DiskId::new(id),
            why,
        })
    };
    wanted.attach.iter().filter_map(why).collect()
}

/// The named disks that can be attached here, to one machine or to `several`;
/// `None` when those are too few.
pub(super) fn at(spot: Spot<'_>, named: &[Vec<&Disk>], demand: &Demand, several: bool) -> Option<Vec<AttachedDisk>> {
    let here = |disks: &Vec<&Disk>| {
        let mut disks = disks
            .iter()
            .filter(|disk| spot.holds(&disk.broker, &disk.provider, &disk.place));
        disks
            .find(|disk| !several || disk.multi_node == Some(true))
            .map(|disk| AttachedDisk {
                disk: Arc::new((*disk).clone()),
                paid_rate: disk.rate.and_then(|rate| demand.exchange.convert(rate).ok()),
            })
    };
    let found: Vec<Option<AttachedDisk>> = named.iter().map(here).collect();
    let enough = if demand.disks.attach_any {
        found.is_empty() || found.iter().any(Option::is_some)
    } else {
        found.iter().all(Option::is_some)
    };
    enough.then(|| found.into_iter().flatten().collect())
}
