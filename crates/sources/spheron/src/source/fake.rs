//! A server on a loopback port that answers as a test says.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gpu_broker_http::{ApiKey, BaseUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Spheron, SpheronOptions};

/// A request, as far as tests look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Path and query, after the method unless that is GET: `DELETE /api/volumes/v`.
    pub(super) target: String,
    pub(super) body: String,
    pub(super) authorization: Option<String>,
    pub(super) user_agent: Option<String>,
}

/// The status that stands for an answer in 200 which breaks off.
pub(super) const CUT: u16 = 0;

/// What to answer to the target; the number counts requests for it, from 1.
type Script = dyn Fn(&str, usize) -> (u16, String) + Send + Sync;

/// The server. It ends with the value.
#[derive(Debug)]
pub(super) struct Fake {
    base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Fake {
    pub(super) async fn start(script: impl Fn(&str, usize) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (script, log): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { base, seen, task }
    }

    pub(super) fn source(&self, key: Option<&str>, team: Option<&str>) -> Spheron {
        Spheron::new(SpheronOptions {
            base_url: BaseUrl::parse(&self.base).unwrap(),
            key: key.map(|key| ApiKey::new(key.to_owned()).unwrap()),
            team: team.map(str::to_owned),
            user_agent: "gpu-broker/test".into(),
        })
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The target of every request.
    pub(super) fn targets(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.target).collect()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Seen>>>) {
    let (mut head, mut byte) = (Vec::new(), [0_u8; 1]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        let line = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(": "))
            .map(|(_, value)| value.to_owned())
    };
    let mut words = head.split(' ');
    let target = match (words.next().unwrap(), words.next().unwrap()) {
        ("GET", target) => target.to_owned(),
        (method, target) => format!("{method} {target}"),
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    let nth = {
        let mut log = log.lock().unwrap();
        let authorization = header("authorization");
        let user_agent = header("user-agent");
        log.push(Seen {
            target: target.clone(),
            body: String::from_utf8(body).unwrap(),
            authorization,
            user_agent,
        });
        log.iter().filter(|seen| seen.target == target).count()
    };
    let (status, body) = script(&target, nth);
    let mut reply = String::new();
    if status == CUT {
        // It promises more than it sends.
        write!(
            reply,
            "HTTP/1.1 200 X\r\ncontent-length: 9999\r\nconnection: close\r\n\r\n{body}"
        )
        .unwrap();
        stream.write_all(reply.as_bytes()).await.unwrap();
        return;
    }
    write!(
        reply,
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    stream.write_all(reply.as_bytes()).await.unwrap();
    // Let the client close first.
    let _ = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut byte)).await;
}
