//! Reading what an account has, and what follows from it.

use gpu_broker_core::disk::Disk;
use gpu_broker_core::gpu::{Gpu, GpuModel};
use gpu_broker_core::instance::{Instance, InstanceId, Phase};
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::{Ask, Coverage, Fleet, Hint, Listing, Progress, Source, SourceError};
use jiff::{SignedDuration, Timestamp};

use super::left_out::ASKED_MAX;
use super::{Engine, EngineError};
use crate::clock::Stamp;
use crate::failpoint::reach;
use crate::launch::account::{Account, Kind};
use crate::launch::caps::Listed;
use crate::launch::event::{Event, Named, Noted, Purse};
use crate::launch::state::{Attempt, Stage, State};
use crate::launch::survey::{Look, conclude, is_whole, wallet};
use crate::launch::watch::Watcher;

/// How far back a listing of machines that ended goes at least.
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What an account showed.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) listing: Listing<Instance>,
    /// Whether that is all that there is, as far as anybody can know (R7).
    pub(crate) whole: bool,
    /// Machines that were alive when last seen and that it leaves out.
    pub(crate) missing: Vec<InstanceId>,
}

impl Engine {
    /// Reads the listing of an account, and notes all that follows from it.
    /// Costs nothing.
    pub(crate) async fn look(&mut self, account: &Account) -> Result<Looked, EngineError> {
        let broker = &account.broker;
        let source = self
            .source(broker)
            .ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        let fleet = source.fleet().ok_or_else(|| EngineError::NoFleet(broker.clone()))?;
        let began = self.now();
        self.looked.insert(account.clone(), began.clone());
        let (listing, mut vanished, there) = self.read(&*source, fleet, account, &began).await;
        let found = self.left_out(fleet, account, &listing).await;
        let ended = found.iter().filter(|one| !one.phase.is_billable());
        vanished.extend(ended.map(|one| one.id.clone()));
        reach("listed");
        let purse = if listing.coverage == Coverage::Complete && self.is_weighed(account) {
            self.purse(fleet, account).await
        } else {
            None
        };
        let before = self.whole.get(account).cloned();
        let (mut whole, mut missing) = (false, Vec::new());
        let (now, names, settings) = (self.now(), self.parts.names.clone(), self.parts.settings.clone());
        for id in there {
            self.asked.insert((broker.clone(), id), now.clone());
        }
        self.commit(|state| {
            let look = Look {
                account,
                listing: &listing,
                vanished: &vanished,
                purse,
                found: &found,
                before: before.as_ref(),
                began: &began,
                now: &now,
            };
            whole = is_whole(state, &look);
            missing = left_out_of(state, &look);
            let mut events = named(state, &look);
            if events.is_empty() {
                events = conclude(state, &*names, &look, &settings);
            } else {
                let mut next = state.clone();
                for event in &events {
                    next.apply(event.clone(), &now)?;
                }
                events.extend(conclude(&next, &*names, &look, &settings));
            }
            if events.iter().any(|event| matches!(event, Event::Gone(_))) {
                reach("verified");
            }
            Ok(events)
        })?;
        reach("concluded");
        if whole {
            self.whole.insert(account.clone(), began.clone());
            self.listed.insert(account.clone(), Listed::of(&listing));
        }
        Ok(Looked {
            listing,
            whole,
            missing,
        })
    }

    /// All that the account of an order lists, seen a moment ago; none where it
    /// cannot be seen as a whole. Costs nothing.
    pub(super) async fn listed(&mut self, of: &Account) -> Result<Option<Listed>, EngineError> {
        let account = Account {
            kind: Kind::Machine,
            ..of.clone()
        };
        if !self.is_fresh(&account) {
            self.look(&account).await?;
        }
        let listed = self.listed.get(&account).filter(|_| self.is_fresh(&account));
        Ok(listed.cloned())
    }

    /// The listing, the strangers that left it without a trace, and those of them
    /// that are there all the same.
    async fn read(
        &self,
        source: &dyn Source,
        fleet: &dyn Fleet,
        account: &Account,
        began: &Stamp,
    ) -> (Listing<Instance>, Vec<InstanceId>, Vec<InstanceId>) {
        let watcher = &*self.parts.watcher;
        watcher.looking(&account.broker, 0, 0);
        let ask = Ask {
            within: self.settings().ask_within,
            hint: &Hint::default(),
            progress: &Told(watcher),
        };
        if let (Kind::Disk, Some(disks)) = (account.kind, source.disks()) {
            let listing = as_machines(disks.list(&ask).await);
            watcher.looked(&account.broker);
            return (listing, Vec::new(), Vec::new());
        }
        let listing = fleet.list(&ask, self.since(account, began)).await;
        watcher.looked(&account.broker);
        let (vanished, there) = self.vanished(fleet, account, &listing).await;
        (listing, vanished, there)
    }

    /// Whether the wallet may tell more of an account than its listing (R7).
    fn is_weighed(&self, account: &Account) -> bool {
        let strict = self.settings().strict;
        let doubted = |one: &Attempt| one.stage == Stage::Unknown || strict && one.stage == Stage::Rejected;
        wallet::asked(&self.state, account).any(doubted)
    }

    /// What an account has to spend, as far as that can be read. Costs nothing.
    pub(super) async fn purse(&self, fleet: &dyn Fleet, account: &Account) -> Option<Purse> {
        let balances = fleet.account().balances(self.settings().ask_within).await;
        wallet::purse(account, &balances.ok()?)
    }

