//! `/availability/*`: what can be rented.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::invalid::Invalid;
use super::select::Select;
use crate::face::answer::ok;
use crate::face::query::Query;
use crate::world::{GpuOffer, World};

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
pub(super) async fn gpus(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    page_of_gpus(&world, &query, false)
}

/// `GET /api/v1/availability/multi-node`
pub(super) async fn multi_node(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    page_of_gpus(&world, &query, true)
}

/// `GET /api/v1/availability/disks`
pub(super) async fn disks(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    let select = Select::read(&query, &world, PAGE_MAX)?;
    let rows: Vec<_> = world.disks.iter().filter(|offer| select.takes_disk(offer)).collect();
    let total_count = rows.len();
    Ok(ok(&Page {
        items: select.page(rows),
        total_count,
    }))
}

/// `GET /api/v1/availability/`, which came before pages: rows by GPU type, and no total.
pub(super) async fn legacy_gpus(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    legacy(&world, &query, false)
}

/// `GET /api/v1/availability/clusters`
pub(super) async fn legacy_clusters(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    legacy(&world, &query, true)
}

fn page_of_gpus(world: &World, query: &Query, multi_node: bool) -> Result<Response, Invalid> {
    let select = Select::read(query, world, PAGE_MAX)?;
    let rows = rows(world, &select, multi_node);
    let total_count = rows.len();
    Ok(ok(&Page {
        items: select.page(rows),
        total_count,
    }))
}

fn legacy(world: &World, query: &Query, multi_node: bool) -> Result<Response, Invalid> {
    let select = Select::read(query, world, LEGACY_PAGE_MAX)?;
    let mut groups: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for offer in select.page(rows(world, &select, multi_node)) {
        groups.entry(&offer.gpu_type).or_default().push(offer.legacy());
    }
    Ok(ok(&groups))
}

fn rows<'a>(world: &'a World, select: &Select<'_>, multi_node: bool) -> Vec<&'a GpuOffer> {
    let offers = world.gpus.iter();
    offers
        .filter(|offer| offer.multi_node == multi_node && select.takes_gpu(offer))
        .collect()
}
