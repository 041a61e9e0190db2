//! From HTTP to a request, and from a reply to HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request as Incoming, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::serve::IncomingStream;

use super::line::{Door, Fate, Line};
use crate::broker::Broker;
use crate::reply::{Reply, Wire};
use crate::request::Request;
use crate::world::World;

/// The largest body that is read.
const BODY_MAX: usize = 1024 * 1024;

/// Who asks, and the connection on which they wait.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    address: SocketAddr,
    line: Arc<Line>,
}

impl Connected<IncomingStream<'_, Door>> for Caller {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self {
            address: *stream.remote_addr(),
            line: Arc::clone(stream.io().line()),
        }
    }
}

#[derive(Clone)]
struct Face {
    world: Arc<World>,
    broker: Broker,
}

/// Every path of one face.
pub(super) fn router(world: &Arc<World>, broker: Broker) -> Router {
    Router::new().fallback(answer).with_state(Face {
        world: Arc::clone(world),
        broker,
    })
}

async fn answer(State(face): State<Face>, ConnectInfo(caller): ConnectInfo<Caller>, incoming: Incoming) -> Response {
    let options = &face.world.options;
    caller.line.set(Fate::Fine);
    tokio::time::sleep(options.latency).await;
    let Some(request) = read(incoming, caller.address).await else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return response;
    };
    let reply = face.world.ask(face.broker, &request);
    match reply.wire {
        Wire::Whole => {}
        Wire::Closed => caller.line.set(Fate::Close),
        Wire::Reset => caller.line.set(Fate::Reset),
        Wire::Hung => {
            tokio::time::sleep(options.hang).await;
            caller.line.set(Fate::Close);
        }
        Wire::Cut => caller.line.set(Fate::Cut(reply.body.len() / 2)),
        Wire::Drip => caller.line.set(Fate::Drip(options.drip)),
    }
    write(reply)
}

async fn read(incoming: Incoming, peer: SocketAddr) -> Option<Request> {
    let (parts, body) = incoming.into_parts();
    let body = to_bytes(body, BODY_MAX).await.ok()?;
    let text = |name: HeaderName| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    Some(Request {
        method: method(&parts.method),
        target: parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned(),
        key: bearer(&parts.headers).map(str::to_owned),
        agent: text(header::USER_AGENT),
        team: text(HeaderName::from_static("x-prime-team-id")),
        fault: text(HeaderName::from_static("x-sandbox-fault")),
        body: body.to_vec(),
        peer: peer.ip(),
    })
}

/// Any method that no path takes is as good as another.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        // What is answered to a HEAD loses its body on the way out.
        "GET" | "HEAD" => "GET",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "PUT" => "PUT",
        _ => "OPTIONS",
    }
}

/// The key of an `Authorization: Bearer` header, when there is one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

fn write(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    // An answer that will not arrive has no status.
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
