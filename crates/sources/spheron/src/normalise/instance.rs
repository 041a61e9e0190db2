//! A deployment as a machine.

use std::time::Duration;

use gpu_broker_core::gpu::{Gpu, GpuModel, GpuName};
use gpu_broker_core::instance::{Instance, InstanceId, Phase, Ssh};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Provider};
use gpu_broker_core::source::Ending;
use gpu_broker_http::{WireInt, inert};
use gpu_broker_source_kit::{Fault, Text, said};
use jiff::Timestamp;

use super::offer::market;
use super::rate;
use crate::{place, wire};

/// Statuses of a machine that is no more: ended by its owner, or taken back or stopped by its provider. API reference,
/// "Deployment statuses".
pub(crate) const GONE: [&str; 2] = ["terminated", "terminated-provider"];

/// The longest id. Ids of the live API have 24 characters; what is far longer is no id.
const ID_LEN_MAX: usize = 128;

/// Whether a text can be an id: it goes into paths, into the records of the caller, and to people.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_LEN_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The id of a record, under either of its names.
pub(super) fn id<'t>(id: Option<&'t Text<'_>>, underscore_id: Option<&'t Text<'_>>) -> Result<&'t str, Fault> {
    let id = said(id).or_else(|| said(underscore_id));
    let id = id.ok_or_else(|| Fault::missing("id"))?;
    if is_id(id) {
        Ok(id)
    } else {
        Err(Fault::new("id", format_args!("`{id}` is not an id")))
    }
}

/// A machine, as far as the API tells.
///
/// It needs an id, a provider and a count of GPUs, and no price of the wrong kind; whatever else is missing or odd is
/// not said, because a machine that costs money should rather be seen than be whole.
pub(crate) fn instance(broker: &Broker, row: &wire::Deployment<'_>) -> Result<Instance, Fault> {
    let id = id(row.id.as_ref(), row.underscore_id.as_ref())?;
    let status = said(row.status.0.as_ref()).unwrap_or_default();
    let phase = phase(status);
    let region = said(row.region.0.as_ref());
    Ok(Instance {
        broker: broker.clone(),
        id: InstanceId::new(id),
        name: said(row.name.0.as_ref()).unwrap_or_default().to_owned(),
        provider: Provider::new(said(row.provider_id.as_ref()).ok_or_else(|| Fault::missing("providerId"))?),
        gpu: gpu(row)?,
        place: region.map(place::named).unwrap_or_default(),
        market: said(row.instance_type.0.as_ref()).map(|word| market(Some(word), "")),
        phase,
        status: status.to_owned(),
        // The answer to a launch may say 0 where the price is not known yet; nothing is free.
        rate: rate("hourlyRate", row.hourly_rate)?.filter(|rate| !rate.per_hour().is_zero()),
        billed: row.total_cost.0.and_then(|cost| Exact::from_broker(cost.as_str()).ok()),
        created_at: moment(row.created_at.0.as_ref()),
        ended_at: moment(row.stopped_at.0.as_ref()).filter(|_| phase == Phase::Gone),
        ssh: ssh(row).into_iter().collect(),
        progress: None,
        trouble: (said(row.error.0.as_ref()).or_else(|| said(row.error_message.0.as_ref())))
            .map(|text| inert(text).into_owned()),
    })
}

fn phase(status: &str) -> Phase {
    let is = |word: &&str| status.eq_ignore_ascii_case(word);
    match status {
        _ if is(&"deploying") => Phase::Deploying,
        _ if is(&"running") => Phase::Running,
        _ if is(&"stopped") => Phase::Stopped,
        _ if is(&"failed") => Phase::Failed,
        _ if GONE.iter().any(is) => Phase::Gone,
        _ => Phase::Unclear,
    }
}

/// The model is a word like a group's `gpuType` in live answers, and one like `rtx-4090-rtx-4090-tensordock-1` in the
/// reference: it is taken apart only if a known model comes of it, and else kept whole.
fn gpu(row: &wire::Deployment<'_>) -> Result<Gpu, Fault> {
    let count = row.gpu_count.ok_or_else(|| Fault::missing("gpuCount"))?.get();
    let count = u32::try_from(count)
        .map_err(|_| Fault::new("gpuCount", format_args!("{count} is more than any machine holds")))?;
    let word = said(row.gpu_model_id.0.as_ref()).unwrap_or("unknown");
    let name = GpuName::read(word);
    Ok(if name.model.is_known() {
        Gpu {
            model: name.model,
            memory: name.memory,
            socket: name.socket,
            count,
        }
    } else {
        Gpu {
            model: GpuModel::new(word),
            memory: None,
            socket: None,
            count,
        }
    })
}

fn moment(text: Option<&Text<'_>>) -> Option<Timestamp> {
    said(text)?.parse().ok()
}

/// The command if it is one and nothing else, or the address. A port that is not said is the usual one.
fn ssh(row: &wire::Deployment<'_>) -> Option<Ssh> {
    let command = said(row.ssh_command.0.as_ref()).and_then(|command| command.parse().ok());
    command.or_else(|| {
        let host = said(row.ip_address.0.as_ref())?;
        let port = row.ssh_port.0.map(WireInt::get);
        let port = port.map(u16::try_from).transpose().ok()?;
        Ssh::new(said(row.user.0.as_ref()), host, port)
    })
}

/// Whether a machine may be ended now.
pub(crate) fn ending(row: &wire::MayEnd<'_>) -> Result<Ending, Fault> {
    let allowed = row.can_terminate.ok_or_else(|| Fault::missing("canTerminate"))?;
    let wait = row.time_remaining.0.and_then(|wait| minutes(wait.as_str()));
    Ok(Ending {
        allowed,
        wait: wait.filter(|_| !allowed),
    })
}

/// A time in minutes; a begun second is a whole one.
pub(crate) fn minutes(text: &str) -> Option<Duration> {
    let seconds = Exact::from_broker(text).ok()?.times_count(60)?;
    let near = seconds.rounded(0);
    let whole = if near < seconds { near.plus(Exact::ONE)? } else { near };
    whole.to_whole().map(Duration::from_secs)
}
