//! Set H: answers as large as any that is read.
//!
//! Three bytes of an answer, `{},`, must not become a kilobyte of ours, nor its reasons a line for each: all of a reading
//! takes no more memory and time than is promised, and what was too much says so. Every listing is filled with rows up
//! to the size limit, with as many rows as are read, and with pages that do not end.

use std::sync::atomic::{AtomicUsize, Ordering};

use gpu_broker_http::{BODY_BYTES_MAX, Call, Scripted};
use serde_json::{Value, json};

use super::grid::Grid;
use super::limits::within_limits;
use super::mutations::{RAW, document, rows};
use super::payloads::{answers, beside, letter};
use super::shapes::{self, Shape, Told};
use crate::stand::{Stand, answer};

const GRID: &str = include_str!("grids/sizes.txt");

/// The most rows that are read of one answer.
const ROWS: usize = 10_000;

/// Sound rows of one answer. They take the memory that they need, and some listings ask for two lists.
const SOUND_ROWS: usize = 5_000;

/// Rows of one of the pages that do not end.
const PAGE_ROWS: usize = 4_000;

/// The values of each list in a row that has long ones.
const LONG: usize = 200_000;

/// How an answer is filled, in the order of the columns of the grid.
const FILLINGS: [Filling; 10] = [
    Filling::ToTheLimit(|_| "{}".to_owned()),
    Filling::ToTheLimit(|_| "null".to_owned()),
    Filling::ToTheLimit(|_| "[]".to_owned()),
    Filling::ToTheLimit(|_| "\"\"".to_owned()),
    Filling::ToTheLimit(first_field),
    Filling::Rows(ROWS, |_| "{}".to_owned()),
    Filling::Rows(SOUND_ROWS, ToString::to_string),
    Filling::LongLists,
    Filling::Pages(|_| "{}".to_owned()),
    Filling::SamePage,
];

/// What stands in a listing in place of its rows.
#[derive(Clone, Copy)]
enum Filling {
    /// So many of this row, made from the first one, as an answer can have.
    ToTheLimit(fn(&Value) -> String),
    /// So many of it, which are all read.
    Rows(usize, fn(&Value) -> String),
    /// One row in which every value is a long list.
    LongLists,
    /// A page of it, another one for each number, and more announced than there are.
    Pages(fn(&Value) -> String),
    /// The listing as it is, whatever page is asked for, and more announced than there are.
    SamePage,
}

/// Runs the set; returns how many cases it has.
pub fn run() -> usize {
    let stand = Stand::new();
    let groups = shapes::all().find(|shape| shape.name == "spheron-offers").unwrap();
    let inside = Shape {
        name: "spheron-group",
        rows: Some("/data/0/offers"),
        ..groups
    };
    let mut found = Vec::new();
    for shape in shapes::all().chain([inside]).filter(|shape| shape.rows.is_some()) {
        let letters = FILLINGS.iter().enumerate().map(|(column, filling)| {
            within_limits(&format!("{} {column}", shape.name), || told(&stand, &shape, *filling))
        });
        found.push((shape.name.to_owned(), letters.collect()));
    }
    Grid::read(GRID).check(&found)
}

/// What the filled answer amounts to.
fn told(stand: &Stand, shape: &Shape, filling: Filling) -> char {
    let (path, name) = (shape.path, shape.name);
    let around = around(shape, filling);
    let first = rows(shape, &mut document(shape)).map(|rows| rows[0].clone());
    let first = first.unwrap_or_default();
    let asked = AtomicUsize::new(0);
    stand.answers(move |call: &Call| {
        if answers(path, call) {
            let page = asked.fetch_add(1, Ordering::Relaxed);
            Some(filled(&around, &first, filling, page))
        } else {
            beside(call)
        }
    });
    let told = (shape.ask)(stand);
    assert!(stand.calls() < 200, "{name}: {} requests", stand.calls());
    match told {
        // Some of it is missing, and it says so; or nothing is, and every row counts.
        Told::Records(records) => letter(&Told::Refused, &Told::Records(records)),
        told => letter(&Told::Refused, &told),
    }
}

/// The text before and after the rows.
fn around(shape: &Shape, filling: Filling) -> (String, String) {
    let mut document = document(shape);
    if let Some(rows) = rows(shape, &mut document) {
        *rows = vec![json!(RAW)];
    }
    if matches!(filling, Filling::Pages(_) | Filling::SamePage)
        && let Some(fields) = document.as_object_mut()
    {
        for name in ["total", "totalPages", "totalCount", "total_count"] {
            if let Some(total) = fields.get_mut(name) {
                *total = json!(u64::MAX >> 1);
            }
        }
    }
    let text = document.to_string();
    let (before, after) = text.split_once(&format!("\"{RAW}\"")).unwrap();
    (before.to_owned(), after.to_owned())
}

fn filled((before, after): &(String, String), first: &Value, filling: Filling, page: usize) -> Scripted {
    let room = BODY_BYTES_MAX - before.len() - after.len();
    let rows = match filling {
        Filling::ToTheLimit(row) => {
            let row = row(first);
            repeated(&row, room / (row.len() + 1))
        }
        Filling::Rows(most, row) => repeated(&row(first), most.min(room / (row(first).len() + 1))),
        Filling::LongLists => {
            let row = with_long_lists(first, LONG.min(room / (3 * count(first) + 1)));
            row.to_string()
        }
        Filling::Pages(row) => format!("{},{page}", repeated(&row(first), PAGE_ROWS)),
        Filling::SamePage => first.to_string(),
    };
    answer(200, [before.as_bytes(), rows.as_bytes(), after.as_bytes()].concat())
}

fn repeated(row: &str, count: usize) -> String {
    let mut rows = String::with_capacity(count * (row.len() + 1));
    for index in 0..count {
        rows.push_str(if index == 0 { "" } else { "," });
        rows.push_str(row);
    }
    rows
}

/// A small row that could be one.
fn first_field(row: &Value) -> String {
    match row.as_object().and_then(|fields| fields.iter().next()) {
        Some((name, value)) => json!({ name: value }).to_string(),
        None => row.to_string(),
    }
}

fn count(row: &Value) -> usize {
    row.as_object().map_or(1, serde_json::Map::len)
}

/// The row with a list of empty texts in place of every list, and one more beside.
fn with_long_lists(row: &Value, length: usize) -> Value {
    let long = || Value::Array(vec![json!(""); length]);
    match row.as_object() {
        Some(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), if value.is_array() { long() } else { value.clone() }))
            .chain([("zz_new".to_owned(), long())])
            .collect(),
        None => long(),
    }
}
