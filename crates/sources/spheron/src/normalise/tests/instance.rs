use std::time::Duration;

use gpu_broker_core::instance::Instance;
use gpu_broker_core::source::Ending;

use super::*;

fn instances(json: &str) -> Batch<Instance> {
    let listed: wire::Listed<'_, wire::Deployment<'_>> = decode(json.as_bytes()).unwrap();
    let mut batch = Batch::new(&broker(), "");
    let rows = batch.rows(listed.name, listed.rows, |row| instance(&broker(), &row));
    rows.unwrap();
    batch
}

/// A machine that has these fields beside the ones that it needs.
fn machine(fields: &str) -> Result<Instance, String> {
    let mut batch = instances(&format!(r#"[{{"id":"i","providerId":"p","gpuCount":1{fields}}}]"#));
    batch.items.pop().ok_or_else(|| said_of(&batch.rejects).join("; "))
}

/// All that was decided about a machine, in one line.
fn line(machine: &Instance) -> String {
    assert_eq!((machine.broker.as_str(), machine.progress), ("spheron", None));
    let gpu = &machine.gpu;
    format!(
        "{} {:?} of {} | {}x {} {} {} | {} | {} | {} ({}) | {} an hour, {} so far | {} to {} | {} | {}",
        machine.id,
        machine.name,
        machine.provider,
        gpu.count,
        gpu.model,
        shown(gpu.memory),
        shown(gpu.socket.as_ref()),
        shown(machine.market.as_ref()),
        place(&machine.place),
        machine.phase.as_str(),
        machine.status,
        shown(machine.rate.map(Rate::per_hour)),
        shown(machine.billed),
        shown(machine.created_at),
        shown(machine.ended_at),
        joined(&machine.ssh),
        shown(machine.trouble.as_ref()),
    )
}

#[test]
fn machines_are_what_the_api_says() {
    let batch = instances(DEPLOYMENTS);
    assert_eq!(said_of(&batch.rejects), [""; 0]);
    let lines: Vec<String> = batch.items.iter().map(line).collect();
    let expected = [
        // The model is no word that offers use.
        r#"deployment_1 "train-1" of tensordock | 1x RTX4090RTX4090TENSORDOCK1 - - | on_demand | us-east-1/US/united_states | running (running) | 0.5 an hour, 12.5 so far | 2024-01-15T10:30:00Z to - | ssh ubuntu@192.0.2.100 -p 22 | -"#,
        // Just launched: no price yet, no address, no cost.
        r#"6a012345 "probe" of spheron-ai | 1x A4000 - PCIe | on_demand | us-central-1/US/united_states | deploying (deploying) | - an hour, 0 so far | 2026-05-15T11:43:31Z to - |  | -"#,
        // Reclaimed, which is not the same as ended by us.
        r#"66e0aa "spot-7" of spheron-es | 1x B300 - SXM6 | spot | UK South 1/GB/eu_west | gone (terminated-provider) | 5.8455 an hour, 1.9485 so far | 2026-09-11T08:00:00Z to 2026-09-11T08:20:00.5Z | ssh ubuntu@198.51.100.7 -p 22 | -"#,
        r#"deployment_4 "broken" of data-crunch | 8x H100 80 GB SXM5 | on_demand | FIN-03/FI/eu_north | failed (failed) | 22.8 an hour, - so far | 2026-09-11T08:00:00Z to - |  | no \u{1b}[31m capacity"#,
    ];
    for (line, expected) in lines.iter().zip(expected) {
        assert_eq!(line, expected);
    }
    assert_eq!(lines.len(), expected.len());
}

#[test]
fn a_machine_without_what_counts_is_reported() {
    let check = |json: &str, expected: &str| {
        assert_eq!(said_of(&instances(&format!("[{json}]")).rejects), [expected], "{json}");
    };
    check("{}", "[0].id | it is missing");
    check(r#"{"id":null,"_id":""}"#, "[0].id | it is missing");
    check(r#"{"id":7}"#, "[0].id | invalid type: integer `7`, expected a text");
    for evil in ["../../balance", "a b", "a/b", "é", &"x".repeat(129)] {
        check(
            &format!(r#"{{"id":"{evil}"}}"#),
            &format!("[0].id | `{evil}` is not an id"),
        );
    }
    check(r#"{"id":"\u001b[2J"}"#, r"[0].id | `\u{1b}[2J` is not an id");
    check(r#"{"id":"i","gpuCount":1}"#, "[0].providerId | it is missing");
    check(r#"{"id":"i","providerId":"p"}"#, "[0].gpuCount | it is missing");
    check(
        r#"{"id":"i","providerId":"p","gpuCount":4294967296}"#,
        "[0].gpuCount | 4294967296 is more than any machine holds",
    );
    check(
        r#"{"id":"i","providerId":"p","gpuCount":1,"hourlyRate":-1}"#,
        "[0].hourlyRate | the price -1 is below zero",
    );
    check(
        r#"{"id":"i","providerId":"p","gpuCount":1,"hourlyRate":"free"}"#,
        r#"[0].hourlyRate | expected a number, got the text "free""#,
    );
    check("7", "[0] | invalid type: integer `7`, expected a machine");
}

#[test]
fn statuses_say_what_becomes_of_a_machine() {
    let check = |fields: &str, phase: &str, ended: bool| {
        let fields = format!(r#","stoppedAt":"2026-01-01T00:00:00Z"{fields}"#);
        let machine = machine(&fields).unwrap();
        assert_eq!(
            (machine.phase.as_str(), machine.ended_at.is_some()),
            (phase, ended),
            "{fields}"
        );
    };
    check(r#","status":"deploying""#, "deploying", false);
    check(r#","status":"Running""#, "running", false);
    check(r#","status":"stopped""#, "stopped", false);
    check(r#","status":"failed""#, "failed", false);
    check(r#","status":"terminated""#, "gone", true);
    check(r#","status":"terminated-provider""#, "gone", true);
    check(r#","status":"terminating""#, "unclear", false);
    check(r#","status":"running ""#, "unclear", false);
    check(r#","status":3"#, "unclear", false);
    check("", "unclear", false);
    assert_eq!(machine(r#","status":"paused""#).unwrap().status, "paused");
}

#[test]
fn the_gpu_is_read_only_where_offers_would_read_it() {
    let check = |word: &str, expected: &str| {
        let gpu = machine(&format!(r#","gpuModelId":{word}"#)).unwrap().gpu;
        let found = format!("{} {} {}", gpu.model, shown(gpu.memory), shown(gpu.socket));
        assert_eq!(found, expected, "{word}");
    };
    check(r#""H100_SXM5""#, "H100 - SXM5");
    check(r#""A100_80G_PCIE""#, "A100 80 GB PCIe");
    check(r#""rtx-4090""#, "RTX4090 - -");
    check(r#""rtx-4090-tensordock-1""#, "RTX4090TENSORDOCK1 - -");
    // It would be taken apart into a socket and nonsense.
    check(r#""Z9_SXM7_80G""#, "Z9SXM780G - -");
    check("null", "UNKNOWN - -");
    check("7", "UNKNOWN - -");
    let none = machine(r#","gpuModelId":"CPU""#).unwrap();
    assert_eq!(none.gpu.model.as_str(), "CPU");
}

#[test]
fn a_way_in_is_plain_or_none() {
    let check = |fields: &str, expected: &str| {
        assert_eq!(joined(machine(fields).unwrap().ssh), expected, "{fields}");
    };
    check("", "");
    check(r#","sshCommand":"ssh root@host -p 2222""#, "ssh root@host -p 2222");
    check(
        r#","sshCommand":"ssh -oProxyCommand=x a@b","ipAddress":"192.0.2.1","user":"ubuntu","sshPort":null"#,
        "ssh ubuntu@192.0.2.1 -p 22",
    );
    check(r#","ipAddress":"192.0.2.1","sshPort":2201.0"#, "ssh 192.0.2.1 -p 2201");
    check(
        r#","ipAddress":"192.0.2.1","user":null,"sshPort":"?""#,
        "ssh 192.0.2.1 -p 22",
    );
    check(r#","ipAddress":"192.0.2.1","sshPort":70000"#, "");
    check(r#","ipAddress":"192.0.2.1","sshPort":0"#, "");
    check(r#","ipAddress":"$(id)","user":"root""#, "");
    check(r#","ipAddress":["192.0.2.1"]"#, "");
}

#[test]
fn amounts_and_times_are_said_or_not() {
    let check = |fields: &str, expected: &str| {
        let machine = machine(fields).unwrap();
        let found = format!(
            "{} {} {} {}",
            shown(machine.rate.map(Rate::per_hour)),
            shown(machine.billed),
            shown(machine.created_at),
            shown(machine.market.as_ref()),
        );
        assert_eq!(found, expected, "{fields}");
    };
    check("", "- - - -");
    check(r#","hourlyRate":0,"totalCost":0"#, "- 0 - -");
    check(
        r#","hourlyRate":"1.6567999999999998","totalCost":0.1"#,
        "1.6568 0.1 - -",
    );
    check(r#","hourlyRate":1,"originalHourlyRate":2"#, "1 - - -");
    check(r#","hourlyRate":null,"totalCost":"much","createdAt":5"#, "- - - -");
    check(
        r#","createdAt":"yesterday","instanceType":"RESERVED""#,
        "- - - RESERVED",
    );
    check(
        r#","createdAt":"2026-05-15T13:43:31+02:00","instanceType":"spot""#,
        "- - 2026-05-15T11:43:31Z spot",
    );
}

#[test]
fn no_secret_is_read() {
    let listed: wire::Listed<'_, wire::Deployment<'_>> = decode(DEPLOYMENTS.as_bytes()).unwrap();
    assert!(DEPLOYMENTS.contains("hunter2"));
    assert!(!format!("{listed:?}").contains("hunter2"));
    let (rows, _) = listed.rows.all(9).unwrap();
    let cluster = &rows[3].kubernetes_addon.0.as_ref().unwrap().id.0;
    assert!(format!("{cluster:?}").contains("550e8400"));
}

#[test]
fn a_machine_may_be_ended_or_not_yet() {
    let check = |json: &str, expected: Option<(bool, Option<u64>)>| {
        let row: wire::MayEnd<'_> = decode(json.as_bytes()).unwrap();
        let expected = expected.map(|(allowed, wait)| Ending {
            allowed,
            wait: wait.map(Duration::from_secs),
        });
        assert_eq!(ending(&row).ok(), expected, "{json}");
    };
    check(r#"{"canTerminate":true,"timeRemaining":0}"#, Some((true, None)));
    check(
        r#"{"canTerminate":false,"reason":"Minimum runtime not met","minimumRuntime":20,"timeRemaining":3}"#,
        Some((false, Some(180))),
    );
    check(
        r#"{"canTerminate":false,"timeRemaining":2.51}"#,
        Some((false, Some(151))),
    );
    check(r#"{"canTerminate":false,"timeRemaining":"soon"}"#, Some((false, None)));
    check(r#"{"canTerminate":false,"timeRemaining":-1}"#, Some((false, None)));
    check(r#"{"timeRemaining":1}"#, None);
}

#[test]
fn minutes_are_whole_seconds() {
    for (text, expected) in [
        ("7", Some(420)),
        ("0", Some(0)),
        ("0.001", Some(1)),
        ("-3", None),
        ("1e400", None),
        ("soon", None),
    ] {
        assert_eq!(minutes(text), expected.map(Duration::from_secs), "{text}");
    }
}
