//! `POST /api/v1/pods/`: schema `Body_create_pod_api_v1_pods__post`.

use std::borrow::Cow;

use gpu_broker_core::disk::DiskId;
use gpu_broker_core::money::Rate;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Dial;
use gpu_broker_core::place::DataCenter;
use gpu_broker_core::source::Order;
use serde::Serialize;
use serde_json::value::RawValue;

use super::words::Field;
use super::{Provider, Team, written};

/// The longest name. Undocumented for machines; that of a disk is this long.
pub(crate) const NAME_LEN_MAX: usize = 255;

/// How far above the ceiling `maxPrice` is: 10^-9 per hour.
///
/// Prices carry the noise of binary fractions, such as 3.3000000000000003, and quotes do not (P1). A machine at just its
/// quoted price would be refused for that. The noise of prices and of their sums is far smaller than this, and this is
/// less than anybody can be billed for.
const NOISE_DECIMALS: u8 = 9;

/// The request to launch one machine.
#[derive(Debug, Serialize)]
pub(crate) struct PodRequest<'o> {
    pod: Pod<'o>,
    provider: Provider<'o>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disks: Vec<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Team<'o>>,
}

/// The machine: schema `PodRequestConfig`, which refuses fields that it does not know.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pod<'o> {
    name: &'o str,
    cloud_id: &'o str,
    gpu_type: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    socket: Option<Cow<'o, str>>,
    gpu_count: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vcpus: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u64>,
    /// Per hour. The most that Prime may take for it.
    max_price: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center_id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Cow<'o, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security: Option<Cow<'o, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_key_id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prepaid_for_hr: Option<Box<RawValue>>,
}

impl<'o> PodRequest<'o> {
    /// The request for an order, without a key to log in; or why Prime cannot take it.
    pub(crate) fn new(order: &'o Order, team: Option<&'o str>) -> Result<Self, String> {
        check(order)?;
        let (offer, place, chosen) = (&*order.offer, &order.place, &order.configuration);
        let resources = &offer.resources;
        let gpu_count = Field::GpuCount.word(offer, place).unwrap_or_default();
        Ok(Self {
            pod: Pod {
                name: &order.name,
                cloud_id: offer.id.as_str(),
                gpu_type: &offer.launch.gpu_type,
                socket: Field::Socket.word(offer, place),
                gpu_count: number(&gpu_count)?,
                disk_size: changed(chosen.disk_gb, &resources.disk),
                vcpus: changed(chosen.vcpus, &resources.vcpu),
                memory: changed(chosen.memory_gb, &resources.memory),
                max_price: number(&max_price(order.ceiling)?.to_string())?,
                image: order.image.as_deref(),
                data_center_id: place.data_center.as_ref().map(DataCenter::as_str),
                country: Field::Country.word(offer, place),
                security: Field::Security.word(offer, place),
                ssh_key_id: None,
                prepaid_for_hr: offer
                    .terms
                    .prepaid
                    .map(|hours| number(&hours.number().to_string()))
                    .transpose()?,
            },
            provider: Provider {
                kind: offer.provider.as_str(),
            },
            disks: order.disks.iter().map(DiskId::as_str).collect(),
            team: team.map(|team_id| Team { team_id }),
        })
    }

    /// The same, and this key of the account may log in.
    #[must_use]
    pub(crate) fn with_key(mut self, id: &'o str) -> Self {
        self.pod.ssh_key_id = Some(id);
        self
    }

    /// The body, to the byte.
    pub(crate) fn json(&self) -> Result<Vec<u8>, String> {
        written(self)
    }
}

/// What Prime cannot be asked for.
fn check(order: &Order) -> Result<(), String> {
    let offer = &order.offer;
    let refuse = |reason: &str| Err(reason.to_owned());
    if order.cloud_init.is_some() {
        return refuse("prime runs nothing at first start; leave the cloud-init out, and set the machine up over ssh");
    }
    if order.kubernetes.is_some() {
        return refuse("prime has no kubernetes add-on; leave it out, or choose an offer that has one");
    }
    // The rule of Prime's own client. A name that the API changed could not be found again.
    let name = order.name.as_str();
    if name.len() > NAME_LEN_MAX
        || !name.bytes().any(|byte| byte.is_ascii_alphabetic())
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return refuse("a machine's name is letters, digits and dashes with at least one letter; choose such a name");
    }
    if !offer.places.contains(&order.place) {
        return refuse("the place is none of the offer's; quote again");
    }
    if order.ceiling.currency() != offer.currency {
        return refuse("the ceiling is not in the offer's currency; state it in that");
    }
    Ok(())
}

/// The most that Prime may take per hour, so that nothing above the ceiling is launched and nothing at it refused.
fn max_price(ceiling: Rate) -> Result<Exact, &'static str> {
    let noise = Exact::new(1, NOISE_DECIMALS);
    let sum = noise.and_then(|noise| ceiling.per_hour().plus(noise));
    sum.ok_or("the ceiling has too many digits; round it")
}

/// A count that has to be asked for: one that is not what Prime gives by itself.
fn changed(count: Option<u64>, dial: &Dial) -> Option<u64> {
    count.filter(|count| *count != dial.default.unwrap_or(0))
}

/// A number as it is written: no digit of a price passes through a binary fraction.
fn number(text: &str) -> Result<Box<RawValue>, String> {
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    RawValue::from_string(text.to_owned())
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| format!("`{}` is not a number; quote again", text.escape_debug()))
}
