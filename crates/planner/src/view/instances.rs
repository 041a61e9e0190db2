//! Machines and disks that were launched: `planner.instances/1`, and rows for
//! people.

use std::borrow::Cow;

use gpu_broker_core::instance::Instance;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Broker;
use gpu_broker_engine::clock::Stamp;
use gpu_broker_engine::launch::state::{Attempt, Stage};
use gpu_broker_engine::launch::{Kind, Shown};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::columns::{Column, push};
use super::document;
use super::format::Sheet;
use super::ordered::disk;
use super::paint;
use super::text::{gpu_name, seller, shown};

/// Between ways into one machine.
const WAYS: &str = ", ";

/// An attempt, and what its broker lists of its machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// What the journal knows.
    pub(crate) attempt: &'a Attempt,
    /// What the broker lists, where it was asked.
    pub(crate) listed: Option<&'a Instance>,
}

impl<'a> Row<'a> {
    /// An attempt with its machine among what accounts showed.
    pub(crate) fn of(attempt: &'a Attempt, shown: &'a [Shown]) -> Self {
        let id = attempt.machine.as_ref().map(|machine| &machine.id);
        let mut listings = shown
            .iter()
            .filter(|shown| shown.broker == attempt.ordered.broker && shown.kind == attempt.ordered.kind);
        let listed = listings.find_map(|shown| shown.listing.items.iter().find(|item| Some(&item.id) == id));
        Self { attempt, listed }
    }

    fn rate(&self) -> Exact {
        let known = self.attempt.machine.as_ref().and_then(|machine| machine.rate);
        known.unwrap_or(self.attempt.ordered.ceiling)
    }

    /// When it was made, or asked for where its broker does not say.
    pub(crate) fn created_at(&self) -> Timestamp {
        let sent = self.attempt.sent.as_ref().unwrap_or(&self.attempt.since);
        self.listed.and_then(|item| item.created_at).unwrap_or(sent.wall)
    }

    /// The ways in, as commands.
    pub(crate) fn ssh(&self) -> Vec<String> {
        let listed = self.listed.map(|item| &item.ssh).filter(|ssh| !ssh.is_empty());
        let known = self.attempt.machine.as_ref().map(|machine| &machine.ssh);
        let ssh = listed.or(known).into_iter().flatten();
        ssh.map(ToString::to_string).collect()
    }

    fn id(&self) -> Option<&str> {
        Some(self.attempt.machine.as_ref()?.id.as_str())
    }
}

/// What becomes of an attempt, in one word for people and programs.
pub(crate) fn state(attempt: &Attempt) -> &'static str {
    let stays = matches!(attempt.stage, Stage::Accepted | Stage::Ready | Stage::Orphan);
    if stays && attempt.is_doubted() && was_listed(attempt) {
        return "unseen";
    }
    match attempt.stage {
        Stage::Reserved | Stage::Sending => "ordering",
        Stage::Rejected => "refused",
        Stage::Unknown => "unknown",
        Stage::Absent => "absent",
        Stage::Released => "released",
        Stage::Accepted => "deploying",
        Stage::Ready => "ready",
        Stage::Doomed | Stage::Ending => "ending",
        Stage::Blocked => "blocked",
        Stage::Gone => "gone",
        Stage::Orphan => "orphan",
    }
}

fn was_listed(attempt: &Attempt) -> bool {
    attempt.machine.as_ref().is_some_and(|machine| machine.listed)
}

/// Why a machine may be gone without a proof of it; nothing where nothing speaks
/// against it.
pub(crate) fn doubt(attempt: &Attempt) -> Option<String> {
    let (id, broker) = (called(attempt), &attempt.ordered.broker);
    if let Some(since) = attempt.ended_from() {
        let since = since.wall;
        return Some(format!(
            "{broker} lists {id} as ended since {since:.0}, which is not proved yet"
        ));
    }
    let since = attempt.machine.as_ref()?.unseen_from.as_ref()?.wall;
    let alive = attempt.stage.is_alive();
    alive.then(|| {
        if was_listed(attempt) {
            format!("{broker} does not list {id} since {since:.0}; it may run, and is counted")
        } else {
            format!("{broker} does not list {id} yet, since {since:.0}")
        }
    })
}

