//! What a `POST /pods/` asks for, checked against what is on offer.

mod matching;
mod price;
mod wish;

use super::invalid::Refusal;
use crate::broker::Broker;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::offers::GpuOffer;
use crate::state::KeyRef;
use price::Counts;
use wish::Wish;

/// An order that can be carried out.
pub(super) struct Order<'a> {
    pub(super) offer: &'a GpuOffer,
    pub(super) name: Option<String>,
    pub(super) team: Option<String>,
    pub(super) image: String,
    pub(super) template: Option<String>,
    pub(super) key: Option<KeyRef>,
    pub(super) disks: Vec<String>,
    pub(super) counts: Counts,
    /// All-in, per hour.
    pub(super) rate: Exact,
    /// Seconds that are paid in advance.
    pub(super) prepaid: u64,
    pub(super) auto_restart: bool,
}

impl<'a> Order<'a> {
    /// Reads the body; the first thing that stands in the way is the answer, as the broker gives it.
    pub(super) fn read(desk: &Desk<'a>) -> Result<Self, Refusal> {
        let wish = Wish::read(&desk.request.body)?;
        let offer = matching::offer(desk.catalogue, &wish)?;
        wish.check_image(offer)?;
        let counts = Counts::of(offer, &wish)?;
        let by_now = desk.state.market.price(&offer.cloud_id);
        let rate = counts.rate(offer, by_now.as_ref())?;
        price::check_ceiling(offer, rate, wish.max_price)?;
        let prepaid = price::prepaid_seconds(offer, wish.prepaid_hours)?;
        let key = wish.key.as_deref().map(|id| key(desk, id)).transpose()?;
        for id in &wish.disks {
            check_disk(desk, offer, id)?;
        }
        check_money(desk, rate.for_seconds(prepaid))?;
        Ok(Self {
            offer,
            name: wish.name,
            team: wish.team.or_else(|| desk.request.team.clone()),
            image: wish.image,
            template: wish.template,
            key,
            disks: wish.disks,
            counts,
            rate,
            prepaid,
            auto_restart: wish.auto_restart,
        })
    }
}

/// The key with an id, or the primary one.
fn key(desk: &Desk<'_>, id: &str) -> Result<KeyRef, Refusal> {
    let found = desk.state.prime_keys.iter().find(|key| key.id == id);
    let key = found.ok_or_else(|| Refusal::detail(400, "SSH key not found"))?;
    Ok(KeyRef {
        id: key.id.clone(),
        name: Some(key.name.clone()),
        fingerprint: crate::face::public_key::fingerprint(&key.public_key),
        temporary: false,
    })
}

/// A disk must exist, be ready, stand where the pod will stand, and be free or shareable.
fn check_disk(desk: &Desk<'_>, offer: &GpuOffer, id: &str) -> Result<(), Refusal> {
    let found = desk.state.disks.iter().find(|disk| disk.id == id);
    let disk = found.ok_or_else(|| Refusal::detail(400, format!("Disk {id} not found")))?;
    if disk.provider != offer.provider || disk.info.data_center != offer.place.data_center {
        return Err(Refusal::detail(
            400,
            format!("Disk {id} is not available in the data center of this offer"),
        ));
    }
    if disk.status != "ACTIVE" {
        return Err(Refusal::detail(400, format!("Disk {id} is not active")));
    }
    if !disk.pods.is_empty() && !disk.info.is_multinode {
        return Err(Refusal::detail(400, format!("Disk {id} is already attached")));
    }
    Ok(())
}

/// The wallet must not be empty, and hold what is paid in advance.
///
/// 402 is what the broker's own client understands as "payment required"; the sentence is not recorded.
fn check_money(desk: &Desk<'_>, upfront: Exact) -> Result<(), Refusal> {
    let purse = desk.state.purses.iter().find(|purse| purse.broker == Broker::Prime);
    let left = purse.map_or(Exact::ZERO, |purse| desk.state.balance(purse, desk.now));
    if left <= Exact::ZERO || left < upfront {
        return Err(Refusal::detail(
            402,
            format!("Insufficient balance: this order needs {upfront} USD in advance, and the wallet holds {left} USD"),
        ));
    }
    Ok(())
}
