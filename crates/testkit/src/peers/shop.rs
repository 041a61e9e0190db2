//! A broker that answers as fast as a socket allows, or with one delay for every page.

use std::io::{self, BufRead, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::dice::Dice;
use crate::market;
use crate::ware::{Shelf, Ware};

/// Offers on one page: as many as Prime sends at most.
pub const PAGE: usize = 100;

/// How many images a recorded offer of a large provider names; they are a third of its bytes.
const IMAGES: usize = 14;

/// Prime's listings, rendered before anybody asks.
pub(super) struct Shop {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
}

/// What is sent for each page, heads included.
struct Pages {
    gpus: Vec<Vec<u8>>,
    empty: Vec<u8>,
    nothing: Vec<u8>,
    missing: Vec<u8>,
    delay: Duration,
}

impl Shop {
    /// Opens on a free port of loopback.
    pub(super) fn open(offers: usize, delay: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let pages = Arc::new(Pages {
            gpus: pages(offers),
            empty: answer("200 OK", r#"{"items":[],"totalCount":0}"#),
            nothing: answer("200 OK", "{}"),
            missing: answer("404 Not Found", r#"{"detail":"Not Found"}"#),
            delay,
        });
        let stopped = Arc::clone(&stop);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let pages = Arc::clone(&pages);
                // Whoever leaves early has seen enough.
                thread::spawn(move || drop(pages.serve(stream)));
            }
        });
        Ok(Self { address, stop })
    }

    /// Its origin.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

impl Pages {
    /// Answers one request after the other until the other side leaves.
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream.try_clone()?);
        let (mut first, mut header) = (String::new(), String::new());
        loop {
            first.clear();
            if lines.read_line(&mut first)? == 0 {
                return Ok(());
            }
            loop {
                header.clear();
                if lines.read_line(&mut header)? <= 2 {
                    break;
                }
            }
            thread::sleep(self.delay);
            stream.write_all(self.find(&first))?;
        }
    }

    /// What answers `GET /path?query HTTP/1.1`.
    fn find(&self, line: &str) -> &[u8] {
        let target = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match path.trim_end_matches('/') {
            "/api/v1/availability/gpus" => {}
            // Nothing but single machines is sold here.
            "/api/v1/availability/multi-node" | "/api/v1/availability/disks" => return &self.empty,
            "/api/v1/availability/multi-node-summary" => return &self.nothing,
            _ => return &self.missing,
        }
        let page = query.split('&').find_map(|pair| pair.strip_prefix("page="));
        let page = page.and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
        self.gpus.get(page.wrapping_sub(1)).unwrap_or(&self.empty)
    }
}

/// The bodies of all pages of a market, with so many rows each.
pub fn bodies(offers: usize, page: usize) -> Vec<String> {
    let mut dice = Dice::new(1);
    let wares = std::iter::repeat_with(|| market::wares(&mut dice, PAGE)).flatten();
    // The official tool cannot read half an hour of prepaid time, and ends.
    let plain = |ware: &Ware| ware.shelf == Shelf::Prime && ware.prepaid.as_deref() != Some("12.5");
    let wares = wares.filter(plain).take(offers).enumerate();
    let named = |(number, ware): (usize, Ware)| Ware {
        id: format!("offer-{number}"),
        ..ware
    };
    let wares: Vec<Ware> = wares.map(named).collect();
    let body = |page: &[Ware]| {
        let rows: Vec<String> = page.iter().map(row).collect();
        format!(r#"{{"items":[{}],"totalCount":{offers}}}"#, rows.join(","))
    };
    wares.chunks(page).map(body).collect()
}

/// A row with as many images as recorded ones have, and without the blanks that make it readable here.
fn row(ware: &Ware) -> String {
    let images: Vec<String> = (0..IMAGES)
        .map(|number| format!(r#""cuda_12_{number}_pytorch_2_{number}""#))
        .collect();
    let row = ware
        .row()
        .replace(r#"["ubuntu_22_cuda_12"]"#, &format!("[{}]", images.join(",")));
    row.lines().map(str::trim).collect()
}

fn pages(offers: usize) -> Vec<Vec<u8>> {
    bodies(offers, PAGE).iter().map(|body| answer("200 OK", body)).collect()
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
