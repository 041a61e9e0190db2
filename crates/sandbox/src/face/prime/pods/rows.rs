//! What a pod looks like on the wire. Prime API reference, `APIPodConfig`, `APIPodStatusResponse`, `HistoryObj`.

use serde::Serialize;

use crate::clock::Moment;
use crate::exact::Exact;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::state::{Machine, Phase};

/// GPUs in one node of a multi-node pod.
const NODE: u32 = 8;

/// A pod.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pod<'a> {
    id: &'a str,
    user_id: &'a str,
    team_id: Option<&'a str>,
    wallet_id: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    provider_type: &'a str,
    status: &'a str,
    installation_status: &'static str,
    installation_failure: Option<&'static str>,
    installation_progress: Option<u64>,
    created_at: String,
    updated_at: String,
    terminated_at: Option<String>,
    gpu_name: &'a str,
    gpu_count: u32,
    socket: &'a str,
    price_hr: Number,
    stopped_price_hr: Option<Number>,
    provisioning_price_hr: Number,
    environment_type: &'a str,
    custom_template_id: Option<&'a str>,
    cluster_id: Option<&'a str>,
    prime_port_mapping: Vec<Port>,
    ssh_connection: Places,
    ip: Places,
    resources: Resources,
    attached_resources: Vec<Attached<'a>>,
    is_spot: bool,
    auto_restart: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Port {
    internal: String,
    external: String,
    protocol: &'static str,
    used_by: &'static str,
    description: Option<&'static str>,
}

#[derive(Serialize)]
struct Resources {
    memory: Option<u32>,
    disk: Option<u32>,
    shared_disk: Option<u32>,
    vcpus: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attached<'a> {
    resource_type: &'static str,
    id: &'a str,
    status: &'static str,
    is_detachable: bool,
    mount_path: String,
    resource_path: Option<&'a str>,
    size: Option<u32>,
    is_shared: bool,
}

/// One text, or one for each node; `[null]` while there is none.
#[derive(Serialize)]
#[serde(untagged)]
enum Places {
    One(Option<String>),
    Many(Vec<Option<String>>),
}

/// The status of one pod.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Standing<'a> {
    pod_id: &'a str,
    provider_type: &'a str,
    status: &'a str,
    ssh_connection: Places,
    ip: Places,
    installation_status: &'static str,
    installation_failure: Option<&'static str>,
    installation_progress: Option<u64>,
}

/// A pod that has ended.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Past<'a> {
    id: &'a str,
    name: &'a str,
    provider_type: &'a str,
    provisioned_by: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    created_at: String,
    terminated_at: Option<String>,
    gpu_name: &'a str,
    gpu_count: u32,
    socket: &'a str,
    price_hr: Number,
    user_id: &'a str,
    team_id: Option<&'a str>,
    total_billed_price: Number,
}

impl<'a> Standing<'a> {
    pub(super) fn of(desk: &Desk<'_>, machine: &'a Machine) -> Self {
        let (installation_status, installation_progress) = installation(machine, desk.now);
        Self {
            pod_id: &machine.id,
            provider_type: &machine.body.provider,
            status: status_word(machine, desk.now),
            ssh_connection: ssh(desk, machine),
            ip: ip(machine, desk.now),
            installation_status,
            installation_failure: failure(machine),
            installation_progress,
        }
    }
}

impl<'a> Past<'a> {
    pub(super) fn of(desk: &'a Desk<'_>, machine: &'a Machine) -> Self {
        let account = &desk.catalogue.account.prime;
        Self {
            id: &machine.id,
            name: &machine.name,
            provider_type: &machine.body.provider,
            provisioned_by: Some(&account.name),
            kind: "Instance",
            created_at: machine.made.iso(),
            terminated_at: machine.ended().map(Moment::iso),
            gpu_name: &machine.body.gpu,
            gpu_count: machine.body.gpus,
            socket: &machine.body.socket,
            price_hr: machine.rate.number(),
            user_id: &account.user_id,
            team_id: machine.team.as_deref(),
            total_billed_price: machine.meter.total(desk.now).money(),
        }
    }
}