/// What is said of machines that must end and have not; nothing where there are none.
pub(crate) fn overdue<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> String {
    let must = |one: &&Attempt| matches!(one.stage, Stage::Doomed | Stage::Ending | Stage::Blocked);
    let names: Vec<_> = attempts.filter(must).map(called).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("{one} must end and has not: run `planner reconcile`\n"),
        several => format!(
            "{} must end and have not: {}; run `planner reconcile`\n",
            several.len(),
            several.join(", ")
        ),
    }
}

/// What a person calls it: its broker's id, or its name while there is none.
pub(crate) fn called(attempt: &Attempt) -> Cow<'_, str> {
    let id = attempt.machine.as_ref().map(|machine| machine.id.as_str());
    shown(id.unwrap_or(&attempt.name))
}

/// A machine as a document.
pub(crate) fn instance(row: &Row<'_>, now: &Stamp) -> Value {
    let (attempt, ordered) = (row.attempt, &row.attempt.ordered);
    let machine = attempt.machine.as_ref();
    json!({
        "id": row.id(),
        "name": attempt.name,
        "kind": ordered.kind,
        "broker": ordered.broker,
        "provider": ordered.provider,
        "offer_id": ordered.offer,
        "launch": Some(&attempt.launch).filter(|launch| !launch.is_empty()),
        "state": state(attempt),
        "phase": machine.and_then(|machine| machine.phase),
        "gpu": (ordered.kind == Kind::Machine).then(|| document::gpu(&ordered.gpu)),
        "place": document::place(&ordered.place),
        "market": ordered.market,
        "security": ordered.security,
        "image": ordered.image,
        "prepaid_hours": ordered.prepaid_hours,
        "rate": row.rate(),
        "currency": ordered.currency,
        "cost": attempt.cost_until(now),
        "worst": attempt.worst,
        "created_at": row.created_at(),
        "ends_at": attempt.ends_at,
        "unlisted_since": machine.and_then(|machine| machine.unseen_from.as_ref()).map(|since| since.wall),
        "reason": attempt.doom,
        "note": Some(&attempt.note).filter(|note| !note.is_empty()),
        "ssh": row.ssh(),
    })
}

/// A request of which nobody knows what came of it, as a document.
pub(crate) fn unresolved(attempt: &Attempt, now: &Stamp) -> Value {
    let ordered = &attempt.ordered;
    let (looks, quiet_from) = attempt.missed();
    json!({
        "name": attempt.name,
        "kind": ordered.kind,
        "broker": ordered.broker,
        "provider": ordered.provider,
        "offer_id": ordered.offer,
        "launch": attempt.launch,
        "state": state(attempt),
        "gpu": (ordered.kind == Kind::Machine).then(|| document::gpu(&ordered.gpu)),
        "rate": ordered.ceiling,
        "currency": ordered.currency,
        "worst": attempt.worst,
        "sent_at": attempt.sent.as_ref().map(|sent| sent.wall),
        "looks_without_it": looks,
        "quiet_seconds": quiet_from.and_then(|from| now.since(from)).map(|quiet| quiet.as_secs()),
        "unwanted": attempt.unwanted,
        "note": attempt.note,
    })
}

