//! What the account has: disks, pods, keys, money.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::detail;
use super::invalid::{Invalid, NO_INTEGER};
use crate::face::answer::ok;
use crate::face::query::Query;
use crate::number::Number;
use crate::world::World;

/// The form of every list but those of `/availability`.
#[derive(Serialize)]
struct Listing<T> {
    total_count: usize,
    offset: usize,
    limit: usize,
    data: Vec<T>,
}

/// `GET /api/v1/disks/`
pub(super) async fn disks(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    listing(&query, world.account.prime.disks.iter().collect::<Vec<_>>())
}

/// `GET /api/v1/disks/{id}`
pub(super) async fn disk(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    match world.account.prime.disks.iter().find(|disk| disk.id == id) {
        Some(disk) => ok(disk),
        None => detail(StatusCode::NOT_FOUND, "Disk not found"),
    }
}

/// `GET /api/v1/pods/` and `/history`: nothing was ever launched.
pub(super) async fn pods(query: Query) -> Result<Response, Invalid> {
    listing(&query, Vec::<()>::new())
}

/// `GET /api/v1/pods/status`
pub(super) async fn pod_status() -> Response {
    #[derive(Serialize)]
    struct Statuses {
        data: [(); 0],
    }
    ok(&Statuses { data: [] })
}

/// `GET /api/v1/pods/{id}`
pub(super) async fn pod() -> Response {
    detail(StatusCode::NOT_FOUND, "Pod not found")
}

/// `GET /api/v1/ssh_keys/`
pub(super) async fn ssh_keys(State(world): State<Arc<World>>, query: Query) -> Result<Response, Invalid> {
    listing(&query, world.account.prime.ssh_keys.iter().collect::<Vec<_>>())
}

/// `GET /api/v1/user/teams`
pub(super) async fn teams(query: Query) -> Result<Response, Invalid> {
    listing(&query, Vec::<()>::new())
}

/// `GET /api/v1/billing/wallet`
pub(super) async fn wallet(State(world): State<Arc<World>>) -> Response {
    #[derive(Serialize)]
    struct Wallet<'a> {
        #[serde(rename = "wallet_id")]
        id: &'a str,
        team_id: Option<&'a str>,
        balance_usd: &'a Number,
        currency: &'a str,
        total_billings: u32,
        recent_billings: [(); 0],
    }
    let account = &world.account.prime;
    ok(&Wallet {
        id: &account.wallet_id,
        team_id: None,
        balance_usd: &account.balance,
        currency: "USD",
        total_billings: 0,
        recent_billings: [],
    })
}

/// `GET /api/v1/user/whoami`
pub(super) async fn whoami(State(world): State<Arc<World>>) -> Response {
    #[derive(Serialize)]
    struct Answer<'a> {
        data: Who<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Who<'a> {
        id: &'a str,
        name: &'a str,
        email: &'a str,
        slug: &'a str,
        scope: Scope,
        skip_prepay: bool,
        is_banned: bool,
    }
    #[derive(Serialize)]
    struct Scope {
        availability: Access,
        instances: Access,
        disks: Access,
    }
    #[derive(Clone, Copy, Serialize)]
    struct Access {
        read: bool,
        write: bool,
    }
    let account = &world.account.prime;
    let all = Access {
        read: true,
        write: true,
    };
    ok(&Answer {
        data: Who {
            id: &account.user_id,
            name: &account.name,
            email: &account.email,
            slug: "sandbox",
            scope: Scope {
                availability: Access { write: false, ..all },
                instances: all,
                disks: all,
            },
            skip_prepay: false,
            is_banned: false,
        },
    })
}

fn listing<T: Serialize>(query: &Query, rows: Vec<T>) -> Result<Response, Invalid> {
    let mut invalid = Invalid::default();
    let mut read = |name, usual| {
        let number = query.number::<usize>(name);
        if number.is_err() {
            invalid.add(name, NO_INTEGER.to_owned());
        }
        number.ok().flatten().unwrap_or(usual)
    };
    let (offset, limit) = (read("offset", 0), read("limit", 100));
    let (offset, limit) = invalid.unless((offset, limit))?;
    let total_count = rows.len();
    let data = rows.into_iter().skip(offset).take(limit).collect();
    Ok(ok(&Listing {
        total_count,
        offset,
        limit,
        data,
    }))
}
