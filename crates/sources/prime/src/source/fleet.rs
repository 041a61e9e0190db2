//! Machines: launched, looked at, ended.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::instance::{Instance, InstanceId, Phase};
use gpu_broker_core::source::{
    Account, Ask, Coverage, Deletion, Ending, ErrorKind, Fleet, FleetTraits, Listing, LoginKey, Order, Outcome, Reject,
    SourceError,
};
use gpu_broker_http::{Failure, Few, Reply};
use gpu_broker_source_kit::{Asking, change_error, deadline, listing, outcome, source_error};
use jiff::Timestamp;
use tokio::time::Instant;

use super::slices::{records, row};
use super::{Prime, invalid, named};
use crate::api::pods;
use crate::normalise::{self, Words};
use crate::request::{NAME_LEN_MAX, PodRequest, PublicKey};
use crate::state::PodState;
use crate::wire::{self, Pod};

/// The name of a key that was added for a launch and has no comment of its own.
const KEY_NAME: &str = "gpu-broker";

#[async_trait]
impl Fleet for Prime {
    /// Names are documented nowhere for machines: Prime's own client takes letters, digits and dashes, with at least
    /// one letter, and so does [`create`](Fleet::create). Limits are not published.
    fn traits(&self) -> FleetTraits {
        let mut traits = FleetTraits::new(NAME_LEN_MAX);
        traits.takes_ceiling = true;
        // They leave `/pods/`, and are then read from the history.
        traits.lists_ended = true;
        traits
    }

    fn scope(&self) -> Option<&str> {
        self.team()
    }

    async fn create(&self, order: &Order, within: Duration) -> Outcome<Instance> {
        let deadline = deadline(within);
        let request = match PodRequest::new(order, self.team()) {
            Ok(request) => request,
            Err(reason) => return invalid(reason),
        };
        let key = match login_key(&order.key) {
            Ok(key) => key,
            Err(reason) => return invalid(reason),
        };
        let id = match self.key_id(key, deadline).await {
            Ok(id) => id,
            Err(error) => return Outcome::NotSent(error),
        };
        let body = match id.iter().fold(request, |request, id| request.with_key(id)).json() {
            Ok(body) => body,
            Err(reason) => return invalid(reason),
        };
        match self.client.send(&pods::create(body), deadline).await {
            Ok(reply) => match self.launched(&reply, &order.name) {
                Ok(instance) => Outcome::Accepted(instance),
                Err(failure) => Outcome::Unknown(source_error(&failure)),
            },
            Err(failure) => outcome(&failure),
        }
    }

    async fn get(&self, id: &InstanceId, within: Duration) -> Result<Option<Instance>, SourceError> {
        let call = pods::get(named(id.as_str())?);
        let reply = match self.client.send(&call, deadline(within)).await {
            Ok(reply) => reply,
            Err(Failure { status: Some(404), .. }) => return Ok(None),
            Err(failure) => return Err(source_error(&failure)),
        };
        let found = self.machine(&reply).map_err(|failure| source_error(&failure))?;
        if found.id != *id {
            let message = format!("asked for machine {id}, and got an answer about {}", found.id);
            return Err(SourceError::new(ErrorKind::Protocol, message));
        }
        Ok(Some(found))
    }

    /// What runs is read before what ended, so that a machine which ends in between is in one of the two.
    async fn list(&self, ask: &Ask<'_>, since: Timestamp) -> Listing<Instance> {
        let asking = Asking::new(&self.broker, ask);
        let walk = self.slices(&asking, pods::list, |reply, batch| {
            let mut words = Words::default();
            records(reply, batch, |bytes| {
                normalise::pod(&self.broker, &mut words, &row::<Pod<'_>>(bytes)?).map(Some)
            })
        });
        let live = whole(listing(walk.await));
        if matches!(live.coverage, Coverage::Failed(_)) {
            return live;
        }
        let past = self.past(&asking, since).await;
        joined(live, past)
    }

    async fn delete(&self, id: &InstanceId, within: Duration) -> Result<Deletion, SourceError> {
        self.deleted(&pods::delete(named(id.as_str())?), within).await
    }

    /// Always, and nothing is asked: no minimum runtime is documented.
    async fn may_end(&self, _: &InstanceId, _: Duration) -> Result<Ending, SourceError> {
        Ok(Ending {
            allowed: true,
            wait: None,
        })
    }

    fn account(&self) -> &dyn Account {
        self
    }
}

impl Prime {
    /// The last lines that a machine wrote, `tail` of them at most (100 when not said), as they came. Costs nothing.
    ///
    /// What a machine writes is its user's own: it may hold secrets, and characters that are unfit for a terminal.
    ///
    /// # Errors
    /// As [`Fleet::get`]; a machine that does not exist is [`ErrorKind::Refused`].
    pub async fn log(&self, id: &InstanceId, tail: Option<u32>, within: Duration) -> Result<String, SourceError> {
        let call = pods::log(named(id.as_str())?, tail);
        let reply = self.client.send(&call, deadline(within)).await;
        let reply = reply.map_err(|failure| change_error(&failure))?;
        Ok(normalise::log(&reply.body))
    }

