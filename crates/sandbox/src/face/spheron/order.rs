//! What a `POST /api/deployments` asks for, checked against what is on offer. API reference, "Create deployment".

use super::body::Fields;
use super::kubernetes::PROVIDER;
use super::refusal::Refusal;
use super::teams;
use crate::broker::Broker;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::face::public_key;
use crate::offers::Offer;
use crate::state::KeyRef;

/// What a team must have to launch anything, in dollars. Billing pages, "minimum deployment".
const LEAST_BALANCE: u32 = 3;

/// An order that can be carried out.
pub(super) struct Order<'a> {
    pub(super) offer: &'a Offer,
    pub(super) name: Option<String>,
    pub(super) team: String,
    pub(super) region: String,
    pub(super) system: String,
    pub(super) key: KeyRef,
    pub(super) volumes: Vec<String>,
    /// The version of the Kubernetes add-on.
    pub(super) kubernetes: Option<String>,
    /// Per hour, the add-on included.
    pub(super) rate: Exact,
}

impl<'a> Order<'a> {
    /// Reads the body; the first thing that stands in the way is the answer.
    pub(super) fn read(desk: &mut Desk<'a>) -> Result<Self, Refusal> {
        let fields = Fields::parse(&desk.request.body)?;
        for name in ["provider", "offerId", "gpuType"] {
            fields.needed(name)?;
        }
        let gpus = fields.needed_count("gpuCount")?;
        let region = fields.needed("region")?;
        let system = fields.needed("operatingSystem")?;
        let kind = fields.needed("instanceType")?;
        // The reference calls it optional; without it, the answer seen live is this.
        let team = fields
            .text("teamId")?
            .ok_or_else(|| Refusal::invalid("Team ID is required for authenticated deployments"))?;
        let team = teams::known(desk.state, team)?;
        let offer = offer(desk, &fields)?;
        same("gpuCount", offer.gpu_count == gpus)?;
        same("instanceType", offer.kind.eq_ignore_ascii_case(kind))?;
        let has_region = offer.clusters.iter().any(|cluster| cluster == region);
        same("region", has_region)?;
        if !offer.os_options.iter().any(|option| option == system) {
            let text = format!("Invalid operatingSystem: {system} is not one of this offer's os_options");
            return Err(Refusal::invalid(text));
        }
        if offer.maintenance {
            return Err(Refusal::invalid("This offer is under maintenance"));
        }
        check_cloud_init(&fields)?;
        let volumes = volumes(desk, &fields, offer)?;
        let kubernetes = kubernetes(desk, &fields, offer)?;
        let key = key(desk, &fields)?;
        let rate = rate(desk, offer, kubernetes.is_some());
        check_balance(desk, &team)?;
        Ok(Self {
            offer,
            name: fields.text("name")?.map(str::to_owned),
            team,
            region: region.to_owned(),
            system: system.to_owned(),
            key,
            volumes,
            kubernetes,
            rate,
        })
    }
}

/// The offer with this provider and id, whose group has this GPU type.
fn offer<'a>(desk: &Desk<'a>, fields: &Fields) -> Result<&'a Offer, Refusal> {
    let (provider, id) = (fields.needed("provider")?, fields.needed("offerId")?);
    let mut offers = desk.catalogue.offers.iter();
    let found = offers.find(|offer| offer.provider == provider && offer.id == id);
    let offer = found.ok_or_else(|| Refusal::invalid(format!("Invalid offerId: {provider} has no offer {id}")))?;
    let gpu = fields.needed("gpuType")?;
    if offer.gpu_type != gpu {
        let text = format!("Invalid gpuType: {gpu} does not match the offer's {}", offer.gpu_type);
        return Err(Refusal::invalid(text));
    }
    Ok(offer)
}

fn same(field: &str, holds: bool) -> Result<(), Refusal> {
    if holds {
        Ok(())
    } else {
        Err(Refusal::invalid(format!(
            "Invalid {field}: it does not match the offer"
        )))
    }
}

