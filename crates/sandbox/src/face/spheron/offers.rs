//! `/api/providers` and `/api/gpu-offers`: what can be rented, open to everyone.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;

use super::groups::{Group, gather};
use super::refusal::Refusal;
use crate::face::desk::Desk;
use crate::face::query::Query;
use crate::offers::Offer;
use crate::reply::Reply;

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
pub(super) fn providers(desk: &Desk<'_>) -> Reply {
    let offers = desk.catalogue.offers.iter();
    let names: BTreeSet<_> = offers.map(|offer| offer.provider.as_str()).collect();
    Reply::ok(&names)
}

/// `GET /api/gpu-offers`: pages of groups, so `total` counts groups.
pub(super) fn list(desk: &Desk<'_>) -> Result<Reply, Refusal> {
    let query = &desk.query;
    let (page, limit) = (positive(query, "page", 1)?, positive(query, "limit", LIMIT)?);
    let limit = limit.min(LIMIT_MAX);
    let kind = query.one("instanceType").map(str::to_ascii_uppercase);
    if kind
        .as_deref()
        .is_some_and(|kind| !["SPOT", "DEDICATED", "CLUSTER"].contains(&kind))
    {
        return Err(Refusal::invalid(
            "Invalid instanceType: expected SPOT, DEDICATED or CLUSTER",
        ));
    }
    let offers: Vec<_> = desk.catalogue.offers.iter().map(|offer| stocked(desk, offer)).collect();
    let offers = offers.iter().map(Cow::as_ref);
    let mut groups = gather(offers.filter(|offer| kind.as_ref().is_none_or(|kind| *kind == offer.kind)));
    if let Some(term) = query.one("search").map(plain) {
        groups.retain(|group| plain(group.gpu_type).contains(&term));
    }
    let Some(order) = order(query.one("sortBy").unwrap_or("popularity")) else {
        return Err(Refusal::invalid("Invalid sortBy"));
    };
    match query.one("sortOrder").unwrap_or("asc") {
        "asc" => groups.sort_by(order),
        "desc" => groups.sort_by(|a, b| order(b, a)),
        _ => return Err(Refusal::invalid("Invalid sortOrder: expected asc or desc")),
    }
    let total = groups.len();
    let data = groups
        .into_iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit)
        .collect();
    Ok(Reply::ok(&Listing {
        data,
        total,
        page,
        limit,
        total_pages: total.div_ceil(limit),
    }))
}

/// The offer, with what is left in stock.
fn stocked<'a>(desk: &Desk<'a>, offer: &'a Offer) -> Cow<'a, Offer> {
    let market = &desk.state.market;
    if market.is_untouched() {
        return Cow::Borrowed(offer);
    }
    let left = market.left(&offer.id, &offer.stock_key(), offer.units());
    let price = market.price(&offer.id);
    if left == offer.units() && price.is_none() {
        return Cow::Borrowed(offer);
    }
    let mut offer = offer.clone();
    offer.available &= left > 0 || offer.units() == 0;
    if let Some(price) = price {
        if offer.kind == "SPOT" {
            offer.spot_price = Some(price.clone());
        }
        offer.price = price;
    }
    if let Some(technical) = &mut offer.extras.technical {
        technical.units_available = left;
    }
    Cow::Owned(offer)
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

fn positive(query: &Query, name: &str, usual: usize) -> Result<usize, Refusal> {
    match query.number::<usize>(name) {
        Ok(None) => Ok(usual),
        Ok(Some(number)) if number > 0 => Ok(number),
        Ok(Some(_)) | Err(_) => Err(Refusal::invalid(format!("Invalid {name}: expected a positive integer"))),
    }
}
