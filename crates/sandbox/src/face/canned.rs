//! What a fault answers: in the place of doing anything, or in the place of the true answer.

use serde::Serialize;

use super::traffic::Traffic;
use super::{Desk, bodies, prime, spheron};
use crate::broker::Broker;
use crate::fault::Fault;
use crate::reply::{Reply, Wire};
use crate::state::Machine;

/// Seconds after which the brokers say to come back.
const RETRY_AFTER: &str = "900";

/// The answer of a fault that keeps the request from doing anything.
pub(crate) fn before(fault: Fault, desk: &Desk<'_>, traffic: &Traffic<'_>) -> Option<Reply> {
    let broker = traffic.broker;
    let reply = match fault {
        Fault::CloseBeforeRead => Reply::lost(Wire::Closed),
        Fault::ResetBefore => Reply::lost(Wire::Reset),
        Fault::HangBefore | Fault::DeleteHang => Reply::lost(Wire::Hung),
        Fault::Redirect307Other => redirect(307, &format!("{}{}", traffic.elsewhere, desk.request.target)),
        Fault::Status500Before | Fault::List500 | Fault::Get500 | Fault::Delete500NoEffect => broken(broker, 500),
        Fault::Stock => sold_out(broker, &ordered(&desk.request.body)),
        Fault::Status402 => payment(broker),
        Fault::Status422 => invalid(broker),
        Fault::Status401 | Fault::List401 | Fault::KeyRevoked => unauthorised(broker),
        Fault::Status429 | Fault::Delete429 => too_many(broker, Some(RETRY_AFTER)),
        Fault::Status429Negative => too_many(broker, Some("-1")),
        Fault::Status429Huge => too_many(broker, Some("1000000000")),
        Fault::Status429Date => too_many(broker, Some(&desk.now.after_seconds(900).http_date())),
        Fault::Status429Missing => too_many(broker, None),
        Fault::Html200 => page(),
        Fault::Get404 | Fault::Delete404Lie => missing(broker),
        Fault::Delete200NoEffect => deleted(broker, traffic.path.last().copied().unwrap_or_default(), desk),
        Fault::DeleteMinimum => minimum(broker),
        Fault::Delete409 => refused(broker, 409, "Conflict", "CONFLICT"),
        Fault::OffersEmpty => Reply::ok(&serde_json::json!({
            "items": [], "totalCount": 0, "data": [], "total": 0, "page": 1, "limit": 100, "totalPages": 0,
        })),
        Fault::HostileError => refused(broker, 400, bodies::HOSTILE_ERROR, "VALIDATION_ERROR"),
        _ => return None,
    };
    Some(reply)
}

/// What a fault makes of the answer to a request that was carried out.
pub(crate) fn after(fault: Fault, reply: Reply, desk: &Desk<'_>, traffic: &Traffic<'_>) -> Reply {
    let broker = traffic.broker;
    match fault {
        Fault::CloseAfterEffect => by(reply, Wire::Closed),
        Fault::ResetAfter => by(reply, Wire::Reset),
        Fault::HangAfter | Fault::DeleteHangEffect => by(reply, Wire::Hung),
        Fault::SlowDrip => by(reply, Wire::Drip),
        Fault::CutJson | Fault::ListCut => by(reply, Wire::Cut),
        Fault::Redirect307Same => redirect(307, &desk.request.target),
        Fault::Redirect302 => redirect(302, &desk.request.target),
        Fault::Status500After | Fault::Delete500Effect => broken(broker, 500),
        Fault::Status4xxAfter => refused(broker, 400, "Something went wrong", "BAD_REQUEST"),
        Fault::Html200After => page(),
        Fault::HugeBody => Reply::raw(200, "application/json", bodies::huge()),
        Fault::GzipBomb => Reply::raw(200, "application/json", bodies::bomb()).with("content-encoding", "gzip"),
        Fault::DeepNesting => Reply::raw(200, "application/json", bodies::deep()),
        _ if reply.is_success() => retold(fault, reply, desk, broker),
        _ => reply,
    }
}

/// The answer to a request whose effect comes late: a gateway gave up on it.
pub(crate) fn late(broker: Broker) -> Reply {
    broken(broker, 504)
}

