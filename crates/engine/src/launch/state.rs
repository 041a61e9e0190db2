//! What is known, folded from the journal's rows and from nothing else.

mod apply;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gpu_broker_core::instance::{InstanceId, Phase, Ssh};
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, OfferId};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::RefusalKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{Account, Kind};
use super::doom::Doom;
use super::event::{Ordered, Purse};
use super::spend::SpendCaps;
use crate::clock::Stamp;

/// All that the journal tells.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct State {
    /// The last row that went in.
    pub(crate) seq: u64,
    /// Launches by id.
    pub launches: BTreeMap<String, Launch>,
    /// Attempts by key.
    pub attempts: BTreeMap<String, Attempt>,
    /// What listings taught of each account.
    pub(crate) accounts: BTreeMap<Account, AccountView>,
    /// How late listings were, by broker.
    pub(crate) lags: BTreeMap<Broker, Lags>,
    /// Offers that were sold out, and until when they are left alone.
    pub(crate) sold_out: BTreeMap<(Broker, OfferId, Place), SoldOutView>,
    /// When requests to launch left, by account.
    pub(crate) sent: BTreeMap<Account, Vec<Stamp>>,
}

/// A launch that somebody approved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Launch {
    /// When.
    pub at: Stamp,
    /// Machines wanted.
    pub slots: u16,
    /// Whether one without the others is of no use.
    pub all_or_nothing: bool,
    /// What it may cost.
    pub caps: SpendCaps,
    /// In which currency.
    pub currency: Currency,
    /// The quote that it was launched from, by its id.
    pub quote: Option<String>,
    /// Why it orders nothing more; `None` while it may.
    pub closed: Option<String>,
}

/// One name, for which at most one request was sent, and the machine that
/// came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Its key in the journal.
    pub key: String,
    /// The name on the wire.
    pub name: String,
    /// For which launch; empty for a machine that the journal does not know.
    pub launch: String,
    /// For which machine of the launch.
    pub slot: u16,
    /// Which attempt at it.
    pub number: u8,
    /// What was approved.
    pub ordered: Ordered,
    /// The most that it may cost.
    pub worst: Exact,
    /// What is paid when ordering.
    pub upfront: Exact,
    /// How far it has come.
    pub stage: Stage,
    /// Since when.
    pub since: Stamp,
    /// When its request left.
    pub sent: Option<Stamp>,
    /// Since when its broker says that it exists, where nobody here sent for it.
    pub(crate) created_at: Option<Timestamp>,
    /// Tries at a connection that was never made.
    pub(crate) connects: u32,
    /// From when on the quiet period is counted.
    pub(crate) quiet_from: Option<Stamp>,
    /// Complete listings since then that do not show it, those apart that came
    /// soon after another, and when the last of them was.
    pub(crate) looks: u32,
    pub(crate) missed: Option<Stamp>,
    /// What the account's wallet says since its request left.
    pub(crate) wallet: WalletSays,
    /// What is known of the machine.
    pub machine: Option<Machine>,
    /// The broker's no.
    pub refusal: Option<RefusalKind>,
    /// How long it asked to wait with the next request.
    pub(crate) retry_in: Option<Duration>,
    /// Why it must end, or ended.
    pub doom: Option<Doom>,
    /// A remark for people.
    pub note: String,
    /// Whether nobody wants it any more, should it appear.
    pub unwanted: bool,
    /// When its broker was last asked to end it, and how often in all.
    pub(crate) end_sent: Option<Stamp>,
    pub(crate) ends: u32,
    /// Requests to end it that did not work, the first of them and the last.
    pub(crate) refused_ends: Option<RefusedEnds>,
    /// When a listing first showed it as ended.
    pub(crate) gone_from: Option<Stamp>,
    /// What it cost in all, once it is gone.
    pub cost: Option<Exact>,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
}

/// What is known of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Machine {
    /// The broker's id.
    pub id: InstanceId,
    /// Since when it is known.
    pub from: Stamp,
    /// What it costs per hour, when the broker says.
    pub rate: Option<Exact>,
    /// What becomes of it.
    pub phase: Option<Phase>,
    /// How to reach it.
    pub ssh: Vec<Ssh>,
    /// Whether a listing ever showed it.
    pub listed: bool,
    /// Whether its broker ever showed it under our name, or a person took it
    /// into the journal. Of any other only the answer to a request told.
    pub(crate) ours: bool,
    /// Whether a person named it by its id, to be ended.
    pub(crate) claimed: bool,
    /// Since when a listing that should show it does not.
    pub unseen_from: Option<Stamp>,
}

/// How far an attempt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its money is set aside; nothing was sent.
    Reserved,
    /// Its request is about to leave, or left.
    Sending,
    /// The broker said no.
    Rejected,
    /// Nobody knows what came of it.
    Unknown,
    /// It did not appear in the time in which it might have.
    Absent,
    /// Given up, its money free again.
    Released,
    /// The machine exists.
    Accepted,
    /// It can be used.
    Ready,
    /// It must end.
    Doomed,
    /// Its broker was asked to end it, or will be once it shows that it is ours.
    Ending,
    /// Its broker does not end it.
    Blocked,
    /// It ended.
    Gone,
    /// A machine of ours that the journal did not know.
    Orphan,
}

