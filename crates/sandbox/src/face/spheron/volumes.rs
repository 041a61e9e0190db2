//! `/api/volumes`: storage that outlives machines.

mod checks;

use serde::Serialize;

use super::body::Fields;
use super::refusal::Refusal;
use super::{Success, teams};
use crate::broker::Broker;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::reply::Reply;
use crate::state::Storage;
use crate::state::{Meter, Volume};
use checks::{check_name, check_size, handle, running};

/// The provider that volume questions are about when they name none.
const USUAL_PROVIDER: &str = "voltage-park";

/// API reference, "List volumes".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: &'a str,
    volume_id: &'a str,
    name: &'a str,
    user_id: &'a str,
    team_id: &'a str,
    provider_id: &'a str,
    size_in_gb: u32,
    used_capacity_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_ip: Option<&'a str>,
    attached_to_deployment_ids: &'a [String],
    attached_to_order_ids: &'a [String],
    status: &'a str,
    hourly_rate: &'a Number,
    last_price_update: &'a str,
    delete_with_instance: bool,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attached_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_detached_at: Option<&'a str>,
}

fn shown(volume: &Volume) -> Shown<'_> {
    Shown {
        id: &volume.id,
        volume_id: &volume.handle,
        name: &volume.name,
        user_id: &volume.user_id,
        team_id: &volume.team_id,
        provider_id: &volume.provider_id,
        size_in_gb: volume.size_in_gb,
        used_capacity_bytes: volume.used_capacity_bytes,
        virtual_ip: volume.virtual_ip.as_deref(),
        attached_to_deployment_ids: &volume.attached_to_deployment_ids,
        attached_to_order_ids: &volume.attached_to_order_ids,
        status: &volume.status,
        hourly_rate: &volume.hourly_rate,
        last_price_update: &volume.last_price_update,
        delete_with_instance: volume.delete_with_instance,
        created_at: &volume.created_at,
        last_attached_at: volume.last_attached_at.as_deref(),
        last_detached_at: volume.last_detached_at.as_deref(),
    }
}

/// `GET /api/volumes`
pub(super) fn list(desk: &Desk<'_>) -> Reply {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Listing<'a> {
        data: Vec<Shown<'a>>,
        total: usize,
        page: usize,
        limit: usize,
        total_pages: usize,
    }
    let query = &desk.query;
    let page = query.number("page").ok().flatten().unwrap_or(1).max(1);
    let limit = query.number("limit").ok().flatten().unwrap_or(20).max(1);
    let wanted = |volume: &&Volume| {
        query.one("teamId").is_none_or(|team| team == volume.team_id)
            && query.one("status").is_none_or(|status| status == volume.status)
    };
    let rows: Vec<_> = desk.state.volumes.iter().filter(wanted).collect();
    let total = rows.len();
    let asked = rows
        .into_iter()
        .skip((page - 1_usize).saturating_mul(limit))
        .take(limit);
    Reply::ok(&Listing {
        data: asked.map(shown).collect(),
        total,
        page,
        limit,
        total_pages: total.div_ceil(limit),
    })
}

/// `GET /api/volumes/{id}`, by either of a volume's two ids.
pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let place = place(desk, id)?;
    desk.state
        .volumes
        .get(place)
        .map(|volume| Reply::ok(&shown(volume)))
        .ok_or_else(missing)
}

/// `GET /api/volumes/pricing`
pub(super) fn pricing(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Pricing<'a> {
        provider: &'a str,
        hourly_rate_per_gb: &'a Number,
    }
    let storage = storage(desk, desk.query.one("provider").unwrap_or(USUAL_PROVIDER))?;
    Ok(Reply::ok(&Pricing {
        provider: &storage.provider,
        hourly_rate_per_gb: &storage.hourly_rate_per_gb,
    }))
}

/// `GET /api/volumes/regions`
pub(super) fn regions(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    #[derive(Serialize)]
    struct Regions<'a, T> {
        regions: &'a [T],
    }
    let storage = storage(desk, desk.query.one("provider").unwrap_or(USUAL_PROVIDER))?;
    Ok(Reply::ok(&Regions {
        regions: &storage.regions,
    }))
}

