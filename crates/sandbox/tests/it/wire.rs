//! What a client sees on its socket.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use gpu_broker_sandbox::{Broker, Fault, Limits, Options, Rule, Running, Sandbox};

use crate::client::{get, options, send};
use crate::orders::{order, prime};

/// What arrives, and how it ends.
fn post(running: &Running, broker: Broker, fault: &str, patience: Duration) -> (Vec<u8>, std::io::Result<()>) {
    let (base, path) = match broker {
        Broker::Prime => (running.prime_url(), "/api/v1/pods/"),
        Broker::Spheron => (running.spheron_url(), "/api/deployments"),
    };
    let host = base.strip_prefix("http://").unwrap();
    let body = order(broker, "one").to_string();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer key\r\nUser-Agent: test/1\r\nX-Sandbox-Fault: {fault}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut got = Vec::new();
    let end = stream.read_to_end(&mut got).map(|_| ());
    (got, end)
}

fn start() -> Running {
    let options = Options {
        drip: Duration::from_millis(2),
        hang: Duration::from_secs(30),
        ..options()
    };
    Sandbox::start(&options).unwrap()
}

#[test]
fn connections_end_as_they_should_not() {
    use std::io::ErrorKind;
    let long = Duration::from_secs(10);
    let check = |fault: Fault, ends: Option<ErrorKind>, machines: usize| {
        for broker in [Broker::Prime, Broker::Spheron] {
            let running = start();
            let patience = if ends == Some(ErrorKind::WouldBlock) {
                Duration::from_millis(300)
            } else {
                long
            };
            let (got, end) = post(&running, broker, fault.name(), patience);
            assert_eq!(end.err().map(|error| error.kind()), ends, "{fault} at {broker:?}");
            assert_eq!(got, b"", "{fault} at {broker:?}");
            assert_eq!(
                running.world().ledger().unwrap().live.len(),
                machines,
                "{fault} at {broker:?}"
            );
        }
    };
    check(Fault::CloseBeforeRead, None, 0);
    check(Fault::CloseAfterEffect, None, 1);
    check(Fault::ResetBefore, Some(ErrorKind::ConnectionReset), 0);
    check(Fault::ResetAfter, Some(ErrorKind::ConnectionReset), 1);
    check(Fault::HangBefore, Some(ErrorKind::WouldBlock), 0);
    check(Fault::HangAfter, Some(ErrorKind::WouldBlock), 1);
}

#[test]
fn half_an_answer() {
    let running = start();
    let (got, _) = post(&running, Broker::Prime, "cut-json", Duration::from_secs(10));
    let text = String::from_utf8(got).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    assert!(body.starts_with("{\"id\":"));
}

#[test]
fn drop_by_drop() {
    let running = start();
    let began = Instant::now();
    let (got, end) = post(&running, Broker::Prime, "slow-drip", Duration::from_millis(900));
    assert!(end.is_ok(), "every byte is in time");
    let text = String::from_utf8(got).unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1;
    assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
    let pauses = u32::try_from(body.len()).unwrap() - 1;
    assert!(
        began.elapsed() > Duration::from_millis(2) * pauses,
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn redirects_lead_where_they_say() {
    let running = start();
    let location = |fault: &str| {
        let (got, _) = post(&running, Broker::Prime, fault, Duration::from_secs(10));
        let text = String::from_utf8(got).unwrap();
        let found = text.lines().find_map(|line| line.strip_prefix("location: "));
        found.unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    assert_eq!(location("redirect-307-same-host"), "/api/v1/pods/");
    assert_eq!(location("redirect-302"), "/api/v1/pods/");
    let other = location("redirect-307-other-host");
    assert!(other.starts_with(running.spheron_url()), "{other}");
    let path = other.strip_prefix(running.spheron_url()).unwrap();
    assert_eq!(
        send(running.spheron_url(), "POST", path, &["Content-Length: 0"]).status,
        404
    );
    assert_eq!(running.world().ledger().unwrap().strays, 1, "who follows is seen");
}

#[test]
fn a_connection_may_be_used_again_after_a_slow_answer() {
    let running = start();
    running.world().inject(Rule::next(Fault::SlowDrip, 1));
    let host = running.prime_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET /api/v1/user/teams HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer key\r\n\r\n");
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).unwrap();
        let mut got = Vec::new();
        let mut byte = [0];
        while !got.ends_with(b"\"data\":[]}") {
            stream.read_exact(&mut byte).unwrap();
            got.push(byte[0]);
        }
        assert!(got.starts_with(b"HTTP/1.1 200"));
    }
}

#[test]
fn ten_creates_in_a_quarter_of_an_hour() {
    let running = Sandbox::start(&Options {
        limits: Limits::Documented,
        ..options()
    })
    .unwrap();
    let world = running.world();
    let spheron = order(Broker::Spheron, "a");
    let statuses: Vec<u16> = (0..12)
        .map(|_| world.create(Broker::Spheron, &spheron).status)
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 429).count(),
        2,
        "{statuses:?}"
    );
    assert_eq!(
        world.create(Broker::Prime, &prime("a")).status,
        200,
        "Prime has no limit"
    );
    world.advance(Duration::from_secs(901)).unwrap();
    assert_ne!(world.create(Broker::Spheron, &spheron).status, 429);
    assert_eq!(get(running.spheron_url(), "/api/deployments").status, 200);
}
