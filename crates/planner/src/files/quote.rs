//! `planner.quote/1` as it comes back: what it claims, and whether it is the document that was written.

use std::path::Path;

use gpu_broker_core::verify::Claim;
use gpu_broker_http::decode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::request::RequestDocument;
use super::whole::{self, Most};
use crate::report::Trouble;
use crate::view::document::{VALID, digest};
use crate::view::text::shown;

/// What this version writes and reads.
const SCHEMA: &str = "planner.quote/1";

/// A quote that somebody kept.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The request that it answers.
    pub(crate) request: RequestDocument,
    /// What it says.
    pub(crate) claim: Claim,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// Until when its prices are taken to hold.
    pub(crate) expires_at: Timestamp,
    /// All of it.
    document: Value,
}

#[derive(Deserialize)]
struct Head {
    schema: String,
}

#[derive(Deserialize)]
struct Asked {
    request: RequestDocument,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Kept {
    /// Reads a quote. What it says may be wrong; only that it says it is sure.
    pub(crate) fn read(path: &Path) -> Result<Self, Trouble> {
        let bytes = whole::read(path, "the quote", Most::Bundle)?;
        Self::parse(&bytes).map_err(|reason| {
            Trouble::usage(format!("{} is no quote: {reason}", path.display()))
                .hint("`planner quote GPU -o json > FILE` writes one")
        })
    }

    /// As [`Kept::read`], of what stands in the file.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let said = |malformed: gpu_broker_http::Malformed| malformed.to_string();
        let head: Head = decode(bytes).map_err(said)?;
        if head.schema != SCHEMA {
            return Err(format!("it is a `{}`, not a `{SCHEMA}`", shown(&head.schema)));
        }
        let asked: Asked = decode(bytes).map_err(said)?;
        asked.request.check()?;
        Ok(Self {
            request: asked.request,
            created_at: asked.created_at,
            expires_at: asked.expires_at,
            claim: decode(bytes).map_err(said)?,
            document: unexplained(decode(bytes).map_err(said)?),
        })
    }

    /// Whether a text that cannot be read was written as a quote.
    pub(crate) fn is_meant(bytes: &[u8]) -> bool {
        decode::<Head>(bytes).is_ok_and(|head| head.schema == SCHEMA)
    }

    /// Its name.
    pub(crate) fn id(&self) -> Option<&str> {
        self.document.get("id").and_then(Value::as_str)
    }

    /// The names of its plans.
    pub(crate) fn plan_ids(&self) -> Vec<String> {
        let plans = self.document.get("plans").and_then(Value::as_array);
        let ids = plans
            .into_iter()
            .flatten()
            .map(|plan| plan.get("id").and_then(Value::as_str));
        ids.map(|id| id.unwrap_or_default().to_owned()).collect()
    }

    /// Whether its names are those of what it says: of the plans, and of the whole.
    pub(crate) fn check_names(&self, findings: &mut Vec<String>) {
        let mut whole = self.document.clone();
        let id = whole.get_mut("id").map(Value::take);
        if let Some(slot) = whole.get_mut("id") {
            *slot = Value::from("");
        }
        if id != Some(digest("q", &whole).into()) {
            findings.push("id: it is the name of another quote".to_owned());
        }
        let plans = self.document.get("plans").and_then(Value::as_array);
        for (at, plan) in plans.into_iter().flatten().enumerate() {
            let disks = plan
                .get("disks")
                .filter(|disks| disks.as_array().is_some_and(|disks| !disks.is_empty()));
            let named = plan.get("groups").map(|groups| {
                Value::from(match disks {
                    Some(disks) => digest("p", &(groups, disks)),
                    None => digest("p", groups),
                })
            });
            if plan.get("id") != named.as_ref() {
                findings.push(format!("plans[{at}].id: it is the name of another plan"));
            }
        }
    }

    /// Whether it is what this version writes of the same market, but for fields that have been added since.
    pub(crate) fn check_words(&self, written: &Value, findings: &mut Vec<String>) {
        differences("", &self.document, written, findings);
    }
}

/// Until when the prices of a quote are taken to hold, whatever it says of that itself.
pub(crate) fn holds_until(made: Timestamp, expires: Timestamp) -> Timestamp {
    made.checked_add(VALID).unwrap_or(made).min(expires)
}

/// The document as it is named: why offers were rejected, and what would admit some, are beside the quote and not part
/// of it, as `--why` changes nothing about what is offered.
fn unexplained(mut document: Value) -> Value {
    for (name, nothing) in [("why", Value::Null), ("relaxations", Value::Array(Vec::new()))] {
        if let Some(slot) = document.get_mut(name) {
            *slot = nothing;
        }
    }
    document
}

/// Differences named at most; the first few tell where to look.
const DIFFERENCES_MAX: usize = 20;

fn differences(path: &str, kept: &Value, written: &Value, findings: &mut Vec<String>) {
    if findings.len() >= DIFFERENCES_MAX {
        return;
    }
    match (kept, written) {
        (Value::Object(kept), Value::Object(written)) => {
            for (name, value) in kept {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                match written.get(name) {
                    // A name follows from all the rest, fields included that the quote does not know.
                    Some(_) if name == "id" => (),
                    Some(other) => differences(&path, value, other, findings),
                    None => findings.push(format!("{}: planner writes no such field", shown(&path))),
                }
            }
        }
        (Value::Array(kept), Value::Array(written)) if kept.len() == written.len() => {
            for (at, (value, other)) in kept.iter().zip(written).enumerate() {
                differences(&format!("{path}[{at}]"), value, other, findings);
            }
        }
        (kept, written) if kept == written => (),
        _ => findings.push(format!(
            "{}: it is not what the market and the request give",
            shown(path)
        )),
    }
}
