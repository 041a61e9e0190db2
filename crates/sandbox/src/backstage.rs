//! Behind the scenes: `/sandbox/…` on both faces, which no broker has.

mod control;
mod ledger;

pub use control::{Control, Done, Stranger};
pub use ledger::{Created, Deletion, Ledger, Live, Posted};

use serde::Serialize;

use crate::broker::Broker;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::request::Request;
use crate::world::World;

/// Answers what is not the broker's. It needs no key, costs no request of the limit, and has no faults.
pub(crate) fn serve(world: &World, broker: Broker, request: &Request, path: &[&str]) -> Reply {
    if !request.peer.is_loopback() {
        return Reply::json(403, &Error::of("only this machine may look behind the scenes"));
    }
    match (request.method, path) {
        (_, ["elsewhere", ..]) => match world.with(true, |state, _| state.strays += 1) {
            Ok(()) => Reply::json(404, &Error::of("nobody should have been led here")),
            Err(text) => trouble(&text),
        },
        ("GET", ["ledger"]) => answer(world.ledger()),
        ("GET", ["faults"]) => Reply::ok(&Fault::ALL.iter().map(|fault| Known::of(*fault)).collect::<Vec<_>>()),
        ("POST", ["control"]) => match serde_json::from_slice::<Control>(&request.body) {
            Ok(control) => answer(world.control(broker, control)),
            Err(error) => refuse(&format!("{error}; the fields are those of the sandbox's `Control`")),
        },
        _ => Reply::json(
            404,
            &Error::of("there is GET /sandbox/ledger, GET /sandbox/faults and POST /sandbox/control"),
        ),
    }
}

/// The answer when the kept world cannot be used.
pub(crate) fn trouble(text: &str) -> Reply {
    Reply::json(500, &Error::of(text))
}

/// The answer to something that is no order to the sandbox.
pub(crate) fn refuse(text: &str) -> Reply {
    Reply::json(400, &Error::of(text))
}

fn answer<T: Serialize>(result: Result<T, String>) -> Reply {
    match result {
        Ok(value) => Reply::ok(&value),
        Err(text) => refuse(&text),
    }
}

/// A fault, explained.
#[derive(Serialize)]
struct Known {
    name: &'static str,
    concerns: &'static str,
    cases: &'static str,
    what: &'static str,
}

impl Known {
    fn of(fault: Fault) -> Self {
        Self {
            name: fault.name(),
            concerns: fault.op().name(),
            cases: fault.cases(),
            what: fault.what(),
        }
    }
}

/// What is wrong, under the names that both brokers' clients look at.
#[derive(Serialize)]
struct Error<'a> {
    error: &'a str,
    detail: &'a str,
}

impl<'a> Error<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            error: text,
            detail: text,
        }
    }
}
