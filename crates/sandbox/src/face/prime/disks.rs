//! `/disks`: network disks of one's own.

use serde::Serialize;

use super::fields::{Fields, parse};
use super::invalid::{Invalid, Refusal};
use super::listing;
use crate::broker::Broker;
use crate::catalogue::Catalogue;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::offers::DiskOffer;
use crate::reply::Reply;
use crate::state::{Disk, DiskInfo, Meter};

/// The longest name. Prime API reference, `APIDiskCreateRequest`.
const NAME_MAX: usize = 255;

/// Prime API reference, `APIDiskConfig`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: &'a str,
    name: &'a str,
    created_at: &'a str,
    updated_at: &'a str,
    terminated_at: Option<&'a str>,
    status: &'a str,
    provider_type: &'a str,
    size: u32,
    info: Info<'a>,
    price_hr: &'a Number,
    stopped_price_hr: Option<&'a Number>,
    provisioning_price_hr: &'a Number,
    user_id: &'a str,
    team_id: Option<&'a str>,
    wallet_id: &'a str,
    pods: &'a [String],
    clusters: [&'a str; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    country: Option<&'a str>,
    data_center_id: Option<&'a str>,
    cloud_id: Option<&'a str>,
    is_multinode: bool,
}

fn shown(disk: &Disk) -> Shown<'_> {
    Shown {
        id: &disk.id,
        name: &disk.name,
        created_at: &disk.created_at,
        updated_at: &disk.updated_at,
        terminated_at: None,
        status: &disk.status,
        provider_type: &disk.provider,
        size: disk.size,
        info: Info {
            country: disk.info.country.as_deref(),
            data_center_id: disk.info.data_center.as_deref(),
            cloud_id: disk.info.cloud_id.as_deref(),
            is_multinode: disk.info.is_multinode,
        },
        price_hr: &disk.price_hr,
        stopped_price_hr: None,
        provisioning_price_hr: &disk.provisioning_price_hr,
        user_id: &disk.user_id,
        team_id: disk.team_id.as_deref(),
        wallet_id: &disk.wallet_id,
        pods: &disk.pods,
        clusters: [],
    }
}

/// `GET /api/v1/disks/`
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    listing::page(desk, desk.state.disks.iter().map(shown).collect())
}

/// `GET /api/v1/disks/{id}`
pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let found = desk.state.disks.iter().find(|disk| disk.id == id);
    found.map(|disk| Reply::ok(&shown(disk))).ok_or_else(missing)
}

/// `POST /api/v1/disks/`
pub(super) fn create(desk: &mut Desk<'_>) -> Result<Reply, Refusal> {
    let wish = Wish::read(&desk.request.body)?;
    let offer = wish.offer(desk.catalogue)?;
    let price = offer
        .spec
        .unit_price
        .as_ref()
        .and_then(|unit| Exact::parse(unit.text()));
    let price = price.and_then(|unit| unit.times(wish.size)).unwrap_or(Exact::ZERO);
    let account = &desk.catalogue.account.prime;
    let now = desk.now.iso();
    let id = desk.state.next_id(Broker::Prime);
    let ready = desk.now.after(desk.options.deploy_time);
    let disk = Disk {
        name: wish
            .name
            .unwrap_or_else(|| format!("disk-{}", id.get(..6).unwrap_or_default())),
        id,
        created_at: now.clone(),
        updated_at: now,
        status: "PROVISIONING".to_owned(),
        ready: Some(ready),
        provider: offer.provider.clone(),
        size: wish.size,
        info: DiskInfo {
            country: offer.country.clone(),
            data_center: offer.data_center.clone(),
            cloud_id: offer.cloud_id.clone(),
            is_multinode: offer.is_multinode.unwrap_or(true),
        },
        price_hr: price.number(),
        provisioning_price_hr: Exact::ZERO.number(),
        user_id: account.user_id.clone(),
        team_id: wish.team,
        wallet_id: account.wallet_id.clone(),
        pods: Vec::new(),
        // Being made is free.
        meter: Some(Meter::starting(ready, price, Exact::ZERO)),
    };
    let reply = Reply::ok(&shown(&disk));
    desk.state.disks.push(disk);
    Ok(reply)
}