/// "Supports fields: runcmd (string[]), packages (string[]), writeFiles (array of objects)". Offers that do not support it
/// drop it without a word, as seen live.
fn check_cloud_init(fields: &Fields) -> Result<(), Refusal> {
    let Some(init) = fields.object("cloudInit")? else {
        return Ok(());
    };
    for (name, value) in init {
        let fine = match name.as_str() {
            "runcmd" | "packages" => value
                .as_array()
                .is_some_and(|items| items.iter().all(serde_json::Value::is_string)),
            "writeFiles" => value
                .as_array()
                .is_some_and(|items| items.iter().all(serde_json::Value::is_object)),
            // The sample bodies carry notes.
            _ => true,
        };
        if !fine {
            return Err(Refusal::invalid(format!("Invalid cloudInit.{name}")));
        }
    }
    Ok(())
}

/// Volumes by either of their ids; they must exist at the offer's provider.
fn volumes(desk: &Desk<'_>, fields: &Fields, offer: &Offer) -> Result<Vec<String>, Refusal> {
    let ids = fields.texts("volumeIds")?;
    ids.into_iter()
        .map(|id| {
            let mut volumes = desk.state.volumes.iter();
            let found = volumes.find(|volume| volume.id == id || volume.handle == id);
            let volume = found.ok_or_else(|| Refusal::not_found("Volume not found"))?;
            if volume.provider_id != offer.provider {
                return Err(Refusal::invalid("Volume and deployment must be from the same provider"));
            }
            Ok(volume.id.clone())
        })
        .collect()
}

/// The add-on's version, where the offer has the add-on.
fn kubernetes(desk: &Desk<'_>, fields: &Fields, offer: &Offer) -> Result<Option<String>, Refusal> {
    let Some(addon) = fields.object("kubernetesAddon")? else {
        return Ok(None);
    };
    let on_offer = offer
        .extras
        .kubernetes_addon
        .as_ref()
        .is_some_and(|addon| addon.available);
    if offer.provider != PROVIDER || !on_offer {
        return Err(Refusal::invalid(
            "The Kubernetes add-on is not available for this offer",
        ));
    }
    let version = addon.get("version").and_then(serde_json::Value::as_str);
    let version = version.ok_or_else(|| Refusal::invalid("Missing required field: kubernetesAddon.version"))?;
    if !desk
        .catalogue
        .account
        .spheron
        .kubernetes
        .iter()
        .any(|known| known == version)
    {
        return Err(Refusal::invalid(format!("Invalid kubernetesAddon.version: {version}")));
    }
    Ok(Some(version.to_owned()))
}

/// A saved key by its id, or one that comes with the order and gets an id of its own.
fn key(desk: &mut Desk<'_>, fields: &Fields) -> Result<KeyRef, Refusal> {
    if let Some(id) = fields.text("sshKeyId")? {
        let found = desk.state.spheron_keys.iter().find(|key| key.id == id);
        let key = found.ok_or_else(|| Refusal::not_found("SSH key not found"))?;
        return Ok(KeyRef {
            id: key.id.clone(),
            name: Some(key.name.clone()),
            fingerprint: key.fingerprint.clone(),
            temporary: false,
        });
    }
    let inline = fields
        .text("ssh_public_key")?
        .ok_or_else(|| Refusal::invalid("Missing required field: sshKeyId or ssh_public_key"))?;
    if !public_key::is_one(inline.trim()) {
        return Err(Refusal::invalid(
            "Invalid ssh_public_key: expected an OpenSSH public key",
        ));
    }
    Ok(KeyRef {
        id: desk.state.next_id(Broker::Spheron),
        name: None,
        fingerprint: public_key::fingerprint(inline.trim()),
        temporary: true,
    })
}

/// The price is all-in; the add-on's is for the whole machine and comes on top.
fn rate(desk: &Desk<'_>, offer: &Offer, kubernetes: bool) -> Exact {
    let by_now = desk.state.market.price(&offer.id);
    let price = Exact::parse(by_now.as_ref().unwrap_or(&offer.price).text()).unwrap_or(Exact::ZERO);
    let addon = offer.extras.kubernetes_addon.as_ref().filter(|_| kubernetes);
    let addon = addon.and_then(|addon| Exact::parse(addon.total_cost_per_hour.text()));
    price.add(addon.unwrap_or(Exact::ZERO))
}

/// The body of this refusal is not recorded; clients look for "balance".
fn check_balance(desk: &Desk<'_>, team: &str) -> Result<(), Refusal> {
    let left = teams::left(desk, team);
    if left < Exact::whole(LEAST_BALANCE) {
        let message = format!("A balance of at least ${LEAST_BALANCE} is required to deploy; the team has ${left}.");
        return Err(Refusal::explained(402, "Insufficient balance", message));
    }
    Ok(())
}
