//! What the journal says, read as any process may read it, and folded with as
//! little as is needed to hold it against the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gpu_broker_core::number::Exact;
use gpu_broker_engine::journal::{Journal as _, JournalError, Mode, SqliteJournal};
use serde_json::Value;

/// What became of one name.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// The last step that was noted, in the journal's own word.
    pub(super) step: String,
    /// The ids of its machine.
    pub(super) id: Option<String>,
    /// Whether its request may have left.
    pub(super) sent: bool,
    /// Whether a request to end it may have left.
    pub(super) ending: bool,
    /// The most per hour that was approved.
    pub(super) ceiling: Option<Exact>,
    /// Its GPUs.
    pub(super) gpus: Option<u64>,
    /// What is set aside for it.
    pub(super) worst: Exact,
}

/// Steps after which nothing is left to be done or found out.
const RESTING: [&str; 5] = ["ready", "gone", "released", "absent", "vouched"];

impl Line {
    pub(super) fn rests(&self) -> bool {
        RESTING.contains(&self.step.as_str())
    }
}

/// All of the journal.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    pub(super) rows: u64,
    pub(super) lines: BTreeMap<String, Line>,
    /// How many machines each launch wants.
    pub(super) launches: BTreeMap<String, u64>,
    /// Commits at which more was set aside than the budget of the launch.
    pub(super) above: Vec<String>,
    /// The bodies, to be compared with what is read later.
    pub(super) bodies: Vec<String>,
}

impl Books {
    /// Reads the journal of a folder. No journal is an empty one.
    pub(super) fn read(folder: &Path) -> Result<Self, JournalError> {
        let mut books = Self::default();
        if !SqliteJournal::exists(folder)? {
            return Ok(books);
        }
        let mut budgets: Vec<Exact> = Vec::new();
        for row in SqliteJournal::open(folder, Mode::Read)?.read_after(0)? {
            books.rows += 1;
            let body: Value = serde_json::from_str(&row.draft.body).expect("a row is JSON");
            let (step, said) = body.as_object().and_then(|body| body.iter().next()).expect("one event");
            books.take(step, said);
            if step == "planned" {
                budgets.extend(exact(&said["caps"]["budget"]));
                let launch = said["launch"].as_str().unwrap_or_default().to_owned();
                books
                    .launches
                    .insert(launch, said["slots"].as_u64().unwrap_or_default());
            }
            if let Some(budget) = budgets.last()
                && step == "reserved"
            {
                let sum = books.set_aside();
                if sum > *budget {
                    books
                        .above
                        .push(format!("row {}: {sum} set aside of {budget}", row.seq));
                }
            }
            books.bodies.push(row.draft.body);
        }
        Ok(books)
    }

    /// What is spent and set aside.
    fn set_aside(&self) -> Exact {
        let kept = self.lines.values().filter(|line| line.step != "released");
        kept.fold(Exact::ZERO, |sum, line| sum.plus(line.worst).expect("few digits"))
    }

    fn take(&mut self, step: &str, said: &Value) {
        let Some(key) = said["key"].as_str() else {
            return;
        };
        let line = self.lines.entry(key.to_owned()).or_default();
        if let Some(id) = said["id"].as_str() {
            line.id = Some(id.to_owned());
        }
        match step {
            "reserved" | "orphan" => {
                line.ceiling = exact(&said["ordered"]["ceiling"]);
                line.gpus = said["ordered"]["gpu"]["count"].as_u64();
                line.worst = exact(&said["worst"]).unwrap_or_default();
            }
            "sending" => line.sent = true,
            "ending" => line.ending = true,
            "extended" => line.worst = exact(&said["worst"]).unwrap_or_default(),
            "gone" => line.worst = exact(&said["cost"]).unwrap_or_default(),
            _ => {}
        }
        let passing = [
            "reported",
            "missed",
            "unseen",
            "seen_gone",
            "unwanted",
            "extended",
            "quiet_again",
            "end_refused",
        ];
        if !passing.contains(&step) {
            step.clone_into(&mut line.step);
        }
    }

    /// The line of a machine.
    pub(super) fn of(&self, id: &str) -> Option<(&String, &Line)> {
        self.lines.iter().find(|(_, line)| line.id.as_deref() == Some(id))
    }

    /// Names whose requests may have left.
    pub(super) fn sent(&self) -> BTreeSet<&str> {
        let sent = self.lines.iter().filter(|(_, line)| line.sent);
        sent.map(|(key, _)| key.as_str()).collect()
    }
}

fn exact(value: &Value) -> Option<Exact> {
    value.as_str()?.parse().ok()
}