/// `POST /api/volumes`
pub(super) fn create(desk: &mut Desk<'_>) -> Result<Reply, Refusal> {
    let fields = Fields::parse(&desk.request.body)?;
    let name = fields.needed("name")?;
    check_name(desk, name, None)?;
    let size = fields.needed_count("sizeInGb")?;
    check_size(size)?;
    let provider = fields.needed("provider")?;
    let unit = unit_price(storage(desk, provider)?);
    let team = match fields.text("teamId")? {
        Some(team) => teams::known(desk.state, team)?,
        None => teams::current(desk.state),
    };
    let deployment = fields.text("deploymentId")?.map(str::to_owned);
    if let Some(deployment) = &deployment {
        running(desk, deployment, provider)?;
    }
    let rate = unit.times(size).unwrap_or(Exact::ZERO);
    let id = desk.state.next_id(Broker::Spheron);
    let now = desk.now.iso();
    let mut volume = Volume {
        handle: handle(provider, &id),
        name: name.to_owned(),
        user_id: desk.catalogue.account.spheron.user_id.clone(),
        team_id: team,
        provider_id: provider.to_owned(),
        size_in_gb: size,
        used_capacity_bytes: 0,
        virtual_ip: (provider == USUAL_PROVIDER).then(|| "127.0.0.1".to_owned()),
        attached_to_deployment_ids: Vec::new(),
        attached_to_order_ids: Vec::new(),
        status: "available".to_owned(),
        hourly_rate: rate.number(),
        last_price_update: now.clone(),
        delete_with_instance: fields.flag("deleteWithInstance")?.unwrap_or(false),
        created_at: now,
        last_attached_at: None,
        last_detached_at: None,
        meter: Some(Meter::starting(desk.now, rate, Exact::ZERO)),
        id,
    };
    if let Some(deployment) = deployment {
        volume.attach(&deployment, desk.now);
    }
    let reply = Reply::json(201, &shown(&volume));
    desk.state.volumes.push(volume);
    Ok(reply)
}

/// `PATCH /api/volumes/{id}`: rename, grow, or change what happens to it with its machine.
pub(super) fn update(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let place = place(desk, id)?;
    let fields = Fields::parse(&desk.request.body)?;
    let name = fields.text("name")?;
    if let Some(name) = name {
        check_name(desk, name, Some(place))?;
    }
    let size = fields.count("sizeInGb")?;
    if let Some(size) = size {
        check_size(size)?;
    }
    let keep = fields.flag("deleteWithInstance")?;
    let now = desk.now;
    let provider = desk.state.volumes.get(place).map(|volume| volume.provider_id.clone());
    let unit = unit_price(storage(desk, provider.as_deref().unwrap_or_default())?);
    let volume = desk.state.volumes.get_mut(place).ok_or_else(missing)?;
    if let Some(size) = size {
        if size < volume.size_in_gb {
            return Err(Refusal::invalid("Volumes cannot be shrunk"));
        }
        let rate = unit.times(size).unwrap_or(Exact::ZERO);
        volume.size_in_gb = size;
        volume.hourly_rate = rate.number();
        volume.last_price_update = now.iso();
        if let Some(meter) = &mut volume.meter {
            meter.turn(now, rate);
        }
    }
    if let Some(name) = name {
        name.clone_into(&mut volume.name);
    }
    if let Some(keep) = keep {
        volume.delete_with_instance = keep;
    }
    Ok(Reply::ok(&shown(volume)))
}

/// `DELETE /api/volumes/{id}`: not while it is attached.
pub(super) fn delete(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let place = place(desk, id)?;
    let volume = desk.state.volumes.get(place).ok_or_else(missing)?;
    if !volume.attached_to_deployment_ids.is_empty() {
        return Err(Refusal::invalid(
            "Volume must be detached from all deployments before deletion",
        ));
    }
    let id = volume.id.clone();
    desk.state.delete_volume(&id, desk.now);
    Ok(Reply::ok(&Success { success: true }))
}

/// `POST /api/volumes/{id}/attach` with `{"deploymentId": …}`.
pub(super) fn attach(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let place = place(desk, id)?;
    let fields = Fields::parse(&desk.request.body)?;
    let deployment = fields.needed("deploymentId")?;
    let provider = desk.state.volumes.get(place).map(|volume| volume.provider_id.clone());
    running(desk, deployment, provider.as_deref().unwrap_or_default())?;
    let now = desk.now;
    let volume = desk.state.volumes.get_mut(place).ok_or_else(missing)?;
    volume.attach(deployment, now);
    Ok(Reply::ok(&shown(volume)))
}

/// `POST /api/volumes/{id}/detach` with `{"deploymentId": …}`.
pub(super) fn detach(desk: &mut Desk<'_>, id: &str) -> Result<Reply, Refusal> {
    let place = place(desk, id)?;
    let fields = Fields::parse(&desk.request.body)?;
    let deployment = fields.needed("deploymentId")?;
    let now = desk.now;
    let volume = desk.state.volumes.get_mut(place).ok_or_else(missing)?;
    if !volume.attached_to_deployment_ids.iter().any(|id| id == deployment) {
        return Err(Refusal::invalid("Volume is not attached to this deployment"));
    }
    volume.detach(deployment, now);
    Ok(Reply::ok(&shown(volume)))
}

fn missing() -> Refusal {
    Refusal::not_found("Volume not found")
}

fn place(desk: &Desk<'_>, id: &str) -> Result<usize, Refusal> {
    let mut volumes = desk.state.volumes.iter();
    volumes
        .position(|volume| volume.id == id || volume.handle == id)
        .ok_or_else(missing)
}

fn storage<'a>(desk: &Desk<'a>, provider: &str) -> Result<&'a Storage, Refusal> {
    let mut known = desk.catalogue.account.spheron.storage.iter();
    known
        .find(|storage| storage.provider == provider)
        .ok_or_else(|| Refusal::invalid("Volumes are not supported for this provider"))
}

fn unit_price(storage: &Storage) -> Exact {
    Exact::parse(storage.hourly_rate_per_gb.text()).unwrap_or(Exact::ZERO)
}
