//! Set D: what a connection may bring in place of an answer.
//!
//! Each case is one request that must not be sent twice, to a server that says some bytes and then closes or resets the
//! connection. Whatever it says, one request arrives, and what is known afterwards is not more than what came.

mod by_hand;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Failure, Kind, Repeat, Stage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use self::by_hand::BY_HAND;
use crate::inert::{SECRET, assert_inert};

/// No case takes longer, or it hangs.
const HANGS: Duration = Duration::from_secs(5);

/// Cases under way at once.
const AT_ONCE: usize = 16;

/// An answer of 200 bytes, of which cases take the beginning.
const ANSWER: &str = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 100\r\nserver: x\r\nx-request-id: abcd\r\n\r\n";

/// How a server takes its leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leave {
    Close,
    Reset,
}

/// Runs the set; returns how many cases it has.
pub fn run() -> usize {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    runtime.block_on(async {
        let mut cases = BY_HAND.len();
        let differ = &RefCell::new(Vec::new());
        for chunk in BY_HAND.chunks(AT_ONCE) {
            let all = chunk.iter().map(|(name, bytes, expected)| async move {
                let told = told(&ask(bytes(), Leave::Close).await);
                if told != *expected {
                    differ
                        .borrow_mut()
                        .push(format!("{name}: {told} in place of {expected}"));
                }
            });
            join(all).await;
        }
        assert!(differ.borrow().is_empty(), "{}", differ.borrow().join("\n"));
        let whole = whole();
        for leave in [Leave::Close, Leave::Reset] {
            let positions: Vec<usize> = (0..whole.len()).collect();
            for chunk in positions.chunks(AT_ONCE) {
                let all = chunk.iter().map(|at| cut(&whole[..*at], *at, leave));
                cases += all.len();
                join(all).await;
            }
        }
        cases
    })
}

fn whole() -> Vec<u8> {
    let head = ANSWER.len();
    let mut bytes = ANSWER.as_bytes().to_vec();
    bytes.extend(std::iter::repeat_n(b'1', 100));
    // The cases are its 200 beginnings: the last bytes of the body are left out.
    assert!(bytes.len() >= 200 && head < 200);
    bytes.truncate(200);
    bytes
}

async fn join(all: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut running: Vec<_> = all.map(Box::pin).collect();
    // In turn, all together: whoever waits lets the others go on.
    std::future::poll_fn(|context| {
        running.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if running.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// The beginning of an answer and then nothing: until its head is whole the request may or may not have arrived, and
/// from then on it has.
async fn cut(bytes: &[u8], at: usize, leave: Leave) {
    let failure = ask(bytes.to_vec(), leave).await.expect_err("it is not whole");
    let known = if at >= ANSWER.len() {
        Stage::Answered
    } else {
        Stage::MaybeSent
    };
    // A reset takes along what had come and was not read yet.
    let fits = failure.stage == known || (leave == Leave::Reset && failure.stage == Stage::MaybeSent);
    assert!(fits && failure.kind == Kind::Transport, "{at} {leave:?}: {failure:?}");
}

/// Sends a request to a server that says these bytes; what comes of it, after all checks that hold in every case.
async fn ask(bytes: Vec<u8>, leave: Leave) -> Result<(u16, usize), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            // Whoever leaves early has seen enough.
            let _ = say(stream, &bytes, leave).await;
        }
    });
    let key = ApiKey::new(SECRET.to_owned()).unwrap();
    let client = Client::new(base, Some(key), ClientOptions::new("hostile/1"));
    let call = Call::post("/create", b"{}".to_vec())
        .repeat(Repeat::Once)
        .body_bytes_max(1 << 20);
    let start = Instant::now();
    let sent = client.send(&call, start + HANGS).await;
    assert!(start.elapsed() < HANGS, "it hangs: {sent:?}");
    server.abort();
    assert_eq!(connections.load(Ordering::Relaxed), 1, "{sent:?}");
    let reply = sent.inspect_err(|failure| {
        assert_inert(&failure.to_string());
        assert_ne!(failure.stage, Stage::NotSent);
    })?;
    Ok((reply.status, reply.body.len()))
}

async fn say(mut stream: TcpStream, bytes: &[u8], leave: Leave) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n{}") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(bytes).await?;
    match leave {
        Leave::Reset => stream.set_zero_linger(),
        Leave::Close => {
            stream.shutdown().await?;
            // Until the other side has closed too: a socket that is dropped with bytes unread resets.
            let _ = stream.read_buf(&mut request).await?;
            Ok(())
        }
    }
}

/// An outcome in a few words.
fn told(outcome: &Result<(u16, usize), Failure>) -> String {
    match outcome {
        Ok((status, length)) => format!("{status} with {length} bytes"),
        Err(failure) => {
            let status = failure.status.map(|status| format!(" {status}")).unwrap_or_default();
            format!("{:?} {:?}{status}", failure.stage, failure.kind)
        }
    }
}
