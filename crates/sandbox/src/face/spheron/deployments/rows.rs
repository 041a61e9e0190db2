//! What a deployment looks like on the wire. API reference, "Get deployments".

use serde::Serialize;

use crate::clock::Moment;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::state::{Cluster, Machine, Phase};

/// The provider that never gives a port or a command, as seen live.
const SILENT: &str = "spheron-es";

/// A deployment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment<'a> {
    id: &'a str,
    name: &'a str,
    user_id: &'a str,
    team_id: Option<&'a str>,
    gpu_model_id: &'a str,
    provider_id: &'a str,
    gpu_count: u32,
    region: &'a str,
    operating_system: &'a str,
    instance_type: &'a str,
    ssh_key_id: Option<&'a str>,
    temp_ssh_key_id: Option<&'a str>,
    ssh_key_name: Option<&'a str>,
    ssh_key_fingerprint: Option<&'a str>,
    ip_address: Option<&'static str>,
    user: Option<&'static str>,
    status: &'a str,
    started_at: Option<String>,
    stopped_at: Option<String>,
    last_credit_deduction: Option<String>,
    total_cost: Number,
    hourly_rate: Number,
    original_hourly_rate: Number,
    discount_percentage: u32,
    has_discount: bool,
    vcpus: Option<u32>,
    memory: Option<u32>,
    storage: Option<u32>,
    #[serde(skip_serializing_if = "Command::is_absent")]
    ssh_command: Command,
    ssh_port: Option<u16>,
    port_forwards: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    kubernetes_addon: Option<Addon<'a>>,
    created_at: String,
}

/// The key may be missing, or null, or a line to type.
#[derive(Serialize)]
#[serde(untagged)]
enum Command {
    Absent,
    Unknown,
    Line(String),
}

impl Command {
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

#[derive(Serialize)]
struct Addon<'a> {
    version: &'a str,
    kubeconfig: Option<String>,
    k8s_cluster_id: Option<&'a str>,
    service_links: Vec<String>,
    restore: bool,
}

/// The deployment as it is now.
pub(crate) fn shown<'a>(desk: &'a Desk<'_>, machine: &'a Machine) -> Deployment<'a> {
    let up = machine.phase == Phase::Running;
    // The address comes a second after the create; being reachable is a matter of the status alone.
    let address = machine.exists() && desk.now.seconds_since(machine.made) >= 1;
    let silent = machine.body.provider == SILENT;
    let port = desk.options.ssh_port;
    let key = machine.key.as_ref();
    let started = machine.ready.filter(|ready| *ready <= desk.now);
    Deployment {
        id: &machine.id,
        name: &machine.name,
        user_id: &desk.catalogue.account.spheron.user_id,
        team_id: machine.team.as_deref(),
        gpu_model_id: &machine.body.gpu,
        provider_id: &machine.body.provider,
        gpu_count: machine.body.gpus,
        region: &machine.body.region,
        operating_system: &machine.body.system,
        instance_type: &machine.body.kind,
        ssh_key_id: key.filter(|key| !key.temporary).map(|key| key.id.as_str()),
        temp_ssh_key_id: key.filter(|key| key.temporary).map(|key| key.id.as_str()),
        ssh_key_name: key.and_then(|key| key.name.as_deref()),
        ssh_key_fingerprint: key.map(|key| key.fingerprint.as_str()),
        ip_address: address.then_some("127.0.0.1"),
        user: up.then_some("ubuntu"),
        status: status_word(machine, desk.now),
        started_at: started.map(Moment::iso),
        stopped_at: machine.ended().map(Moment::iso),
        last_credit_deduction: deducted(machine, desk.now),
        total_cost: machine.meter.total(desk.now).money(),
        hourly_rate: machine.rate.number(),
        original_hourly_rate: machine.rate.number(),
        discount_percentage: 0,
        has_discount: false,
        vcpus: machine.body.vcpus,
        memory: machine.body.memory,
        storage: machine.body.storage,
        ssh_command: match (silent, up) {
            (true, _) => Command::Absent,
            (false, false) => Command::Unknown,
            (false, true) => Command::Line(format!("ssh ubuntu@127.0.0.1 -p {port}")),
        },
        ssh_port: Some(port).filter(|_| up && !silent),
        port_forwards: [],
        kubernetes_addon: machine.kubernetes.as_ref().map(|cluster| addon(cluster, up)),
        created_at: machine.made.iso(),
    }
}

/// One of the documented words and `stopped`, which was seen live, or the odd one that a fault put in its place.
pub(super) fn status_word(machine: &Machine, now: Moment) -> &'static str {
    if let Some(odd) = machine.odd_word() {
        return odd;
    }
    match machine.told_phase(now) {
        Phase::Unborn | Phase::Deploying => "deploying",
        Phase::Running => "running",
        Phase::Stopped => "stopped",
        Phase::Failed => "failed",
        Phase::Reclaimed => "terminated-provider",
        Phase::Ended => "terminated",
    }
}

/// Credits are taken by the second; nothing yet at the very start.
fn deducted(machine: &Machine, now: Moment) -> Option<String> {
    let until = machine.ended().unwrap_or(now);
    (until.seconds_since(machine.made) > 0).then(|| until.iso())
}

/// "kubeconfig, `k8s_cluster_id`, and `service_links` populate once cluster is running."
fn addon(cluster: &Cluster, up: bool) -> Addon<'_> {
    let kubeconfig = "apiVersion: v1\nkind: Config\nclusters:\n- name: sandbox\n  cluster:\n    server: https://127.0.0.1:6443\n\
                      users:\n- name: sandbox\n  user:\n    token: sandbox-secret-kubeconfig\n";
    Addon {
        version: &cluster.version,
        kubeconfig: up.then(|| kubeconfig.to_owned()),
        k8s_cluster_id: up.then_some(cluster.id.as_str()),
        service_links: up
            .then(|| format!("http://127.0.0.1/grafana-{}", cluster.id))
            .into_iter()
            .collect(),
        restore: false,
    }
}
