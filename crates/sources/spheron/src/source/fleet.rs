//! The account's machines: launching, listing and ending them.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::{try_join_all, try_join3};
use gpu_broker_core::disk::DiskId;
use gpu_broker_core::instance::{Instance, InstanceId};
use gpu_broker_core::source::{
    Account, Ask, Budget, Coverage, Deletion, Ending, ErrorKind, Fleet, FleetTraits, Hint, Listing, LoginKey, Order,
    Outcome, SourceError,
};
use gpu_broker_http::{Call, Failure, Reply};
use gpu_broker_source_kit::{Asking, Batch, Fault, change_error, outcome, source_error};
use jiff::Timestamp;

use super::account::is_absent;
use super::unready::{Unready, no_volume};
use super::{QUOTA, Spheron, checked, unread};
use crate::request::{Launch, Login};
use crate::{api, normalise, request, wire};

/// The longest name. The API states no limit for machines; this is the one that it states for volumes, and machines are
/// made by the same clouds.
const NAME_LEN_MAX: usize = 60;

/// Launches that are allowed in each window. API reference, "Rate limits by endpoint".
const LAUNCHES: u32 = 10;

impl Spheron {
    /// The request that an order amounts to. All that it needs is looked up at once; nothing of that costs anything.
    async fn launch(&self, asking: &Asking<'_>, order: &Order) -> Result<Call, Unready> {
        let launch = Launch::new(order)?;
        let team = async { Ok(self.team(asking).await?) };
        let login = self.login(asking, &order.key);
        let volumes = try_join_all(order.disks.iter().map(|disk| self.handle(asking, disk)));
        let (team, login, volumes) = try_join3(team, login, volumes).await?;
        Ok(api::launch(launch.body(&login, team, &volumes)?))
    }

    async fn login(&self, asking: &Asking<'_>, key: &LoginKey) -> Result<Login, Unready> {
        let known = match key {
            LoginKey::Id(_) => Vec::new(),
            LoginKey::Account | LoginKey::Public(_) => self.known_keys(asking).await?,
        };
        Ok(request::login(key, &known)?)
    }

    /// The id by which machines know a volume.
    async fn handle(&self, asking: &Asking<'_>, disk: &DiskId) -> Result<String, Unready> {
        match self.volume_ids(asking, disk).await? {
            Some(ids) => Ok(ids.handle),
            None => Err(no_volume(disk).into()),
        }
    }

    /// What an answer in 2xx to a launch amounts to. It must name what was ordered: answers have been seen to go to
    /// the wrong request.
    fn launched(&self, reply: &Reply, order: &Order) -> Outcome<Instance> {
        let instance = match self.deployment_in(reply) {
            Ok(instance) => instance,
            Err(error) => return Outcome::Unknown(error),
        };
        if instance.name == order.name {
            return Outcome::Accepted(instance);
        }
        let message = "the answer is about another machine than the one that was ordered; look for it in the listing";
        Outcome::Unknown(SourceError::new(ErrorKind::Protocol, message))
    }

    fn deployment_in(&self, reply: &Reply) -> Result<Instance, SourceError> {
        let row: wire::Deployment<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        self.sole(normalise::instance(&self.broker, &row))
    }

    /// The machines of one team, or of whichever the API takes.
    async fn machines(&self, asking: &Asking<'_>, team: Option<&str>) -> Listing<Instance> {
        let reply = match self.send(asking, &api::deployments(team)).await {
            Ok(reply) => reply,
            Err(failure) => return Listing::failed(source_error(&failure)),
        };
        let listed: wire::Listed<'_, wire::Deployment<'_>> = match reply.json() {
            Ok(listed) => listed,
            Err(failure) => return Listing::failed(source_error(&failure)),
        };
        let announced = listed.total;
        let (mut batch, mut seen) = (Batch::new(&self.broker, ""), HashSet::new());
        let rows = batch.rows(listed.name, listed.rows, |row| {
            let instance = normalise::instance(&self.broker, &row)?;
            if seen.insert(instance.id.clone()) {
                Ok(instance)
            } else {
                Err(Fault::new("id", "a machine before it has the same one"))
            }
        });
        let rows = match rows.map_err(|fault| reply.malformed(&fault.into())) {
            Ok(rows) => rows,
            Err(failure) => return Listing::failed(source_error(&failure)),
        };
        Listing {
            coverage: coverage(&batch, rows, announced),
            rejects: batch.rejects,
            announced,
            ..Listing::complete(batch.items)
        }
    }
}

