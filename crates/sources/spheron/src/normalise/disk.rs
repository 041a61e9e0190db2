//! Volumes, for sale and owned.

use gpu_broker_core::disk::{Disk, DiskId, DiskOffer};
use gpu_broker_core::money::Rate;
use gpu_broker_core::offer::{Broker, Dial, Provider, Security, Stock, StockLevel};
use gpu_broker_core::place::{Country, Place};
use gpu_broker_core::quantity::Gb;
use gpu_broker_source_kit::{Fault, said};

use super::{floored, rate};
use crate::{place, wire};

/// The smallest volume. API reference, "Create volume".
const SIZE_GB_MIN: u64 = 1;

/// The largest volume. API reference, "Create volume".
const SIZE_GB_MAX: u64 = 10_000;

/// The provider whose volumes are all in one place. API reference, "Get volume regions": "Voltage Park has a single US
/// region".
const SINGLE_REGION_PROVIDER: &str = "voltage-park";

/// That place, in the word that Voltage Park's offers use: machines are matched with disks by the data centre's name.
const SINGLE_REGION: &str = "dalas-united states";

/// That place, in the word that the volume API uses.
const SINGLE_REGION_OF_VOLUMES: &str = "Dallas, TX";

/// A volume that was deleted and is still listed.
const DELETED: &str = "deleted";

/// The volumes that `provider` sells in one of its regions.
pub(crate) fn disk_offer(
    broker: &Broker,
    provider: &Provider,
    unit_price: Result<Rate, Fault>,
    row: &wire::Region<'_>,
) -> Result<DiskOffer, Fault> {
    Ok(DiskOffer {
        broker: broker.clone(),
        provider: provider.clone(),
        place: region(provider, row)?,
        size: Dial {
            min: Some(SIZE_GB_MIN),
            default: None,
            max: Some(SIZE_GB_MAX),
            step: Some(1),
            unit_price: Some(unit_price?),
            included: false,
        },
        multi_node: None,
        security: Security::Secure,
        stock: Stock {
            level: StockLevel::Available,
            units: None,
        },
        id: None,
    })
}

/// A region's place under the name that offers use for it: `Finland 3` rather than `FIN-03`.
pub(crate) fn region(provider: &Provider, row: &wire::Region<'_>) -> Result<Place, Fault> {
    let country: Option<Country> = said(row.country_code.0.as_ref()).and_then(|code| code.parse().ok());
    let name = said(row.name.as_ref()).or_else(|| said(row.location.as_ref()));
    let name = match name.ok_or_else(|| Fault::missing("name"))? {
        SINGLE_REGION_OF_VOLUMES if provider.answers(SINGLE_REGION_PROVIDER) => SINGLE_REGION,
        name => name,
    };
    Ok(place::located(name, country))
}

/// What a GB of `provider` costs per hour (P13). Without a price nothing is for sale: unpriced is not free (P3).
pub(crate) fn unit_price(row: &wire::Pricing<'_>) -> Result<Rate, Fault> {
    let field = "hourlyRatePerGb";
    rate(field, row.hourly_rate_per_gb)?.ok_or_else(|| Fault::missing(field))
}

/// A volume of the account; `None` when it exists no more.
pub(crate) fn disk(broker: &Broker, row: &wire::Volume<'_>) -> Result<Option<Disk>, Fault> {
    let status = said(row.status.as_ref()).unwrap_or_default();
    if status.eq_ignore_ascii_case(DELETED) {
        return Ok(None);
    }
    // A volume has two ids. The other one, `volumeId`, is the provider's.
    let id = said(row.id.as_ref()).or_else(|| said(row.underscore_id.as_ref()));
    let id = id.ok_or_else(|| Fault::missing("id"))?;
    let provider = Provider::new(said(row.provider_id.as_ref()).ok_or_else(|| Fault::missing("providerId"))?);
    let attached_to = row.attached_to_deployment_ids.as_deref().unwrap_or_default().iter();
    Ok(Some(Disk {
        broker: broker.clone(),
        id: DiskId::new(id),
        name: said(row.name.0.as_ref()).unwrap_or_default().to_owned(),
        place: if provider.answers(SINGLE_REGION_PROVIDER) {
            place::named(SINGLE_REGION)
        } else {
            Place::default()
        },
        provider,
        size: floored("sizeInGb", row.size_in_gb)?.map(Gb),
        rate: rate("hourlyRate", row.hourly_rate)?,
        multi_node: None,
        status: status.to_owned(),
        attached_to: attached_to
            .filter_map(|id| said(id.as_ref()))
            .map(str::to_owned)
            .collect(),
    }))
}
