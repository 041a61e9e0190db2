//! Starting, stopping, latency, seeds.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use gpu_broker_sandbox::{Options, Sandbox};

use crate::client::{get, options, start};

#[test]
fn stops_when_dropped() {
    let running = start();
    let host = running.prime_url().strip_prefix("http://").unwrap().to_owned();
    assert_eq!(get(running.prime_url(), "/api/v1/pods/").status, 200);
    let idle = TcpStream::connect(&host).unwrap();
    let began = Instant::now();
    drop(running);
    assert!(began.elapsed() < Duration::from_secs(2), "took {:?}", began.elapsed());
    assert!(TcpStream::connect(&host).is_err());
    drop(idle);
}

#[test]
fn a_taken_port_is_an_error() {
    let running = start();
    let port = running.prime_url().rsplit(':').next().unwrap().parse().unwrap();
    let second = Sandbox::start(&Options {
        prime_port: Some(port),
        ..options()
    });
    assert!(second.is_err());
}

#[test]
fn latency_holds_answers_back() {
    let latency = Duration::from_millis(60);
    let running = Sandbox::start(&Options { latency, ..options() }).unwrap();
    for url in [running.prime_url(), running.spheron_url()] {
        let began = Instant::now();
        get(url, "/nothing");
        assert!(began.elapsed() >= latency);
    }
}

#[test]
fn many_may_come_at_once() {
    let latency = Duration::from_millis(200);
    let running = Sandbox::start(&Options { latency, ..options() }).unwrap();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| assert_eq!(get(running.spheron_url(), "/api/providers").status, 200));
        }
    });
    assert!(began.elapsed() < Duration::from_secs(5), "took {:?}", began.elapsed());
}

#[test]
fn a_seed_is_an_order() {
    let listing = |seed| {
        let running = Sandbox::start(&Options { seed, ..options() }).unwrap();
        get(running.prime_url(), "/api/v1/availability/gpus?page_size=5").text
    };
    assert_eq!(listing(0), listing(0));
    assert_eq!(listing(9), listing(9));
    assert_ne!(listing(0), listing(9));
}

#[test]
fn clocks_may_be_wrong() {
    let options = Options {
        prime_skew: 3_600,
        spheron_skew: -3_600,
        ..options()
    };
    let running = Sandbox::start(&options).unwrap();
    let date = |url: &str| get(url, "/nothing").header("date").unwrap().to_owned();
    assert!(date(running.prime_url()).starts_with("Sun, 22 Nov 2026 10:00:0"));
    assert!(date(running.spheron_url()).starts_with("Sun, 22 Nov 2026 08:00:0"));
}
