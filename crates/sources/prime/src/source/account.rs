//! The account that pays, and the keys that may log in.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::{join, try_join_all};
use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Account, AccountKey, Balance, Coverage, Deletion, ErrorKind, Listing, SourceError};
use gpu_broker_http::{Failure, Reply, Walk};
use gpu_broker_source_kit::{Asking, Batch, Fault, change_error, deadline, listing, source_error};
use tokio::time::Instant;

use super::slices::{records, row};
use super::{Prime, failed_with, named};
use crate::api::account;
use crate::normalise;
use crate::request::{PublicKey, new_key};
use crate::state::{Team, User};
use crate::wire;

#[async_trait]
impl Account for Prime {
    /// The wallet of the key's owner, and those of the teams that the key may see.
    async fn balances(&self, within: Duration) -> Result<Vec<Balance>, SourceError> {
        let deadline = deadline(within);
        let (own, walk) = join(self.wallet(None, deadline), self.teams_walk(deadline)).await;
        let own = own.map_err(|failure| source_error(&failure))?;
        let mut teams = match failed_with(&walk) {
            // The key may not look at teams, or there are none to look at.
            Some(403 | 404) => Vec::new(),
            _ => all(listing(walk))?,
        };
        let named = |teams: &[Team], id: &str| teams.iter().any(|team| team.id == id);
        if let Some(id) = self.team().filter(|id| !named(&teams, id)) {
            teams.push(Team::unnamed(id));
        }
        let of_teams = try_join_all(teams.iter().map(|team| self.team_wallet(team, deadline))).await;
        let of_teams = of_teams.map_err(|failure| source_error(&failure))?;
        let mut balances: Vec<Balance> = Vec::new();
        for mut balance in [Some(own)].into_iter().chain(of_teams).flatten() {
            balance.current = match self.team() {
                None => balances.is_empty(),
                Some(team) => balance.team.as_deref() == Some(team),
            };
            // A key of a team answers with that team's wallet when none is named.
            if balances.iter().all(|known| known.team != balance.team) {
                balances.push(balance);
            }
        }
        Ok(balances)
    }

    async fn keys(&self, within: Duration) -> Result<Vec<AccountKey>, SourceError> {
        self.all_keys(deadline(within)).await
    }

    async fn add_key(&self, name: &str, public_key: &str, within: Duration) -> Result<AccountKey, SourceError> {
        self.key_added(name, public_key, deadline(within)).await
    }

    async fn remove_key(&self, id: &str, within: Duration) -> Result<Deletion, SourceError> {
        self.deleted(&account::remove_key(named(id)?), within).await
    }

    /// None, and nothing is asked: Prime has no such add-on.
    async fn kubernetes_versions(&self, _: &Offer, _: Duration) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }
}

impl Prime {
    /// Makes a key of the account the one that machines get when none is named. Costs nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] when Prime says no; otherwise when it cannot be asked.
    pub async fn set_primary_key(&self, id: &str, within: Duration) -> Result<(), SourceError> {
        match self
            .client
            .send(&account::set_primary(named(id)?), deadline(within))
            .await
        {
            Ok(_) => Ok(()),
            Err(failure) => Err(change_error(&failure)),
        }
    }

    /// The teams that the key's owner belongs to. Costs nothing.
    ///
    /// # Errors
    /// When Prime cannot be asked, or any part of its answer cannot be read.
    pub async fn teams(&self, within: Duration) -> Result<Vec<Team>, SourceError> {
        all(listing(self.teams_walk(deadline(within)).await))
    }

    /// Whose key it is, and what the key may do. Costs nothing.
    ///
    /// # Errors
    /// When Prime cannot be asked, or its answer cannot be read.
    pub async fn user(&self, within: Duration) -> Result<User, SourceError> {
        let read = |reply: &Reply| {
            let answer: wire::Wrapped<wire::User<'_>> = reply.json()?;
            let user = answer.data.ok_or_else(|| Fault::missing("data"));
            user.and_then(normalise::user)
                .map_err(|fault| reply.malformed(&fault.into()))
        };
        let reply = self.client.send(&account::user(), deadline(within)).await;
        let user: Result<_, Failure> = reply.and_then(|reply| read(&reply));
        user.map_err(|failure| source_error(&failure))
    }

    pub(super) async fn all_keys(&self, deadline: Instant) -> Result<Vec<AccountKey>, SourceError> {
        let asking = Asking::until(&self.broker, deadline);
        let walk = self.slices(&asking, account::keys, |reply, batch| {
            records(reply, batch, |bytes| normalise::key(&row(bytes)?).map(Some))
        });
        all(listing(walk.await))
    }

    pub(super) async fn key_added(
        &self,
        name: &str,
        public_key: &str,
        deadline: Instant,
    ) -> Result<AccountKey, SourceError> {
        let body = new_key(name, public_key).map_err(|reason| SourceError::new(ErrorKind::Refused, reason))?;
        let reply = self.client.send(&account::add_key(body), deadline).await;
        let reply = reply.map_err(|failure| change_error(&failure))?;
        let read = || {
            let added = normalise::key(&reply.json()?).map_err(|fault| reply.malformed(&fault.into()))?;
            if PublicKey::read(&added.public_key) != PublicKey::read(public_key) {
                let fault = Fault::new("publicKey", "it is not the key that was added");
                return Err(reply.malformed(&fault.into()));
            }
            Ok(added)
        };
        read().map_err(|failure: Failure| source_error(&failure))
    }

    async fn teams_walk(&self, deadline: Instant) -> Walk<Batch<Team>> {
        let asking = Asking::until(&self.broker, deadline);
        self.slices(&asking, account::teams, |reply, batch| {
            records(reply, batch, |bytes| normalise::team(&row(bytes)?).map(Some))
        })
        .await
    }

    /// The wallet of a team; `None` when the key may not see it and nobody asked for that team in particular.
    async fn team_wallet(&self, team: &Team, deadline: Instant) -> Result<Option<Balance>, Failure> {
        match self.wallet(Some(team), deadline).await {
            Err(Failure {
                status: Some(403 | 404),
                ..
            }) if self.team() != Some(&team.id) => Ok(None),
            wallet => wallet.map(Some),
        }
    }

    async fn wallet(&self, team: Option<&Team>, deadline: Instant) -> Result<Balance, Failure> {
        let call = account::wallet(team.map(|team| team.id.as_str()));
        let reply = self.client.send(&call, deadline).await?;
        normalise::balance(team, &reply.json()?).map_err(|fault| reply.malformed(&fault.into()))
    }
}

/// A listing of which a part is of no use.
fn all<T>(listing: Listing<T>) -> Result<Vec<T>, SourceError> {
    match (listing.coverage, listing.rejects.first()) {
        (Coverage::Complete | Coverage::NoCredentials, None) => Ok(listing.items),
        (Coverage::Complete | Coverage::NoCredentials, Some(reject)) => {
            let message = format!("{}: {}", reject.path, reject.reason);
            Err(SourceError::new(ErrorKind::Protocol, message))
        }
        (Coverage::Partial(error) | Coverage::Failed(error), _) => Err(error),
    }
}