/// Faults that change single values of a true answer.
fn retold(fault: Fault, mut reply: Reply, desk: &Desk<'_>, broker: Broker) -> Reply {
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let changed = match fault {
        Fault::NoId => bodies::without(&text, "id"),
        Fault::NullId => bodies::with(&text, "id", "null"),
        Fault::NumberId => bodies::with(&text, "id", "12345"),
        Fault::EvilId => bodies::with(&text, "id", r#""../../pods/x%2f..\u0000""#),
        Fault::KnownId => match another(desk, broker, &text) {
            Some(other) => bodies::with(&text, "id", &format!("\"{}\"", other.id)),
            None => text,
        },
        Fault::OtherBody => match another(desk, broker, &text) {
            Some(other) => whole(desk, other),
            None => bodies::with(
                &bodies::with(&text, "id", "\"00000000-0000-4000-a000-00000000beef\""),
                "name",
                "\"someone-elses\"",
            ),
        },
        Fault::PerGpuRate => per_gpu(&text, desk),
        Fault::Secrets => bodies::with_secrets(&text),
        Fault::DuplicateKeys => bodies::doubled(&text),
        Fault::OddNumbers => {
            let priced = bodies::with(&bodies::with(&text, "priceHr", "1e400"), "hourlyRate", "1e400");
            let counted = bodies::with(&priced, "gpuCount", "9007199254740993.5");
            bodies::with(&bodies::with(&counted, "totalCost", "-0"), "vcpus", "\"0.5\"")
        }
        _ => return reply,
    };
    reply.body = changed.into_bytes().into();
    reply
}

/// The answer of the latest machine with its rate divided by its GPUs.
fn per_gpu(text: &str, desk: &Desk<'_>) -> String {
    let Some(machine) = desk.state.machines.last() else {
        return text.to_owned();
    };
    let count = usize::try_from(machine.body.gpus.max(1)).unwrap_or(1);
    let rate = machine
        .rate
        .over(count)
        .map_or_else(String::new, |rate| rate.to_string());
    bodies::with(&bodies::with(text, "priceHr", &rate), "hourlyRate", &rate)
}

fn by(mut reply: Reply, wire: Wire) -> Reply {
    reply.wire = wire;
    reply
}

/// The latest machine that is not the one in an answer.
fn another<'a>(desk: &'a Desk<'_>, broker: Broker, answer: &str) -> Option<&'a Machine> {
    let machines = desk
        .state
        .machines
        .iter()
        .rev()
        .filter(|machine| machine.made <= desk.now);
    let mut others = machines.filter(|machine| machine.broker == broker && !answer.contains(&machine.id));
    // One that lives, rather than one that is over.
    others
        .clone()
        .find(|machine| machine.exists())
        .or_else(|| others.next())
}

fn whole(desk: &Desk<'_>, machine: &Machine) -> String {
    let text = match machine.broker {
        Broker::Prime => serde_json::to_string(&prime::pod(desk, machine)),
        Broker::Spheron => serde_json::to_string(&spheron::deployment(desk, machine)),
    };
    text.unwrap_or_default()
}

/// A refusal with a sentence, in the broker's form.
fn refused(broker: Broker, status: u16, text: &str, code: &str) -> Reply {
    #[derive(Serialize)]
    struct Error<'a> {
        error: &'a str,
        code: &'a str,
    }
    match broker {
        Broker::Prime => prime::detail(status, text),
        Broker::Spheron => Reply::json(status, &Error { error: text, code }),
    }
}

fn broken(broker: Broker, status: u16) -> Reply {
    refused(broker, status, "Internal server error", "INTERNAL_ERROR")
}

fn unauthorised(broker: Broker) -> Reply {
    match broker {
        Broker::Prime => prime::detail(401, "Invalid token"),
        Broker::Spheron => refused(broker, 401, "Invalid API key", "UNAUTHORIZED"),
    }
}

fn payment(broker: Broker) -> Reply {
    refused(broker, 402, "Insufficient balance", "INSUFFICIENT_BALANCE")
}

fn missing(broker: Broker) -> Reply {
    match broker {
        Broker::Prime => prime::detail(404, "Pod not found"),
        Broker::Spheron => refused(broker, 404, "Deployment not found", "NOT_FOUND"),
    }
}

fn invalid(broker: Broker) -> Reply {
    #[derive(Serialize)]
    struct Errors {
        errors: [One; 1],
    }
    #[derive(Serialize)]
    struct One {
        param: &'static str,
        details: &'static str,
    }
    match broker {
        Broker::Prime => Reply::json(
            422,
            &Errors {
                errors: [One {
                    param: "body.pod.cloudId",
                    details: "Input should be another one",
                }],
            },
        ),
        Broker::Spheron => refused(broker, 422, "Invalid request", "VALIDATION_ERROR"),
    }
}

fn sold_out(broker: Broker, gpu: &str) -> Reply {
    match broker {
        Broker::Prime => prime::detail(400, &prime::sold_out(gpu)),
        Broker::Spheron => refused(broker, 500, &spheron::sold_out(gpu), "INTERNAL_ERROR"),
    }
}

/// The GPU that a create of either broker names.
fn ordered(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let gpu = body.get("gpuType").or_else(|| body.get("pod")?.get("gpuType"));
    gpu.and_then(serde_json::Value::as_str).unwrap_or("X").to_owned()
}

fn too_many(broker: Broker, retry: Option<&str>) -> Reply {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        error: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<serde_json::Value>,
    }
    let reply = match broker {
        Broker::Prime => prime::detail(429, "Too many requests."),
        Broker::Spheron => Reply::json(
            429,
            &Body {
                error: "Too many requests",
                message: "Too many requests from this IP, please try again later.",
                retry_after: retry.map(|retry| retry.parse::<i64>().map_or_else(|_| retry.into(), Into::into)),
            },
        ),
    };
    match retry {
        Some(retry) => reply.with("retry-after", retry),
        None => reply,
    }
}

fn deleted(broker: Broker, id: &str, desk: &Desk<'_>) -> Reply {
    match broker {
        Broker::Prime => Reply::ok(&serde_json::json!({ "status": "TERMINATED" })),
        Broker::Spheron => Reply::ok(&serde_json::json!({
            "message": "Instance destruction initiated",
            "deployment": { "id": id, "status": "terminated", "stoppedAt": desk.now.iso() },
        })),
    }
}

fn minimum(broker: Broker) -> Reply {
    match broker {
        // Not known of this broker; its upstreams have such rules.
        Broker::Prime => prime::detail(409, "Minimum reservation period not met"),
        Broker::Spheron => spheron::too_early(20, 7),
    }
}

fn page() -> Reply {
    let html = "<!doctype html><html><title>Maintenance</title><body>We will be back soon.</body></html>";
    Reply::raw(200, "text/html", html.as_bytes())
}

fn redirect(status: u16, to: &str) -> Reply {
    Reply::raw(status, "text/plain", &b""[..]).with("location", to)
}
