//! The wallet, and who has it.

use serde::Serialize;

use crate::broker::Broker;
use crate::clock::Moment;
use crate::face::desk::Desk;
use crate::number::Number;
use crate::reply::Reply;
use crate::state::Machine;

/// Billings in one answer, at most and by default.
const BILLINGS_MAX: usize = 100;

#[derive(Serialize)]
struct Billing<'a> {
    resource_id: &'a str,
    resource_type: &'static str,
    name: &'a str,
    amount_usd: Number,
    created_at: String,
}

impl<'a> Billing<'a> {
    fn of(machine: &'a Machine, now: Moment) -> Self {
        Self {
            resource_id: &machine.id,
            resource_type: "Instance",
            name: &machine.name,
            amount_usd: machine.meter.total(now).money(),
            created_at: machine.made.iso(),
        }
    }
}

/// `GET /api/v1/billing/wallet`
pub(super) fn wallet(desk: &Desk<'_>) -> Reply {
    #[derive(Serialize)]
    struct Money<'a> {
        wallet_id: &'a str,
        team_id: Option<&'a str>,
        balance_usd: Number,
        currency: &'a str,
        total_billings: usize,
        recent_billings: Vec<Billing<'a>>,
    }
    let account = &desk.catalogue.account.prime;
    let purse = desk.state.purses.iter().find(|purse| purse.broker == Broker::Prime);
    let limit = desk.query.number("limit").ok().flatten().unwrap_or(BILLINGS_MAX);
    let offset = desk.query.number("offset").ok().flatten().unwrap_or(0);
    let billed =
        |machine: &&Machine| machine.broker == Broker::Prime && desk.state.find(Broker::Prime, &machine.id).is_some();
    let machines = desk.state.machines.iter().rev().filter(billed);
    Reply::ok(&Money {
        wallet_id: &account.wallet_id,
        team_id: None,
        balance_usd: purse.map_or_else(Number::unknown, |purse| desk.state.balance(purse, desk.now).money()),
        currency: "USD",
        total_billings: machines.clone().count(),
        recent_billings: machines
            .skip(offset)
            .take(limit.min(BILLINGS_MAX))
            .map(|machine| Billing::of(machine, desk.now))
            .collect(),
    })
}

/// `GET /api/v1/user/whoami`
pub(super) fn whoami(desk: &Desk<'_>) -> Reply {
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
    let account = &desk.catalogue.account.prime;
    let all = Access {
        read: true,
        write: true,
    };
    Reply::ok(&Answer {
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
