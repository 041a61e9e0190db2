//! A server that says exactly what it is told to, byte by byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gpu_broker_http::{ApiKey, BaseUrl, Client, ClientOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// The key that every test client carries; it must turn up in no error.
pub const KEY: &str = "sk-canary-4711";

/// What the server does with one connection.
#[derive(Clone)]
pub enum Act {
    /// Reads the request, sends these bytes, closes.
    Say(String),
    /// As `Say`, but keeps the connection open for the next act.
    Keep(String),
    /// Closes without reading.
    CloseUnread,
    /// Reads the request and closes.
    CloseRead,
    /// Reads the request and says nothing more.
    Silence,
    /// Reads the request, sends these bytes, then one blank every 20 ms.
    Drip(String),
    /// Reads the request, sends these bytes, then blanks as fast as they are taken.
    Flood(String),
    /// As `Flood`, but each blank is a chunk of its own.
    Crumbs(String),
}

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    /// Plays one act per request, the last one again and again.
    pub async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let next = Arc::new(Mutex::new(0));
        let (seen, opened) = (Arc::clone(&requests), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *opened.lock().unwrap() += 1;
                let (acts, next, seen) = (acts.clone(), Arc::clone(&next), Arc::clone(&seen));
                tokio::spawn(async move {
                    let _ = serve(stream, &acts, &next, &seen).await;
                });
            }
        });
        Self {
            url,
            requests,
            connections,
        }
    }

    /// The requests that were read, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    pub fn client(&self) -> Client {
        self.client_with(ClientOptions::new("wire-test/1"))
    }

    pub fn client_with(&self, options: ClientOptions) -> Client {
        let key = ApiKey::new(KEY.to_owned()).unwrap();
        Client::new(BaseUrl::parse(&self.url).unwrap(), Some(key), options)
    }
}

async fn serve(
    mut stream: TcpStream,
    acts: &[Act],
    next: &Mutex<usize>,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    loop {
        let act = {
            let mut next = next.lock().unwrap();
            let act = acts[(*next).min(acts.len() - 1)].clone();
            if matches!(act, Act::CloseUnread) {
                *next += 1;
                return Ok(());
            }
            act
        };
        let Some(request) = request(&mut stream).await? else {
            return Ok(());
        };
        *next.lock().unwrap() += 1;
        seen.lock().unwrap().push(request);
        match act {
            Act::CloseUnread | Act::CloseRead => return Ok(()),
            Act::Say(text) => {
                stream.write_all(text.as_bytes()).await?;
                return stream.shutdown().await;
            }
            Act::Keep(text) => stream.write_all(text.as_bytes()).await?,
            Act::Silence => sleep(Duration::from_secs(3600)).await,
            Act::Drip(text) => {
                stream.write_all(text.as_bytes()).await?;
                loop {
                    stream.write_all(b" ").await?;
                    sleep(Duration::from_millis(20)).await;
                }
            }
            Act::Crumbs(text) => {
                stream.write_all(text.as_bytes()).await?;
                let crumbs = b"1\r\n \r\n".repeat(10_000);
                loop {
                    stream.write_all(&crumbs).await?;
                }
            }
            Act::Flood(text) => {
                stream.write_all(text.as_bytes()).await?;
                let blanks = vec![b' '; 65536];
                loop {
                    stream.write_all(&blanks).await?;
                }
            }
        }
    }
}

/// One request, body included; `None` when the other side has closed.
async fn request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return Ok(Some(text));
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// An answer with a JSON body and these extra header lines.
pub fn answer(status: &str, extra: &[&str], body: &str) -> String {
    let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for line in extra {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text + "\r\n" + body
}

pub fn say(status: &str, body: &str) -> Act {
    Act::Say(answer(status, &[], body))
}

pub fn within(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}
