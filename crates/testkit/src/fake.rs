//! Two brokers that answer exactly as a test tells them to, over real sockets.
//!
//! Each [`Face`] speaks enough of its broker's API to be listed, page by page, and has one [`Fault`]. A third listener
//! stands for some other host: nobody should ever come there.

mod answer;
mod face;
mod serve;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use tokio::net::TcpSocket;

pub use face::{Face, Fault};

use crate::ware::{Shelf, Ware};

/// Prime's key. It must turn up in no output, and at no other host.
pub const PRIME_KEY: &str = "pit-canary-0bad5eed";
/// Spheron's key, likewise.
pub const SPHERON_KEY: &str = "sai-canary-0bad5eed";
/// What both keys hold.
pub const CANARY: &str = "canary-0bad5eed";

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// The Prime face.
    Prime,
    /// The Spheron face.
    Spheron,
    /// Somebody else.
    Elsewhere,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who was asked.
    pub host: Host,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

/// Both brokers. They answer until this is dropped.
#[derive(Debug)]
pub struct Fake {
    prime: SocketAddr,
    spheron: SocketAddr,
    log: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    listeners: Vec<(SocketAddr, JoinHandle<()>)>,
    /// Ports that are taken and refuse every connection.
    closed: Vec<TcpSocket>,
}

impl Fake {
    /// Starts both faces.
    pub fn start(prime: Face, spheron: Face) -> Self {
        let mut fake = Self {
            prime: unused(),
            spheron: unused(),
            log: Arc::default(),
            stop: Arc::default(),
            listeners: Vec::new(),
            closed: Vec::new(),
        };
        let elsewhere = fake.open(Host::Elsewhere, Face::default(), unused());
        fake.prime = fake.face(Host::Prime, prime, elsewhere);
        fake.spheron = fake.face(Host::Spheron, spheron, elsewhere);
        fake
    }

    /// Starts brokers without faults that sell these wares.
    pub fn selling(wares: &[Ware]) -> Self {
        Self::start(Face::selling(Shelf::Prime, wares), Face::selling(Shelf::Spheron, wares))
    }

    /// The Prime face's origin.
    pub fn prime_url(&self) -> String {
        format!("http://{}", self.prime)
    }

    /// The Spheron face's origin.
    pub fn spheron_url(&self) -> String {
        format!("http://{}", self.spheron)
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }

    /// Every request to one host so far.
    pub fn requests_to(&self, host: Host) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.host == host);
        requests
    }

    fn face(&mut self, host: Host, face: Face, elsewhere: SocketAddr) -> SocketAddr {
        if face.fault != Fault::Down {
            return self.open(host, face, elsewhere);
        }
        // Taken, so that nobody else gets it, but never listened on.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(unused()).unwrap();
        let address = socket.local_addr().unwrap();
        self.closed.push(socket);
        address
    }

    fn open(&mut self, host: Host, face: Face, elsewhere: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind(unused()).unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve::Server {
            host,
            face,
            elsewhere,
            log: Arc::clone(&self.log),
            stop: Arc::clone(&self.stop),
            counts: Mutex::default(),
        };
        let thread = thread::spawn(move || Arc::new(server).run(&listener));
        self.listeners.push((address, thread));
        address
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for (address, thread) in self.listeners.drain(..) {
            // Wakes the listener, which then sees that it is over.
            drop(TcpStream::connect(address));
            let _ = thread.join();
        }
    }
}

/// Any free port on loopback.
fn unused() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}
