//! What it says of whoever pays.

use std::time::Duration;

use async_trait::async_trait;
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::source::{Account, AccountKey, Balance, Deletion, ErrorKind, SourceError};

use super::{Scripted, Wallet};

#[async_trait]
impl Account for Scripted {
    async fn balances(&self, _: Duration) -> Result<Vec<Balance>, SourceError> {
        let mut truth = self.truth.lock().unwrap();
        truth.weighed += 1;
        let less = match truth.wallet {
            Wallet::Steady | Wallet::Others => 0,
            Wallet::Falls | Wallet::Changes => truth.weighed,
            Wallet::Fails => return Err(Self::error(ErrorKind::Unavailable)),
        };
        let euros = truth.wallet == Wallet::Changes && truth.weighed.is_multiple_of(2);
        Ok(vec![Balance {
            team: None,
            name: "own".to_owned(),
            amount: Exact::whole(1_000_000 - less),
            currency: if euros { "EUR".parse().unwrap() } else { Currency::USD },
            current: truth.wallet != Wallet::Others,
        }])
    }

    async fn keys(&self, _: Duration) -> Result<Vec<AccountKey>, SourceError> {
        Ok(Vec::new())
    }

    async fn add_key(&self, _: &str, _: &str, _: Duration) -> Result<AccountKey, SourceError> {
        Err(Self::error(ErrorKind::Refused))
    }

    async fn remove_key(&self, _: &str, _: Duration) -> Result<Deletion, SourceError> {
        Ok(Deletion::Absent)
    }

    async fn kubernetes_versions(&self, _: &Offer, _: Duration) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }
}
