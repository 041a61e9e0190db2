//! Machines that exist, and machines that ended.

use gpu_broker_core::gpu::{Gpu, GpuModel, Socket};
use gpu_broker_core::instance::{Instance, InstanceId, Phase, Ssh};
use gpu_broker_core::offer::{Broker, MarketType};
use gpu_broker_core::place::Place;
use gpu_broker_http::{RowError, Rows, WireInt, decode};
use gpu_broker_source_kit::{Fault, Text, said};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::words::{CURRENCY, STATUS_UNSTATED, Words, id, measure, provider, rate};
use crate::state::PodState;
use crate::wire::{self, Past, PerNode, Pod};

/// The broker's word for a machine that is no more.
const TERMINATED: &str = "TERMINATED";

/// What the history lists beside machines: schema `ResourceType`, without `Instance` and `Cluster`.
const NO_MACHINES: [&str; 5] = ["Disk", "Sandbox", "Inference", "Image", "Training"];

/// A row of `/pods/`.
pub(crate) fn pod(broker: &Broker, words: &mut Words, row: &Pod<'_>) -> Result<Instance, Fault> {
    let status = said(row.status.as_ref()).unwrap_or(STATUS_UNSTATED);
    let seen = Seen {
        status,
        ssh: row.ssh_connection.as_ref(),
        progress: row.installation_progress,
        installation: row.installation_status.as_ref(),
        failure: row.installation_failure.as_ref(),
    };
    Ok(Instance {
        broker: broker.clone(),
        id: InstanceId::new(id(row.id.as_ref(), "id")?),
        name: row.name.as_ref().map_or("", Text::as_str).to_owned(),
        provider: provider(row.provider_type.as_ref(), "providerType")?,
        gpu: gpu(words, row.gpu_name.as_ref(), row.gpu_count, row.socket.as_ref())?,
        // Nothing in the answer says where it stands.
        place: Place::default(),
        market: row
            .is_spot
            .map(|spot| if spot { MarketType::Spot } else { MarketType::OnDemand }),
        phase: seen.phase(),
        status: status.to_owned(),
        rate: rate(row.price_hr, CURRENCY, "priceHr")?,
        billed: None,
        created_at: moment(row.created_at.as_ref()),
        ended_at: moment(row.terminated_at.as_ref()),
        ssh: seen.ways_in(),
        progress: seen.percent(),
        trouble: seen.trouble(),
    })
}

/// A row of `/pods/status`.
pub(crate) fn state(row: &wire::PodState<'_>) -> Result<PodState, Fault> {
    let status = said(row.status.as_ref()).unwrap_or(STATUS_UNSTATED);
    let seen = Seen {
        status,
        ssh: row.ssh_connection.as_ref(),
        progress: row.installation_progress,
        installation: row.installation_status.as_ref(),
        failure: row.installation_failure.as_ref(),
    };
    Ok(PodState {
        id: InstanceId::new(id(row.pod_id.as_ref(), "podId")?),
        phase: seen.phase(),
        status: status.to_owned(),
        ssh: seen.ways_in(),
        progress: seen.percent(),
        trouble: seen.trouble(),
    })
}

/// A row of `/pods/history`; `None` when it is no machine.
///
/// The schema allows rows that do not say when they ended. Those may still cost money, so they are not gone.
pub(crate) fn past(broker: &Broker, words: &mut Words, row: &Past<'_>) -> Result<Option<Instance>, Fault> {
    if said(row.kind.as_ref()).is_some_and(|kind| NO_MACHINES.contains(&kind)) {
        return Ok(None);
    }
    let says_so = said(row.status.as_ref()).is_some_and(|status| status.eq_ignore_ascii_case(TERMINATED));
    let (phase, status) = if says_so || said(row.terminated_at.as_ref()).is_some() {
        (Phase::Gone, TERMINATED)
    } else {
        (Phase::Unclear, STATUS_UNSTATED)
    };
    Ok(Some(Instance {
        broker: broker.clone(),
        id: InstanceId::new(id(row.id.as_ref(), "id")?),
        name: row.name.as_ref().map_or("", Text::as_str).to_owned(),
        provider: provider(row.provider_type.as_ref(), "providerType")?,
        gpu: gpu(words, row.gpu_name.as_ref(), row.gpu_count, row.socket.as_ref())?,
        place: Place::default(),
        market: None,
        phase,
        status: status.to_owned(),
        rate: rate(row.price_hr, CURRENCY, "priceHr")?,
        billed: measure(row.total_billed_price, "totalBilledPrice")?,
        created_at: moment(row.created_at.as_ref()),
        ended_at: moment(row.terminated_at.as_ref()),
        ssh: Vec::new(),
        progress: None,
        trouble: None,
    }))
}

