//! Proxies of the environment: for brokers, never for this machine. A process reads them once, so each test runs
//! another test of this binary as a process of its own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread::JoinHandle;

use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Stage};

use crate::server::{KEY, within};

/// A proxy that refuses one connection and returns what it was asked.
fn proxy() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        let length = stream.read(&mut bytes).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    });
    (url, asked)
}

fn run_alone(test: &str, proxy: &str) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env(name, proxy);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn a_broker_is_reached_through_the_proxy_without_showing_it_the_key() {
    let (url, asked) = proxy();
    run_alone("proxy::part_a_call_to_a_broker", &url);
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("CONNECT broker.invalid:443 HTTP/1.1\r\n"), "{asked}");
    assert!(!asked.contains(KEY), "{asked}");
}

/// Its work is done when the test above runs it, with a proxy in its environment; alone it has nothing to show.
#[tokio::test]
async fn part_a_call_to_a_broker() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test above speaks to this one through the environment"
    )]
    if std::env::var_os("HTTPS_PROXY").is_none() {
        return;
    }
    let base = BaseUrl::parse("https://broker.invalid").unwrap();
    let client = Client::new(
        base,
        Some(ApiKey::new(KEY.to_owned()).unwrap()),
        ClientOptions::new("t"),
    );
    let failure = client
        .send(&Call::post("/x", Vec::new()), within(150))
        .await
        .unwrap_err();
    assert_eq!(failure.stage, Stage::NotSent, "{failure}");
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    run_alone(
        "sound::localhost_is_this_machine_whatever_a_resolver_says",
        "http://127.0.0.1:1",
    );
    run_alone("sound::a_body_is_sent_as_json", "http://127.0.0.1:1");
}
