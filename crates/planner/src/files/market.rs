//! `planner.market/1`: what was for sale at one moment, and what was asked of it.
//!
//! Every offer, reject and report has a line of its own, so that an error names a line that a person can look at, and
//! tools that compare lines see which offers moved.

use std::path::Path;
use std::sync::Arc;

use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{DiskMarket, Market, SourceReport, Unsound};
use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::Reject;
use gpu_broker_http::decode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::request::RequestDocument;
use super::whole::{self, Most};
use crate::exit::Exit;
use crate::report::Trouble;
use crate::view::text::shown;

/// What this version writes and reads.
const SCHEMA: &str = "planner.market/1";

/// A market that was kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    /// The market, without its disks.
    pub(crate) market: Market,
    /// Its disks, if they were asked for.
    pub(crate) disks: Option<DiskMarket>,
    /// What was asked of it.
    pub(crate) request: Option<RequestDocument>,
}

/// Only what tells whether the rest can be understood.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(rename = "schema")]
    _schema: String,
    taken_at: Timestamp,
    request: Option<RequestDocument>,
    sources: Vec<SourceReport>,
    rejects: Vec<Reject>,
    offers: Vec<Arc<Offer>>,
    disks: Option<DiskMarket>,
}

impl Saved {
    /// Reads a saved market.
    pub(crate) fn read(path: &Path) -> Result<Self, Trouble> {
        let bytes = whole::read(path, "the saved market", Most::Market)?;
        Self::parse(&bytes).map_err(|reason| {
            Trouble::usage(format!("{} is no saved market: {reason}", path.display()))
                .hint("`planner quote GPU --save FILE` writes one")
        })
    }

    /// As [`Saved::read`], of what stands in the file.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let head: Head = decode(bytes).map_err(|malformed| malformed.to_string())?;
        if head.schema != SCHEMA {
            return Err(match head.schema.strip_prefix("planner.market/") {
                Some(_) => format!(
                    "`{}` is of another version of planner, this one reads `{SCHEMA}`",
                    shown(&head.schema)
                ),
                None => format!("it is a `{}`, not a `{SCHEMA}`", shown(&head.schema)),
            });
        }
        let body: Body = decode(bytes).map_err(|malformed| located(bytes, &malformed.path, &malformed.to_string()))?;
        body.request.as_ref().map_or(Ok(()), RequestDocument::check)?;
        let saved = Self {
            market: Market {
                taken_at: body.taken_at,
                offers: body.offers,
                rejects: body.rejects,
                sources: body.sources,
                disks: None,
            },
            disks: body.disks,
            request: body.request,
        };
        let unsound = |within: &str, Unsound { path, reason, .. }: Unsound| {
            let path = format!("{within}{path}");
            located(bytes, &path, &format!("{path}: {}", shown(&reason)))
        };
        saved.market.check().map_err(|fault| unsound("", fault))?;
        let disks = saved.disks.as_ref().map_or(Ok(()), DiskMarket::check);
        disks.map_err(|fault| unsound("disks.", fault))?;
        Ok(saved)
    }

    /// The market as far as a request is about it: with its disks where it asks for any.
    pub(crate) fn market_for(&self, demand: &Demand) -> Result<Market, Trouble> {
        let mut market = self.market.clone();
        if !demand.disks.is_empty() {
            market.disks = Some(self.disks.clone().ok_or_else(without_disks)?);
        }
        Ok(market)
    }

    /// Keeps the market in a file.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Trouble> {
        whole::write(path, &self.bytes()?)
    }

    /// The market as it stands in a file.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Trouble> {
        let mut text = String::from("{\n");
        let mut field = |name: &str, value: Result<String, serde_json::Error>, last: bool| {
            let value = value
                .map_err(|error| Trouble::new(Exit::Internal, format!("the market cannot be written: {error}")))?;
            let comma = if last { "" } else { "," };
            text.extend(["\"", name, "\": ", &value, comma, "\n"]);
            Ok::<_, Trouble>(())
        };
        field("schema", serde_json::to_string(SCHEMA), false)?;
        field("taken_at", serde_json::to_string(&self.market.taken_at), false)?;
        field("request", serde_json::to_string(&self.request), false)?;
        field("sources", lines(&self.market.sources), false)?;
        field("rejects", lines(&self.market.rejects), false)?;
        field("offers", lines(&self.market.offers), false)?;
        field("disks", serde_json::to_string(&self.disks), true)?;
        text.push_str("}\n");
        Ok(text.into_bytes())
    }
}

/// What is wrong with a saved market where disks are asked for and it has none.
pub(crate) fn without_disks() -> Trouble {
    Trouble::usage("the saved market has no disks").hint("`planner quote GPU --save FILE` keeps the disks too")
}

/// A list with a line for each row.
fn lines(rows: &[impl Serialize]) -> Result<String, serde_json::Error> {
    let rows: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    Ok(if rows.is_empty() {
        "[]".to_owned()
    } else {
        format!("[\n{}\n]", rows.join(",\n"))
    })
}

/// The reason with the line that it is about, where planner wrote the file and nobody has moved its lines.
fn located(bytes: &[u8], path: &str, reason: &str) -> String {
    let row = path
        .strip_prefix("offers[")
        .and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    let heading = b"\"offers\": [";
    let start = bytes.split(|byte| *byte == b'\n').position(|line| line == heading);
    match (row, start) {
        // Lines count from 1, and the rows stand below the heading.
        (Some(row), Some(start)) => format!("line {}: {reason}", start + row + 2),
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
