//! `/availability/*`: what can be rented.

use std::collections::BTreeMap;

use serde::Serialize;

use super::invalid::Invalid;
use super::select::Select;
use crate::face::desk::Desk;
use crate::offers::{GpuOffer, Row};
use crate::reply::Reply;

/// Rows on a page, at most and by default.
const PAGE_MAX: usize = 100;

/// The same on the legacy endpoints.
const LEGACY_PAGE_MAX: usize = 500;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    items: Vec<T>,
    total_count: usize,
}

/// `GET /api/v1/availability/gpus`
pub(super) fn gpus(desk: &Desk<'_>) -> Result<Reply, Invalid> {
    page_of_gpus(desk, false)
}

/// `GET /api/v1/availability/multi-node`
pub(super) fn multi_node(desk: &Desk<'_>) -> Result<Reply, Invalid> {
    page_of_gpus(desk, true)
}

/// `GET /api/v1/availability/disks`
pub(super) fn disks(desk: &Desk<'_>) -> Result<Reply, Invalid> {
    let select = Select::read(desk, PAGE_MAX)?;
    let offers = desk.catalogue.disks.iter();
    let rows: Vec<_> = offers.filter(|offer| select.takes_disk(offer)).collect();
    let total_count = rows.len();
    Ok(Reply::ok(&Page {
        items: select.page(rows),
        total_count,
    }))
}

/// `GET /api/v1/availability/`, which came before pages: rows by GPU type, and no total.
pub(super) fn legacy_gpus(desk: &Desk<'_>) -> Result<Reply, Invalid> {
    legacy(desk, false)
}

/// `GET /api/v1/availability/clusters`
pub(super) fn legacy_clusters(desk: &Desk<'_>) -> Result<Reply, Invalid> {
    legacy(desk, true)
}

fn page_of_gpus(desk: &Desk<'_>, multi_node: bool) -> Result<Reply, Invalid> {
    let select = Select::read(desk, PAGE_MAX)?;
    let rows = rows(desk, &select, multi_node);
    let total_count = rows.len();
    let items = select.page(rows).into_iter().map(|offer| shown(desk, offer, true));
    Ok(Reply::ok(&Page {
        items: items.collect(),
        total_count,
    }))
}

fn legacy(desk: &Desk<'_>, multi_node: bool) -> Result<Reply, Invalid> {
    let select = Select::read(desk, LEGACY_PAGE_MAX)?;
    let mut groups: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for offer in select.page(rows(desk, &select, multi_node)) {
        let row = shown(desk, offer, false);
        groups.entry(&offer.gpu_type).or_default().push(row);
    }
    Ok(Reply::ok(&groups))
}

fn rows<'a>(desk: &'a Desk<'_>, select: &Select<'_>, multi_node: bool) -> Vec<&'a GpuOffer> {
    let offers = desk.catalogue.gpus.iter();
    offers
        .filter(|offer| offer.multi_node == multi_node && select.takes_gpu(offer))
        .collect()
}

/// The row, with what is left in stock.
fn shown<'a>(desk: &Desk<'_>, offer: &'a GpuOffer, with_region: bool) -> Row<'a> {
    Row {
        offer,
        with_region,
        sold_out: is_sold_out(desk, offer),
        price: desk.state.market.price(&offer.cloud_id),
    }
}

/// Whether others took all that there was.
pub(super) fn is_sold_out(desk: &Desk<'_>, offer: &GpuOffer) -> bool {
    let market = &desk.state.market;
    let touched = !market.is_untouched() && offer.units() > 0;
    touched && market.left(&offer.cloud_id, &offer.stock_key(), offer.units()) == 0
}
