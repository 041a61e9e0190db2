//! Bodies of requests. A launch is made of the offer that was quoted and nothing else: whatever another offer says of
//! itself, the API refuses, or does something else with it.

mod body;

use gpu_broker_core::offer::{MarketType, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::source::{AccountKey, CloudInit, DiskOrder, LoginKey, Order, Refusal, RefusalKind, usual_image};
use serde::Serialize;

use self::body::{AddOnBody, AttachmentBody, CloudInitBody, DeploymentBody, KeyBody, VolumeBody, VolumeChange};

/// A refusal of our own: the request would have been refused, or worse, so it is not sent.
pub(crate) fn refusal(message: impl Into<String>) -> Refusal {
    Refusal {
        kind: RefusalKind::Invalid,
        message: message.into(),
        retry_after: None,
    }
}

/// What one order asks for, but for what has to be looked up: the key, the team, the volumes.
#[derive(Debug)]
pub(crate) struct Launch<'a> {
    order: &'a Order,
    region: &'a str,
    image: &'a str,
    instance_type: &'a str,
}

/// Whose key may log in, in the API's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Login {
    /// One of the account's keys.
    Id(String),
    /// A key that the API keeps for this machine alone.
    Public(String),
}

impl<'a> Launch<'a> {
    /// Looks at everything that can be wrong before anything is asked of the broker.
    pub(crate) fn new(order: &'a Order) -> Result<Self, Refusal> {
        let offer = &*order.offer;
        if order.name.is_empty() {
            return Err(refusal("a launch without a name could not be found again; give it one"));
        }
        if offer.launch.gpu_type.is_empty() {
            return Err(refusal(
                "the offer does not say its gpu type in spheron's word; read the market again",
            ));
        }
        if offer.launch.cloud_init == Some(false) && cloud_init(order).is_some() {
            return Err(refusal(
                "the offer runs no cloud-init and would ignore it; choose another offer, or run it over ssh",
            ));
        }
        if order.kubernetes.is_some() && offer.kubernetes.is_none() {
            return Err(refusal(
                "the offer has no kubernetes add-on; choose an offer that prices one",
            ));
        }
        Ok(Self {
            order,
            region: region(offer, &order.place)?,
            image: image(order)?,
            instance_type: instance_type(offer),
        })
    }

    /// The body. `volumes` are the ids by which machines know them.
    pub(crate) fn body(&self, login: &Login, team: Option<&str>, volumes: &[String]) -> Result<Vec<u8>, Refusal> {
        let (order, offer) = (self.order, &*self.order.offer);
        let (id, public) = match login {
            Login::Id(id) => (Some(id.as_str()), None),
            Login::Public(text) => (None, Some(text.as_str())),
        };
        json(&DeploymentBody {
            provider: offer.provider.as_str(),
            offer_id: offer.id.as_str(),
            gpu_type: &offer.launch.gpu_type,
            // 0 is a count too.
            gpu_count: offer.gpu.count,
            region: self.region,
            operating_system: self.image,
            instance_type: self.instance_type,
            ssh_key_id: id,
            ssh_public_key: public,
            team_id: team,
            name: &order.name,
            cloud_init: cloud_init(order).map(CloudInitBody::new),
            volume_ids: volumes,
            kubernetes_addon: order.kubernetes.as_deref().map(|version| AddOnBody { version }),
        })
    }
}

/// What to run at first start, if that is anything.
fn cloud_init(order: &Order) -> Option<&CloudInit> {
    order.cloud_init.as_ref().filter(|what| **what != CloudInit::default())
}

/// The place in the word of the offer's `clusters`, to the letter.
fn region<'a>(offer: &Offer, place: &'a Place) -> Result<&'a str, Refusal> {
    if !offer.places.contains(place) {
        return Err(refusal("the offer is not sold in that place; choose one of its own"));
    }
    match &place.data_center {
        Some(name) => Ok(name.as_str()),
        None => Err(refusal(
            "the offer does not say where it is, and a launch must; choose another offer",
        )),
    }
}

