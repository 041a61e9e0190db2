//! The form of every list but those of `/availability`.

use serde::Serialize;

use super::invalid::{Invalid, NO_INTEGER, Refusal};
use crate::face::desk::Desk;
use crate::fault::Fault;
use crate::reply::Reply;

#[derive(Serialize)]
struct Page<T> {
    total_count: usize,
    offset: usize,
    limit: usize,
    data: Vec<T>,
}

/// The part of the rows that `offset` and `limit` ask for.
pub(super) fn page<T: Serialize>(desk: &Desk<'_>, mut rows: Vec<T>) -> Result<Reply, Refusal> {
    let mut invalid = Invalid::default();
    let mut read = |name, usual| {
        let number = desk.query.number::<usize>(name);
        if number.is_err() {
            invalid.add(name, NO_INTEGER.to_owned());
        }
        number.ok().flatten().unwrap_or(usual)
    };
    let (offset, limit) = (read("offset", 0), read("limit", 100));
    let (offset, limit) = invalid.unless((offset, limit))?;
    if desk.faults.has(Fault::ListEmpty) {
        rows.clear();
    }
    let total_count = rows.len();
    let mut data: Vec<T> = rows.into_iter().skip(offset).take(limit).collect();
    if desk.faults.has(Fault::ListShort) {
        data.truncate(data.len() / 2);
    }
    Ok(Reply::ok(&Page {
        total_count,
        offset,
        limit,
        data,
    }))
}
