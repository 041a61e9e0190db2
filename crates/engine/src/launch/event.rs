//! What the journal's rows say. Nothing secret is among the fields: no key, no
//! cloud-init, no answer of a broker as it came (R18).

use gpu_broker_core::gpu::Gpu;
use gpu_broker_core::instance::{InstanceId, Phase, Ssh};
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, MarketType, OfferId, Provider, Security};
use gpu_broker_core::place::Place;
use gpu_broker_core::source::RefusalKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{Account, Kind};
use super::doom::Doom;
use super::spend::SpendCaps;

/// One thing that was intended or came to be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Event {
    /// Somebody approved a launch.
    Planned(Planned),
    /// A machine may be ordered: all that it may cost is set aside.
    Reserved(Box<Reserved>),
    /// Its one request is about to leave.
    Sending(Named),
    /// It provably never left.
    NotSent(Noted),
    /// The broker says that it made the machine, or its listing shows it.
    Accepted(Accepted),
    /// The broker said no.
    Rejected(Rejected),
    /// Nobody knows what came of it.
    Unknown(Noted),
    /// A complete listing, begun after all that is known of the attempt, does
    /// not show it.
    Missed(Named),
    /// The time in which it might have appeared has passed.
    Absent(Named),
    /// What was set aside for it is free again; it is still watched for.
    Released(Named),
    /// It is ready to be used.
    Ready(Ready),
    /// Its broker reports something new of it.
    Reported(Reported),
    /// A list or a record of its broker shows the machine that an answer named
    /// under our name.
    Confirmed(Named),
    /// The machine that an answer named bears another name: it is not ours, and
    /// what came of the request is open again.
    Disowned(Noted),
    /// Somebody named the machine by its id, to be ended.
    Claimed(Named),
    /// It must end, and why.
    Doomed(DoomedEvent),
    /// A request to end it is about to leave.
    Ending(Named),
    /// The request to end it did not work, and why.
    EndRefused(EndRefused),
    /// A complete listing shows it as ended.
    SeenGone(Named),
    /// It ended: two listings say so.
    Gone(Gone),
    /// A complete listing that should show it does not.
    Unseen(Named),
    /// A machine with a name of ours of which the journal knows nothing.
    Orphan(Box<Orphan>),
    /// A second machine came of one request.
    Extra(Extra),
    /// The machine is not wanted any more, should it appear.
    Unwanted(Named),
    /// It ends later than was planned.
    Extended(Extended),
    /// Machines of the account that a listing showed for the first time, or
    /// that ended.
    Known(Known),
    /// The time in which it might appear begins again: our machine was started
    /// anew, or the wallet tells something from now on alone.
    QuietAgain(Named),
    /// What an account has to spend, while nothing was ever seen in it.
    Wallet(Wallet),
    /// An offer was sold out.
    SoldOut(SoldOut),
    /// The launch will order nothing more.
    Closed(Closed),
    /// Somebody vouches for it that nothing came of the request.
    Vouched(Named),
}

/// Which attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Named {
    /// Its key: the name on the wire, or that and a number for a second
    /// machine.
    pub key: String,
}

/// Which attempt, and a remark for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Noted {
    /// Its key.
    pub key: String,
    /// What happened: one line.
    pub note: String,
}

/// A launch that somebody approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Planned {
    /// Its id.
    pub launch: String,
    /// Machines wanted.
    pub slots: u16,
    /// Whether one without the others is of no use.
    pub all_or_nothing: bool,
    /// What it may cost.
    pub caps: SpendCaps,
    /// In which currency.
    pub currency: Currency,
    /// When its machines end by themselves.
    pub ends_at: Option<Timestamp>,
    /// The quote that it was launched from, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// A machine that may be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reserved {
    /// The name on the wire, and the attempt's key.
    pub key: String,
    /// For which launch.
    pub launch: String,
    /// For which of its machines.
    pub slot: u16,
    /// Which attempt at it, from 1.
    pub number: u8,
    /// What is ordered.
    pub ordered: Ordered,
    /// The most that it may cost over the horizon, in the launch's currency.
    pub worst: Exact,
    /// What is paid when ordering.
    pub upfront: Exact,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// A digest of the whole order, for the record.
    pub digest: String,
}

/// What was approved, to compare with what is delivered (I8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Ordered {
    /// From whom.
    pub broker: Broker,
    /// In which account or team, as far as it was configured.
    pub scope: Option<String>,
    /// A machine, or a disk.
    #[serde(default)]
    pub kind: Kind,
    /// Whose machine.
    pub provider: Provider,
    /// Which offer.
    pub offer: OfferId,
    /// Its GPUs.
    pub gpu: Gpu,
    /// Where.
    pub place: Place,
    /// How it is bought.
    pub market: MarketType,
    /// Who runs it.
    pub security: Security,
    /// The most it may cost per hour.
    pub ceiling: Exact,
    /// In which currency.
    pub currency: Currency,
    /// Hours that are paid when ordering.
    pub prepaid_hours: Option<Exact>,
    /// The least time charged, in minutes.
    pub minimum_minutes: u64,
    /// The broker's guess at how long a launch takes, in minutes.
    pub provisioning_minutes: Option<Exact>,
    /// What it boots.
    pub image: Option<String>,
}

