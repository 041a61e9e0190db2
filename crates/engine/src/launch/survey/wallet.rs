//! What a wallet tells of an account in which nothing was ever seen: an empty
//! listing cannot prove that it is empty, but a machine costs money (R7).

use gpu_broker_core::source::Balance;
use jiff::SignedDuration;

use super::Look;
use crate::launch::account::{Account, Kind};
use crate::launch::event::{Event, Purse, Wallet};
use crate::launch::settings::Settings;
use crate::launch::state::{Attempt, State, WalletSays};

/// Whether nothing was ever seen in an account.
pub(in crate::launch) fn is_blank(state: &State, account: &Account) -> bool {
    state.accounts.get(account).is_none_or(|view| view.ever.is_none())
}

/// What pays for an account's machines: the wallet of its team, or else the one
/// that pays when no team is named.
pub(in crate::launch) fn purse(account: &Account, balances: &[Balance]) -> Option<Purse> {
    let is = |balance: &&Balance| match &account.scope {
        Some(team) => balance.team.as_ref() == Some(team),
        None => balance.current,
    };
    balances.iter().find(is).map(|balance| Purse {
        amount: balance.amount,
        currency: balance.currency,
    })
}

/// Requests whose outcome is open, and of which the wallet may tell more than
/// the listing.
pub(in crate::launch) fn asked<'a>(state: &'a State, account: &'a Account) -> impl Iterator<Item = &'a Attempt> {
    let attempts = state.attempts.values();
    attempts.filter(|one| one.stage.is_open() && one.wallet != WalletSays::Unasked && one.ordered.account() == *account)
}

/// A reading before a request leaves, where it is news.
pub(in crate::launch) fn before_sending(state: &State, account: &Account, purse: Option<Purse>) -> Option<Event> {
    let known = state.accounts.get(account).and_then(|view| view.purse);
    (known != purse).then(|| {
        noted(
            account,
            purse,
            is_less(state, account, purse) && !ours_live(state, account),
        )
    })
}

/// The reading of a look that was complete, where it is news.
pub(super) fn conclude(state: &State, look: &Look<'_>, settings: &Settings) -> Option<Event> {
    let purse = Some(look.purse?);
    let known = state.accounts.get(look.account).and_then(|view| view.purse);
    let awaited = || asked(state, look.account).any(|one| one.wallet == WalletSays::Nothing);
    (known != purse || awaited()).then(|| noted(look.account, purse, fell(state, look, settings)))
}

/// Whether there is less than when it was last read, and nothing that is known
/// explains it: whatever is billed, the listing may not show it.
pub(super) fn fell(state: &State, look: &Look<'_>, settings: &Settings) -> bool {
    is_less(state, look.account, look.purse) && !ours_live(state, look.account) && !shows_newer(state, look, settings)
}

/// Whether a machine that came with the requests or after them explains what is
/// billed. One that is older, by more than listings are late, explains nothing:
/// it should have been seen before, so that the listing may be of another
/// account (F68).
pub(super) fn shows_newer(state: &State, look: &Look<'_>, settings: &Settings) -> bool {
    let sent = asked(state, look.account).filter_map(|one| Some(one.sent.as_ref()?.wall));
    let late = SignedDuration::try_from(settings.quiet).unwrap_or_default();
    let Some(from) = sent.min().and_then(|sent| sent.checked_sub(late).ok()) else {
        return false;
    };
    let mut bills = look.listing.items.iter().filter(|item| item.phase.is_billable());
    bills.any(|item| item.created_at.is_some_and(|at| at >= from))
}

fn is_less(state: &State, account: &Account, purse: Option<Purse>) -> bool {
    let before = state.accounts.get(account).and_then(|view| view.purse);
    match (before, purse) {
        (Some(before), Some(now)) => before.currency == now.currency && now.amount < before.amount,
        _ => false,
    }
}

/// Whether something that the journal knows costs money at this broker.
fn ours_live(state: &State, account: &Account) -> bool {
    let disks = |one: &Account| one.broker == account.broker && one.kind == Kind::Disk;
    let mut views = state.accounts.iter().filter(|(one, _)| disks(one));
    let mut attempts = state.attempts.values();
    views.any(|(_, view)| !view.alive.is_empty())
        || attempts.any(|one| one.ordered.broker == account.broker && one.stage.is_alive())
}

fn noted(account: &Account, purse: Option<Purse>, fell: bool) -> Event {
    let account = account.clone();
    Event::Wallet(Wallet { account, purse, fell })
}
