//! The smallest HTTP/1.1 client that will do.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, UNIX_EPOCH};

use gpu_broker_sandbox::{Limits, Options, Running, Sandbox};
use serde_json::Value;

/// 22 November 2026, 09:00.
pub(crate) const NOW: u64 = 1_795_338_000;

pub(crate) fn options() -> Options {
    Options {
        limits: Limits::Off,
        ..Options::new(UNIX_EPOCH + Duration::from_secs(NOW))
    }
}

pub(crate) fn start() -> Running {
    Sandbox::start(&options()).unwrap()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A request with a key and an honest user agent.
pub(crate) fn get(base: &str, path: &str) -> Answer {
    send(base, "GET", path, &["Authorization: Bearer key", "User-Agent: test/1"])
}

pub(crate) fn send(base: &str, method: &str, path: &str, headers: &[&str]) -> Answer {
    let host = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Answer {
        status,
        headers,
        text: body.to_owned(),
    }
}

/// Whether every row of an array passes, and there is at least one.
pub(crate) fn all(rows: &Value, holds: impl Fn(&Value) -> bool) -> bool {
    let rows = rows.as_array().unwrap();
    !rows.is_empty() && rows.iter().all(holds)
}
