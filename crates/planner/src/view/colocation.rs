//! The disks of plans, for people and for programs.

use std::fmt::Write as _;

use gpu_broker_core::colocation::{AttachedDisk, Hindrance, NewDisk, PlanDisk, Unattachable};
use gpu_broker_core::demand::Demand;
use gpu_broker_core::market::{DiskMarket, Market};
use gpu_broker_core::money::Rate;
use gpu_broker_core::number::Exact;
use gpu_broker_core::place::Place;
use gpu_broker_core::plan::Plan;
use gpu_broker_core::quantity::Gb;
use gpu_broker_core::quote::DisksAnswer;
use gpu_broker_core::source::Coverage;
use serde::Serialize;
use serde_json::{Value, json};

use super::format::Sheet;
use super::text::{seller, shown};
use super::{document, moving};

/// States in which a disk is as ready as a broker can say.
const READY: [&str; 5] = ["ACTIVE", "AVAILABLE", "ATTACHED", "IN_USE", "IN-USE"];

/// A disk of a plan, of `planner.quote/1`.
///
/// `rate` is part of the plan's rate and `total` of its total; an attached disk
/// is part of neither and has its `paid_rate` (P14).
#[derive(Debug, Serialize)]
pub(crate) struct DiskDocument {
    kind: &'static str,
    id: Option<String>,
    name: Option<String>,
    broker: String,
    provider: String,
    place: Value,
    size_gb: Option<Gb>,
    unit_price: Option<Exact>,
    rate: Option<Exact>,
    paid_rate: Option<Exact>,
    total: Option<Exact>,
    multi_node: Option<bool>,
}

/// The disks of a plan.
pub(crate) fn documents(plan: &Plan) -> Vec<DiskDocument> {
    plan.disks().iter().map(document).collect()
}

fn document(disk: &PlanDisk) -> DiskDocument {
    let (new, attached) = sides(disk);
    DiskDocument {
        kind: if new.is_some() { "new" } else { "attached" },
        id: attached.map(|attached| attached.disk.id.to_string()),
        name: attached
            .map(|attached| attached.disk.name.clone())
            .filter(|name| !name.is_empty()),
        broker: disk.broker().to_string(),
        provider: disk.provider().to_string(),
        place: document::place(disk.place()),
        size_gb: disk.size(),
        unit_price: new.map(|new| new.unit_price.per_hour()),
        rate: new.map(|new| new.rate.per_hour()),
        paid_rate: attached.and_then(|attached| attached.paid_rate).map(Rate::per_hour),
        total: new.map(|new| new.total.amount()),
        multi_node: disk.multi_node(),
    }
}

fn sides(disk: &PlanDisk) -> (Option<&NewDisk>, Option<&AttachedDisk>) {
    match disk {
        PlanDisk::New(new) => (Some(new), None),
        PlanDisk::Attached(attached) => (None, Some(attached)),
    }
}

/// What somebody who attaches these disks should know.
pub(crate) fn warning(plan: &Plan) -> Option<String> {
    let odd = |disk: &PlanDisk| {
        let (_, attached) = sides(disk);
        attached
            .map(|attached| &attached.disk)
            .filter(|disk| !READY.iter().any(|word| disk.status.eq_ignore_ascii_case(word)))
            .cloned()
    };
    plan.disks().iter().find_map(odd).map(|disk| {
        format!(
            "{} says `{}` of disk {}, a word that planner does not know",
            disk.broker,
            shown(&disk.status),
            shown(disk.id.as_str())
        )
    })
}

/// A row of the table for each disk: what it is called, whose, where, and its
/// size.
pub(crate) fn rows(plan: &Plan) -> impl Iterator<Item = [String; 4]> {
    plan.disks().iter().map(|disk| {
        let name = match sides(disk) {
            (_, Some(attached)) => format!("+ {}", shown(attached.disk.id.as_str())),
            _ => "+ new disk".to_owned(),
        };
        let region = shown(disk.place().region_word()).into_owned();
        [name, seller(disk.broker(), disk.provider()), region, size(disk.size())]
    })
}

fn size(size: Option<Gb>) -> String {
    size.map_or_else(|| "?".to_owned(), |size| size.0.to_string())
}

pub(super) fn center(place: &Place) -> std::borrow::Cow<'_, str> {
    shown(
        place
            .data_center
            .as_ref()
            .map_or("an unnamed place", |center| center.as_str()),
    )
}

