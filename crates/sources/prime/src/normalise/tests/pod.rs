//! Machines, running and ended.

use gpu_broker_core::instance::{Instance, Phase, Ssh};
use gpu_broker_core::offer::Broker;
use gpu_broker_http::decode;
use gpu_broker_source_kit::Batch;
use proptest::prelude::*;
use serde_json::Value;

use super::super::{Words, log, moment, past, pod, state};
use super::{ODD, replace};
use crate::wire::{self, Past, Pod, Slice, Wrapped};

const PODS: &str = include_str!("../../../fixtures/pods.json");

fn pods(json: &str) -> Batch<Instance> {
    let broker = Broker::new("prime");
    let slice: Slice<'_, Pod<'_>> = decode(json.as_bytes()).unwrap();
    let (mut batch, mut words) = (Batch::new(&broker, ""), Words::default());
    batch
        .rows("data", slice.data, |row| pod(&broker, &mut words, &row))
        .unwrap();
    batch
}

/// What matters of a machine, in one line.
fn line(machine: &Instance) -> String {
    let gpu = &machine.gpu;
    let socket = gpu.socket.as_ref().map_or("-", |socket| socket.as_str());
    let memory = gpu.memory.map_or("-".to_owned(), |memory| memory.to_string());
    let market = machine.market.as_ref().map_or("-", |market| market.as_str());
    let rate = machine.rate.map_or("-".to_owned(), |rate| rate.per_hour().to_string());
    let progress = machine.progress.map_or("-".to_owned(), |percent| percent.to_string());
    let ssh: Vec<String> = machine.ssh.iter().map(Ssh::to_string).collect();
    format!(
        "{} `{}` {} | {}x {} {memory} {socket} | {market} {rate} | {} {} {progress} [{}] {}",
        machine.id,
        machine.name,
        machine.provider,
        gpu.count,
        gpu.model,
        machine.status,
        machine.phase.as_str(),
        ssh.join(", "),
        machine.trouble.as_deref().unwrap_or("-"),
    )
}

#[test]
fn every_state_of_a_machine_is_understood() {
    let batch = pods(PODS);
    assert_eq!(batch.rejects, []);
    let expected = [
        "7d0f9a52-5d1c-4c7e-9d53-0c6f1f3a2b10 `gp-one-a1` runpod | 1x A100 80 GB PCIe | on_demand 1.6661 | ACTIVE running 100 [ssh root@192.0.2.1 -p 22] -",
        "pod-2 `two-nodes` nebius | 16x H100 80 GB SXM5 | - 33.89 | ACTIVE running - [ssh ubuntu@192.0.2.2 -p 2222, ssh root@192.0.2.3 -p 22] -",
        "pod-3 `one-node-missing` nebius | 16x H100 80 GB SXM5 | - 33.89 | ACTIVE deploying - [ssh root@192.0.2.4 -p 22] -",
        "pod-4 `nobody-home` hyperstack | 1x H100 80 GB PCIe | - 1.9 | ACTIVE deploying - [] -",
        "pod-5 `installing` datacrunch | 1x A100 80 GB SXM4 | spot 0.54 | ACTIVE deploying 40 [ssh root@192.0.2.5 -p 22] -",
        "pod-6 `odd-way-in` vultr | 8x B300 262 GB SXM6 | - 40 | ACTIVE running - [] -",
        "pod-7 `broken-install` vultr | 1x T4 16 GB PCIe | - 0.2 | ACTIVE deploying 30 [ssh root@192.0.2.7 -p 22] its installation failed",
        "pod-8 `new` primecompute | 1x H100 80 GB SXM5 | - 1.49 | PROVISIONING deploying - [] -",
        "pod-9 `` nebius | 0x CPU - PCIe | - 0.05 | PENDING deploying - [] -",
        "pod-10 `off` nebius | 10x L40S 48 GB PCIe | - 14.5 | STOPPED stopped - [] -",
        "pod-11 `failed` tensordock | 1x A100 80 GB PCIe | - 2.5725 | ERROR failed - [] no disk left",
        "pod-12 `ending` tensordock | 2x R100X 288 GB SXM7 | - 12.5 | DELETING ending - [] -",
        "pod-13 `ended` tensordock | 3x A40 48 GB PCIe | - 1.3368 | TERMINATED gone - [] -",
        "pod-14 `riddle` dc_newcomer | 4x GB200 - - | - - | HIBERNATING unclear - [] -",
    ];
    assert_eq!(batch.items.iter().map(line).collect::<Vec<_>>(), expected);
    let at = |index: usize| {
        let machine = &batch.items[index];
        [machine.created_at, machine.ended_at].map(|moment| moment.map(|moment| moment.to_string()))
    };
    assert_eq!(at(0), [Some("2026-10-02T08:15:00.25Z".to_owned()), None]);
    assert_eq!(at(7), [Some("2026-10-02T08:15:00Z".to_owned()), None]);
    assert_eq!(at(8), [None, None]);
    assert_eq!(at(12), [None, Some("2026-10-02T22:00:00Z".to_owned())]);
}