/// A machine that cannot be read may be ours, so the list is no proof of absence.
fn coverage<T>(batch: &Batch<T>, rows: usize, announced: Option<u64>) -> Coverage {
    if !batch.rejects.is_empty() {
        let error = unread(&batch.rejects);
        let message = format!("{} of {rows} machines cannot be read: {error}", batch.rejects.len());
        return Coverage::Partial(SourceError::new(ErrorKind::Protocol, message));
    }
    match announced {
        Some(announced) if u64::try_from(rows).is_ok_and(|rows| rows < announced) => {
            let message = format!("{rows} of {announced} announced machines came");
            Coverage::Partial(SourceError::new(ErrorKind::Incomplete, message))
        }
        _ => Coverage::Complete,
    }
}

#[async_trait]
impl Fleet for Spheron {
    fn traits(&self) -> FleetTraits {
        let window = QUOTA.window;
        let mut traits = FleetTraits::new(NAME_LEN_MAX);
        traits.creates = Some(Budget {
            count: LAUNCHES,
            window,
        });
        traits.calls = Some(Budget {
            count: QUOTA.calls,
            window,
        });
        traits.lists_ended = true;
        traits
    }

    fn scope(&self) -> Option<&str> {
        self.team.as_deref()
    }

    async fn create(&self, order: &Order, within: Duration) -> Outcome<Instance> {
        let hint = Hint::default();
        let asking = self.asking(within, &hint);
        let call = match self.launch(&asking, order).await {
            Ok(call) => call,
            Err(unready) => return unready.into(),
        };
        match self.send(&asking, &call).await {
            Ok(reply) => self.launched(&reply, order),
            Err(failure) => outcome(&failure),
        }
    }

    async fn get(&self, id: &InstanceId, within: Duration) -> Result<Option<Instance>, SourceError> {
        let hint = Hint::default();
        let call = api::deployment(checked(id.as_str())?);
        let Some(reply) = self.find(&self.asking(within, &hint), &call).await? else {
            return Ok(None);
        };
        let instance = self.deployment_in(&reply)?;
        if instance.id == *id {
            return Ok(Some(instance));
        }
        let message = format!(
            "asked about `{id}`, the broker answered about `{}`; ask again",
            instance.id
        );
        Err(SourceError::new(ErrorKind::Protocol, message))
    }

    /// The API keeps ended machines in its list, so that all of them are returned whatever `since` is.
    async fn list(&self, ask: &Ask<'_>, _since: Timestamp) -> Listing<Instance> {
        let asking = Asking::new(&self.broker, ask);
        let team = self.team(&asking).await;
        let mut listing = self.machines(&asking, team.as_ref().copied().unwrap_or_default()).await;
        if let (Err(error), Coverage::Complete) = (&team, &listing.coverage) {
            let message = format!("the machines of some team, because the current one is unknown: {error}");
            listing.coverage = Coverage::Partial(SourceError::new(error.kind(), message));
        }
        ask.progress.pages(&self.broker, listing.pages, listing.pages);
        listing
    }

    async fn delete(&self, id: &InstanceId, within: Duration) -> Result<Deletion, SourceError> {
        let hint = Hint::default();
        let call = api::end(checked(id.as_str())?);
        match self.send(&self.asking(within, &hint), &call).await {
            // Its body says `terminated` at once, and "destruction initiated": which of the two, the listing tells.
            Ok(_) => Ok(Deletion::Requested),
            Err(failure) => unended(&failure),
        }
    }

    async fn may_end(&self, id: &InstanceId, within: Duration) -> Result<Ending, SourceError> {
        let hint = Hint::default();
        let call = api::may_end(checked(id.as_str())?);
        let reply = self.ask(&self.asking(within, &hint), &call).await?;
        let row: wire::MayEnd<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        self.sole(normalise::ending(&row))
    }

    fn account(&self) -> &dyn Account {
        self
    }
}

/// What the refusal to end a machine means. Both forms are those that live clients have recorded.
fn unended(failure: &Failure) -> Result<Deletion, SourceError> {
    if is_absent(failure) {
        return Ok(Deletion::Absent);
    }
    let is = |field: &str, word: &str| failure.field(field).is_some_and(|said| said.eq_ignore_ascii_case(word));
    if failure.status == Some(400) && !is("canTerminate", "true") {
        if normalise::GONE.iter().any(|word| is("currentStatus", word)) {
            return Ok(Deletion::Absent);
        }
        let wait = failure.field("timeRemaining").and_then(normalise::minutes);
        if wait.is_some() || is("error", "Minimum runtime not met") {
            return Ok(Deletion::TooEarly(wait));
        }
    }
    Err(change_error(failure))
}
