//! `POST /api/v1/disks/`: schema `Body_create_disk_api_v1_disks__post`.

use gpu_broker_core::offer::OfferId;
use gpu_broker_core::place::{Country, DataCenter};
use gpu_broker_core::source::DiskOrder;
use serde::Serialize;

use super::{Provider, Team, written};

/// The longest name: schema `APIDiskCreateRequest`.
const NAME_LEN_MAX: usize = 255;

/// The request to create one disk.
#[derive(Debug, Serialize)]
pub(crate) struct DiskRequest<'o> {
    disk: Disk<'o>,
    provider: Provider<'o>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Team<'o>>,
}

/// The disk: schema `APIDiskCreateRequest`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Disk<'o> {
    size: u64,
    name: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center_id: Option<&'o str>,
}

impl<'o> DiskRequest<'o> {
    /// The request for an order, or why Prime cannot take it.
    pub(crate) fn new(order: &'o DiskOrder, team: Option<&'o str>) -> Result<Self, String> {
        check_name(&order.name)?;
        if order.size.0 == 0 {
            return Err("a disk has at least 1 GB; ask for more".to_owned());
        }
        let (offer, place) = (&order.offer, &order.offer.place);
        Ok(Self {
            disk: Disk {
                size: order.size.0,
                name: &order.name,
                country: place.country.as_ref().map(Country::as_str),
                cloud_id: offer.id.as_ref().map(OfferId::as_str),
                data_center_id: place.data_center.as_ref().map(DataCenter::as_str),
            },
            provider: Provider {
                kind: offer.provider.as_str(),
            },
            team: team.map(|team_id| Team { team_id }),
        })
    }

    /// The body, to the byte.
    pub(crate) fn json(&self) -> Result<Vec<u8>, String> {
        written(self)
    }
}

/// The body that gives a disk another name: schema `APIDiskUpdateRequest`.
pub(crate) fn rename(name: &str) -> Result<Vec<u8>, String> {
    #[derive(Serialize)]
    struct Rename<'n> {
        name: &'n str,
    }
    check_name(name)?;
    written(&Rename { name })
}

/// A name that a disk may have; without one it could not be found again.
fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() || name.chars().count() > NAME_LEN_MAX {
        return Err(format!(
            "a disk's name has 1 to {NAME_LEN_MAX} characters; choose such a name"
        ));
    }
    Ok(())
}