    /// From when on machines that ended matter.
    fn since(&self, account: &Account, began: &Stamp) -> Timestamp {
        let of_account = self
            .state
            .attempts
            .values()
            .filter(|one| one.ordered.account() == *account);
        let ours = of_account.filter(|one| !one.stage.is_settled());
        let oldest = ours.filter_map(|one| Some(one.sent.as_ref()?.wall)).min();
        let back = began.wall.checked_sub(BACK).unwrap_or(began.wall);
        oldest.map_or(back, |oldest| oldest.min(back))
    }

    /// Machines of strangers that should be in a whole listing and are not, by
    /// whether they are gone or there: each is asked for by its id, and one that
    /// is there not again for a while (R13).
    async fn vanished(
        &self,
        fleet: &dyn Fleet,
        account: &Account,
        listing: &Listing<Instance>,
    ) -> (Vec<InstanceId>, Vec<InstanceId>) {
        let (mut vanished, mut there) = (Vec::new(), Vec::new());
        let Some(view) = self.state.accounts.get(account) else {
            return (vanished, there);
        };
        let now = self.now();
        let asked = |id: &InstanceId| self.was_asked_for(&account.broker, id, &now);
        let shown = |id: &InstanceId| listing.items.iter().any(|item| item.id == *id);
        let lost: Vec<&InstanceId> = view
            .alive
            .iter()
            .filter(|id| !shown(id) && self.is_nobodys(&account.broker, id))
            .collect();
        // With one that is there the listing is not whole, whatever the others are.
        if listing.coverage != Coverage::Complete || lost.len() > ASKED_MAX || lost.iter().any(|id| asked(id)) {
            return (vanished, there);
        }
        for id in lost {
            let found: Result<Option<Instance>, SourceError> = fleet.get(id, self.settings().ask_within).await;
            match found {
                Ok(found) if found.as_ref().is_none_or(|one| !one.phase.is_billable()) => vanished.push(id.clone()),
                _ => there.push(id.clone()),
            }
        }
        (vanished, there)
    }
}

/// Tells whoever watches of every page.
#[derive(Debug)]
struct Told<'a>(&'a dyn Watcher);

impl Progress for Told<'_> {
    fn pages(&self, broker: &Broker, done: u32, of: u32) {
        self.0.looking(broker, done, of);
    }
}

/// What a listing says of machines of which only the answers to requests told:
/// that they bear our names, or others (I5).
fn named(state: &State, look: &Look<'_>) -> Vec<Event> {
    let ours = state.attempts.values();
    let ours = ours.filter(|one| one.stage.is_alive() && one.ordered.account() == *look.account);
    let unsure = ours.filter_map(|one| Some((one, one.machine.as_ref().filter(|machine| !machine.ours)?)));
    let said = unsure.filter_map(|(attempt, machine)| {
        let row = look.listing.items.iter().find(|row| row.id == machine.id)?;
        bears(attempt, &row.name)
    });
    said.collect()
}

/// What follows from the name that a broker shows for a machine; nothing where
/// it shows none.
pub(super) fn bears(attempt: &Attempt, name: &str) -> Option<Event> {
    let key = attempt.key.clone();
    if name == attempt.name {
        return Some(Event::Confirmed(Named { key }));
    }
    let id = attempt.machine.as_ref().map(|machine| &machine.id)?;
    let note = format!("the answer named {id}, which is somebody else's machine");
    (!name.is_empty()).then_some(Event::Disowned(Noted { key, note }))
}

/// Machines that were alive when last seen, that a listing leaves out, and of
/// which nobody knows better. Disks that were deleted leave without a trace.
fn left_out_of(state: &State, look: &Look<'_>) -> Vec<InstanceId> {
    let Some(view) = state.accounts.get(look.account) else {
        return Vec::new();
    };
    if look.account.kind == Kind::Disk {
        return Vec::new();
    }
    let shown = |id: &InstanceId| look.listing.items.iter().any(|item| item.id == *id);
    let lost = view.alive.iter().filter(|id| !shown(id) && !look.vanished.contains(id));
    lost.cloned().collect()
}

/// Disks in the form of machines: what is looked for, missed and believed to be
/// gone is the same.
fn as_machines(listing: Listing<Disk>) -> Listing<Instance> {
    Listing {
        items: listing.items.into_iter().map(as_machine).collect(),
        rejects: listing.rejects,
        announced: listing.announced,
        pages: listing.pages,
        coverage: listing.coverage,
    }
}

pub(super) fn as_machine(disk: Disk) -> Instance {
    let phase = match disk.status.to_ascii_uppercase().as_str() {
        "TERMINATED" | "DELETED" => Phase::Gone,
        "DELETING" => Phase::Ending,
        "ERROR" | "FAILED" => Phase::Failed,
        "PROVISIONING" | "PENDING" | "CREATING" => Phase::Deploying,
        _ => Phase::Running,
    };
    Instance {
        broker: disk.broker,
        id: InstanceId::new(disk.id.as_str()),
        name: disk.name,
        provider: disk.provider,
        gpu: Gpu {
            model: GpuModel::new(""),
            memory: None,
            socket: None,
            count: 0,
        },
        place: disk.place,
        market: None,
        phase,
        status: disk.status,
        rate: disk.rate,
        billed: None,
        created_at: None,
        ended_at: None,
        ssh: Vec::new(),
        progress: None,
        trouble: None,
    }
}
