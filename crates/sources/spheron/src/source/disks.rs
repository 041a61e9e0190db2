//! The account's volumes: creating, changing and attaching them.

use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::disk::{Disk, DiskId, DiskOffer};
use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{
    Ask, Deletion, DiskOrder, Disks, ErrorKind, Hint, Listing, Outcome, SourceError, Volumes,
};
use gpu_broker_http::{Call, Failure, Page, Reply};
use gpu_broker_source_kit::{Asking, Batch, change_error, outcome, said, source_error};

use super::account::{deleted, is_absent, unsent};
use super::unready::{Unready, no_volume};
use super::{Spheron, checked, count, page_count};
use crate::{api, normalise, request, wire};

/// The most regions of a provider that are read.
const REGIONS_MAX: usize = 1000;

/// The two ids of a volume.
pub(super) struct VolumeIds {
    /// The one by which the API lists, changes and deletes it.
    pub(super) own: String,
    /// The one by which machines know it: the provider's, where there is one.
    pub(super) handle: String,
}

impl Spheron {
    /// One volume; `None` when there is none of that id, or it is deleted. Costs nothing.
    ///
    /// # Errors
    /// When the broker cannot be asked, or its answer cannot be understood.
    pub async fn volume(&self, id: &DiskId, within: Duration) -> Result<Option<Disk>, SourceError> {
        let hint = Hint::default();
        let call = api::volume(checked(id.as_str())?);
        match self.find(&self.asking(within, &hint), &call).await? {
            Some(reply) => self.volume_in(&reply),
            None => Ok(None),
        }
    }

    fn volume_in(&self, reply: &Reply) -> Result<Option<Disk>, SourceError> {
        let row: wire::Volume<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        self.sole(normalise::disk(&self.broker, &row))
    }

    async fn volume_page(&self, asking: &Asking<'_>, number: u32) -> Result<Page<Batch<Disk>>, Failure> {
        let reply = self.send(asking, &api::volumes(number, self.team.as_deref())).await?;
        let page: wire::VolumePage<'_> = reply.json()?;
        let mut batch = self.batch(number);
        let rows = batch.groups("data", page.data, |batch, path, row| {
            match normalise::disk(&self.broker, &row) {
                Ok(disk) => batch.items.extend(disk),
                Err(fault) => batch.reject(path, fault),
            }
            Ok(())
        });
        let rows = rows.map_err(|fault| reply.malformed(&fault.into()))?;
        Ok(Page {
            announced: count(&page.total),
            pages: page_count(&page.total_pages),
            ..batch.page(&reply, rows)
        })
    }

    /// Both ids of a volume; `None` when there is none.
    pub(super) async fn volume_ids(&self, asking: &Asking<'_>, id: &DiskId) -> Result<Option<VolumeIds>, SourceError> {
        let own = checked(id.as_str())?;
        let Some(reply) = self.find(asking, &api::volume(own)).await? else {
            return Ok(None);
        };
        let row: wire::Volume<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        let handle = said(row.handle.0.as_ref()).filter(|handle| normalise::is_id(handle));
        Ok(Some(VolumeIds {
            own: own.to_owned(),
            handle: handle.unwrap_or(own).to_owned(),
        }))
    }

    /// The request that an order amounts to.
    async fn new_volume(&self, asking: &Asking<'_>, order: &DiskOrder) -> Result<Call, Unready> {
        let region = self.region_word(asking, &order.offer).await?;
        let team = self.team(asking).await?;
        Ok(api::create_volume(request::volume(order, region.as_deref(), team)?))
    }

    /// The word of the volume API for the place that was quoted; `None` where the provider has only that one. Machines
    /// call the same place by another word.
    async fn region_word(&self, asking: &Asking<'_>, offer: &DiskOffer) -> Result<Option<String>, Unready> {
        let reply = self.ask(asking, &api::volume_regions(offer.provider.as_str())).await?;
        let regions: wire::Regions<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        let Some((rows, odd)) = regions.regions.all(REGIONS_MAX) else {
            let message = format!("{} has more than {REGIONS_MAX} regions", offer.provider.as_str());
            return Err(SourceError::new(ErrorKind::Protocol, message).into());
        };
        if rows.len() + odd.len() == 1 {
            return Ok(None);
        }
        let is_it =
            |row: &&wire::Region<'_>| normalise::region(&offer.provider, row).is_ok_and(|place| place == offer.place);
        let found = rows.iter().find(is_it);
        let word = found.and_then(|row| said(row.location.as_ref()).or_else(|| said(row.name.as_ref())));
        match word {
            Some(word) => Ok(Some(word.to_owned())),
            None => Err(Unready::Refused(request::refusal(
                "the provider has no volumes in that place any more; look again at what disks are for sale",
            ))),
        }
    }