/// What two endpoints say of a machine's state in the same words.
struct Seen<'r> {
    status: &'r str,
    ssh: Option<&'r PerNode<'r>>,
    progress: Option<WireInt>,
    installation: Option<&'r Text<'r>>,
    failure: Option<&'r Text<'r>>,
}

impl Seen<'_> {
    fn phase(&self) -> Phase {
        match self.status.trim().to_ascii_uppercase().as_str() {
            "ACTIVE" if self.is_reachable() && self.is_installed() => Phase::Running,
            "ACTIVE" | "PROVISIONING" | "PENDING" => Phase::Deploying,
            "STOPPED" => Phase::Stopped,
            "ERROR" => Phase::Failed,
            "DELETING" => Phase::Ending,
            TERMINATED => Phase::Gone,
            _ => Phase::Unclear,
        }
    }

    /// Whether each node has a way in, readable or not.
    fn is_reachable(&self) -> bool {
        let nodes = self.ssh.map_or(&[][..], |ssh| &ssh.0);
        !nodes.is_empty() && nodes.iter().all(|node| said(node.as_ref()).is_some())
    }

    fn is_installed(&self) -> bool {
        self.progress.is_none_or(|percent| percent.get() >= 100)
    }

    fn ways_in(&self) -> Vec<Ssh> {
        let nodes = self.ssh.iter().flat_map(|ssh| &ssh.0);
        nodes.filter_map(|node| said(node.as_ref())?.parse().ok()).collect()
    }

    fn percent(&self) -> Option<u8> {
        let percent = self.progress?.get();
        u8::try_from(percent).ok().filter(|percent| *percent <= 100)
    }

    fn trouble(&self) -> Option<String> {
        let failed = || {
            said(self.installation)
                .is_some_and(|word| word.trim().eq_ignore_ascii_case("error"))
                .then_some("its installation failed")
        };
        said(self.failure).or_else(failed).map(str::to_owned)
    }
}

fn gpu(
    words: &mut Words,
    name: Option<&Text<'_>>,
    count: Option<WireInt>,
    socket: Option<&Text<'_>>,
) -> Result<Gpu, Fault> {
    let (_, name) = words.gpu(said(name).ok_or_else(|| Fault::missing("gpuName"))?);
    let stated = count.ok_or_else(|| Fault::missing("gpuCount"))?.get();
    let socket = said(socket).map(|word| Socket::new(word.trim())).or(name.socket);
    // As in an offer: a machine without a GPU states one.
    let stated = if name.model == GpuModel::new("CPU") { 0 } else { stated };
    Ok(Gpu {
        model: name.model,
        memory: name.memory,
        socket,
        count: u32::try_from(stated)
            .map_err(|_| Fault::new("gpuCount", format_args!("{stated} is no count of GPUs")))?,
    })
}

/// A moment; one without an offset is meant in UTC. One that cannot be read says nothing: a machine is not lost for it.
pub(crate) fn moment(text: Option<&Text<'_>>) -> Option<Timestamp> {
    let text = said(text)?.trim();
    let bare = || Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse().ok().or_else(bare)
}

/// What a machine wrote. The schema allows anything: a text, or a list of lines; what is neither is shown as it came.
pub(crate) fn log(body: &[u8]) -> String {
    if let Ok(text) = decode::<Text<'_>>(body) {
        return text.as_str().to_owned();
    }
    let lines = || {
        let rows: Rows<'_, Text<'_>> = decode(body).ok()?;
        let mut lines = String::new();
        let read = rows.each(|index, line| {
            lines.push_str(if index == 0 { "" } else { "\n" });
            lines.push_str(line?.as_str());
            Ok::<_, RowError>(())
        });
        read.is_ok().then_some(lines)
    };
    lines().unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}
