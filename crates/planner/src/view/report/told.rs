//! What a quote's document tells beyond what can be right or wrong: words, and
//! what to try next.

use gpu_broker_core::number::Exact;
use gpu_broker_http::decode;
use serde::Deserialize;

use crate::view::why::RejectionDocument;

/// The rest of `planner.quote/1`. What an older version did not write is left
/// out.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    pub(super) plans: Vec<Words>,
    #[serde(default)]
    pub(super) cheaper_elsewhere: Vec<Cheaper>,
    #[serde(default)]
    pub(super) why: Option<Vec<Rejected>>,
    #[serde(default)]
    pub(super) relaxations: Vec<Change>,
    #[serde(default)]
    pub(super) disk_market: Option<Disks>,
    #[serde(default)]
    pub(super) stay_or_move: Option<StayOrMove>,
    #[serde(default)]
    pub(super) sources: Vec<Answer>,
}

/// What somebody who buys a plan should know.
#[derive(Debug, Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    pub(super) warnings: Vec<String>,
}

/// What a wider request would save.
#[derive(Debug, Deserialize)]
pub(super) struct Cheaper {
    pub(super) flag: String,
    pub(super) rate: Exact,
    pub(super) saves: Option<Exact>,
}

/// Why offers were rejected, and what would admit some.
#[derive(Debug, Deserialize)]
pub(super) struct Rejected {
    pub(super) reason: String,
    pub(super) change: Option<Change>,
}

/// A changed request.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    pub(super) flags: String,
    pub(super) command: String,
    pub(super) admits: u64,
    pub(super) rate: Option<Exact>,
    pub(super) total: Option<Exact>,
}

/// The disks that were asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Disks {
    pub(super) unattachable: Vec<Unattachable>,
}

/// A disk that no plan can attach.
#[derive(Debug, Deserialize)]
pub(super) struct Unattachable {
    pub(super) id: String,
    pub(super) why: String,
}

/// Staying beside the disks against moving their data.
#[derive(Debug, Deserialize)]
pub(super) struct StayOrMove {
    pub(super) stay: Option<Side>,
    #[serde(rename = "move")]
    pub(super) go: Side,
    pub(super) break_even_per_gb: Option<Exact>,
    pub(super) verdict: Option<String>,
    #[serde(default)]
    pub(super) not_included: Vec<String>,
}

/// What one side costs.
#[derive(Debug, Deserialize)]
pub(super) struct Side {
    pub(super) total: Exact,
}

/// How a broker answered.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) broker: String,
    pub(super) status: String,
    pub(super) offers: u64,
    pub(super) pages: u64,
    pub(super) error: Option<String>,
}

impl Told {
    /// Reads a quote's document, which has been read as a quote before.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        decode(bytes).map_err(|malformed| malformed.to_string())
    }

    /// Whether it tells what would admit rejected offers, as with `--why`.
    pub(crate) fn is_explained(&self) -> bool {
        self.why.is_some()
    }

    /// Who was asked, by name.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|answer| answer.broker.as_str())
    }

    /// Adds what would admit rejected offers.
    pub(crate) fn explain(&mut self, rejections: &[RejectionDocument]) {
        let document = serde_json::to_value(rejections).and_then(serde_json::from_value);
        self.why = document.ok();
    }

    /// Whether every broker that was asked answered in full.
    pub(super) fn is_whole(&self) -> bool {
        let whole = |answer: &Answer| matches!(answer.status.as_str(), "ok" | "no_credentials");
        self.sources.iter().all(whole)
    }

    /// The warnings of a plan.
    pub(super) fn warnings(&self, plan: usize) -> &[String] {
        self.plans.get(plan).map_or(&[], |words| &words.warnings)
    }
}