/// A line and its leaf for each disk of an unfolded plan.
pub(crate) fn branches(plan: &Plan) -> impl Iterator<Item = (String, String)> {
    plan.disks().iter().map(|disk| {
        let whose = format!(
            "from {} in {}",
            seller(disk.broker(), disk.provider()),
            center(disk.place())
        );
        match disk {
            PlanDisk::New(new) => (
                format!("new disk of {} {whose}: {}/h", new.size, new.rate.per_hour()),
                format!(
                    "{:11} {:>5} × {} = {}",
                    "new_disk",
                    new.size.0,
                    new.unit_price.per_hour(),
                    new.rate.per_hour()
                ),
            ),
            PlanDisk::Attached(attached) => (
                format!(
                    "disk {} of {} GB {whose}: attached",
                    shown(attached.disk.id.as_str()),
                    size(attached.disk.size)
                ),
                attached.paid_rate.map_or_else(
                    || "paid already, at a rate that is not known; in no total".to_owned(),
                    |rate| format!("paid already, {} per hour; in no total", rate.per_hour()),
                ),
            ),
        }
    })
}

/// What a quote says of the disks that were asked for; `None` when none were.
pub(crate) fn answer(answer: &DisksAnswer, market: &Market, demand: &Demand) -> Option<Value> {
    (!demand.disks.is_empty()).then(|| {
        let unattachable = answer
            .unattachable
            .iter()
            .map(|disk| json!({ "id": disk.id, "why": why(disk) }));
        let sources = market.disks.iter().flat_map(|disks| &disks.sources);
        json!({
            "unattachable": unattachable.collect::<Vec<_>>(),
            "sources": sources.map(document::source).collect::<Vec<_>>(),
        })
    })
}

/// What stands below a quote.
pub(crate) fn footer(answer: &DisksAnswer, market: &Market, demand: &Demand) -> String {
    let mut text = String::new();
    for disk in &answer.unattachable {
        let _ = writeln!(
            text,
            "disk {} cannot be attached: {}",
            shown(disk.id.as_str()),
            why(disk)
        );
    }
    if let Some(compared) = &answer.stay_or_move {
        text += &moving::footer(compared, demand);
    }
    text + &market.disks.as_ref().map(sources).unwrap_or_default()
}

fn why(disk: &Unattachable) -> String {
    match &disk.why {
        Hindrance::NotListed => "no broker that answered lists it".to_owned(),
        Hindrance::Status(status) => format!("its status is {}", shown(status)),
        Hindrance::InUse(instance) => format!(
            "{} has it, and its broker does not say that several machines can",
            shown(instance)
        ),
        Hindrance::Place => "its broker does not say where it is".to_owned(),
    }
}

/// How each source answered for its disks, where there is something to say.
fn sources(disks: &DiskMarket) -> String {
    let mut text = String::new();
    for report in &disks.sources {
        let (broker, what) = (&report.broker, "the disks asked for");
        let _ = match &report.coverage {
            Coverage::Complete | Coverage::NoCredentials => Ok(()),
            Coverage::Partial(error) => writeln!(
                text,
                "warning: {broker} told of {what} in part: {}",
                shown(&error.to_string())
            ),
            Coverage::Failed(error) => writeln!(
                text,
                "warning: {broker} did not tell of {what}: {}",
                shown(&error.to_string())
            ),
        };
    }
    text
}

/// The cells of a CSV row for the disks of its plan: what is created, and ids
/// of what is attached, joined with `|`.
pub(crate) fn cells(sheet: &mut Sheet, plan: &Plan) {
    let new: Vec<String> = plan
        .disks()
        .iter()
        .filter_map(|disk| sides(disk).0)
        .map(|new| new.size.0.to_string())
        .collect();
    let ids = plan
        .disks()
        .iter()
        .filter_map(|disk| sides(disk).1)
        .map(|attached| attached.disk.id.as_str());
    let (ids, set) = (
        ids.collect::<Vec<_>>().join("|"),
        plan.disks.as_ref().filter(|_| !new.is_empty()),
    );
    sheet.word(&new.join("|"));
    sheet.maybe(set.map(|set| set.rate.per_hour()));
    sheet.maybe(set.map(|set| set.total.amount()));
    sheet.word(&ids);
}
