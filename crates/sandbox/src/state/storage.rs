//! Disks at Prime and volumes at Spheron.

use serde::{Deserialize, Serialize};

use super::{Purse, State};
use crate::broker::Broker;
use crate::clock::Moment;
use crate::exact::Exact;
use crate::number::{Number, kept};
use crate::state::Meter;

/// A disk at Prime. Prime API reference, `APIDiskConfig`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disk {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) status: String,
    /// When it comes to be active.
    #[serde(default)]
    pub(crate) ready: Option<Moment>,
    pub(crate) provider: String,
    pub(crate) size: u32,
    pub(crate) info: DiskInfo,
    #[serde(serialize_with = "kept::serialize")]
    pub(crate) price_hr: Number,
    #[serde(serialize_with = "kept::serialize")]
    pub(crate) provisioning_price_hr: Number,
    pub(crate) user_id: String,
    #[serde(default)]
    pub(crate) team_id: Option<String>,
    pub(crate) wallet_id: String,
    #[serde(default)]
    pub(crate) pods: Vec<String>,
    /// What it costs; the disks with which an account starts are paid for by nobody, so that a sandbox may lie idle.
    #[serde(default)]
    pub(crate) meter: Option<Meter>,
}

/// Where a disk is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiskInfo {
    #[serde(default)]
    pub(crate) country: Option<String>,
    #[serde(default)]
    pub(crate) data_center: Option<String>,
    #[serde(default)]
    pub(crate) cloud_id: Option<String>,
    pub(crate) is_multinode: bool,
}

/// A volume at Spheron. Spheron API reference, "List volumes".
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Volume {
    pub(crate) id: String,
    /// The provider's own id.
    pub(crate) handle: String,
    pub(crate) name: String,
    pub(crate) user_id: String,
    pub(crate) team_id: String,
    pub(crate) provider_id: String,
    pub(crate) size_in_gb: u32,
    pub(crate) used_capacity_bytes: u64,
    #[serde(default)]
    pub(crate) virtual_ip: Option<String>,
    pub(crate) attached_to_deployment_ids: Vec<String>,
    pub(crate) attached_to_order_ids: Vec<String>,
    pub(crate) status: String,
    #[serde(serialize_with = "kept::serialize")]
    pub(crate) hourly_rate: Number,
    pub(crate) last_price_update: String,
    pub(crate) delete_with_instance: bool,
    pub(crate) created_at: String,
    #[serde(default)]
    pub(crate) last_attached_at: Option<String>,
    #[serde(default)]
    pub(crate) last_detached_at: Option<String>,
    /// As with [`Disk::meter`].
    #[serde(default)]
    pub(crate) meter: Option<Meter>,
}

impl Volume {
    /// Notes that a deployment has it.
    pub(crate) fn attach(&mut self, deployment: &str, at: Moment) {
        if !self.attached_to_deployment_ids.iter().any(|id| id == deployment) {
            self.attached_to_deployment_ids.push(deployment.to_owned());
        }
        "attached".clone_into(&mut self.status);
        self.last_attached_at = Some(at.iso());
    }

    /// Notes that a deployment no longer has it.
    pub(crate) fn detach(&mut self, deployment: &str, at: Moment) {
        self.attached_to_deployment_ids.retain(|id| id != deployment);
        if self.attached_to_deployment_ids.is_empty() {
            "available".clone_into(&mut self.status);
        }
        self.last_detached_at = Some(at.iso());
    }
}

impl State {
    /// Makes disks active that are ready by now.
    pub(super) fn finish_disks(&mut self, now: Moment) {
        for disk in self
            .disks
            .iter_mut()
            .filter(|disk| disk.ready.is_some_and(|ready| ready <= now))
        {
            if let Some(ready) = disk.ready.take() {
                "ACTIVE".clone_into(&mut disk.status);
                disk.updated_at = ready.iso();
            }
        }
    }

    /// Frees what a machine had attached; volumes that go with their machine are deleted.
    pub(super) fn release_storage(&mut self, machine: &str, at: Moment) {
        for disk in &mut self.disks {
            disk.pods.retain(|pod| pod != machine);
        }
        let attached = |volume: &Volume| volume.attached_to_deployment_ids.iter().any(|id| id == machine);
        let doomed: Vec<String> = self
            .volumes
            .iter()
            .filter(|volume| volume.delete_with_instance && attached(volume))
            .map(|volume| volume.id.clone())
            .collect();
        for volume in self.volumes.iter_mut().filter(|volume| attached(volume)) {
            volume.detach(machine, at);
        }
        for id in doomed {
            self.delete_volume(&id, at);
        }
    }

    /// Deletes a disk and bills it to the end; whether there was one.
    pub(crate) fn delete_disk(&mut self, id: &str, at: Moment) -> bool {
        let Some(place) = self.disks.iter().position(|disk| disk.id == id) else {
            return false;
        };
        let disk = self.disks.remove(place);
        let purse = self.purses.iter_mut().find(|purse| purse.broker == Broker::Prime);
        if let (Some(mut meter), Some(purse)) = (disk.meter, purse) {
            purse.credit = purse.credit.less(meter.stop(at, Exact::ZERO));
        }
        true
    }

    /// Deletes a volume and bills it to the end; whether there was one.
    pub(crate) fn delete_volume(&mut self, id: &str, at: Moment) -> bool {
        let Some(place) = self.volumes.iter().position(|volume| volume.id == id) else {
            return false;
        };
        let volume = self.volumes.remove(place);
        let purse = self
            .purses
            .iter_mut()
            .find(|purse| purse.pays_for_team(&volume.team_id));
        if let (Some(mut meter), Some(purse)) = (volume.meter, purse) {
            purse.credit = purse.credit.less(meter.stop(at, Exact::ZERO));
        }
        true
    }

    /// What the storage that a purse pays for has run up.
    pub(super) fn storage_owed(&self, purse: &Purse, at: Moment) -> Exact {
        self.meters(purse)
            .fold(Exact::ZERO, |sum, meter| sum.add(meter.total(at)))
    }

    /// What the storage that a purse pays for costs an hour.
    pub(super) fn storage_drain(&self, purse: &Purse, at: Moment) -> Exact {
        self.meters(purse)
            .fold(Exact::ZERO, |sum, meter| sum.add(meter.drain(at)))
    }

    fn meters<'a>(&'a self, purse: &'a Purse) -> impl Iterator<Item = &'a Meter> {
        let disks = self.disks.iter().filter(|_| purse.broker == Broker::Prime);
        let volumes = self
            .volumes
            .iter()
            .filter(|volume| purse.pays_for_team(&volume.team_id));
        disks
            .filter_map(|disk| disk.meter.as_ref())
            .chain(volumes.filter_map(|volume| volume.meter.as_ref()))
    }
}
