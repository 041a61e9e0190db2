//! The world's own entrance: the four things that a launch does, and time.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::World;
use crate::broker::Broker;
use crate::fault::Rule;
use crate::reply::Reply;
use crate::request::Request;

impl World {
    /// Rents a machine: `POST /api/v1/pods/` or `POST /api/deployments`.
    pub fn create(&self, broker: Broker, body: &Value) -> Reply {
        let path = match broker {
            Broker::Prime => "/api/v1/pods/",
            Broker::Spheron => "/api/deployments",
        };
        self.ask(broker, &Request::post(path, body.to_string()))
    }

    /// Reads one machine.
    pub fn get(&self, broker: Broker, id: &str) -> Reply {
        self.ask(broker, &Request::get(one(broker, id)))
    }

    /// Lists machines: all there are at Spheron, the first hundred that have not ended at Prime.
    pub fn list(&self, broker: Broker) -> Reply {
        let path = match broker {
            Broker::Prime => "/api/v1/pods/",
            Broker::Spheron => "/api/deployments",
        };
        self.ask(broker, &Request::get(path))
    }

    /// Lists machines that have ended. At Spheron they are in the list anyway.
    pub fn history(&self, broker: Broker) -> Reply {
        match broker {
            Broker::Prime => self.ask(broker, &Request::get("/api/v1/pods/history")),
            Broker::Spheron => self.ask(broker, &Request::get("/api/deployments?status=inactive")),
        }
    }

    /// Ends a machine.
    pub fn delete(&self, broker: Broker, id: &str) -> Reply {
        self.ask(broker, &Request::new("DELETE", one(broker, id)))
    }

    /// Lets time pass, on top of what passes by itself.
    ///
    /// # Errors
    /// When a kept world can no longer be read or written.
    pub fn advance(&self, by: Duration) -> Result<(), String> {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.with(true, |state, _| state.ahead = state.ahead.saturating_add(by))
    }

    /// The world's time, in milliseconds since 1970.
    ///
    /// # Errors
    /// When a kept world can no longer be read.
    pub fn now_ms(&self) -> Result<u64, String> {
        self.with(false, |_, now| now.0)
    }

    /// Adds a fault to those that there are.
    pub fn inject(&self, rule: Rule) {
        let mut plan = self.plan.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        plan.add(rule);
    }

    /// Forgets every fault; what they made of machines so far stays.
    pub fn clear_faults(&self) {
        let mut plan = self.plan.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        plan.clear();
    }
}

fn one(broker: Broker, id: &str) -> String {
    let id = encoded(id);
    match broker {
        Broker::Prime => format!("/api/v1/pods/{id}"),
        Broker::Spheron => format!("/api/deployments/{id}"),
    }
}

/// Percent encoding of all that is not plainly part of an id.
fn encoded(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
