//! Disks of the account.

use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::disk::{Disk, DiskId};
use gpu_broker_core::source::{Ask, Deletion, DiskOrder, Disks, ErrorKind, Listing, Outcome, SourceError, Volumes};
use gpu_broker_http::{Call, Failure, Reply};
use gpu_broker_source_kit::{Asking, change_error, deadline, listing, outcome, source_error};

use super::slices::{records, row};
use super::{Prime, invalid, named};
use crate::api::disks;
use crate::normalise;
use crate::request::{DiskRequest, rename};
use crate::wire::OwnedDisk;

#[async_trait]
impl Disks for Prime {
    async fn list(&self, ask: &Ask<'_>) -> Listing<Disk> {
        let asking = Asking::new(&self.broker, ask);
        let walk = self.slices(&asking, disks::list, |reply, batch| {
            records(reply, batch, |bytes| {
                normalise::owned_disk(&self.broker, &row::<OwnedDisk<'_>>(bytes)?).map(Some)
            })
        });
        listing(walk.await)
    }

    async fn create(&self, order: &DiskOrder, within: Duration) -> Outcome<Disk> {
        let body = match DiskRequest::new(order, self.team()).and_then(|request| request.json()) {
            Ok(body) => body,
            Err(reason) => return invalid(reason),
        };
        match self.client.send(&disks::create(body), deadline(within)).await {
            Ok(reply) => match self.made(&reply, &order.name) {
                Ok(disk) => Outcome::Accepted(disk),
                Err(failure) => Outcome::Unknown(source_error(&failure)),
            },
            Err(failure) => outcome(&failure),
        }
    }

    async fn delete(&self, id: &DiskId, within: Duration) -> Result<Deletion, SourceError> {
        self.deleted(&disks::delete(named(id.as_str())?), within).await
    }

    async fn rename(&self, id: &DiskId, name: &str, within: Duration) -> Result<(), SourceError> {
        let body = rename(name).map_err(|reason| SourceError::new(ErrorKind::Refused, reason))?;
        let call = disks::rename(named(id.as_str())?, body);
        match self.client.send(&call, deadline(within)).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(change_error(&failure)),
        }
    }

    /// None: Prime attaches disks at launch only, and cannot make one larger.
    fn volumes(&self) -> Option<&dyn Volumes> {
        None
    }
}

impl Prime {
    /// One disk; `None` when Prime says that there is none. Costs nothing.
    ///
    /// # Errors
    /// When Prime cannot be asked, or its answer cannot be read.
    pub async fn disk(&self, id: &DiskId, within: Duration) -> Result<Option<Disk>, SourceError> {
        let call = disks::get(named(id.as_str())?);
        let reply = match self.client.send(&call, deadline(within)).await {
            Ok(reply) => reply,
            Err(Failure { status: Some(404), .. }) => return Ok(None),
            Err(failure) => return Err(source_error(&failure)),
        };
        let found = self.owned(&reply).map_err(|failure| source_error(&failure))?;
        if found.id != *id {
            let message = format!("asked for disk {id}, and got an answer about {}", found.id);
            return Err(SourceError::new(ErrorKind::Protocol, message));
        }
        Ok(Some(found))
    }

    /// Asks to end something. That there is nothing to end is an answer too.
    pub(super) async fn deleted(&self, call: &Call, within: Duration) -> Result<Deletion, SourceError> {
        match self.client.send(call, deadline(within)).await {
            Ok(_) => Ok(Deletion::Requested),
            Err(Failure { status: Some(404), .. }) => Ok(Deletion::Absent),
            Err(failure) => Err(change_error(&failure)),
        }
    }

    /// The disk that an answer is about.
    fn owned(&self, reply: &Reply) -> Result<Disk, Failure> {
        let row: OwnedDisk<'_> = reply.json()?;
        normalise::owned_disk(&self.broker, &row).map_err(|fault| reply.malformed(&fault.into()))
    }

    /// The disk that was made under that name. An answer about any other may belong to another request.
    fn made(&self, reply: &Reply, name: &str) -> Result<Disk, Failure> {
        let disk = self.owned(reply)?;
        if disk.name != name {
            return Err(reply.malformed(&normalise::other_name(name).into()));
        }
        Ok(disk)
    }
}