/// `PATCH /api/v1/disks/{id}` with `{"name": …}`.
pub(super) fn rename(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let body = parse(&desk.request.body)?;
    let mut invalid = Invalid::default();
    let fields = Fields::new("body", &body);
    let name = fields.needed_text("name", &mut invalid);
    if name.is_some_and(|name| name.chars().count() > NAME_MAX) {
        fields.fault::<()>("name", "String should have at most 255 characters", &mut invalid);
    }
    let name = invalid.unless(name)?.unwrap_or_default();
    let now = desk.now.iso();
    let disk = desk
        .state
        .disks
        .iter_mut()
        .find(|disk| disk.id == id)
        .ok_or_else(missing)?;
    name.clone_into(&mut disk.name);
    disk.updated_at = now;
    Ok(Reply::ok(&shown(disk)))
}

/// `DELETE /api/v1/disks/{id}`: not while a pod has it.
pub(super) fn delete(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Deleted {
        status: &'static str,
    }
    let disk = desk.state.disks.iter().find(|disk| disk.id == id).ok_or_else(missing)?;
    if !disk.pods.is_empty() {
        return Err(Refusal::detail(400, "Disk is attached to a pod"));
    }
    desk.state.delete_disk(id, desk.now);
    Ok(Reply::ok(&Deleted { status: "TERMINATED" }))
}

fn missing() -> Refusal {
    Refusal::detail(404, "Disk not found")
}

/// The body of a create.
#[derive(Default)]
struct Wish {
    provider: String,
    size: u32,
    name: Option<String>,
    country: Option<String>,
    cloud_id: Option<String>,
    data_center: Option<String>,
    team: Option<String>,
}

impl Wish {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body = parse(body)?;
        let mut invalid = Invalid::default();
        let whole = Fields::new("body", &body);
        let mut wish = Self::default();
        if let Some(disk) = whole.object("disk", &mut invalid) {
            disk.forbid_others(&["size", "name", "country", "cloudId", "dataCenterId"], &mut invalid);
            wish.size = disk.needed_count("size", &mut invalid).unwrap_or_default();
            wish.name = disk.text("name", &mut invalid).map(str::to_owned);
            wish.country = disk.text("country", &mut invalid).map(str::to_owned);
            wish.cloud_id = disk.text("cloudId", &mut invalid).map(str::to_owned);
            wish.data_center = disk.text("dataCenterId", &mut invalid).map(str::to_owned);
            if wish.name.as_ref().is_some_and(|name| name.chars().count() > NAME_MAX) {
                disk.fault::<()>("name", "String should have at most 255 characters", &mut invalid);
            }
        }
        if let Some(provider) = whole.object("provider", &mut invalid) {
            let kind = provider.needed_text("type", &mut invalid);
            kind.unwrap_or_default().clone_into(&mut wish.provider);
        }
        if let Some(team) = whole.maybe_object("team", &mut invalid) {
            wish.team = team.needed_text("teamId", &mut invalid).map(str::to_owned);
        }
        Ok(invalid.unless(wish)?)
    }

    /// The disk on offer that all of this is true of.
    fn offer<'a>(&self, catalogue: &'a Catalogue) -> Result<&'a DiskOffer, Refusal> {
        let same = |wanted: &Option<String>, own: &Option<String>| wanted.is_none() || wanted == own;
        let found: Vec<&DiskOffer> = catalogue
            .disks
            .iter()
            .filter(|offer| {
                offer.provider == self.provider
                    && same(&self.data_center, &offer.data_center)
                    && same(&self.country, &offer.country)
                    && same(&self.cloud_id, &offer.cloud_id)
            })
            .collect();
        let offer = match found.as_slice() {
            [only] => *only,
            [] => return Err(Refusal::detail(400, "No disk is available at this provider and place")),
            _ if self.data_center.is_none() => return Err(Refusal::detail(400, "Missing field: data_center_id")),
            _ => return Err(Refusal::detail(400, "Missing field: cloud_id")),
        };
        let too_small = offer.spec.min.is_some_and(|min| self.size < min);
        if too_small || offer.spec.max.is_some_and(|max| self.size > max) {
            return Err(Refusal::detail(
                400,
                format!("Invalid size: {} GB is not on offer", self.size),
            ));
        }
        if offer.stock_status == "Unavailable" {
            return Err(Refusal::detail(400, "Not enough stock of this disk"));
        }
        Ok(offer)
    }
}
