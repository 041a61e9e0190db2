//! `/api/providers` and `/api/gpu-offers`: what can be rented, open to everyone.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::Fault;
use super::groups::{Group, gather};
use crate::face::answer::ok;
use crate::face::query::Query;
use crate::world::World;

/// Groups on a page unless the request says otherwise.
const LIMIT: usize = 10;

/// Groups on a page at most; a larger limit is taken for this one.
const LIMIT_MAX: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing<'a> {
    data: Vec<Group<'a>>,
    total: usize,
    page: usize,
    limit: usize,
    total_pages: usize,
}

/// `GET /api/providers`
pub(super) async fn providers(State(world): State<Arc<World>>) -> Response {
    let names: BTreeSet<_> = world.offers.iter().map(|offer| offer.provider.as_str()).collect();
    ok(&names)
}

/// `GET /api/gpu-offers`: pages of groups, so `total` counts groups.
pub(super) async fn list(State(world): State<Arc<World>>, query: Query) -> Response {
    let (page, limit) = match (positive(&query, "page", 1), positive(&query, "limit", LIMIT)) {
        (Ok(page), Ok(limit)) => (page, limit.min(LIMIT_MAX)),
        (Err(fault), _) | (_, Err(fault)) => return Fault::invalid(&fault),
    };
    let kind = query.one("instanceType").map(str::to_ascii_uppercase);
    if kind
        .as_deref()
        .is_some_and(|kind| !["SPOT", "DEDICATED", "CLUSTER"].contains(&kind))
    {
        return Fault::invalid("Invalid instanceType: expected SPOT, DEDICATED or CLUSTER");
    }
    let offers = world.offers.iter();
    let mut groups = gather(offers.filter(|offer| kind.as_ref().is_none_or(|kind| *kind == offer.kind)));
    if let Some(term) = query.one("search").map(plain) {
        groups.retain(|group| plain(group.gpu_type).contains(&term));
    }
    let Some(order) = order(query.one("sortBy").unwrap_or("popularity")) else {
        return Fault::invalid("Invalid sortBy");
    };
    match query.one("sortOrder").unwrap_or("asc") {
        "asc" => groups.sort_by(order),
        "desc" => groups.sort_by(|a, b| order(b, a)),
        _ => return Fault::invalid("Invalid sortOrder: expected asc or desc"),
    }
    let total = groups.len();
    let data = groups
        .into_iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit)
        .collect();
    ok(&Listing {
        data,
        total,
        page,
        limit,
        total_pages: total.div_ceil(limit),
    })
}

fn order(field: &str) -> Option<fn(&Group<'_>, &Group<'_>) -> Ordering> {
    match field {
        "popularity" => Some(|a, b| a.popularity.cmp(&b.popularity)),
        "lowestPrice" => Some(|a, b| a.prices.lowest.cmp(&b.prices.lowest)),
        "highestPrice" => Some(|a, b| a.prices.highest.cmp(&b.prices.highest)),
        "averagePrice" => Some(|a, b| a.prices.average.cmp(&b.prices.average)),
        _ => None,
    }
}

/// A word as a search sees it: `rtx-4090`, `RTX 4090` and `RTX4090_PCIE` have one beginning.
fn plain(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn positive(query: &Query, name: &str, usual: usize) -> Result<usize, String> {
    match query.number::<usize>(name) {
        Ok(None) => Ok(usual),
        Ok(Some(number)) if number > 0 => Ok(number),
        Ok(Some(_)) | Err(_) => Err(format!("Invalid {name}: expected a positive integer")),
    }
}
