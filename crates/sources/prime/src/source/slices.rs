//! Listings that are asked for by offset.

use std::sync::atomic::{AtomicU64, Ordering};

use gpu_broker_http::{Call, Failure, Page, Reply, Walk, WireInt, decode};
use gpu_broker_source_kit::{Asking, Batch, Fault};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Prime, place};
use crate::wire::{Outline, Slice};
use crate::{api, normalise};

/// How many rows a slice held, readable or not, and how many there are on all slices together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) rows: usize,
    pub(super) announced: Option<u64>,
}

impl Prime {
    /// All slices of a listing, each read by `read`.
    ///
    /// The first slice says how many rows a slice really holds: fewer than were asked for are the size from there on.
    pub(super) async fn slices<T>(
        &self,
        asking: &Asking<'_>,
        call: impl Fn(u64) -> Call,
        read: impl Fn(&Reply, &mut Batch<T>) -> Result<Counts, Failure>,
    ) -> Walk<Batch<T>> {
        let size = AtomicU64::new(api::LIMIT);
        let (size, read) = (&size, &read);
        let page = |page: u32| {
            let offset = u64::from(page.saturating_sub(1)).saturating_mul(size.load(Ordering::Relaxed));
            let call = call(offset);
            async move {
                let reply = self.client.send(&call, asking.deadline()).await?;
                let mut batch = Batch::new(&self.broker, place("", page));
                let counts = read(&reply, &mut batch)?;
                if let (1, Ok(rows @ 1..)) = (page, u64::try_from(counts.rows)) {
                    size.store(rows, Ordering::Relaxed);
                }
                Ok(Page {
                    announced: counts.announced,
                    ..batch.page(&reply, counts.rows)
                })
            }
        };
        asking.walk(self.client.listing(), page).await
    }
}

/// Reads one slice: `read` makes a record of a row's JSON, or nothing of a row that is none of what is asked for. A row
/// that cannot be read is reported with its id, when that at least can be.
pub(super) fn records<'r, T>(
    reply: &'r Reply,
    batch: &mut Batch<T>,
    mut read: impl FnMut(&'r [u8]) -> Result<Option<T>, Fault>,
) -> Result<Counts, Failure> {
    let slice: Slice<'r, &'r RawValue> = reply.json()?;
    let rows = batch.groups("data", slice.data, |batch, path, raw| {
        let bytes = raw.get().as_bytes();
        match read(bytes) {
            Ok(item) => batch.items.extend(item),
            Err(fault) => match row::<Outline<'_>>(bytes).ok().as_ref().and_then(normalise::identity) {
                Some(id) => batch.reject(&format!("{path}({id})"), fault),
                None => batch.reject(path, fault),
            },
        }
        Ok(())
    });
    Ok(Counts {
        rows: rows.map_err(|fault| reply.malformed(&fault.into()))?,
        announced: slice.total_count.map(WireInt::get),
    })
}

/// Reads the JSON of one row.
pub(super) fn row<'r, Row: Deserialize<'r>>(bytes: &'r [u8]) -> Result<Row, Fault> {
    decode(bytes).map_err(Fault::from)
}