    /// Attaches or detaches: by the provider's id, and by the API's own where that is not known. A broker that knows
    /// no such volume has done nothing.
    async fn relate(
        &self,
        id: &DiskId,
        machine: &InstanceId,
        within: Duration,
        call: fn(&str, Vec<u8>) -> Call,
    ) -> Result<(), SourceError> {
        let (hint, body) = (Hint::default(), request::attachment(machine.as_str()).map_err(unsent)?);
        let asking = self.asking(within, &hint);
        let ids = self
            .volume_ids(&asking, id)
            .await?
            .ok_or_else(|| unsent(no_volume(id)))?;
        let sent = match self.send(&asking, &call(&ids.handle, body.clone())).await {
            Err(failure) if is_absent(&failure) && ids.handle != ids.own => {
                self.send(&asking, &call(&ids.own, body)).await
            }
            sent => sent,
        };
        confirmed(sent, &[&ids.own, &ids.handle])
    }
}

/// Whether an answer to a change is about the volume that was to be changed.
fn confirmed(sent: Result<Reply, Failure>, ids: &[&str]) -> Result<(), SourceError> {
    let reply = sent.map_err(|failure| change_error(&failure))?;
    let row: wire::Volume<'_> = reply.json().map_err(|failure| source_error(&failure))?;
    let named = [row.id.as_ref(), row.underscore_id.as_ref(), row.handle.0.as_ref()];
    let mut named = named.into_iter().filter_map(said).peekable();
    if named.peek().is_none() || named.any(|id| ids.contains(&id)) {
        return Ok(());
    }
    Err(SourceError::new(
        ErrorKind::Protocol,
        "the answer is about another volume; see in the listing what became of this one",
    ))
}

#[async_trait]
impl Disks for Spheron {
    async fn list(&self, ask: &Ask<'_>) -> Listing<Disk> {
        let asking = Asking::new(&self.broker, ask);
        let walk = asking
            .walk(self.client.listing(), |number| self.volume_page(&asking, number))
            .await;
        let rows = walk.rows;
        let mut listing = gpu_broker_source_kit::listing(walk);
        // Deleted volumes were announced, and are no disks.
        let read = u64::try_from(listing.items.len() + listing.rejects.len()).unwrap_or(u64::MAX);
        let deleted = rows.saturating_sub(read);
        listing.announced = listing.announced.map(|announced| announced.saturating_sub(deleted));
        listing
    }

    async fn create(&self, order: &DiskOrder, within: Duration) -> Outcome<Disk> {
        let hint = Hint::default();
        let asking = self.asking(within, &hint);
        let call = match self.new_volume(&asking, order).await {
            Ok(call) => call,
            Err(unready) => return unready.into(),
        };
        let reply = match self.send(&asking, &call).await {
            Ok(reply) => reply,
            Err(failure) => return outcome(&failure),
        };
        match self.volume_in(&reply) {
            Ok(Some(disk)) if disk.name == order.name && normalise::is_id(disk.id.as_str()) => Outcome::Accepted(disk),
            Ok(_) => Outcome::Unknown(SourceError::new(
                ErrorKind::Protocol,
                "the answer is not about the volume that was ordered; look for it in the listing",
            )),
            Err(error) => Outcome::Unknown(error),
        }
    }

    async fn delete(&self, id: &DiskId, within: Duration) -> Result<Deletion, SourceError> {
        let hint = Hint::default();
        let call = api::delete_volume(checked(id.as_str())?);
        deleted(self.send(&self.asking(within, &hint), &call).await)
    }

    async fn rename(&self, id: &DiskId, name: &str, within: Duration) -> Result<(), SourceError> {
        let (hint, id) = (Hint::default(), checked(id.as_str())?);
        let call = api::change_volume(id, request::rename(name).map_err(unsent)?);
        confirmed(self.send(&self.asking(within, &hint), &call).await, &[id])
    }

    fn volumes(&self) -> Option<&dyn Volumes> {
        Some(self)
    }
}

#[async_trait]
impl Volumes for Spheron {
    async fn attach(&self, id: &DiskId, to: &InstanceId, within: Duration) -> Result<(), SourceError> {
        self.relate(id, to, within, api::attach_volume).await
    }

    async fn detach(&self, id: &DiskId, from: &InstanceId, within: Duration) -> Result<(), SourceError> {
        self.relate(id, from, within, api::detach_volume).await
    }

    async fn resize(&self, id: &DiskId, size: Gb, within: Duration) -> Result<(), SourceError> {
        let (hint, id) = (Hint::default(), checked(id.as_str())?);
        let call = api::change_volume(id, request::resize(size).map_err(unsent)?);
        confirmed(self.send(&self.asking(within, &hint), &call).await, &[id])
    }
}
