//! What the brokers bill, and whose it is: `planner.audit/1`.

use gpu_broker_core::instance::Instance;
use gpu_broker_core::number::Exact;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage, State};
use gpu_broker_engine::launch::{Kind, Shown};
use serde_json::{Value, json};

use super::columns::{Column, push};
use super::document;
use super::format::Sheet;
use super::instances::{age, state};
use super::ordered::disk;
use super::paint;
use super::text::{gpu_name, seller, shown};
use crate::launch::is_elsewhere;

/// A machine that a broker lists, or a disk.
#[derive(Debug)]
pub(crate) struct Billed<'a> {
    /// The machine.
    pub(crate) item: &'a Instance,
    /// Which of them it is.
    pub(crate) kind: Kind,
    /// In which team's account.
    pub(crate) scope: Option<&'a str>,
    /// Whose it is.
    pub(crate) whose: Whose<'a>,
}

/// Whose a machine is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// The journal accounts for it.
    Ours(&'a Attempt),
    /// It bears a name of ours, and the journal knows nothing of its launch.
    Orphan(&'a Attempt),
    /// It bears a name that planner gave, and nothing here proves that it is
    /// ours.
    Elsewhere,
    /// It bears no name of ours.
    Stranger,
}

impl Whose<'_> {
    /// The word used in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ours(_) => "ours",
            Self::Orphan(_) => "orphan",
            Self::Elsewhere => "elsewhere",
            Self::Stranger => "stranger",
        }
    }
}

/// Every machine that may cost money, and the disks of ours. Disks of others are read only where there are such, so
/// that they are left to `planner disks`, which shows them always.
pub(crate) fn billed<'a>(state: &'a State, listed: &'a [Shown]) -> Vec<Billed<'a>> {
    let all = listed.iter();
    let items = all.flat_map(|one| one.listing.items.iter().map(move |item| (one, item)));
    let billable = items.filter(|(_, item)| item.phase.is_billable());
    billable
        .filter(|(one, item)| one.kind == Kind::Machine || state.find(&one.broker, one.kind, &item.id).is_some())
        .map(|(one, item)| Billed {
            item,
            kind: one.kind,
            scope: one.scope.as_deref(),
            whose: match state.find(&one.broker, one.kind, &item.id) {
                Some(attempt) if attempt.stage == Stage::Orphan => Whose::Orphan(attempt),
                Some(attempt) => Whose::Ours(attempt),
                None if is_elsewhere(item) => Whose::Elsewhere,
                None => Whose::Stranger,
            },
        })
        .collect()
}

impl Billed<'_> {
    /// As a document.
    pub(crate) fn document(&self) -> Value {
        let item = self.item;
        let attempt = match self.whose {
            Whose::Ours(attempt) | Whose::Orphan(attempt) => Some(attempt),
            Whose::Elsewhere | Whose::Stranger => None,
        };
        json!({
            "id": item.id,
            "name": item.name,
            "kind": self.kind,
            "whose": self.whose.word(),
            "broker": item.broker,
            "team": self.scope,
            "provider": item.provider,
            "gpu": (self.kind == Kind::Machine).then(|| document::gpu(&item.gpu)),
            "place": document::place(&item.place),
            "phase": item.phase,
            "status": item.status,
            "state": attempt.map(state),
            "launch": attempt.map(|one| &one.launch).filter(|launch| !launch.is_empty()),
            "rate": item.rate.map(gpu_broker_core::money::Rate::per_hour),
            "currency": item.rate.map(gpu_broker_core::money::Rate::currency),
            "billed": item.billed,
            "created_at": item.created_at,
        })
    }
}

/// Rows for a terminal.
pub(crate) fn table(rows: &[Billed<'_>], now: &Stamp) -> Vec<Column> {
    let mut columns = [
        Column::ids("ID"),
        Column::words("NAME", 35, 10),
        Column::words("WHOSE", 9, 0).toned(paint::state),
        Column::words("BROKER/PROVIDER", 12, 3),
        Column::words("GPU", 9, 2),
        Column::numbers("N", 4),
        Column::words("STATUS", 7, 1),
        Column::numbers("$/h", 0),
        Column::numbers("AGE", 0),
    ];
    for row in rows {
        let item = row.item;
        push(
            &mut columns,
            [
                shown(item.id.as_str()).into_owned(),
                shown(&item.name).into_owned(),
                row.whose.word().to_owned(),
                seller(&item.broker, &item.provider),
                match (row.kind, row.whose) {
                    (Kind::Machine, _) => gpu_name(&item.gpu),
                    (Kind::Disk, Whose::Ours(attempt)) => disk(&attempt.ordered),
                    (Kind::Disk, _) => "disk".to_owned(),
                },
                match row.kind {
                    Kind::Machine => item.gpu.count.to_string(),
                    Kind::Disk => "-".to_owned(),
                },
                shown(&item.status).into_owned(),
                item.rate
                    .map_or_else(|| "?".to_owned(), |rate| rate.per_hour().to_fixed(4)),
                item.created_at
                    .map_or_else(|| "?".to_owned(), |at| age(now.wall.duration_since(at))),
            ],
        );
    }
    columns.into()
}

/// Every digit.
pub(crate) fn sheet(rows: &[Billed<'_>]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "id",
        "name",
        "whose",
        "broker",
        "team",
        "provider",
        "gpu",
        "gpus",
        "status",
        "rate",
        "currency",
        "billed",
        "created_at",
        "kind",
    ]);
    for row in rows {
        let item = row.item;
        sheet.word(item.id.as_str());
        sheet.word(&item.name);
        sheet.word(row.whose.word());
        sheet.word(item.broker.as_str());
        sheet.word(row.scope.unwrap_or_default());
        sheet.word(item.provider.as_str());
        sheet.word(item.gpu.model.as_str());
        sheet.number(item.gpu.count);
        sheet.word(&item.status);
        sheet.maybe(item.rate.map(gpu_broker_core::money::Rate::per_hour));
        sheet.word(
            item.rate
                .as_ref()
                .map_or(String::new(), |rate| rate.currency().to_string())
                .as_str(),
        );
        sheet.maybe(item.billed);
        sheet.maybe(item.created_at);
        sheet.word(if row.kind == Kind::Disk { "disk" } else { "machine" });
        sheet.end_row();
    }
    sheet
}

/// What some of them cost per hour together, in words; a machine whose broker
/// does not say what it costs makes it a lower bound.
pub(crate) fn together<'a>(rows: impl Iterator<Item = &'a Billed<'a>>) -> String {
    let (mut sums, mut silent) = (std::collections::BTreeMap::new(), false);
    for row in rows {
        match row.item.rate {
            Some(rate) => {
                let sum = sums.entry(rate.currency()).or_insert(Some(Exact::ZERO));
                *sum = sum.and_then(|sum: Exact| sum.plus(rate.per_hour()));
            }
            None => silent = true,
        }
    }
    let each: Vec<String> = sums
        .into_iter()
        .map(|(currency, sum)| sum.map_or_else(|| format!("? {currency}"), |sum| format!("{sum} {currency}")))
        .collect();
    let at_least = if silent { "at least " } else { "" };
    match each.as_slice() {
        [] if silent => "an unknown amount".to_owned(),
        [] => "nothing".to_owned(),
        each => format!("{at_least}{}", each.join(" and ")),
    }
}