/// What to boot, in one of the offer's own words: any other is refused.
fn image(order: &Order) -> Result<&str, Refusal> {
    let offered = &order.offer.launch.images;
    let Some(image) = order.image.as_ref().or_else(|| usual_image(&order.offer)) else {
        return Err(refusal("the offer names no operating system; name the one to boot"));
    };
    if offered.is_empty() || offered.contains(image) {
        return Ok(image);
    }
    let words: Vec<String> = offered
        .iter()
        .map(|word| format!("`{}`", word.escape_debug()))
        .collect();
    let image = image.escape_debug();
    Err(refusal(format!(
        "the offer does not boot `{image}`; it boots {}",
        words.join(", ")
    )))
}

/// Spheron's word; an offer that states none is spot or kept, by what its id says.
fn instance_type(offer: &Offer) -> &str {
    match (&offer.launch.instance_type, &offer.market) {
        (None, MarketType::Spot) => "SPOT",
        (None, MarketType::OnDemand) => "DEDICATED",
        (Some(word), _) | (None, MarketType::Other(word)) => word,
    }
}

/// The key to send: the account's own where it has the one that is wanted, so that no copy of it is made.
pub(crate) fn login(wanted: &LoginKey, known: &[AccountKey]) -> Result<Login, Refusal> {
    match wanted {
        LoginKey::Id(id) => Ok(Login::Id(id.clone())),
        LoginKey::Account => match known.iter().find(|key| key.primary).or_else(|| known.first()) {
            Some(key) => Ok(Login::Id(key.id.clone())),
            None => Err(refusal(
                "the account has no ssh key, so nobody could log in; add one, or name a public key",
            )),
        },
        LoginKey::Public(text) => {
            let material = material(text).ok_or_else(not_public)?;
            let same = known
                .iter()
                .find(|key| self::material(&key.public_key) == Some(material));
            Ok(match same {
                Some(key) => Login::Id(key.id.clone()),
                None => Login::Public(text.trim().to_owned()),
            })
        }
    }
}

/// Type and key, without the comment; `None` unless the text is one public key. Above all it is then no private one.
fn material(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if text.lines().count() != 1 {
        return None;
    }
    let mut words = text.split_ascii_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let is_kind = ["ssh-", "ecdsa-", "sk-"].iter().any(|start| kind.starts_with(start));
    let is_key = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    (is_kind && is_key).then_some((kind, key))
}

fn not_public() -> Refusal {
    refusal("that is not one public key such as `ssh-ed25519 AAAA… name`; give the file that ends in `.pub`")
}

/// A key to add to the account.
pub(crate) fn key(name: &str, public_key: &str, team: Option<&str>) -> Result<Vec<u8>, Refusal> {
    material(public_key).ok_or_else(not_public)?;
    json(&KeyBody {
        name,
        public_key: public_key.trim(),
        team_id: team,
    })
}

/// A volume to create. `region` is one of the words of the provider's volume regions.
pub(crate) fn volume(order: &DiskOrder, region: Option<&str>, team: Option<&str>) -> Result<Vec<u8>, Refusal> {
    json(&VolumeBody {
        name: &order.name,
        size_in_gb: order.size.0,
        provider: order.offer.provider.as_str(),
        region,
        team_id: team,
        // Said, because what is on it should outlive the machine whatever the default becomes.
        delete_with_instance: false,
    })
}

/// Another name for a volume.
pub(crate) fn rename(name: &str) -> Result<Vec<u8>, Refusal> {
    json(&VolumeChange {
        name: Some(name),
        size_in_gb: None,
    })
}

/// Another size for a volume.
pub(crate) fn resize(size: Gb) -> Result<Vec<u8>, Refusal> {
    json(&VolumeChange {
        name: None,
        size_in_gb: Some(size.0),
    })
}

/// The machine that a volume is attached to, or detached from.
pub(crate) fn attachment(deployment_id: &str) -> Result<Vec<u8>, Refusal> {
    json(&AttachmentBody { deployment_id })
}

fn json(body: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(body).map_err(|error| refusal(format!("the request cannot be written: {error}")))
}

#[cfg(test)]
mod tests;