impl Stage {
    /// Whether money is set aside for it (R4: a no and an absence are doubted
    /// for a while).
    pub(crate) fn is_reserved(self) -> bool {
        !matches!(self, Self::Released | Self::Gone)
    }

    /// Whether a machine of it is known and may cost money.
    pub fn is_alive(self) -> bool {
        match self {
            Self::Accepted | Self::Ready | Self::Doomed | Self::Ending | Self::Blocked | Self::Orphan => true,
            Self::Reserved
            | Self::Sending
            | Self::Rejected
            | Self::Unknown
            | Self::Absent
            | Self::Released
            | Self::Gone => false,
        }
    }

    /// Whether nothing is left to be found out or done: what is ready stays,
    /// what is gone is gone.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Ready | Self::Gone | Self::Released | Self::Absent => true,
            Self::Reserved
            | Self::Sending
            | Self::Rejected
            | Self::Unknown
            | Self::Accepted
            | Self::Doomed
            | Self::Ending
            | Self::Blocked
            | Self::Orphan => false,
        }
    }

    /// Whether another request for the same machine must wait for this one.
    pub(crate) fn holds_slot(self) -> bool {
        match self {
            Self::Absent | Self::Released | Self::Gone | Self::Orphan => false,
            Self::Reserved
            | Self::Sending
            | Self::Rejected
            | Self::Unknown
            | Self::Accepted
            | Self::Ready
            | Self::Doomed
            | Self::Ending
            | Self::Blocked => true,
        }
    }

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Sending => "sending",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Absent => "absent",
            Self::Released => "released",
            Self::Accepted => "accepted",
            Self::Ready => "ready",
            Self::Doomed => "doomed",
            Self::Ending => "ending",
            Self::Blocked => "blocked",
            Self::Gone => "gone",
            Self::Orphan => "orphan",
        }
    }
}

/// Requests to end a machine that did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedEnds {
    pub(crate) count: u32,
    pub(crate) first: Stamp,
    pub(crate) last: Stamp,
    /// Whether the last request was one of them.
    pub(crate) is_latest: bool,
    /// Whether the last of them was refused because of the key.
    pub(crate) unauthorised: bool,
    /// Until when the broker said that it is too early.
    pub(crate) too_early: Option<Duration>,
}

/// What listings taught of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountView {
    /// Ids that were there, and of which no listing said that they ended.
    pub(crate) alive: BTreeSet<InstanceId>,
    /// Since when it is known that anything ever was there.
    pub(crate) ever: Option<Stamp>,
    /// Whether anything was shown as ended.
    pub(crate) ended: bool,
    /// What it had to spend when that was last read.
    pub(crate) purse: Option<Purse>,
}

/// What a wallet says of a request whose outcome is open (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum WalletSays {
    /// It is not asked: something was seen in the account before the request
    /// left, or something of ours since.
    #[default]
    Unasked,
    /// Nothing: it was not read yet.
    Nothing,
    /// It has not fallen, as far as it was read.
    Steady,
    /// It fell, and nothing that is known explains it.
    Fell,
}

/// How late a broker's listing was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lags {
    pub(crate) count: u32,
    pub(crate) longest: Duration,
}

/// When an offer was sold out.
#[derive(Debug, Clone)]
pub(crate) struct SoldOutView {
    pub(crate) last: Stamp,
    /// How often in a row.
    pub(crate) times: u32,
}

impl State {
    /// The attempts of a launch.
    pub fn of_launch<'a>(&'a self, launch: &'a str) -> impl Iterator<Item = &'a Attempt> {
        self.attempts.values().filter(move |one| one.launch == launch)
    }

    /// The attempt whose machine has this id at this broker.
    pub fn by_id(&self, broker: &Broker, id: &InstanceId) -> Option<&Attempt> {
        self.find(broker, Kind::Machine, id)
    }

    /// The machine or disk with this id at a broker.
    pub fn find(&self, broker: &Broker, kind: Kind, id: &InstanceId) -> Option<&Attempt> {
        let is = |one: &&Attempt| {
            let ordered = &one.ordered;
            let known = one.machine.as_ref().is_some_and(|machine| machine.id == *id);
            known && ordered.broker == *broker && ordered.kind == kind
        };
        self.attempts.values().find(is)
    }

    /// Whether another machine may be ordered for this slot.
    pub(crate) fn is_open(&self, launch: &str, slot: u16) -> bool {
        self.of_launch(launch)
            .all(|one| one.slot != slot || !one.stage.holds_slot())
    }

    /// Whether everything has come to rest, so that a command may say so.
    pub fn is_settled(&self) -> bool {
        self.attempts.values().all(Attempt::is_settled)
    }
}