    /// What becomes of several machines, with one request for all. One that is not in the answer is unknown to Prime.
    /// Costs nothing.
    ///
    /// # Errors
    /// As [`Fleet::get`]; also when any part of the answer cannot be read.
    pub async fn states(&self, ids: &[InstanceId], within: Duration) -> Result<Vec<PodState>, SourceError> {
        if ids.is_empty() {
            // The API would take that for a question about none or about all.
            return Ok(Vec::new());
        }
        let call = pods::states(ids.iter().map(InstanceId::as_str));
        let read = |reply: &Reply| {
            let answer: wire::Wrapped<Few<wire::PodState<'_>>> = reply.json()?;
            let rows = answer.data.into_iter().flatten();
            rows.map(|row| normalise::state(&row).map_err(|fault| reply.malformed(&fault.into())))
                .collect()
        };
        let reply = self.client.send(&call, deadline(within)).await;
        let states: Result<_, Failure> = reply.and_then(|reply| read(&reply));
        states.map_err(|failure| source_error(&failure))
    }

    /// The machine that an answer is about.
    fn machine(&self, reply: &Reply) -> Result<Instance, Failure> {
        let row: Pod<'_> = reply.json()?;
        normalise::pod(&self.broker, &mut Words::default(), &row).map_err(|fault| reply.malformed(&fault.into()))
    }

    /// The machine that was launched under that name. An answer about any other may belong to another request.
    fn launched(&self, reply: &Reply, name: &str) -> Result<Instance, Failure> {
        let machine = self.machine(reply)?;
        if machine.name != name {
            return Err(reply.malformed(&normalise::other_name(name).into()));
        }
        Ok(machine)
    }

    /// The id of the key that may log in; `None` leaves that to the account. A public key that the account does not
    /// know is added to it.
    async fn key_id<'o>(&self, key: Wanted<'o>, deadline: Instant) -> Result<Option<Cow<'o, str>>, SourceError> {
        let (line, key) = match key {
            Wanted::Accounts => return Ok(None),
            Wanted::Id(id) => return Ok(Some(id.into())),
            Wanted::Public(line, key) => (line, key),
        };
        let known = self.all_keys(deadline).await?;
        let same = known
            .into_iter()
            .find(|known| PublicKey::read(&known.public_key) == Some(key));
        let found = if let Some(found) = same {
            found
        } else {
            let name = key.comment(line).unwrap_or(KEY_NAME);
            self.key_added(name, line, deadline).await?
        };
        Ok(Some(found.id.into()))
    }
}

/// Whose key may log in, read.
enum Wanted<'o> {
    Accounts,
    Id(&'o str),
    Public(&'o str, PublicKey<'o>),
}

fn login_key(key: &LoginKey) -> Result<Wanted<'_>, &'static str> {
    match key {
        LoginKey::Account => Ok(Wanted::Accounts),
        LoginKey::Id(id) if id.trim().is_empty() => Err("the key's id is empty; take one from the account's keys"),
        LoginKey::Id(id) => Ok(Wanted::Id(id)),
        LoginKey::Public(line) => {
            let key = PublicKey::read(line).ok_or("this is no public key, such as `ssh-ed25519 AAAA… me@home`")?;
            Ok(Wanted::Public(line.trim(), key))
        }
    }
}

/// A listing of machines is complete only when nothing in it is in doubt: what cannot be read may be ours, and money
/// hangs on what is absent.
fn whole(mut listing: Listing<Instance>) -> Listing<Instance> {
    let mut seen = HashSet::new();
    let mut twice = None;
    listing.items.retain(|machine| {
        let new = seen.insert(machine.id.clone());
        if !new {
            twice.get_or_insert_with(|| machine.id.clone());
        }
        new
    });
    let doubt = || {
        let error = |message: String| SourceError::new(ErrorKind::Incomplete, message);
        let uncounted = || error("does not say how many machines there are".to_owned());
        twice
            .map(|id| error(format!("machine {id} came twice, so another may be missing")))
            .or_else(|| listing.announced.is_none().then(uncounted))
    };
    if listing.coverage == Coverage::Complete
        && let Some(error) = unreadable(&listing.rejects).or_else(doubt)
    {
        listing.coverage = Coverage::Partial(error);
    }
    listing
}

/// What rejects say of a listing of machines.
pub(super) fn unreadable(rejects: &[Reject]) -> Option<SourceError> {
    let Reject { path, reason, .. } = rejects.first()?;
    let count = rejects.len();
    let message = format!("{count} machines cannot be read, such as {path}: {reason}");
    Some(SourceError::new(ErrorKind::Protocol, message))
}

/// Both listings as one. A machine that is in both still may cost money, until the first no longer shows it; the
/// history adds what it has cost.
fn joined(mut live: Listing<Instance>, mut past: Listing<Instance>) -> Listing<Instance> {
    for machine in &mut live.items {
        if let Some(at) = past.items.iter().position(|other| other.id == machine.id) {
            let other = past.items.swap_remove(at);
            machine.billed = other.billed;
            if machine.phase == Phase::Gone {
                machine.ended_at = machine.ended_at.or(other.ended_at);
            }
        }
    }
    live.and(past)
}
