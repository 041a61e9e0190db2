//! What a listing says of each attempt: the one place where a machine is
//! found, missed, or believed to be gone.

pub(super) mod cost;
mod row;
pub(super) mod wallet;

use std::collections::BTreeSet;

use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{MarketType, OfferId, Security};
use gpu_broker_core::source::{Coverage, Listing};

use super::account::{Account, Kind};
use super::event::{Event, Known, Ordered, Orphan, Purse};
use super::names::Names;
use super::settings::Settings;
use super::state::{AccountView, Attempt, State};
use crate::clock::Stamp;

/// One listing of one account.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(crate) account: &'a Account,
    pub(crate) listing: &'a Listing<Instance>,
    /// Machines that should be in it, are not, and of which the broker says
    /// when asked for each that there is none, or that it ended.
    pub(crate) vanished: &'a [InstanceId],
    /// What the account has to spend, where that was asked and answered (R7).
    pub(crate) purse: Option<Purse>,
    /// What the broker says of machines of ours that should be in it and are
    /// not, when asked for each.
    pub(crate) found: &'a [Instance],
    /// When this process asked for the whole listing before it.
    pub(crate) before: Option<&'a Stamp>,
    /// When it was asked for: what happened later cannot be in it.
    pub(crate) began: &'a Stamp,
    pub(crate) now: &'a Stamp,
}

impl Look<'_> {
    fn is_of(&self, attempt: &Attempt) -> bool {
        let ordered = &attempt.ordered;
        let account = self.account;
        ordered.broker == account.broker && ordered.scope == account.scope && ordered.kind == account.kind
    }

    fn ids(&self) -> BTreeSet<&InstanceId> {
        self.listing.items.iter().map(|item| &item.id).collect()
    }

    /// Whether it says of itself that it is all that there is.
    fn is_full(&self) -> bool {
        let listing = self.listing;
        listing.coverage == Coverage::Complete && listing.rejects.is_empty() && self.ids().len() == listing.items.len()
    }

    /// Whether `moment` is certainly before the listing was asked for.
    fn began_after(&self, moment: &Stamp) -> bool {
        self.began.boot != moment.boot || self.began.up_ms >= moment.up_ms
    }
}

/// Everything that follows from a listing, as events in their order.
///
/// A machine that is shown is believed whatever else is wrong with the
/// listing. That something is *not* shown counts only where the listing is
/// complete.
pub(crate) fn conclude(state: &State, names: &dyn Names, look: &Look<'_>, settings: &Settings) -> Vec<Event> {
    let nothing = AccountView::default();
    let account = view(state, look).unwrap_or(&nothing);
    let complete = is_complete(look, account);
    let mut events: Vec<Event> = known(look, account).into_iter().collect();
    if complete {
        events.extend(wallet::conclude(state, look, settings));
    }
    let claimed = row::Claims::of(state, look);
    for attempt in state.attempts.values().filter(|one| look.is_of(one)) {
        row::conclude(state, attempt, &claimed, look, complete, settings, &mut events);
    }
    events.extend(orphans(state, names, look));
    events
}

fn view<'a>(state: &'a State, look: &Look<'_>) -> Option<&'a AccountView> {
    state.accounts.get(look.account)
}

/// Whether the listing shows all that there is, as far as anybody can know.
pub(crate) fn is_whole(state: &State, look: &Look<'_>) -> bool {
    is_complete(look, view(state, look).unwrap_or(&AccountView::default()))
}

/// Whether the listing proves that what it does not show is not there (R7): it
/// is whole, no id stands in it twice, and every machine that was alive when
/// last seen is in it, alive or ended. A stranger's machine that left without a
/// trace is asked for by its id; or else one lost record would blind us for
/// ever. Disks that were deleted leave without a trace everywhere.
fn is_complete(look: &Look<'_>, account: &AccountView) -> bool {
    let ids = look.ids();
    look.is_full()
        && (look.account.kind == Kind::Disk
            || account
                .alive
                .iter()
                .all(|id| ids.contains(id) || look.vanished.contains(id)))
}

/// The machines that are new to us, and those that ended. Of an account in
/// which nothing was ever seen, an ended one shows that its listing works.
fn known(look: &Look<'_>, account: &AccountView) -> Option<Event> {
    let (alive, ended): (Vec<_>, Vec<_>) = look.listing.items.iter().partition(|item| item.phase.is_billable());
    let new = alive.into_iter().filter(|item| !account.alive.contains(&item.id));
    let alive: Vec<InstanceId> = new.map(|item| item.id.clone()).collect();
    let first = ended
        .first()
        .filter(|_| account.ever.is_none())
        .map(|item| item.id.clone());
    let was_alive = ended.into_iter().filter(|item| account.alive.contains(&item.id));
    let was_alive = was_alive.map(|item| item.id.clone());
    let ended: Vec<InstanceId> = was_alive.chain(first).collect();
    let traceless = look.vanished.iter().filter(|id| account.alive.contains(id));
    let traceless: Vec<InstanceId> = traceless.cloned().collect();
    (!alive.is_empty() || !ended.is_empty() || !traceless.is_empty()).then(|| {
        Event::Known(Known {
            account: look.account.clone(),
            alive,
            ended,
            traceless,
        })
    })
}

/// Machines that may cost money, whose names only we can have given, and of
/// which the journal knows nothing (T20).
fn orphans(state: &State, names: &dyn Names, look: &Look<'_>) -> Vec<Event> {
    let mut found: Vec<Event> = Vec::new();
    let mut taken: BTreeSet<&str> = state.attempts.values().map(|one| one.name.as_str()).collect();
    for item in look.listing.items.iter().filter(|item| item.phase.is_billable()) {
        let Some(said) = names.ours(&item.name) else {
            continue;
        };
        let first = taken.insert(&item.name);
        let known = state.find(&look.account.broker, look.account.kind, &item.id).is_some();
        let in_journal = state.attempts.values().any(|one| one.name == item.name);
        if known || in_journal {
            continue;
        }
        let key = if first {
            item.name.clone()
        } else {
            format!("{}+{}", item.name, item.id)
        };
        found.push(Event::Orphan(Box::new(Orphan {
            key,
            id: item.id.clone(),
            ordered: as_listed(look.account, item),
            ends_at: said.ends_at,
            created_at: item.created_at,
        })));
    }
    found
}

/// What a listing says of a machine, in the form of what was ordered.
pub(crate) fn as_listed(account: &Account, item: &Instance) -> Ordered {
    Ordered {
        broker: account.broker.clone(),
        scope: account.scope.clone(),
        kind: account.kind,
        provider: item.provider.clone(),
        offer: OfferId::new(""),
        gpu: item.gpu.clone(),
        place: item.place.clone(),
        market: item.market.clone().unwrap_or_else(|| MarketType::new("")),
        security: Security::new(""),
        ceiling: item.rate.map_or(Exact::ZERO, gpu_broker_core::money::Rate::per_hour),
        currency: item.rate.map_or(Currency::USD, gpu_broker_core::money::Rate::currency),
        prepaid_hours: None,
        minimum_minutes: 0,
        provisioning_minutes: None,
        image: None,
    }
}
