//! The way of a request through a face: limits and key, then the faults before, the handler, and the faults after.

use super::traffic::Traffic;
use super::{Desk, canned, prime, spheron, strangers};
use crate::broker::Broker;
use crate::fault::{Fault, Op};
use crate::reply::Reply;
use crate::state::Delete;

/// What a request is for.
pub(crate) fn op(broker: Broker, method: &str, path: &[&str]) -> Op {
    match broker {
        Broker::Prime => prime::op(method, path),
        Broker::Spheron => spheron::op(method, path),
    }
}

/// Answers a request.
pub(crate) fn serve(desk: &mut Desk<'_>, traffic: Traffic<'_>) -> Reply {
    note(desk, traffic);
    let refusal = match traffic.broker {
        Broker::Prime => prime::front(desk),
        Broker::Spheron => spheron::front(desk, &traffic.admission, traffic.path),
    };
    let mut reply = refusal.unwrap_or_else(|| beyond_the_front(desk, traffic));
    let skew = match traffic.broker {
        Broker::Prime => desk.options.prime_skew,
        Broker::Spheron => desk.options.spheron_skew,
    };
    let here = desk.now.skewed(skew);
    if traffic.broker == Broker::Spheron {
        spheron::stamp(
            &mut reply,
            &traffic.admission,
            here.after(traffic.admission.resets_in).iso(),
        );
    }
    reply.set("date", here.http_date());
    reply
}

fn beyond_the_front(desk: &mut Desk<'_>, traffic: Traffic<'_>) -> Reply {
    let faults = desk.faults;
    strangers::invite(desk, traffic.broker);
    if faults.has(Fault::KeyRevoked) {
        desk.state.revoked = true;
    }
    let canned = faults.iter().find_map(|fault| canned::before(fault, desk, &traffic));
    let late = faults.has(Fault::LateEffect);
    if let Some(canned) = canned {
        if late {
            // It is answered so, and done nevertheless.
            handle(desk, traffic);
        }
        return canned;
    }
    let mut reply = handle(desk, traffic);
    if late && reply.is_success() {
        reply = canned::late(traffic.broker);
    }
    for fault in faults.iter() {
        reply = canned::after(fault, reply, desk, &traffic);
    }
    reply
}

fn handle(desk: &mut Desk<'_>, traffic: Traffic<'_>) -> Reply {
    match traffic.broker {
        Broker::Prime => prime::serve(desk, traffic.path),
        Broker::Spheron => spheron::serve(desk, traffic.path),
    }
}

/// Writes down what came over the wire, whatever will come of it.
fn note(desk: &mut Desk<'_>, traffic: Traffic<'_>) {
    match traffic.op {
        Op::Create => {
            let name = name(&desk.request.body).unwrap_or_default();
            desk.state.note_post(traffic.broker, &name);
        }
        Op::Delete => desk.state.deletes.push(Delete {
            broker: traffic.broker,
            id: traffic.path.last().map(|id| (*id).to_owned()).unwrap_or_default(),
            at: desk.now,
        }),
        _ => {}
    }
}

/// The name in a create of either broker.
fn name(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        name: Option<String>,
        pod: Option<Pod>,
    }
    #[derive(serde::Deserialize)]
    struct Pod {
        name: Option<String>,
    }
    let named: Named = serde_json::from_slice(body).ok()?;
    named.name.or(named.pod.and_then(|pod| pod.name))
}
