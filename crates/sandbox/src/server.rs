//! Two listeners on loopback, in a thread of their own.

mod front;
mod line;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::broker::Broker;
use crate::options::Options;
use crate::world::World;
use front::Caller;
use line::Door;

/// Connections the kernel holds for us. A load test opens hundreds at once; the usual 128 would reset some.
const BACKLOG: u32 = 1024;

/// How long answers under way may take once the sandbox is told to stop.
const GRACE: Duration = Duration::from_millis(500);

/// Both brokers, simulated on loopback over one world.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Starts both listeners and returns once they accept connections.
    ///
    /// The server runs in its own thread: it needs no runtime of the caller's, and a caller that blocks
    /// does not block it.
    ///
    /// # Errors
    /// When a port is taken, or a thread or a runtime cannot be had. When the file of [`Options::state`] cannot be used,
    /// with [`io::ErrorKind::InvalidData`] and a text that ends in a hint.
    pub fn start(options: &Options) -> io::Result<Running> {
        let world = Arc::new(World::load(options).map_err(unusable)?);
        let (stop, stopped) = watch::channel(false);
        let (tell, told) = mpsc::channel();
        let ports = [options.prime_port, options.spheron_port];
        let server = Server {
            world: Arc::clone(&world),
            ports,
            stopped,
            tell,
        };
        let thread = thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || server.run())?;
        let [prime, spheron] = told.recv().map_err(io::Error::other)??;
        Ok(Running {
            prime_url: format!("http://{prime}"),
            spheron_url: format!("http://{spheron}"),
            world,
            stop,
            thread: Some(thread),
        })
    }
}

fn unusable(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// A sandbox that answers until it is dropped.
#[derive(Debug)]
pub struct Running {
    prime_url: String,
    spheron_url: String,
    world: Arc<World>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The base URL to use as `PRIME_API_BASE_URL`, without a path.
    pub fn prime_url(&self) -> &str {
        &self.prime_url
    }

    /// The base URL to use as `SPHERON_API_BASE_URL`, without a path.
    pub fn spheron_url(&self) -> &str {
        &self.spheron_url
    }

    /// The world that both faces show, to look at and to change from within this process.
    pub fn world(&self) -> &World {
        &self.world
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic in the server has been printed already; there is nobody to tell here.
            let _ = thread.join();
        }
    }
}

/// Where both faces listen, or why they do not.
type Bound = io::Result<[SocketAddr; 2]>;

/// What the thread works with.
struct Server {
    world: Arc<World>,
    ports: [Option<u16>; 2],
    stopped: watch::Receiver<bool>,
    tell: mpsc::Sender<Bound>,
}

impl Server {
    /// The body of the thread.
    fn run(self) {
        match Builder::new_current_thread().enable_io().enable_time().build() {
            Ok(runtime) => runtime.block_on(self.serve()),
            Err(error) => self.report(Err(error)),
        }
    }

    /// Tells whoever started the thread; they wait for exactly one report.
    fn report(&self, bound: Bound) {
        let _ = self.tell.send(bound);
    }

    async fn serve(self) {
        let [prime, spheron] = self.ports;
        let (prime, spheron) = match listen(prime).and_then(|prime| Ok((prime, listen(spheron)?))) {
            Ok(listeners) => listeners,
            Err(error) => return self.report(Err(error)),
        };
        let bound = addresses(&prime, &spheron);
        if let Ok(bound) = &bound {
            let elsewhere = bound.map(|address| format!("http://{address}/sandbox/elsewhere"));
            // Nobody else sets them.
            let _ = self.world.addresses.set(elsewhere);
        }
        self.report(bound);
        let mut stopped = self.stopped.clone();
        let late = async {
            let _ = stopped.wait_for(|stop| *stop).await;
            tokio::time::sleep(GRACE).await;
        };
        let prime = serve(prime, front::router(&self.world, Broker::Prime), self.stopped.clone());
        let spheron = serve(
            spheron,
            front::router(&self.world, Broker::Spheron),
            self.stopped.clone(),
        );
        tokio::select! {
            _ = async { tokio::join!(prime, spheron) } => {}
            () = late => {}
        }
    }
}

/// Binds one loopback port.
fn listen(port: Option<u16>) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    if port.is_some() {
        // Otherwise a restart on the same port fails for a minute.
        socket.set_reuseaddr(true)?;
    }
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0))))?;
    socket.listen(BACKLOG)
}

fn addresses(prime: &TcpListener, spheron: &TcpListener) -> Bound {
    Ok([prime.local_addr()?, spheron.local_addr()?])
}

/// Serves one face until told to stop.
async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let service = router.into_make_service_with_connect_info::<Caller>();
    let stop = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let _ = axum::serve(Door(listener), service).with_graceful_shutdown(stop).await;
}
