//! The way between planner and broker: a relay of bytes that writes down what
//! was asked, and can hold a request at any point of its way.
//!
//! It shares no code with the sandbox, so that what it counted is a second
//! opinion. It speaks HTTP/1.1 with one request per connection.

mod hold;
mod message;
mod way;

pub(super) use hold::{Held, Hold, Moment, Reached};
pub(super) use message::Op;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// One request, as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) op: Op,
    /// The name in its body, of a create.
    pub(super) name: String,
    /// The last part of its path: the id, of a delete.
    pub(super) last: String,
}

/// What both relays of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    seen: Mutex<Vec<Seen>>,
    hold: Mutex<Option<Hold>>,
    /// Put into answers that describe machines, as a broker might.
    pub(super) planted: String,
    /// Answers are passed on byte by byte as they come, and nothing is put in.
    pub(super) raw: bool,
}

impl Shared {
    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A relay before each of two brokers.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) urls: [String; 2],
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Begins to relay to these addresses.
    pub(super) fn start(to: [SocketAddr; 2], planted: String, raw: bool) -> Self {
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            hold: Mutex::default(),
            planted,
            raw,
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(async move {
                let mut urls = Vec::new();
                for to in to {
                    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
                    urls.push(format!("http://{}", listener.local_addr().expect("its address")));
                    tokio::spawn(listen(listener, to, Arc::clone(&theirs)));
                }
                tell.send(urls).expect("whoever started it waits");
                let _ = stopped.await;
            });
            runtime.shutdown_background();
        });
        let urls: Vec<String> = told.recv().expect("the relay starts");
        Self {
            urls: urls.try_into().expect("two of them"),
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Holds the next request that gets as far as that. The other end says
    /// when it did, and lets it go on.
    pub(super) fn hold(&self, moment: Moment) -> Held {
        let (hold, held) = Hold::new(moment);
        *Shared::lock(&self.shared.hold) = Some(hold);
        held
    }

    /// Holds nothing any more.
    pub(super) fn pass(&self) {
        *Shared::lock(&self.shared.hold) = None;
    }

    /// All that was asked so far.
    pub(super) fn seen(&self) -> Vec<Seen> {
        Shared::lock(&self.shared.seen).clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn listen(listener: TcpListener, to: SocketAddr, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(way::relay(stream, to, Arc::clone(&shared)));
    }
}
