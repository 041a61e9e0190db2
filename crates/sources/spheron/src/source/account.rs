//! The account behind the machines: teams, public keys, and what Kubernetes can be had.

use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Account, AccountKey, Balance, Deletion, ErrorKind, Hint, SourceError};
use gpu_broker_http::{Failure, Reply};
use gpu_broker_source_kit::{Asking, Batch, change_error, said, source_error};

use super::{Spheron, checked, whole};
use crate::normalise::{self, ClusterHealth};
use crate::{api, request, wire};

/// The provider whose machines have the Kubernetes add-on. API reference, "Get Kubernetes versions": "currently only
/// 'voltage-park' is supported".
const KUBERNETES_PROVIDER: &str = "voltage-park";

impl Spheron {
    /// The team in which machines are launched and listed: the one that was configured, else the account's current
    /// one. `None` when the account says that it has no teams.
    pub(super) async fn team(&self, asking: &Asking<'_>) -> Result<Option<&str>, SourceError> {
        if let Some(team) = &self.team {
            return Ok(Some(team));
        }
        let current = self.current_team.get_or_try_init(|| async {
            let reply = self.ask(asking, &api::balance(None)).await?;
            let balance: wire::Balance<'_> = reply.json().map_err(|failure| source_error(&failure))?;
            self.sole(normalise::current_team(balance))
        });
        Ok(current.await?.as_deref())
    }

    /// Every public key of the account.
    pub(super) async fn known_keys(&self, asking: &Asking<'_>) -> Result<Vec<AccountKey>, SourceError> {
        let reply = self.ask(asking, &api::keys()).await?;
        let listed: wire::Listed<'_, wire::SshKey<'_>> = reply.json().map_err(|failure| source_error(&failure))?;
        let mut batch = Batch::new(&self.broker, "");
        let mut first = true;
        let rows = batch.rows(listed.name, listed.rows, |row| {
            normalise::key(&row, std::mem::take(&mut first))
        });
        rows.map_err(|fault| source_error(&reply.malformed(&fault.into())))?;
        whole(batch)
    }

    /// One public key of the account; `None` when there is none of that id. Costs nothing.
    ///
    /// # Errors
    /// When the broker cannot be asked, or its answer cannot be understood.
    pub async fn key(&self, id: &str, within: Duration) -> Result<Option<AccountKey>, SourceError> {
        let hint = Hint::default();
        let reply = self.find(&self.asking(within, &hint), &api::key(checked(id)?)).await?;
        let Some(reply) = reply else { return Ok(None) };
        let row: wire::SshKey<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        self.sole(normalise::key(&row, false)).map(Some)
    }

    /// How the Kubernetes cluster on a machine is; `None` while it has none. Costs nothing.
    ///
    /// # Errors
    /// When the broker cannot be asked, or its answer cannot be understood.
    pub async fn cluster_health(
        &self,
        machine: &InstanceId,
        within: Duration,
    ) -> Result<Option<ClusterHealth>, SourceError> {
        let hint = Hint::default();
        let asking = self.asking(within, &hint);
        let read = |failure: Failure| source_error(&failure);
        let call = api::deployment(checked(machine.as_str())?);
        let Some(reply) = self.find(&asking, &call).await? else {
            return Ok(None);
        };
        let row: wire::Deployment<'_> = reply.json().map_err(read)?;
        let cluster = row
            .kubernetes_addon
            .0
            .as_ref()
            .and_then(|addon| said(addon.id.0.as_ref()));
        let Some(cluster) = cluster else { return Ok(None) };
        let reply = self.ask(&asking, &api::kubernetes_health(checked(cluster)?)).await?;
        let health: wire::HealthReport<'_> = reply.json().map_err(read)?;
        self.sole(normalise::health(cluster, &health)).map(Some)
    }
}

#[async_trait]
impl Account for Spheron {
    async fn balances(&self, within: Duration) -> Result<Vec<Balance>, SourceError> {
        let hint = Hint::default();
        let call = api::balance(self.team.as_deref());
        let reply = self.ask(&self.asking(within, &hint), &call).await?;
        let balance: wire::Balance<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        let currency = match said(balance.currency.as_ref()) {
            Some(word) => word.parse().map_err(|error| {
                SourceError::new(
                    ErrorKind::Protocol,
                    format!("the currency of the balance cannot be read: {error}"),
                )
            })?,
            None => normalise::CURRENCY,
        };
        let mut batch = Batch::new(&self.broker, "");
        let rows = batch.rows("teams", balance.teams, |row| normalise::balance(&row, currency));
        rows.map_err(|fault| source_error(&reply.malformed(&fault.into())))?;
        whole(batch)
    }

    async fn keys(&self, within: Duration) -> Result<Vec<AccountKey>, SourceError> {
        let hint = Hint::default();
        self.known_keys(&self.asking(within, &hint)).await
    }

    async fn add_key(&self, name: &str, public_key: &str, within: Duration) -> Result<AccountKey, SourceError> {
        let body = request::key(name, public_key, self.team.as_deref()).map_err(unsent)?;
        let hint = Hint::default();
        let reply = self.change(&self.asking(within, &hint), &api::add_key(body)).await?;
        let row: wire::SshKey<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        self.sole(normalise::key(&row, false))
    }

    async fn remove_key(&self, id: &str, within: Duration) -> Result<Deletion, SourceError> {
        let hint = Hint::default();
        let call = api::remove_key(checked(id)?);
        deleted(self.send(&self.asking(within, &hint), &call).await)
    }

    async fn kubernetes_versions(&self, offer: &Offer, within: Duration) -> Result<Vec<String>, SourceError> {
        if offer.kubernetes.is_none() || !offer.provider.answers(KUBERNETES_PROVIDER) {
            return Ok(Vec::new());
        }
        let hint = Hint::default();
        let call = api::kubernetes_versions(offer.provider.as_str());
        let reply = self.ask(&self.asking(within, &hint), &call).await?;
        let versions: wire::Versions<'_> = reply.json().map_err(|failure| source_error(&failure))?;
        self.sole(normalise::versions(versions))
    }
}

/// What became of a request to delete a key or a volume.
pub(super) fn deleted(sent: Result<Reply, Failure>) -> Result<Deletion, SourceError> {
    match sent {
        Ok(reply) => match reply.json::<wire::Done>() {
            Ok(wire::Done { success }) if success.0 == Some(false) => Err(SourceError::new(
                ErrorKind::Refused,
                "the broker answers that it did not succeed; look whether it is in use",
            )),
            _ => Ok(Deletion::Requested),
        },
        Err(failure) if is_absent(&failure) => Ok(Deletion::Absent),
        Err(failure) => Err(change_error(&failure)),
    }
}

/// Whether the broker itself says that there is none. The page of a proxy says nothing.
pub(super) fn is_absent(failure: &Failure) -> bool {
    failure.status == Some(404) && failure.is_spoken()
}

/// A request that was found wanting before it was sent.
pub(super) fn unsent(refusal: gpu_broker_core::source::Refusal) -> SourceError {
    SourceError::new(ErrorKind::Refused, refusal.message)
}