impl Ordered {
    /// The listing that shows it.
    pub fn account(&self) -> Account {
        Account {
            broker: self.broker.clone(),
            scope: self.scope.clone(),
            kind: self.kind,
        }
    }
}

/// A machine that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Accepted {
    /// The attempt's key.
    pub key: String,
    /// The broker's id.
    pub id: InstanceId,
    /// What it costs per hour, when the broker says.
    pub rate: Option<Exact>,
    /// Whether its listing showed it, rather than the answer to the request.
    pub seen: bool,
    /// How long after the request a listing showed it, in milliseconds.
    pub lag_ms: Option<u64>,
}

/// A no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rejected {
    /// The attempt's key.
    pub key: String,
    /// What kind of no.
    pub kind: RefusalKind,
    /// What was said: one line.
    pub note: String,
    /// How long to wait before asking again, in milliseconds, when it says.
    #[serde(default)]
    pub retry_ms: Option<u64>,
}

/// A machine that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Ready {
    /// The attempt's key.
    pub key: String,
    /// How to reach it.
    pub ssh: Vec<Ssh>,
}

/// What a broker says of a machine, where it is news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reported {
    /// The attempt's key.
    pub key: String,
    /// What becomes of it.
    pub phase: Phase,
    /// What it costs per hour.
    pub rate: Option<Exact>,
    /// When a listing first showed it: how long after the request, in
    /// milliseconds.
    pub lag_ms: Option<u64>,
}

/// A machine that must end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DoomedEvent {
    /// The attempt's key.
    pub key: String,
    /// Why.
    pub doom: Doom,
    /// A remark for people: one line, which may be empty.
    pub note: String,
}

/// A request to end a machine that did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EndRefused {
    /// The attempt's key.
    pub key: String,
    /// What happened: one line.
    pub note: String,
    /// Whether the key was refused.
    pub unauthorised: bool,
    /// Whether it has not worked for so long that a person should look at it.
    pub for_long: bool,
    /// For how long the broker will not end it, in milliseconds, when it says
    /// that it is too early.
    pub too_early_ms: Option<u64>,
}

/// A machine that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Gone {
    /// The attempt's key.
    pub key: String,
    /// What it cost, by the broker's account or else by ours.
    pub cost: Exact,
}

/// A machine of ours of which the journal knows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Orphan {
    /// Its name.
    pub key: String,
    /// The broker's id.
    pub id: InstanceId,
    /// What it is, as far as the listing says.
    pub ordered: Ordered,
    /// When it ends by itself, as its name says.
    pub ends_at: Option<Timestamp>,
    /// Since when it costs money, where its broker says and that counts.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// A second machine of one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Extra {
    /// The key of the attempt that it came of.
    pub of: String,
    /// Its own key.
    pub key: String,
    /// The broker's id.
    pub id: InstanceId,
    /// What it costs per hour.
    pub rate: Option<Exact>,
}

/// A machine that ends later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Extended {
    /// The attempt's key.
    pub key: String,
    /// When; `None` for never by itself.
    pub ends_at: Option<Timestamp>,
    /// The most that it may cost until then.
    pub worst: Exact,
}

/// What a listing taught of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Known {
    /// Whose listing.
    pub account: Account,
    /// Ids that are there, and were not before.
    pub alive: Vec<InstanceId>,
    /// Ids that ended.
    pub ended: Vec<InstanceId>,
    /// Ids of which nothing is left, not even that they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traceless: Vec<InstanceId>,
}

/// What an account has to spend. It is read where a listing proves least (R7): in
/// an account in which nothing was ever seen, before a request to launch and
/// whenever a machine is missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Wallet {
    /// Whose.
    pub account: Account,
    /// What it has; `None` where that could not be read.
    pub purse: Option<Purse>,
    /// Whether it has less than before, and nothing that is known costs money.
    pub fell: bool,
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Purse {
    /// How much.
    pub amount: Exact,
    /// In which currency.
    pub currency: Currency,
}

/// An offer that was sold out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SoldOut {
    /// From whom.
    pub broker: Broker,
    /// Which.
    pub offer: OfferId,
    /// Where.
    pub place: Place,
}

/// A launch that orders nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Closed {
    /// Which.
    pub launch: String,
    /// Why: one line.
    pub note: String,
}