#[test]
fn nothing_secret_is_kept() {
    assert!(PODS.contains("canary-jupyter") && PODS.contains("canary-env"));
    let slice: Slice<'_, Pod<'_>> = decode(PODS.as_bytes()).unwrap();
    let told = format!("{slice:?} {:?}", pods(PODS).items);
    assert!(told.contains("gp-one-a1") && !told.contains("canary"));
}

#[test]
fn the_phase_follows_the_word_and_the_way_in() {
    let check = |change: &str, expected: Phase, percent: Option<u8>| {
        let mut row: Value =
            serde_json::from_str(r#"{"id":"p","providerType":"p","gpuName":"T4_16GB","gpuCount":1}"#).unwrap();
        let Value::Object(change) = serde_json::from_str(change).unwrap() else {
            panic!("an object")
        };
        row.as_object_mut().unwrap().extend(change);
        let batch = pods(&format!(r#"{{"data":[{row}]}}"#));
        let machine = batch.items.first().unwrap_or_else(|| panic!("{:?}", batch.rejects));
        assert_eq!((machine.phase, machine.progress), (expected, percent), "{row}");
    };
    check("{}", Phase::Unclear, None);
    check(r#"{"status":""}"#, Phase::Unclear, None);
    check(r#"{"status":"UNKNOWN"}"#, Phase::Unclear, None);
    check(
        r#"{"status":" active ","sshConnection":"root@h"}"#,
        Phase::Running,
        None,
    );
    check(r#"{"status":"ACTIVE"}"#, Phase::Deploying, None);
    check(r#"{"status":"ACTIVE","sshConnection":" "}"#, Phase::Deploying, None);
    check(r#"{"status":"ACTIVE","sshConnection":[]}"#, Phase::Deploying, None);
    check(
        r#"{"status":"ACTIVE","sshConnection":["root@h",""]}"#,
        Phase::Deploying,
        None,
    );
    check(
        r#"{"status":"ACTIVE","sshConnection":"root@h","installationProgress":99}"#,
        Phase::Deploying,
        Some(99),
    );
    check(
        r#"{"status":"ACTIVE","sshConnection":"root@h","installationProgress":"100"}"#,
        Phase::Running,
        Some(100),
    );
    check(
        r#"{"status":"ACTIVE","sshConnection":"root@h","installationProgress":300}"#,
        Phase::Running,
        None,
    );
    check(
        r#"{"status":"PENDING","sshConnection":"root@h"}"#,
        Phase::Deploying,
        None,
    );
    check(r#"{"status":"RUNNING"}"#, Phase::Unclear, None);
}

#[test]
fn every_bad_row_is_reported_at_its_place() {
    let batch = pods(include_str!("../../../fixtures/pods-bad-rows.json"));
    let good: Vec<&str> = batch.items.iter().map(|machine| machine.id.as_str()).collect();
    assert_eq!(good, ["good"]);
    let expected = [
        "data[1].id: it is missing",
        "data[2].id: invalid type: integer `7`, expected a text",
        "data[3].id: it is not of the form of an id",
        "data[4].providerType: it is missing",
        "data[5].gpuName: it is missing",
        "data[6].gpuCount: expected a whole number from 0 to 18446744073709551615, got 0.5",
        "data[7].priceHr: the price -1 is below zero",
        "data[8].sshConnection: expected a text or a short list of texts",
        "data[9]: invalid type: string \"pod-9\", expected a pod",
    ];
    let told: Vec<String> = batch
        .rejects
        .iter()
        .map(|reject| format!("{}: {}", reject.path, reject.reason))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn the_past_is_gone_only_if_it_says_so() {
    let broker = Broker::new("prime");
    let slice: Slice<'_, Past<'_>> = decode(include_bytes!("../../../fixtures/pods-history.json")).unwrap();
    let (rows, errors) = slice.data.all(99).unwrap();
    assert_eq!(errors.len(), 1);
    let mut words = Words::default();
    let told: Vec<String> = rows
        .iter()
        .map(|row| match past(&broker, &mut words, row) {
            Ok(None) => "no machine".to_owned(),
            Err(fault) => format!("{fault:?}"),
            Ok(Some(machine)) => {
                let billed = machine.billed.map_or("-".to_owned(), |billed| billed.to_string());
                let ended = machine.ended_at.map_or("-".to_owned(), |ended| ended.to_string());
                let (id, phase, status) = (&machine.id, machine.phase.as_str(), &machine.status);
                format!(
                    "{id} {}x {} {phase} {status} {billed} {ended}",
                    machine.gpu.count, machine.gpu.model
                )
            }
        })
        .collect();
    let expected = [
        "past-1 1x A100 gone TERMINATED 123.45 2026-10-02T10:00:00Z",
        "no machine",
        "past-2 16x H100 gone TERMINATED 0.1 2026-10-02T08:00:00Z",
        "past-3 1x T4 unclear UNKNOWN 1 -",
        "past-4 1x T4 gone TERMINATED 0 2026-10-02T07:00:00Z",
        "past-5 1x T4 gone TERMINATED - 2026-10-02T06:00:00Z",
        "Fault { path: \"totalBilledPrice\", reason: \"-1 is below zero\" }",
    ];
    assert_eq!(told, expected);
}

#[test]
fn states_are_read_like_machines() {
    let answer: Wrapped<Vec<wire::PodState<'_>>> =
        decode(include_bytes!("../../../fixtures/pods-status.json")).unwrap();
    let told: Vec<String> = answer
        .data
        .unwrap()
        .iter()
        .map(|row| {
            let state = state(row).unwrap();
            format!(
                "{} {} {} {:?}",
                state.id,
                state.phase.as_str(),
                state.ssh.len(),
                state.progress
            )
        })
        .collect();
    assert_eq!(told, ["pod-1 running 1 None", "pod-2 deploying 0 Some(7)"]);
}

#[test]
fn moments_are_in_utc_unless_they_say_otherwise() {
    let check = |text: &str, expected: Option<&str>| {
        let json = serde_json::to_string(text).unwrap();
        let read = moment(Some(&serde_json::from_str(&json).unwrap())).map(|moment| moment.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    };
    check("2026-10-02T08:15:00Z", Some("2026-10-02T08:15:00Z"));
    check("2026-10-02T08:15:00+02:00", Some("2026-10-02T06:15:00Z"));
    check(" 2026-10-02T08:15:00.123456 ", Some("2026-10-02T08:15:00.123456Z"));
    check("2026-10-02 08:15:00", Some("2026-10-02T08:15:00Z"));
    check("2026-02-30T08:15:00Z", None);
    check("1790000000", None);
    check("", None);
    assert_eq!(moment(None), None);
}

#[test]
fn a_log_may_have_any_form() {
    let check = |body: &str, expected: &str| assert_eq!(log(body.as_bytes()), expected, "{body}");
    check(r#""one\ntwo""#, "one\ntwo");
    check(r#"["one","two"]"#, "one\ntwo");
    check(r#"{"logs":["one"]}"#, r#"{"logs":["one"]}"#);
    check("plain", "plain");
    check("", "");
}

proptest! {
    #[test]
    fn no_machine_is_lost_and_nothing_panics(
        changes in proptest::collection::vec((1_usize..182, proptest::sample::select(ODD)), 1..6),
    ) {
        let mut json = PODS.to_owned();
        for (at, odd) in changes {
            let Ok(mut value) = serde_json::from_str::<Value>(&json) else { break };
            replace(&mut value["data"], &mut { at });
            json = value.to_string().replace("\"ODD\"", odd);
        }
        if let Ok(slice) = decode::<Slice<'_, Pod<'_>>>(json.as_bytes()) {
            let batch = pods(&json);
            let (rows, errors) = slice.data.all(999).unwrap();
            prop_assert_eq!(batch.items.len() + batch.rejects.len(), rows.len() + errors.len());
            for machine in &batch.items {
                let id = machine.id.as_str();
                prop_assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
                prop_assert!(machine.phase != Phase::Running || machine.status.trim() == "ACTIVE");
            }
        }
    }
}
