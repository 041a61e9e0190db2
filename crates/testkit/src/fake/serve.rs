//! One listener: reads requests, and answers as its face does.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::answer::Answer;
use super::{Face, Fault, Host, Request};

/// What a listener works with.
pub(super) struct Server {
    pub(super) host: Host,
    pub(super) face: Face,
    pub(super) elsewhere: SocketAddr,
    pub(super) log: Arc<Mutex<Vec<Request>>>,
    pub(super) stop: Arc<AtomicBool>,
    /// How often each path was asked for.
    pub(super) counts: Mutex<HashMap<String, u32>>,
}

impl Server {
    /// Answers until told to stop, each connection in a thread of its own.
    pub(super) fn run(self: Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let Ok(mut stream) = stream else { continue };
            let server = Arc::clone(&self);
            thread::spawn(move || {
                // Whoever leaves early has seen enough.
                let _ = server.serve(&mut stream);
            });
        }
    }

    fn serve(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        let Some(request) = read(stream, self.host)? else {
            return Ok(());
        };
        let nth = {
            let mut counts = self.counts.lock().unwrap();
            let count = counts.entry(request.path.clone()).or_default();
            *count += 1;
            *count
        };
        let answer = self.answer(&request, nth);
        self.log.lock().unwrap().push(request);
        answer.write(stream, &self.stop)
    }

    fn answer(&self, request: &Request, nth: u32) -> Answer {
        let wait = |seconds: u32, headers: Vec<String>| {
            let body = format!(r#"{{"error":"Too many requests","message":"slow down","retryAfter":{seconds}}}"#);
            Answer::Say(429, headers, body)
        };
        match self.face.fault {
            Fault::Status(status, body) => return Answer::Say(status, Vec::new(), body.to_owned()),
            Fault::LimitedOnce if nth == 1 => return wait(1, vec!["Retry-After: 1".to_owned()]),
            Fault::LimitedOnceInBody if nth == 1 => return wait(1, Vec::new()),
            Fault::LimitedForEver => return wait(900, vec!["Retry-After: 900".to_owned()]),
            Fault::Markup => return Answer::json("<!doctype html><title>We will be right back</title>"),
            Fault::Endless => return Answer::Endless,
            Fault::Drip => return Answer::Drip,
            Fault::Silence => return Answer::Silence,
            Fault::Redirect(status) => {
                let to = format!("Location: http://{}{}?{}", self.elsewhere, request.path, request.query);
                return Answer::Say(status, vec![to], "{}".to_owned());
            }
            _ => {}
        }
        match self.host {
            Host::Prime => self.prime(request, nth),
            Host::Spheron => self.spheron(request, nth),
            Host::Elsewhere => Answer::json("{}"),
        }
    }

    fn prime(&self, request: &Request, nth: u32) -> Answer {
        if request.header("authorization") != Some(&format!("Bearer {}", super::PRIME_KEY)) {
            return Answer::Say(401, Vec::new(), r#"{"detail":"Invalid token"}"#.to_owned());
        }
        let summary = || match (self.face.items.is_empty(), self.face.fault) {
            (true, _) | (_, Fault::None) => "{}",
            _ => r#"{"H100_80GB":{"8":{"cheapest":{"onDemand":15.2,"communityPrice":null,"spotPrice":null}}}}"#,
        };
        match request.path.as_str() {
            "/api/v1/availability/gpus" => self.page(&self.face.items, request, nth),
            "/api/v1/availability/multi-node" => self.page(&self.face.clusters, request, nth),
            "/api/v1/availability/gpu-summary" => Answer::json(summary()),
            "/api/v1/availability/multi-node-summary" => Answer::json("{}"),
            "/api/v1/availability/disks" => Answer::json(r#"{"items":[],"totalCount":0}"#),
            _ => Answer::Say(404, Vec::new(), r#"{"detail":"Not Found"}"#.to_owned()),
        }
    }

    fn spheron(&self, request: &Request, nth: u32) -> Answer {
        if request.header("user-agent").is_none_or(str::is_empty) {
            return Answer::Say(403, Vec::new(), "<html>Forbidden</html>".to_owned());
        }
        match request.path.as_str() {
            "/api/gpu-offers" => self.page(&self.face.items, request, nth),
            "/api/providers" if self.face.items.is_empty() => Answer::json("[]"),
            "/api/providers" => Answer::json(r#"["spheron-ai"]"#),
            _ => Answer::Say(
                404,
                Vec::new(),
                r#"{"error":"Not found","code":"NOT_FOUND"}"#.to_owned(),
            ),
        }
    }

    /// One page of a listing.
    fn page(&self, items: &[String], request: &Request, nth: u32) -> Answer {
        let number = |name: &str| request.parameter(name).and_then(|text| text.parse::<usize>().ok());
        let asked = number("page").unwrap_or(1).max(1);
        let fault = self.face.fault;
        if fault == Fault::SecondPage && asked == 2 {
            return Answer::Say(500, Vec::new(), r#"{"detail":"boom"}"#.to_owned());
        }
        let empty = fault == Fault::EmptyForEver || (fault == Fault::EmptyOnce && nth == 1);
        let items = if empty { &[] } else { items };
        let size = number("page_size")
            .or(number("limit"))
            .unwrap_or(10)
            .min(self.face.page_max.max(1));
        let shown = if fault == Fault::SamePage { 1 } else { asked };
        let rows: Vec<&str> = items
            .iter()
            .skip((shown - 1) * size)
            .take(size)
            .map(String::as_str)
            .collect();
        let total = match fault {
            Fault::Shrinks if asked > 1 => items.len() - 1,
            Fault::Exaggerates => items.len() + 3,
            _ => items.len(),
        };
        let mut rows = rows.join(",");
        let mut extra = "";
        if self.face.strange_fields {
            // The text of a row holds no brace but its own, so every object gets one more field.
            rows = rows.replace('{', r#"{"zz_new":{"deep":[1,null,"é"]},"#);
            extra = r#","cursor":null,"_links":{"next":"/nowhere"}"#;
        }
        let body = match self.host {
            Host::Prime => format!(r#"{{"items":[{rows}],"totalCount":{total}{extra}}}"#),
            _ => format!(
                r#"{{"data":[{rows}],"total":{total},"page":{asked},"limit":{size},"totalPages":{}{extra}}}"#,
                total.div_ceil(size).max(1)
            ),
        };
        match fault {
            Fault::Half => Answer::Half(body),
            Fault::HungUp => Answer::HungUp(body),
            _ => Answer::json(body),
        }
    }
}

/// The head of a request; `None` when the other side left. Nobody sends these brokers a body.
fn read(stream: &mut TcpStream, host: Host) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines.filter_map(|line| line.split_once(": "));
    Ok(Some(Request {
        host,
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
    }))
}
