//! A small broker that answers as it is told, and what was asked of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Ask, Catalog, Coverage, ErrorKind, Hint, Listing, Progress, Quiet};
use gpu_broker_http::{ApiKey, BaseUrl};
use gpu_broker_prime::{Prime, PrimeOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long a question may take in these tests.
pub(crate) const WITHIN: Duration = Duration::from_secs(20);

/// In place of a status: never answers.
pub(crate) const SILENT: u16 = 0;

/// In place of a status: reads the request and hangs up.
pub(crate) const HANG_UP: u16 = 1;

/// In place of a status: 200, with the body and an end that never comes.
pub(crate) const CUT: u16 = 2;

/// An answer: status and body.
pub(crate) type Answer = (u16, String);

/// A request, and how often its path was asked for before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) before: usize,
}

/// A broker on loopback.
pub(crate) struct Stand {
    pub(crate) prime: Prime,
    log: Log,
}

/// Every request so far: its first line with whether it had the key, and its body.
type Log = Arc<Mutex<Vec<(String, String)>>>;

impl Stand {
    /// One that is told the path, the query and how often that path was asked for before.
    pub(crate) async fn new(answer: impl Fn(&str, &str, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::with_team(None, move |asked| answer(asked.path, asked.query, asked.before)).await
    }

    pub(crate) async fn with_team(
        team: Option<&str>,
        answer: impl Fn(Asked<'_>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let log = Log::default();
        let (theirs, answer) = (Arc::clone(&log), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&theirs), Arc::clone(&answer));
                tokio::spawn(async move { serve(stream, &log, &*answer).await });
            }
        });
        Self {
            prime: prime(&base, team),
            log,
        }
    }

    pub(crate) async fn offers(&self) -> Listing<Arc<Offer>> {
        self.prime.offers(&ask(&Hint::default(), &Quiet)).await
    }

    /// How often that path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(line, _)| path_of(line) == Some(path)).count()
    }

    /// The first line of every request, without the protocol: `GET /a?b with key`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(|(line, _)| line.clone()).collect()
    }

    /// The bodies that were sent to that path.
    pub(crate) fn bodies(&self, path: &str) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let there = log.iter().filter(|(line, _)| path_of(line) == Some(path));
        there.map(|(_, body)| body.clone()).collect()
    }
}

/// The source that asks whoever is there.
pub(crate) fn prime(base: &str, team: Option<&str>) -> Prime {
    let mut options = PrimeOptions::new(
        BaseUrl::parse(base).unwrap(),
        ApiKey::new("k-secret".to_owned()).unwrap(),
        "gpu-broker-test",
    );
    options.team = team.map(str::to_owned);
    Prime::new(options)
}

fn path_of(line: &str) -> Option<&str> {
    line.split([' ', '?']).nth(1)
}

async fn serve(mut stream: TcpStream, log: &Log, answer: &(impl Fn(Asked<'_>) -> Answer + Sync)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.unwrap();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let key = header("authorization").is_some_and(|key| key.starts_with("Bearer k-"));
    let before = {
        let mut log = log.lock().unwrap();
        let before = log.iter().filter(|(line, _)| path_of(line) == Some(path)).count();
        let with = if key { "with key" } else { "without key" };
        log.push((format!("{method} {target} {with}"), String::from_utf8(body).unwrap()));
        before
    };
    let (status, body) = answer(Asked {
        method,
        path,
        query,
        before,
    });
    let (status, length) = match status {
        SILENT => std::future::pending().await,
        HANG_UP => return,
        CUT => (200, body.len() + 9),
        status => (status, body.len()),
    };
    let reply = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let _ = stream.write_all(reply.as_bytes()).await;
}

pub(crate) fn ask<'a>(hint: &'a Hint, progress: &'a dyn Progress) -> Ask<'a> {
    Ask {
        within: WITHIN,
        hint,
        progress,
    }
}

pub(crate) fn ok(body: &str) -> Answer {
    (200, body.to_owned())
}

pub(crate) fn not_found() -> Answer {
    (404, r#"{"detail":"Not Found"}"#.to_owned())
}

pub(crate) fn number(query: &str, name: &str) -> u64 {
    let of = |pair: &str| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    query.split('&').find_map(of).unwrap()
}

pub(crate) fn kind<T>(listing: &Listing<T>) -> (&'static str, Option<ErrorKind>) {
    match &listing.coverage {
        Coverage::Complete => ("complete", None),
        Coverage::Partial(error) => ("partial", Some(error.kind())),
        Coverage::Failed(error) => ("failed", Some(error.kind())),
        Coverage::NoCredentials => ("not asked", None),
    }
}
