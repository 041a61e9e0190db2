//! Disks for sale, and disks that the account owns.

use gpu_broker_core::disk::{Disk, DiskId, DiskOffer};
use gpu_broker_core::offer::{Broker, OfferId};
use gpu_broker_core::quantity::Gb;
use gpu_broker_http::{WireInt, decode};
use gpu_broker_source_kit::{Fault, Text, said};

use super::words::{CURRENCY, STATUS_UNSTATED, dial, id, place, provider, rate, security, stock};
use crate::wire::{DiskInfo, DiskRow, OwnedDisk};

/// A row of `/availability/disks`.
pub(crate) fn disk_offer(broker: &Broker, row: &DiskRow<'_>) -> Result<DiskOffer, Fault> {
    Ok(DiskOffer {
        broker: broker.clone(),
        provider: provider(row.provider.as_ref(), "provider")?,
        place: place(row.region.as_ref(), row.country.as_ref(), row.data_center.as_ref()),
        size: dial(row.spec.as_ref(), CURRENCY, "spec")?,
        // The schema's default is true, but a promise that nobody made is not one (R13).
        multi_node: row.is_multinode,
        security: security(row.security.as_ref())?,
        stock: stock(row.stock_status.as_ref()),
        id: said(row.cloud_id.as_ref()).map(OfferId::new),
    })
}

/// A row of `/disks/`.
pub(crate) fn owned_disk(broker: &Broker, row: &OwnedDisk<'_>) -> Result<Disk, Fault> {
    // `info` is documented as any object; one of another shape tells nothing, and the disk is still there.
    let info: DiskInfo<'_> = row
        .info
        .and_then(|info| decode(info.get().as_bytes()).ok())
        .unwrap_or_default();
    let attached = row.pods.iter().chain(&row.clusters).flatten();
    Ok(Disk {
        broker: broker.clone(),
        id: DiskId::new(id(row.id.as_ref(), "id")?),
        name: row.name.as_ref().map_or("", Text::as_str).to_owned(),
        provider: provider(row.provider_type.as_ref(), "providerType")?,
        place: place(None, info.country.as_ref(), info.data_center_id.as_ref()),
        // 0 is the schema's default, not a size.
        size: row.size.map(WireInt::get).filter(|size| *size > 0).map(Gb),
        rate: rate(row.price_hr, CURRENCY, "priceHr")?,
        multi_node: info.is_multinode,
        status: said(row.status.as_ref()).unwrap_or(STATUS_UNSTATED).to_owned(),
        attached_to: attached.map(|id| id.as_str().to_owned()).collect(),
    })
}