/// Rows for a terminal.
pub(crate) fn table(rows: &[Row<'_>], now: &Stamp) -> Vec<Column> {
    let mut columns = [
        // Half an id is nobody's, but for a beginning that no other has.
        Column::ids("ID"),
        Column::words("NAME", 35, 11),
        Column::words("BROKER/PROVIDER", 12, 3),
        Column::words("GPU", 9, 2),
        Column::numbers("N", 5),
        Column::words("REGION", 9, 7),
        Column::words("STATE", 9, 0).toned(paint::state),
        Column::numbers("$/h", 0),
        Column::numbers("COST", 1),
        Column::numbers("AGE", 4),
        Column::words("ENDS", 9, 8).toned(paint::state),
        Column::commands("SSH", 10, WAYS),
    ];
    for row in rows {
        let (attempt, ordered) = (row.attempt, &row.attempt.ordered);
        let is_disk = ordered.kind == Kind::Disk;
        let cost = attempt.cost_until(now);
        let cells = [
            row.id().map_or_else(|| "-".to_owned(), |id| shown(id).into_owned()),
            shown(&attempt.name).into_owned(),
            seller(&ordered.broker, &ordered.provider),
            if is_disk { disk(ordered) } else { gpu_name(&ordered.gpu) },
            if is_disk {
                "-".to_owned()
            } else {
                ordered.gpu.count.to_string()
            },
            shown(ordered.place.region_word()).into_owned(),
            state(attempt).to_owned(),
            row.rate().to_fixed(4),
            cost.map_or_else(|| "-".to_owned(), |cost| cost.to_fixed(2)),
            age(now.wall.duration_since(row.created_at())),
            attempt.ends_at.map_or_else(|| "-".to_owned(), |at| due(at, now.wall)),
            row.ssh().join(WAYS),
        ];
        push(&mut columns, cells);
    }
    columns.into()
}

/// Every digit, one row for each.
pub(crate) fn sheet(rows: &[Row<'_>], now: &Stamp) -> Sheet {
    let mut sheet = Sheet::new(&[
        "id",
        "name",
        "kind",
        "broker",
        "provider",
        "offer_id",
        "launch",
        "state",
        "gpu",
        "gpus",
        "region",
        "country",
        "data_center",
        "rate",
        "currency",
        "cost",
        "worst",
        "created_at",
        "ends_at",
        "ssh",
        "note",
    ]);
    for row in rows {
        let (attempt, ordered) = (row.attempt, &row.attempt.ordered);
        let place = &ordered.place;
        sheet.word(row.id().unwrap_or_default());
        sheet.word(&attempt.name);
        sheet.word(if ordered.kind == Kind::Disk { "disk" } else { "machine" });
        sheet.word(ordered.broker.as_str());
        sheet.word(ordered.provider.as_str());
        sheet.word(ordered.offer.as_str());
        sheet.word(&attempt.launch);
        sheet.word(state(attempt));
        sheet.word(ordered.gpu.model.as_str());
        sheet.number(ordered.gpu.count);
        sheet.word(place.region_word());
        sheet.word(place.country.as_ref().map_or("", |country| country.as_str()));
        sheet.word(place.data_center.as_ref().map_or("", |center| center.as_str()));
        sheet.number(row.rate());
        sheet.word(ordered.currency.as_str());
        sheet.maybe(attempt.cost_until(now));
        sheet.number(attempt.worst);
        sheet.number(row.created_at());
        sheet.maybe(attempt.ends_at);
        sheet.word(&row.ssh().join(" ; "));
        sheet.word(&attempt.note);
        sheet.end_row();
    }
    sheet
}

/// How long something has been there, in one or two figures.
pub(crate) fn age(time: SignedDuration) -> String {
    let minutes = time.as_mins().max(0);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, minutes) if hours < 48 => format!("{hours}h{minutes:02}m"),
        (hours, _) => format!("{}d{:02}h", hours / 24, hours % 24),
    }
}

fn due(at: Timestamp, now: Timestamp) -> String {
    if at <= now {
        "overdue".to_owned()
    } else {
        format!("in {}", age(at.duration_since(now)))
    }
}

/// What these cost per hour together, by currency, as a person reads it.
pub(crate) fn rates<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> String {
    let mut sums: std::collections::BTreeMap<_, Option<Exact>> = std::collections::BTreeMap::new();
    for attempt in attempts {
        let rate = Row { attempt, listed: None }.rate();
        let sum = sums.entry(attempt.ordered.currency).or_insert(Some(Exact::ZERO));
        *sum = sum.and_then(|sum| sum.plus(rate));
    }
    let each: Vec<String> = sums
        .into_iter()
        .map(|(currency, sum)| sum.map_or_else(|| format!("? {currency}"), |sum| format!("{sum} {currency}")))
        .collect();
    if each.is_empty() {
        "nothing".to_owned()
    } else {
        each.join(" and ")
    }
}

/// Brokers whose machines are in the journal, and who were not asked.
pub(crate) fn unasked<'a>(attempts: impl Iterator<Item = &'a Attempt>, asked: &[Broker]) -> Vec<&'a Broker> {
    let brokers: std::collections::BTreeSet<&Broker> = attempts.map(|one| &one.ordered.broker).collect();
    brokers.into_iter().filter(|broker| !asked.contains(broker)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let check = |minutes: i64, expected: &str| assert_eq!(age(SignedDuration::from_mins(minutes)), expected);
        check(-3, "0m");
        check(0, "0m");
        check(59, "59m");
        check(60, "1h00m");
        check(47 * 60 + 59, "47h59m");
        check(49 * 60, "2d01h");
        check(431 * 24 * 60, "431d00h");
    }
}