/// The pod as it is now.
pub(crate) fn shown<'a>(desk: &'a Desk<'_>, machine: &'a Machine) -> Pod<'a> {
    let account = &desk.catalogue.account.prime;
    let (installation_status, installation_progress) = installation(machine, desk.now);
    Pod {
        id: &machine.id,
        user_id: &account.user_id,
        team_id: machine.team.as_deref(),
        wallet_id: &account.wallet_id,
        name: &machine.name,
        kind: "HOSTED",
        provider_type: &machine.body.provider,
        status: status_word(machine, desk.now),
        installation_status,
        installation_failure: failure(machine),
        installation_progress,
        created_at: machine.made.iso(),
        updated_at: machine.turned.iso(),
        terminated_at: machine.ended().map(Moment::iso),
        gpu_name: &machine.body.gpu,
        gpu_count: machine.body.gpus,
        socket: &machine.body.socket,
        price_hr: machine.rate.number(),
        stopped_price_hr: machine.stopped_rate.map(Exact::number),
        provisioning_price_hr: machine.rate_in(Phase::Deploying).number(),
        environment_type: &machine.body.system,
        custom_template_id: machine.body.template.as_deref(),
        cluster_id: None,
        prime_port_mapping: port(desk, machine).into_iter().collect(),
        ssh_connection: ssh(desk, machine),
        ip: ip(machine, desk.now),
        resources: Resources {
            memory: machine.body.memory,
            disk: machine.body.storage,
            shared_disk: None,
            vcpus: machine.body.vcpus,
        },
        attached_resources: attached(desk, machine),
        is_spot: machine.body.kind == "SPOT",
        auto_restart: machine.auto_restart,
    }
}

/// One of the documented words, or the odd one that a fault put in its place.
pub(super) fn status_word(machine: &Machine, now: Moment) -> &'static str {
    if let Some(odd) = machine.odd_word() {
        return odd;
    }
    match machine.told_phase(now) {
        // The machine is there halfway; then its software is installed.
        Phase::Unborn | Phase::Deploying if machine.phase == Phase::Running || machine.progress(now) < 50 => {
            "PROVISIONING"
        }
        Phase::Unborn | Phase::Deploying | Phase::Running => "ACTIVE",
        Phase::Stopped => "STOPPED",
        Phase::Failed => "ERROR",
        Phase::Reclaimed | Phase::Ended => "TERMINATED",
    }
}

fn installation(machine: &Machine, now: Moment) -> (&'static str, Option<u64>) {
    match machine.phase {
        Phase::Unborn | Phase::Deploying => match machine.progress(now).checked_sub(50) {
            None => ("PENDING", None),
            Some(beyond) => ("ACTIVE", Some(beyond * 2)),
        },
        Phase::Running | Phase::Stopped => ("FINISHED", Some(100)),
        Phase::Failed => ("ERROR", None),
        Phase::Reclaimed | Phase::Ended => ("TERMINATED", None),
    }
}

fn failure(machine: &Machine) -> Option<&'static str> {
    (machine.phase == Phase::Failed).then_some("the sandbox let this installation fail")
}

/// Whether there is somewhere to log in, if not yet anybody who answers.
fn has_address(machine: &Machine, now: Moment) -> bool {
    machine.phase == Phase::Running || machine.phase == Phase::Deploying && machine.progress(now) >= 50
}

fn nodes(machine: &Machine) -> u32 {
    machine.body.gpus.div_ceil(NODE).max(1)
}

/// A text for one node, a list for several.
fn places(machine: &Machine, text: Option<String>) -> Places {
    match nodes(machine) {
        1 => Places::One(text),
        _ if text.is_none() => Places::Many(vec![None]),
        nodes => Places::Many((0..nodes).map(|_| text.clone()).collect()),
    }
}

fn ip(machine: &Machine, now: Moment) -> Places {
    places(machine, has_address(machine, now).then(|| "127.0.0.1".to_owned()))
}

fn ssh(desk: &Desk<'_>, machine: &Machine) -> Places {
    let line = || format!("root@127.0.0.1 -p {}", desk.options.ssh_port);
    places(machine, has_address(machine, desk.now).then(line))
}

fn port(desk: &Desk<'_>, machine: &Machine) -> Option<Port> {
    has_address(machine, desk.now).then(|| Port {
        internal: "22".to_owned(),
        external: desk.options.ssh_port.to_string(),
        protocol: "TCP",
        used_by: "SSH",
        description: Some("SSH"),
    })
}

fn attached<'a>(desk: &'a Desk<'_>, machine: &'a Machine) -> Vec<Attached<'a>> {
    let disks = machine.disks.iter().filter(|_| !machine.is_over());
    disks
        .map(|id| {
            let disk = desk.state.disks.iter().find(|disk| disk.id == *id);
            Attached {
                resource_type: "DISK",
                id,
                status: if machine.phase == Phase::Running {
                    "MOUNTED"
                } else {
                    "ATTACHED"
                },
                is_detachable: true,
                mount_path: format!("/{}", disk.map_or("workspace", |disk| disk.name.as_str())),
                resource_path: None,
                size: disk.map(|disk| disk.size),
                is_shared: disk.is_some_and(|disk| disk.info.is_multinode),
            }
        })
        .collect()
}
